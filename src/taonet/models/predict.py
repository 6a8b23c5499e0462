"""From a bundle and objects in memory to answers: the one road of command, notebook and stream.

Neither network nor trees are imported before it is known which of them a bundle holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import pandas as pd

from taonet.data.sequence_inputs import SequenceInputs
from taonet.errors import InputError
from taonet.io.lightcurves.tables import Curve
from taonet.io.rejection import RejectionHandler
from taonet.models.bundle_folder import HOLDS, TREES
from taonet.models.model import Model
from taonet.sky.sequence import ImageSequence
from taonet.trust.prior import LEARNT_MIX, Prior, equal_shares, learnt_shares

Kind = TypeVar("Kind", ImageSequence, Curve)


def predict(
    bundle: Model,
    objects: Iterable[ImageSequence] | Iterable[Curve],
    *,
    precomputed: Iterable[SequenceInputs | None] | None = None,
    turns: int | None = None,
    prior: Mapping[str, object] | Prior | None = None,
    workers: int = 1,
    on_rejection: RejectionHandler | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the rows of each object in the prediction table, in the order given.

    A network reads sequences of cutouts and answers after every epoch; trees read light curves and
    answer after the last point. Every frame passes through the CNN once (``turns`` times where
    turned copies are averaged), whatever the number of epochs answered for; memory grows with the
    longest few sequences.

    Parameters
    ----------
    bundle : Bundle or TreesBundle
    objects : iterable of ImageSequence, or of Curve for trees
        Taken as answers are.
    precomputed : iterable, optional
        What was worked out of the readable epochs of each sequence beforehand; networks only.
    turns : int, optional
        Average the answers over this many of the eight turns and flips; by default as many as the
        bundle does, which is what ``taonet predict`` takes. Networks only.
    prior : mapping, optional
        How common each class is among the objects, as shares or counts; see `bundle_prior`.
    workers : int
        Processes that prepare sequences.
    on_rejection : function, optional
        Called with each sequence, or epoch, that the network cannot read; such sequences are passed
        over. By default the first such sequence is an error, and epochs are warned about.

    Returns
    -------
    iterator of DataFrame
        Their columns are `taonet.io.prediction_columns.COLUMNS`.

    Raises
    ------
    InputError
        If an object is not what the model reads, or the prior is none for its classes.

    Examples
    --------
    >>> import taonet
    >>> from taonet.simulation.objects import simulate
    >>> from taonet.simulation.presets.by_name import survey_preset
    >>> ((sequence, _),) = simulate(survey_preset("crts"), 1, seed=5, classes=("SN",))
    >>> early = sequence.up_to(float(sequence.mjd[2]))
    >>> (rows,) = predict(taonet.load("crts-sim"), [early])
    >>> rows["n_epochs"].tolist()
    [1, 2, 3]
    """
    mix = bundle_prior(bundle, prior) if isinstance(prior, Mapping) else prior
    if bundle.format == TREES:
        return _predict_curves(bundle, _of_kind(bundle, objects, Curve), mix)
    return _predict_sequences(
        bundle,
        _of_kind(bundle, objects, ImageSequence),
        precomputed=precomputed,
        turns=turns,
        prior=mix,
        workers=workers,
        on_rejection=on_rejection,
    )


def bundle_prior(bundle: Model, given: Any) -> Prior:
    """Return a class mix that the probabilities of a bundle can be restated for.

    Those of a network refer to the mix of its training batches, which hold as many objects of each
    class, whatever the archive (`taonet.data.batches.training_batches`); a temperature does not
    change that. A network's bundle of an older version, which does not state its classes, had all.
    The mix of trees is a fact of their bundle (`learnt_mix`).

    Parameters
    ----------
    given : mapping of str to number
        How common each class is among the objects, as shares or counts.

    Raises
    ------
    InputError
        If it is none for the classes of the bundle.
    """
    if not isinstance(given, Mapping):
        do = "give shares by class, such as {'SN': 1, 'CV': 3}"
        raise InputError("no class mix", got=f"an object of type {type(given).__name__}", do=do)
    classes, facts = bundle.taxonomy.classes, dict(bundle.facts)
    if bundle.format != TREES:
        facts = {LEARNT_MIX: equal_shares(classes, classes), **facts}
    return Prior.from_shares(given, classes, learnt_shares(facts, classes))


def _predict_curves(
    bundle: Model, curves: Iterable[Curve], prior: Prior | None
) -> Iterator[pd.DataFrame]:
    from taonet.models.trees.bundle import TreesBundle
    from taonet.models.trees.predict import check_feature_set, predict_curves

    if not isinstance(bundle, TreesBundle):
        raise InputError("not a bundle of trees", got=type(bundle).__name__)
    check_feature_set(bundle)
    return predict_curves(bundle, curves, prior=prior)


def _predict_sequences(
    bundle: Model,
    sequences: Iterable[ImageSequence],
    *,
    precomputed: Iterable[SequenceInputs | None] | None,
    turns: int | None,
    prior: Prior | None,
    workers: int,
    on_rejection: RejectionHandler | None,
) -> Iterator[pd.DataFrame]:
    from taonet.models.answers import predict_examples
    from taonet.models.bundle import Bundle
    from taonet.models.preparation import prepare_examples

    if not isinstance(bundle, Bundle):
        raise InputError("not a bundle of a network", got=type(bundle).__name__)
    prepared = prepare_examples(
        sequences,
        bundle.reading,
        frame_px=bundle.frame_px,
        precomputed=precomputed,
        encode=bundle.encode,
        workers=workers,
        on_rejection=on_rejection,
    )
    return (
        prediction.rows
        for prediction in predict_examples(bundle, prepared, turns=turns, prior=prior)
    )


def _of_kind(bundle: Model, objects: Iterable[object], kind: type[Kind]) -> Iterator[Kind]:
    for one in objects:
        if not isinstance(one, kind):
            what = f"the bundle holds {HOLDS[bundle.format]}"
            raise InputError(what, where=bundle.name, got=f"an object of type {type(one).__name__}")
        yield one
