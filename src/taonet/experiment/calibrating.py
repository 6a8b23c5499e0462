"""From a bundle and objects of known class to a bundle whose answers can be trusted."""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from taonet.errors import InputError, LeakError
from taonet.evaluation.calibration import calibrated, ece_by_epochs, fit_temperature
from taonet.evaluation.conformal import fit_thresholds
from taonet.experiment.classify import answered
from taonet.experiment.inputs import Tally, Track
from taonet.io.archive import Archive
from taonet.io.landing import refuse_existing
from taonet.models.bundle import Bundle, in_half, load_bundle, save_bundle
from taonet.models.bundle_folder import find_bundle
from taonet.trust import Trust

LIMITS = "## Limits"
"""The part of a card that calibration is told before."""


def calibrate(
    bundle_name: str,
    data: Path,
    output: Path,
    *,
    level: float = 0.9,
    workers: int = 1,
    overwrite: bool = False,
    track: Track = lambda items, _n, _title: items,
) -> str:
    """Fit a bundle's temperature and sets on an archive, and write the bundle that has them.

    Parameters
    ----------
    data : Path
        An archive of objects of known class that were not trained on.
    level : float
        How often the set of an object shall hold its class, in each class.

    Returns
    -------
    str
        What was found, in a line or two.

    Raises
    ------
    LeakError
        If the bundle was trained on the archive.
    InputError
        If it has too few objects, or other classes.
    """
    refuse_existing(output, overwrite=overwrite)
    bundle, archive = replace(load_bundle(bundle_name), trust=None), Archive(data)
    bundle.network.load_state_dict(in_half(bundle.network.state_dict()))
    if archive.digest == bundle.facts.get("data_digest"):
        do = "calibrate on objects that it has not seen"
        raise LeakError("the bundle was trained on this archive", where=data, do=do)
    table = _answers(bundle, archive, workers=workers, track=track)
    trust, why_no_sets = fit_trust(table, bundle, level=level)
    facts = {**bundle.facts, "calibrated_on": archive.digest}
    card = (find_bundle(bundle_name) / "README.md").read_text()
    honest = replace(bundle, trust=trust, facts=facts)
    save_bundle(honest, output, card=with_trust(card, trust, archive), overwrite=overwrite)
    error = ece_by_epochs(table, bundle.taxonomy, n_bootstrap=2)
    end = error["ece"].iloc[-1]
    lines = [f"{trust.objects} objects -> {output}; calibration error before: {end:.3f}"]
    return "\n".join([*lines, *([f"no sets: {why_no_sets}"] if why_no_sets else [])])


def fit_trust(table: pd.DataFrame, bundle: Bundle, *, level: float) -> tuple[Trust, str]:
    """Fit what makes a bundle's answers honest, and say why there are no sets if there are none."""
    temperature = fit_temperature(table, bundle.taxonomy)
    objects = int(table["object_id"].nunique())
    try:
        honest = calibrated(table, bundle.taxonomy, temperature)
        thresholds = fit_thresholds(honest, bundle.taxonomy, level=level)
    except InputError as error:
        return Trust(temperature=temperature, thresholds=None, objects=objects), str(error)
    return Trust(temperature=temperature, thresholds=thresholds, objects=objects), ""


def with_trust(card: str, trust: Trust, archive: Archive) -> str:
    """Return a model card that tells of calibration."""
    kind = "simulated" if archive.simulated else "real"
    sets = "There are no sets: a class had too few objects."
    if trust.thresholds is not None:
        sets = f"Sets hold the truth in {trust.thresholds.level:.0%} of the objects of each class."
    text = (
        f"## Calibration\n\nOn {trust.objects} {kind} objects ({archive.digest[:12]}), by number "
        f"of epochs; probabilities are right for their mix of classes. {sets}\n\n"
    )
    return card.replace(LIMITS, text + LIMITS) if LIMITS in card else f"{card}\n{text}"


def _answers(bundle: Bundle, archive: Archive, *, workers: int, track: Track) -> pd.DataFrame:
    tally = Tally(archive.path)
    known = [i for i, name in enumerate(archive.class_names) if name in bundle.taxonomy.classes]
    if not known:
        got = ", ".join(sorted({str(name) for name in archive.class_names})[:5])
        raise InputError("no object of a class that the bundle knows", where=archive.path, got=got)
    sequences = (archive[i] for i in track(known, len(known), "calibrating"))
    tables = list(tally.counted(answered(bundle, sequences, tally, workers=workers)))
    tally.refuse_nothing("nothing could be classified")
    return pd.concat(tables, ignore_index=True)
