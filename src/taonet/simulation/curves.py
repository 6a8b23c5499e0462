"""Objects without pixels: what a survey would measure of each at every visit, were there no noise.

A light curve is drawn in milliseconds, a sequence of cutouts in a tenth of a second. Number i is
the same object as number i of `taonet.simulation.objects.simulate_object`: light, times and
conditions come from the same random streams.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Float, Int

from taonet.errors import ConfigError
from taonet.simulation.conditions import Conditions
from taonet.simulation.difference import moffat_transform, noise_equivalent_area_px
from taonet.simulation.light import Galaxy
from taonet.simulation.objects import random_streams
from taonet.simulation.optics import frequency_grid, sersic_galaxy
from taonet.simulation.survey import Survey
from taonet.simulation.wide import widen
from taonet.sky.flux import flux_of

GRID_PX = 8
"""Side of the frame behind the frequencies at which a host's light is summed; its margin is 32."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NoiselessCurve:
    """What forced photometry in the science images would give of an object, were there no noise.

    Parameters
    ----------
    class_name : str
    mjd : array (visit,)
        UTC, never decreasing.
    band : tuple of str (visit,)
    flux_adu : array (visit,)
        Of the point source and of the host within the PSF, in units of the frame.
    zero_point_mag : array (visit,)
        AB magnitude of one ADU.
    sky_adu, noise_adu : array (visit,)
        Level of the sky, and its noise, in a pixel.
    seeing_fwhm_px : array (visit,)
    gain_e_per_adu : float
    """

    class_name: str
    mjd: Float[np.ndarray, " visit"]
    band: tuple[str, ...]
    flux_adu: Float[np.ndarray, " visit"]
    zero_point_mag: Float[np.ndarray, " visit"]
    sky_adu: Float[np.ndarray, " visit"]
    noise_adu: Float[np.ndarray, " visit"]
    seeing_fwhm_px: Float[np.ndarray, " visit"]
    gain_e_per_adu: float

    def __len__(self) -> int:
        return len(self.mjd)

    def take(self, visits: Int[np.ndarray, " some"]) -> "NoiselessCurve":
        """Return the visits named by index."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self)}
        some = {name: a[visits] for name, a in arrays.items() if isinstance(a, np.ndarray)}
        return replace(self, band=tuple(self.band[i] for i in visits.tolist()), **some)

    @property
    def pixel_flux_err_adu(self) -> Float[np.ndarray, " visit"]:
        """One sigma of a PSF fit, by the noise of the sky and of the source's own photons."""
        photons = np.maximum(self.flux_adu, 0.0) / self.gain_e_per_adu
        sky = self.noise_adu**2 * noise_equivalent_area_px(self.seeing_fwhm_px)
        return np.asarray(np.sqrt(sky + photons))


def refuse_differences(survey: Survey) -> None:
    """Refuse a survey that keeps detections in differences only: its epochs hang on their noise.

    Raises
    ------
    ConfigError
    """
    if "difference" in survey.channels:
        do = "take a survey that keeps every science image, e.g. crts"
        raise ConfigError(f"{survey.name} keeps detections in difference images only", do=do)


def draw_curve(
    survey: Survey,
    class_name: str,
    *,
    seed: int | np.random.SeedSequence,
    index: int,
    mix: str = "balanced",
) -> NoiselessCurve:
    """Draw an object of a class without its pixels.

    Parameters are those of `taonet.simulation.objects.simulate_object`. Spoilt frames, neighbours
    and motion leave no trace; light of the host is what a fit of the PSF takes for the object's.

    Raises
    ------
    ConfigError
        If the survey keeps detections only.

    Examples
    --------
    >>> from taonet.simulation.presets.by_name import survey_preset
    >>> curve = draw_curve(survey_preset("tiny"), "SN", seed=1, index=0)
    >>> curve.class_name, len(curve) > 10
    ('SN', True)
    """
    refuse_differences(survey)
    _, times, sky, _, light_rng, _, wide = random_streams(seed, index, 7)
    if mix == "wide":
        survey = widen(survey, class_name, wide)
    visits = survey.visits(times)
    conditions = survey.conditions(visits, sky)
    light = survey.light(class_name, visits, light_rng)
    flux = flux_of(light.mag, conditions.zero_point_mag)
    if light.host is not None:
        flux = flux + _host_flux(light.host, conditions, survey.pixel_arcsec)
    detector = survey.detector
    variance = conditions.sky_adu / detector.gain_e_per_adu + detector.read_noise_adu**2
    # single precision: fifty thousand curves are held in memory at once
    return NoiselessCurve(
        class_name=class_name,
        mjd=visits.mjd,
        band=visits.band,
        flux_adu=flux.astype(np.float32),
        zero_point_mag=conditions.zero_point_mag.astype(np.float32),
        sky_adu=conditions.sky_adu.astype(np.float32),
        noise_adu=np.sqrt(variance).astype(np.float32),
        seeing_fwhm_px=conditions.seeing_fwhm_px.astype(np.float32),
        gain_e_per_adu=detector.gain_e_per_adu,
    )


def _host_flux(
    host: Galaxy, conditions: Conditions, pixel_arcsec: float
) -> Float[np.ndarray, " visit"]:
    """Return the light of a host that the fit takes in, in ADU; worse seeing takes in more."""
    seeing = conditions.seeing_fwhm_px
    nodes = np.unique(np.quantile(seeing, (0, 0.5, 1)))
    shares = host_share(host, nodes, pixel_arcsec)
    total = flux_of(np.full(len(seeing), host.mag), conditions.zero_point_mag)
    return np.asarray(total * np.interp(seeing, nodes, shares))


def host_share(
    host: Galaxy, seeing_fwhm_px: Float[np.ndarray, " seeing"], pixel_arcsec: float
) -> Float[np.ndarray, " seeing"]:
    """Return the share of a galaxy's light that a fit of the PSF at the object's place takes in.

    The fit is unweighted, as the sky's noise is everywhere the same: with P the profile and G the
    galaxy, as they are outside the atmosphere, it is ``∫ |P|² G / ∫ |P|²`` over all frequencies.

    Parameters
    ----------
    host : Galaxy
    seeing_fwhm_px : array (seeing,)
    pixel_arcsec : float
    """
    grid = frequency_grid(GRID_PX)
    galaxy = sersic_galaxy(
        grid,
        flux=1.0,
        x=host.dx_arcsec / pixel_arcsec,
        y=host.dy_arcsec / pixel_arcsec,
        radius_px=host.radius_arcsec / pixel_arcsec,
        sersic_index=host.sersic_index,
        axis_ratio=host.axis_ratio,
        angle=host.angle,
    )
    modulus = np.hypot(grid.kx[None, :], grid.ky[:, None])
    power = moffat_transform(seeing_fwhm_px, modulus) ** 2
    # every column but the first stands for that of −kx as well
    power[:, :, 1:] *= 2
    return np.asarray((power * galaxy.real).sum(axis=(1, 2)) / power.sum(axis=(1, 2)))
