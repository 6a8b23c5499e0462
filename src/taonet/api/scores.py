"""Scores and reports of prediction tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from taonet.io.paths import path_of
from taonet.types import AnyPath

if TYPE_CHECKING:
    import pandas as pd

    from taonet.io.archive import Archive


def evaluate(
    predictions: Any,
    data: Any = None,
    *,
    classes: Sequence[str] = (),
    seed: int = 0,
) -> "pd.DataFrame":
    """Score prediction tables side by side on the same objects, as ``taonet evaluate`` does.

    Parameters
    ----------
    predictions : DataFrame or path, a list of them, or a mapping from names to them
        The first one is what the others are compared with.
    data : Archive, path or list of sequences, optional
        Knows the true classes; without it the tables' own are used.
    classes : sequence of str, optional
        Restrict predictions and objects to these.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        A row a table: ``n_objects``, and each score with the limits of its 95 % interval over
        objects (``macro_f1``, ``macro_f1_low``, ``macro_f1_high``, …). Of several tables also its
        difference to the first one's (``macro_f1_minus_primary``, …). Everything else that is
        computed is in ``attrs["scores"]``.

    Raises
    ------
    InputError
        If a table is no prediction table, or they share no object of known class.

    Examples
    --------
    >>> import taonet
    >>> sequences = taonet.simulate("hits", 8, seed=2)
    >>> scores = taonet.evaluate(taonet.predict("hits-sim", sequences))
    >>> scores["n_objects"].tolist()
    [8]
    """
    from taonet.evaluation.score_table import score_table
    from taonet.tasks.evaluate import compare_tables

    with _open_archive(data) as archive:
        scores = compare_tables(predictions, archive, classes=classes, seed=seed)
    table = score_table(scores)
    table.attrs["scores"] = scores
    return table


def report(
    predictions: Any,
    output: AnyPath = "report.html",
    *,
    data: Any = None,
    title: str = "TAO-Net report",
    classes: Sequence[str] = (),
    seed: int = 0,
    overwrite: bool = False,
) -> Path:
    """Write a report of prediction tables as one page for a browser, as ``taonet report`` does.

    Objects of known class are scored; the others are shown one by one, from the main table.

    Parameters
    ----------
    predictions : DataFrame or path, a list of them, or a mapping from names to them
        The first one is the main one.
    output : path
        An HTML file.
    data : Archive, path or list of sequences, optional
        Has the cutouts, and knows the true classes as far as anybody does.
    title : str
    classes : sequence of str, optional
        Restrict predictions and objects to these.
    seed : int
        Of the bootstrap.
    overwrite : bool
        Replace the output.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        If a table is no prediction table, or classes are known and the tables share no such object.
    OutputError
        If the output exists, or cannot be written.
    """
    from taonet.tasks.report import report_tables

    page = path_of(output, what="the name of a page")
    with _open_archive(data) as archive:
        report_tables(
            predictions,
            archive,
            page,
            title=title,
            classes=classes,
            seed=seed,
            overwrite=overwrite,
        )
    return page


@contextmanager
def _open_archive(data: Any) -> Iterator["Archive | None"]:
    """Yield the archive that is meant; sequences in memory are packed into one for a while."""
    from taonet.io.archive import Archive
    from taonet.io.ingest import ingest
    from taonet.io.memory import memory_source

    if data is None or isinstance(data, Archive):
        yield data
    elif isinstance(data, list | tuple):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "archive"
            ingest(memory_source(data), path)
            yield Archive(path)
    else:
        yield Archive(data)
