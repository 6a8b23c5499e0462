"""Figures, films and views of sequences, light curves and predictions."""

from typing import TYPE_CHECKING, Any

from taonet.errors import InputError

if TYPE_CHECKING:
    from taonet.reports.film import Film
    from taonet.reports.notebook_figure import NotebookFigure
    from taonet.reports.object_view import ObjectView
    from taonet.sky.sequence import ImageSequence


def plot(
    what: Any,
    object_id: str | None = None,
    *,
    predictions: Any = None,
    title: str = "",
) -> "NotebookFigure":
    """Draw an object: its cutouts, its light curve, or the predictions about it.

    Parameters
    ----------
    what : ImageSequence, light curve, DataFrame, Archive, list of objects, or path
        A sequence is drawn as cutouts; a light curve, or a table of some, as magnitudes against
        time; a prediction table as probabilities against time.
    object_id : str, optional
        Which object, where there are several.
    predictions : DataFrame or path, optional
        Predictions about a sequence, which are drawn below its cutouts.
    title : str
        The object's name and class by default.

    Returns
    -------
    NotebookFigure
        A matplotlib figure; a notebook shows it, ``figure.savefig("name.png")`` saves it.

    Raises
    ------
    InputError
        If it is nothing that can be drawn, or holds several objects and none is chosen.

    Examples
    --------
    >>> import taonet
    >>> sequences = taonet.simulate("tiny", 2, classes=["SN"])
    >>> figure = taonet.plot(sequences, "sim-tiny-1-000001")
    >>> figure.get_suptitle()
    'sim-tiny-1-000001  ·  SN'
    """
    from taonet.api.choice import choose_object
    from taonet.sky.sequence import ImageSequence

    chosen = choose_object(what, object_id)
    if isinstance(chosen, ImageSequence):
        return _plot_sequence(chosen, predictions, title)
    return _plot_table(chosen, title)


def animate(
    what: Any,
    object_id: str | None = None,
    *,
    predictions: Any = None,
    frames_per_second: float = 4,
) -> "Film":
    """Make a film of a sequence: its cutouts one after the other, at one stretch.

    Parameters
    ----------
    what : ImageSequence, Archive, list of sequences, or path
    object_id : str, optional
        Which object, where there are several.
    predictions : DataFrame or path, optional
        Predictions about it, which are shown beside the cutouts as they change.
    frames_per_second : float

    Returns
    -------
    Film
        A matplotlib animation that shows itself in a notebook; ``film.save("name.gif")`` saves it.

    Raises
    ------
    InputError
        If it is no sequence, or holds several objects and none is chosen.

    Examples
    --------
    >>> import taonet
    >>> film = taonet.animate(taonet.simulate("tiny", 1))
    >>> film.save("film.gif")  # doctest: +SKIP
    """
    from taonet.api.choice import choose_object, open_predictions
    from taonet.reports.film import sequence_film
    from taonet.sky.sequence import ImageSequence

    sequence = choose_object(what, object_id)
    if not isinstance(sequence, ImageSequence):
        got = f"an object of type {type(sequence).__name__}"
        raise InputError("a film needs a sequence of cutouts", got=got)
    rows = None if predictions is None else open_predictions(predictions)
    return sequence_film(sequence, rows=rows, frames_per_second=frames_per_second)


def view(what: Any, object_id: str | None = None, *, predictions: Any) -> "ObjectView":
    """Show an object as the page does: its film, its light curve, and how the answer grew.

    Parameters
    ----------
    what : ImageSequence, Archive, list of sequences, or path
    object_id : str, optional
        Which object, where there are several.
    predictions : DataFrame or path
        The prediction table.

    Returns
    -------
    ObjectView
        A notebook shows it; ``view.save("name.html")`` saves a page that opens anywhere, and
        ``view.save("name.json")`` what it shows, for other software.

    Raises
    ------
    InputError
        If it is no sequence, or holds several objects and none is chosen, or the table has no
        answer about it.

    Examples
    --------
    >>> import taonet
    >>> sequences = taonet.simulate("crts", 1)
    >>> answers = taonet.predict(taonet.load("crts-sim"), sequences)
    >>> taonet.view(sequences, predictions=answers)
    <ObjectView: sim-crts-1-000000>
    """
    from taonet.api.choice import choose_object
    from taonet.io.archive import Archive
    from taonet.sky.sequence import ImageSequence
    from taonet.tasks.object_report import view_object

    sequence = choose_object(what, object_id)
    if not isinstance(sequence, ImageSequence):
        got = f"an object of type {type(sequence).__name__}"
        raise InputError("a view needs a sequence of cutouts", got=got)
    archive = what if isinstance(what, Archive) else None
    return view_object(predictions, sequence, object_id=sequence.object_id, archive=archive)


def _plot_sequence(sequence: "ImageSequence", predictions: Any, title: str) -> "NotebookFigure":
    from taonet.api.choice import open_predictions
    from taonet.reports.answer_figures import rows_about
    from taonet.reports.cutout_figures import cutouts_figure
    from taonet.reports.example_figures import sequence_figure

    if predictions is None:
        return cutouts_figure(sequence, title=title)
    table = open_predictions(predictions)
    rows, taxonomy = rows_about(sequence.object_id, table)
    return sequence_figure(sequence, rows, taxonomy, title=title)


def _plot_table(chosen: Any, title: str) -> "NotebookFigure":
    import pandas as pd

    from taonet.reports.answer_figures import answers_figure
    from taonet.reports.lightcurve_figures import light_curve_figure

    if isinstance(chosen, pd.DataFrame):
        return answers_figure(chosen, title=title)
    return light_curve_figure(chosen, title=title)
