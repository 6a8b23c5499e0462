"""A network alone, trained as its recipe says: what ablations compare."""

from taonet.experiment.plan import Experiment
from taonet.models.bundle import Bundle
from taonet.training.loop import train_network


def train_bundle(experiment: Experiment) -> Bundle:
    """Train the network of an experiment on its part ``train``: no baselines, nothing calibrated.

    An interrupted training goes on, as the network is trained in the experiment's folder.
    """
    part = experiment.archive.objects["part"].iloc[experiment.usable]
    network = train_network(
        experiment.architecture,
        experiment.training_set(experiment.usable[part == "train"]),
        config=experiment.recipe.training,
        seed=experiment.recipe.seed,
        folder=experiment.folder,
    )
    return Bundle(
        name=experiment.recipe.name,
        network=network,
        taxonomy=experiment.taxonomy,
        reading=experiment.reading,
        frame_px=experiment.frame_px,
        encoder=experiment.encoder,
    )
