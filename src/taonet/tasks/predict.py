"""From a bundle and inputs of any kind to a prediction table: the verb `predict`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from taonet.errors import InputError
from taonet.features.tables import bands_of
from taonet.io.atomic import refuse_existing
from taonet.io.inputs import read_curves, read_sequences
from taonet.io.lightcurves.tables import Curve, is_table
from taonet.io.prediction_table import write_predictions
from taonet.io.sources import sources_of
from taonet.io.tables import check_suffix
from taonet.io.tally import Tally
from taonet.models.bundle_folder import TREES, bundle_config, find_bundle
from taonet.models.predict import AnyBundle, bundle_prior, predict
from taonet.sky.sequence import ImageSequence
from taonet.types import Track, no_progress


def predict_files(
    bundle_name: str | Path,
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    final: bool = False,
    limit: int | None = None,
    workers: int = 1,
    prior: Mapping[str, object] | None = None,
    overwrite: bool = False,
    track: Track = no_progress,
) -> Tally:
    """Say what every object of the inputs is and write the prediction table.

    Parameters
    ----------
    bundle_name : str
        A shipped bundle's name or a bundle's folder, of a network or of trees.
    inputs : sequence of Path
        What `taonet.io.sources.sources_of` opens; for trees tables of light curves.
    final : bool
        Keep only each object's last answer. Trees give no other.
    limit : int, optional
        Read only so many objects: of all inputs together, for trees of each table.
    workers : int
        Processes that measure what a network reads beside the pixels.
    prior : mapping, optional
        How common each class is among the objects: see `taonet.models.predict.bundle_prior`.

    Raises
    ------
    InputError
        If an input is not what the bundle reads, nothing could be classified, or the prior is none
        for the classes; nothing is written then.
    OutputError
        If the table exists, or cannot be written.
    """
    paths, output = [Path(path) for path in inputs], Path(output)
    check_suffix(output)
    refuse_existing(output, overwrite=overwrite)
    bundle = _load_for(paths, bundle_name)
    mix = None if prior is None else bundle_prior(bundle, prior)
    tally = Tally(output)
    objects: Iterable[ImageSequence] | Iterable[Curve]
    if bundle.format == TREES:
        objects = _read_tables(bundle, paths, tally, limit=limit, track=track)
    else:
        sources = sources_of(paths)
        objects = read_sequences(sources, tally, limit=limit, title="classifying", track=track)
    answers = predict(bundle, objects, prior=mix, workers=workers, on_rejection=tally.reject)
    parts = tally.count_objects(rows.tail(1) if final else rows for rows in answers)
    write_predictions(parts, output, overwrite=overwrite)
    tally.require_objects("nothing could be classified")
    tally.write_list()
    if mix is not None:
        tally.remarks[mix.note] = 1
    return tally


def _load_for(paths: Sequence[Path], bundle_name: str | Path) -> AnyBundle:
    """Load a bundle once it is known that it reads inputs of this kind."""
    if bundle_config(find_bundle(bundle_name))["format"] == TREES:
        from taonet.models.trees.bundle import load_trees

        _check_tables(paths)
        return load_trees(bundle_name)
    from taonet.models.bundle import load_bundle

    _check_cutouts(paths)
    return load_bundle(bundle_name)


def _check_tables(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.exists() and not is_table(path):
            raise InputError(
                "not a table of light curves, which is what these trees read",
                where=path,
                do="measure it first: taonet photometry",
            )


def _check_cutouts(paths: Sequence[Path]) -> None:
    for path in paths:
        if is_table(path):
            raise InputError(
                "a table; this bundle holds a network, which reads cutouts",
                where=path,
                do="give it cutouts; for light curves train trees: taonet train --lightcurves",
            )


def _read_tables(
    bundle: AnyBundle, paths: Sequence[Path], tally: Tally, *, limit: int | None, track: Track
) -> Iterator[Curve]:
    known = bundle.facts.get("bands")
    for path in paths:
        curves, count = read_curves(path, tally, limit=limit)
        for curve in track(curves, count, "classifying"):
            if known and not set(bands_of([curve])) & set(known):
                tally.remarks[
                    f"in none of the bands that the trees learnt from: {' '.join(known)}"
                ] += 1
            yield curve
