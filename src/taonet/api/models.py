"""Loading models, and predicting with them."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from taonet.errors import InputError
from taonet.progress import show_progress
from taonet.types import AnyPath, Track

if TYPE_CHECKING:
    from taonet.io.predictions import Predictions
    from taonet.models.model import Model


def load(name_or_path: AnyPath, *, device: str = "auto") -> "Model":
    """Load a model by the name of one that ships, or by the folder of a bundle or a finished run.

    Parameters
    ----------
    name_or_path : str or path
        A folder, or one of those that ship:

        ============  ==========================================================================
        ``crts-sim``  CRTS-like cutouts (64 px of 2.5 arcsec, no filter): SN CV AGN BZ OTHER NON
        ``hits-sim``  DECam-like cutouts (21 px of 0.27 arcsec): SN RRL EB NON
        ``hits``      the same, tuned on 390 real ones; reads only epochs before MJD 57081, as its
                      data demanded, and must not be scored on that data
        ``ztf-sim``   ZTF alerts (63 px; science, template, difference; g and r): SN CV AGN BZ VAR
                      OTHER NON
        ============  ==========================================================================

        All but ``hits`` learnt from simulations alone.
    device : {"auto", "cpu", "cuda", "mps"}
        Where a network runs; ``auto`` takes a GPU if there is one. Trees run on the processor.

    Returns
    -------
    Model
        A network or trees: ``model.classes`` are what it tells apart, ``model.reads`` what it
        reads, ``model.card`` where it comes from, and ``model.predict(…)`` answers.

    Raises
    ------
    ConfigError
        If there is no such device.
    MissingError
        If there is none; the shipped names are listed. If this machine has no such device.
    InputError
        If it is damaged, or of a newer version.

    Examples
    --------
    >>> import taonet
    >>> taonet.load("hits").classes
    ('SN', 'RRL', 'EB', 'NON')
    """
    from taonet.models.load import load_model

    return load_model(name_or_path, device=device)


def predict(
    model: "Model | AnyPath",
    inputs: Any,
    *,
    final: bool = False,
    prior: Mapping[str, object] | None = None,
    limit: int | None = None,
    workers: int = 1,
    device: str | None = None,
    track: Track = show_progress,
) -> "Predictions":
    """Say what objects are, after every epoch: `load` and ``model.predict`` in one call.

    Parameters
    ----------
    model : Model, Run, str or path
        What `load` returns or takes, such as ``"crts-sim"``, or what `train` returns.
    inputs : path, Archive, ImageSequence, or a list or generator of them
        For trees: a table of light curves (a path or a DataFrame), a curve, or several.
    final : bool
        Keep only each object's last answer.
    prior : mapping, optional
        How common each class is among the objects, as shares or counts: ``{"SN": 1, "CV": 3, …}``.
        Probabilities are restated for that mix; those of networks refer to classes equally common
        otherwise.
    limit : int, optional
        Read only so many objects.
    workers : int
        Processes that measure what a network reads beside the pixels.
    device : {"auto", "cpu", "cuda", "mps"}, optional
        Where a network that is loaded for this runs; one that was loaded before runs where it is.
    track : function
        Shows progress.

    Returns
    -------
    Predictions
        A DataFrame, one row an object and number of epochs seen: object_id, ra, dec (degrees),
        class_name (the true class, if known), n_epochs, mjd_last, a probability ``p_CLASS`` for
        every class, predicted_class, set (classes that contain the true one at the stated rate),
        typicality (0 to 1, low where nothing like it was seen), mjd_detected.

    Raises
    ------
    InputError
        If an input is not what the model reads, nothing could be classified, or a device is given
        for a model that was loaded before.

    Examples
    --------
    >>> import taonet
    >>> table = taonet.predict("crts-sim", taonet.simulate("crts", 1, seed=5))
    >>> table["n_epochs"].is_monotonic_increasing
    True
    """
    return _loaded_model(model, device).predict(
        inputs, final=final, prior=prior, limit=limit, workers=workers, track=track
    )


def _loaded_model(model: "Model | AnyPath", device: str | None) -> "Model":
    from taonet.api.training import Run
    from taonet.models.model import Model

    if isinstance(model, Model):
        if device is not None:
            do = "taonet.load(name, device=…)"
            raise InputError("a loaded model stays where it is", got=f"device={device!r}", do=do)
        return model
    if isinstance(model, Run):
        return load(model.folder / "bundle", device="auto" if device is None else device)
    if isinstance(model, str | os.PathLike):
        return load(model, device="auto" if device is None else device)
    raise InputError(
        "neither a model nor the name of one",
        got=f"an object of type {type(model).__name__}",
        do="taonet.predict(model, inputs): the model comes first",
    )
