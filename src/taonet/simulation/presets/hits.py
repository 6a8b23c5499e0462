"""The High cadence Transient Survey (HiTS) as its public stamps show it: DECam, g band."""

import numpy as np
from jaxtyping import Float

from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector, read_out
from taonet.simulation.exposures import Exposures, Scene, noise_free_images
from taonet.simulation.light import Light, shift_to_mean
from taonet.simulation.populations.stars import (
    contact_binary,
    eclipsing_binary,
    rr_lyrae,
    rr_lyrae_c,
)
from taonet.simulation.populations.supernovae import Supernovae, supernova
from taonet.simulation.presets.measurements import read_numbers
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import HITS

BAND = "g"

LABELLED = {"SN": 46, "RRL": 56, "EB": 38, "NON": 250}
"""Objects of each class in the public set."""

FIELD_DAYS = 0.04
"""The survey goes through its fields in an hour."""

BROADER = 1.2
"""Scatter is taken wider than measured: a network must not learn the weather of one run."""

FIRST_OVERTONE_SHARE = 0.2
"""Share of RR Lyrae stars of type c (Soszynski et al. 2009, AcA 59, 1)."""

CONTACT_SHARE = 0.7
"""Share of eclipsing binaries in contact: those that ten nights suffice to see."""

JITTER_PX = 0.12
MEAN_ELLIPTICITY = 0.03
"""Guesses: DECam's images are good; stamps are centred anew on each epoch."""

NUMBERS = read_numbers("hits")
_DAY, _SHARE, _LOG_FLUX, _LOG_FLUX_ERR, _SKY, _SKY_ERR, _SEEING, _SEEING_ERR = np.array(
    NUMBERS["weather"]["epochs"]
).T


def visits(rng: np.random.Generator) -> Visits:
    """Draw when a field was looked at: most of the epochs of the run, some minutes apart."""
    taken = rng.random(len(_DAY)) < _SHARE
    mjd = NUMBERS["flux"]["first_mjd"] + _DAY[taken] + rng.uniform(0, FIELD_DAYS)
    return Visits(mjd=mjd, band=(BAND,) * len(mjd))


def conditions(visits: Visits, rng: np.random.Generator) -> Conditions:
    """Draw what the field was seen through: the weather of the run, and the field's own."""
    days = visits.mjd - NUMBERS["flux"]["first_mjd"] - FIELD_DAYS / 2
    epoch = np.abs(days[:, None] - _DAY).argmin(axis=1)
    n, own = len(epoch), rng.standard_normal(3)

    def draw_scatter(
        sigma: Float[np.ndarray, " slot"], field: float
    ) -> Float[np.ndarray, " epoch"]:
        # of the scatter between fields, half stays with a field through the run
        drawn = (rng.standard_normal(n) + field) / np.sqrt(2)
        return np.asarray(BROADER * sigma[epoch] * drawn)

    log_flux = _LOG_FLUX[epoch] + draw_scatter(_LOG_FLUX_ERR, own[0])
    return Conditions(
        seeing_fwhm_px=_SEEING[epoch] * np.exp(draw_scatter(_SEEING_ERR, own[1])),
        zero_point_mag=NUMBERS["flux"]["zero_point_mag"] + 2.5 / np.log(10) * log_flux,
        sky_adu=_SKY[epoch] * np.exp(draw_scatter(_SKY_ERR, own[2])),
        shift_x=rng.normal(0, JITTER_PX, n),
        shift_y=rng.normal(0, JITTER_PX, n),
        stretch=MEAN_ELLIPTICITY * (rng.standard_normal(n) + 1j * rng.standard_normal(n)),
    )


def light(class_name: str, visits: Visits, rng: np.random.Generator) -> Light:
    """Draw the light of an object of a class."""
    mjd, stars = visits.mjd, NUMBERS["stars"]
    if class_name == "SN":
        return supernova(mjd, rng, Supernovae(**NUMBERS["supernovae"]))
    if class_name == "NON":
        mag = float(rng.uniform(*stars["constant_mag"]))
        return Light(mag=np.full(len(mjd), mag), subtype="star", truth={"mean_mag": mag})
    if class_name == "RRL":
        draw = rr_lyrae_c if rng.random() < FIRST_OVERTONE_SHARE else rr_lyrae
        return shift_to_mean(draw(mjd, rng), float(rng.triangular(*stars["rr_lyrae_mag"])))
    draw = contact_binary if rng.random() < CONTACT_SHARE else eclipsing_binary
    return shift_to_mean(draw(mjd, rng), float(rng.triangular(*stars["eclipsing_mag"])))


def science_cutouts(scene: Scene, detector: Detector, rng: np.random.Generator) -> Exposures:
    """Return the stamps, float32; some are resampled by a part of a pixel."""
    frames = read_out(noise_free_images(scene), scene.conditions.sky_adu, detector, rng)
    found = frames.astype(np.float32)
    if rng.random() < NUMBERS["resampling"]["share"]:
        found = _shift_frames(found, *rng.uniform(0, 0.5, 2))
    return Exposures(frames=found[:, None], visits=np.arange(len(frames)))


def _shift_frames(
    frames: Float[np.ndarray, "epoch y x"], dx: float, dy: float
) -> Float[np.ndarray, "epoch y x"]:
    """Move frames by a part of a pixel, each pixel a mean of four neighbours."""
    wide = np.pad(frames, ((0, 0), (0, 1), (0, 1)), mode="edge")
    rows = (1 - dy) * wide[:, :-1] + dy * wide[:, 1:]
    return np.asarray((1 - dx) * rows[:, :, :-1] + dx * rows[:, :, 1:], np.float32)


HITS_SURVEY = Survey(
    name="hits",
    taxonomy=HITS,
    shares=LABELLED,
    light=light,
    visits=visits,
    conditions=conditions,
    detector=Detector(**NUMBERS["detector"]),
    expose=science_cutouts,
    size_px=21,
    pixel_arcsec=0.27,
    centring_px=NUMBERS["stars"]["centring_px"],
    dec_deg=(-10.0, 8.0),
    least_latitude_deg=20.0,
)
"""21 x 21 pixels of 0.27 arcsec, some 26 epochs in ten nights."""
