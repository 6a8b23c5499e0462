"""The High cadence Transient Survey (HiTS) as its public stamps show it: DECam, g band."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.detector import Detector, read_out
from taonet.simulation.exposures import Exposures, Scene, noise_free_images
from taonet.simulation.measured_numbers import read_numbers
from taonet.simulation.mixture import Mixture, Transient
from taonet.simulation.populations.constant_objects import constant_star
from taonet.simulation.populations.stars import (
    contact_binary,
    eclipsing_binary,
    rr_lyrae,
    rr_lyrae_c,
    variable_star,
)
from taonet.simulation.populations.supernovae import Supernovae, supernova
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import HITS

BAND = "g"

LABELLED = {"SN": 46, "RRL": 56, "EB": 38, "NON": 250}
"""Objects of each class in the public set."""

NUMBERS = read_numbers("hits")

RR_LYRAES: Mixture = {"RR Lyrae c": (0.2, rr_lyrae_c), "RR Lyrae": (0.8, rr_lyrae)}
"""A fifth of type c (Soszynski et al. 2009, AcA 59, 1)."""

BINARIES: Mixture = {"contact binary": (0.7, contact_binary), "eclipsing": (0.3, eclipsing_binary)}
"""Those in contact are the most among those that ten nights suffice to see: a guess."""

TRANSIENTS: dict[str, Transient] = {
    "SN": partial(supernova, population=Supernovae(**NUMBERS["supernovae"])),
    "RRL": partial(variable_star, kinds=RR_LYRAES, mean_mag=NUMBERS["stars"]["rr_lyrae_mag"]),
    "EB": partial(variable_star, kinds=BINARIES, mean_mag=NUMBERS["stars"]["eclipsing_mag"]),
    "NON": partial(constant_star, mag=NUMBERS["stars"]["constant_mag"]),
}
"""How the light of each class is drawn; a new class is one line here."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """The nights of the survey's public run.

    Parameters
    ----------
    epochs : tuple of tuples of float
        Of each epoch: days since `first_mjd`, share of fields observed, log of the transparency,
        its scatter, sky in ADU, its relative scatter, seeing (FWHM in pixels), its relative
        scatter.
    first_mjd, zero_point_mag : float
    field_days : float
        The survey goes through its fields in so long.
    broader : float
        Scatter is taken so much wider than measured: a network must not learn the weather of one
        run.
    jitter_px, ellipticity : float
        Scatter of the pointing, and of each component of the PSF's ellipticity. Guesses: DECam's
        images are good; stamps are centred anew on each epoch.
    """

    epochs: tuple[tuple[float, ...], ...]
    first_mjd: float
    zero_point_mag: float
    field_days: float = 0.04
    broader: float = 1.2
    jitter_px: float = 0.12
    ellipticity: float = 0.03


def visits_of_run(run: Run, rng: np.random.Generator) -> Visits:
    """Draw when a field was observed: most of the epochs of the run, some minutes apart."""
    day, share = np.array(run.epochs).T[:2]
    observed = rng.random(len(day)) < share
    mjd = run.first_mjd + day[observed] + rng.uniform(0, run.field_days)
    return Visits(mjd=mjd, band=(BAND,) * len(mjd))


def conditions_of_run(run: Run, visits: Visits, rng: np.random.Generator) -> Conditions:
    """Draw the conditions of each visit: the weather of the run, and the field's own."""
    day, _, log_flux, log_flux_err, sky, sky_err, seeing, seeing_err = np.array(run.epochs).T
    days = visits.mjd - run.first_mjd - run.field_days / 2
    epoch = np.abs(days[:, None] - day).argmin(axis=1)
    n, own = len(epoch), rng.standard_normal(3)

    def draw_scatter(
        sigma: Float[np.ndarray, " slot"], field: float
    ) -> Float[np.ndarray, " epoch"]:
        # of the scatter between fields, half stays with a field through the run
        deviate = (rng.standard_normal(n) + field) / np.sqrt(2)
        return np.asarray(run.broader * sigma[epoch] * deviate)

    brightness = log_flux[epoch] + draw_scatter(log_flux_err, own[0])
    return Conditions(
        seeing_fwhm_px=seeing[epoch] * np.exp(draw_scatter(seeing_err, own[1])),
        zero_point_mag=run.zero_point_mag + 2.5 / np.log(10) * brightness,
        sky_adu=sky[epoch] * np.exp(draw_scatter(sky_err, own[2])),
        shift_x=rng.normal(0, run.jitter_px, n),
        shift_y=rng.normal(0, run.jitter_px, n),
        stretch=run.ellipticity * (rng.standard_normal(n) + 1j * rng.standard_normal(n)),
    )


def science_cutouts(
    resampled_share: float, scene: Scene, detector: Detector, rng: np.random.Generator
) -> Exposures:
    """Return the stamps, float32; those of some objects are resampled by a part of a pixel."""
    frames = read_out(noise_free_images(scene), scene.conditions.sky_adu, detector, rng)
    stamps = frames.astype(np.float32)
    if rng.random() < resampled_share:
        stamps = _shift_frames(stamps, *rng.uniform(0, 0.5, 2))
    return Exposures(frames=stamps[:, None], visits=np.arange(len(frames)))


def _shift_frames(
    frames: Float[np.ndarray, "epoch y x"], dx: float, dy: float
) -> Float[np.ndarray, "epoch y x"]:
    """Move frames by a part of a pixel, each pixel a mean of four neighbours."""
    wide = np.pad(frames, ((0, 0), (0, 1), (0, 1)), mode="edge")
    rows = (1 - dy) * wide[:, :-1] + dy * wide[:, 1:]
    return np.asarray((1 - dx) * rows[:, :, :-1] + dx * rows[:, :, 1:], np.float32)


RUN = Run(**NUMBERS["flux"], **NUMBERS["weather"])

HITS_SURVEY = Survey(
    name="hits",
    taxonomy=HITS,
    shares=LABELLED,
    transients=TRANSIENTS,
    visits=partial(visits_of_run, RUN),
    conditions=partial(conditions_of_run, RUN),
    detector=Detector(**NUMBERS["detector"]),
    expose=partial(science_cutouts, NUMBERS["resampling"]["share"]),
    size_px=21,
    pixel_arcsec=0.27,
    centring_px=NUMBERS["stars"]["centring_px"],
    dec_deg=(-10.0, 8.0),
    least_latitude_deg=20.0,
)
"""21 x 21 pixels of 0.27 arcsec, some 26 epochs in ten nights."""
