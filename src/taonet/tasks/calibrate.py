"""Calibrate a bundle: its probabilities, sets of classes, and typicality."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from taonet.errors import InputError, LeakError
from taonet.evaluation.calibration_by_epochs import ece_by_epochs
from taonet.experiment.card import recalibrated_card
from taonet.experiment.joined_archives import JoinedArchives
from taonet.experiment.trust_stage import collect_calibration_answers, fit_trust
from taonet.io.archive import Archive
from taonet.io.atomic import refuse_existing
from taonet.io.rejection import summarise_kinds
from taonet.io.tally import Tally
from taonet.models.bundle import Bundle, load_bundle, round_to_half, save_bundle
from taonet.models.bundle_folder import find_bundle
from taonet.models.device import AUTO
from taonet.models.preparation import prepare_examples
from taonet.training.fit_sets import check_level
from taonet.types import AnyPath, Track, no_progress


def calibrate(
    bundle_name: str | Path,
    data: AnyPath | Sequence[AnyPath],
    output: AnyPath,
    *,
    level: float = 0.9,
    workers: int = 1,
    device: str = AUTO,
    overwrite: bool = False,
    track: Track = no_progress,
) -> str:
    """Fit temperature, sets and typicality on archives, and write the calibrated bundle.

    Parameters
    ----------
    data : Path, or sequence of Path
        One or several archives of objects of known class that were not trained on. The objects of
        all of them are fitted together.
    level : float
        The rate at which sets should contain the true class, class by class.
    device : str
        Where the network runs: one of `taonet.models.device.DEVICES`.

    Returns
    -------
    str
        A summary of a line or two.

    Raises
    ------
    LeakError
        If the bundle was trained on one of the archives, or two of them share objects.
    InputError
        If there are too few objects, or other classes, or the archives differ in kind.
    """
    output = Path(output)
    refuse_existing(output, overwrite=overwrite, mark="config.json")
    check_level(level)
    bundle = replace(load_bundle(bundle_name, device=device), trust=None)
    archive = _read_archives(data)
    bundle.network.load_state_dict(round_to_half(bundle.network.state_dict()))
    for one in archive.archives:
        _refuse_training_data(bundle, one)
    tally = Tally(archive.path)
    labelled = _labelled_objects(bundle, archive)
    sequences = (archive[i] for i in track(labelled, len(labelled), "calibrating"))
    prepared = prepare_examples(
        sequences,
        bundle.reading,
        encode=bundle.encode,
        frame_px=bundle.frame_px,
        workers=workers,
        on_rejection=tally.reject,
    )
    answers = collect_calibration_answers(bundle, prepared, tally)
    trust, notes = fit_trust(answers, bundle.taxonomy, level=level)
    facts = {
        **bundle.facts,
        "calibrated_on": archive.digest_of("calibration"),
        "calibrated_on_simulation": archive.is_simulated,
    }
    calibrated = replace(bundle, trust=trust, facts=facts)
    file = find_bundle(bundle_name) / "README.md"
    card = recalibrated_card(calibrated, file.read_text(encoding="utf-8") if file.is_file() else "")
    save_bundle(calibrated, output, card=card, overwrite=overwrite)
    before = ece_by_epochs(answers.table, bundle.taxonomy, n_bootstrap=2)["ece"].iloc[-1]
    line = f"{trust.objects} objects -> {output}; calibration error before: {before:.3f}"
    kinds = summarise_kinds(tally.rejected.items)
    aside = [f"{tally.set_aside_count} set aside ({kinds})"] if tally.set_aside_count else []
    return "\n".join([line, *aside, *notes])


def _read_archives(data: AnyPath | Sequence[AnyPath]) -> JoinedArchives:
    """Read one or several archives as one, none of whose objects is in two of them."""
    paths = data if isinstance(data, Sequence) and not isinstance(data, str) else [data]
    archives = JoinedArchives({"calibration": [Archive(path) for path in paths]})
    owner: dict[str, Archive] = {}
    for one in archives.archives:
        for name in one.objects["object_id"]:
            other = owner.setdefault(str(name), one)
            if other is not one:
                got = f"{name}, also in {other.path}"
                do = "give each object once"
                raise LeakError("an object is in two archives", where=one.path, got=got, do=do)
    return archives


def _refuse_training_data(bundle: Bundle, archive: Archive) -> None:
    trained_on = {bundle.facts.get("data_digest"), bundle.facts.get("learnt_from")}
    if archive.digest in trained_on:
        do = "calibrate on objects that it was not trained on"
        raise LeakError("the bundle was trained on this archive", where=archive.path, do=do)


def _labelled_objects(bundle: Bundle, archive: JoinedArchives) -> list[int]:
    known = [i for i, name in enumerate(archive.class_names) if name in bundle.taxonomy.classes]
    if not known:
        got = ", ".join(sorted({str(name) for name in archive.class_names})[:5])
        raise InputError("no object of a class of the bundle", where=archive.path, got=got)
    return known
