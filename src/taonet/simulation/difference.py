"""Image subtraction: science, template and difference, and the detections in the difference.

The template is a deep image of what was there before; the difference is the science image minus
the template brought to its PSF. What the subtraction gets wrong (registration, photometric scale,
width of the PSF) leaves residuals under everything bright.
"""

from dataclasses import dataclass, fields, replace

import numpy as np
from jaxtyping import Complex, Float, Int
from scipy.special import ndtr

from taonet.simulation.colours import galaxy_in_g, neighbours_in_g
from taonet.simulation.conditions import Conditions
from taonet.simulation.detector import Detector
from taonet.simulation.exposures import Exposures, Scene
from taonet.simulation.gaps import Gaps, draw_gaps
from taonet.simulation.optics import BETA, EpochInputs, frequency_grid, render_epochs
from taonet.simulation.scene import constant_light, object_positions
from taonet.sky.cutout import Quality
from taonet.sky.flux import flux_of

CHANNELS = ("science", "template", "difference")

PROMISING = 0.5
"""Visits expected to reach this share of the limit are drawn; noise decides about the rest."""


@dataclass(frozen=True, kw_only=True)
class Subtraction:
    """How good the template is, what the subtraction gets wrong, and what counts as detected.

    Parameters
    ----------
    template_fwhm_px : (float, float)
        Seeing of the template: median, and relative scatter between objects.
    noise_share : float
        Noise of the template, as a share of that of the science image.
    smoothing_px : float
        Sigma of the Gaussian that resampling smoothed the template's noise with.
    registration_px : float
        Scatter of the shift left between science and template, along each axis.
    flux_share, width_share : float
        Scatter of the relative errors of the photometric scale and of the width of the PSF.
    least_snr : float
        Signal-to-noise ratio of a detection, either sign.
    error_factor : float
        How much larger errors are than the noise of the pixels alone makes them.
    most_epochs : int
        An object's first detections, so many at most, are kept.
    """

    template_fwhm_px: tuple[float, float] = (2.2, 0.07)
    noise_share: float = 0.22
    smoothing_px: float = 0.39
    registration_px: float = 0.035
    flux_share: float = 0.01
    width_share: float = 0.02
    least_snr: float = 5.0
    error_factor: float = 1.65
    most_epochs: int = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class TripletInputs:
    """Some visits of one band, with all that their images depend on; arrays (visit,).

    Parameters
    ----------
    conditions : Conditions
    flux, template_flux : array (visit,)
        Of the object now and in the template, in ADU of the science image.
    x, y, template_x, template_y : array (visit,)
        Its place now and in the template, in pixels, apart from the shifts of the pointing.
    scale_error, width_error, shift_x_error, shift_y_error : array (visit,)
        What the subtraction gets wrong: relative, relative, pixels, pixels.
    """

    conditions: Conditions
    flux: Float[np.ndarray, " visit"]
    template_flux: Float[np.ndarray, " visit"]
    x: Float[np.ndarray, " visit"]
    y: Float[np.ndarray, " visit"]
    template_x: Float[np.ndarray, " visit"]
    template_y: Float[np.ndarray, " visit"]
    scale_error: Float[np.ndarray, " visit"]
    width_error: Float[np.ndarray, " visit"]
    shift_x_error: Float[np.ndarray, " visit"]
    shift_y_error: Float[np.ndarray, " visit"]

    def take(self, index: Int[np.ndarray, " some"]) -> "TripletInputs":
        """Return the inputs of some of the visits."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        conditions = columns.pop("conditions")
        return replace(
            self,
            conditions=conditions.take(index),
            **{name: column[index] for name, column in columns.items()},
        )


def detected_triplets(
    subtraction: Subtraction,
    gaps: Gaps,
    scene: Scene,
    detector: Detector,
    rng: np.random.Generator,
) -> Exposures:
    """Keep the visits at which the difference shows something at the place of the object.

    Where the object is fainter than in the template the difference is negative: ZTF's alerts turn
    it around, `taonet.io.alerts.packets` turns it back.

    Returns
    -------
    Exposures
        float32; science, template and difference. The truth gives for each epoch the flux that
        the object has over its template, in ADU, the signal-to-noise ratio measured, and
        whether the difference is positive.
    """
    inputs = draw_triplet_inputs(subtraction, scene, rng)
    expected = expected_snr(subtraction, scene, inputs, detector)
    promising = np.flatnonzero(np.abs(expected) >= PROMISING * subtraction.least_snr)
    promising = promising[
        : needed_visits(np.abs(expected[promising]) - subtraction.least_snr, subtraction)
    ]
    frames, snr = draw_triplets(subtraction, scene, inputs, promising, detector, rng)
    detected = np.flatnonzero(np.abs(snr) >= subtraction.least_snr)[: subtraction.most_epochs]
    frames, snr, visits = frames[detected], snr[detected], promising[detected]
    missing, cut = draw_gaps(gaps, scene.size_px, len(visits), rng)
    frames.transpose(0, 2, 3, 1)[missing] = np.nan
    flux = (inputs.flux - inputs.template_flux)[visits]
    return Exposures(
        frames=frames,
        visits=visits,
        quality=np.where(cut, int(Quality.PADDED), 0).astype(np.int32),
        truth={
            "difference_flux": np.round(flux, 3).tolist(),
            "snr": np.round(snr, 2).tolist(),
            "positive": (snr > 0).tolist(),
        },
    )


SPARE = 6
"""So many more detections than are kept are expected among the visits drawn."""


def needed_visits(above: Float[np.ndarray, " visit"], subtraction: Subtraction) -> int:
    """Return how many visits to draw so that enough of them are detections.

    Parameters
    ----------
    above : array (visit,)
        How far the expected signal-to-noise ratio lies above the limit.
    """
    detections = ndtr(above).cumsum()
    enough = subtraction.most_epochs + SPARE
    return min(int(np.searchsorted(detections, enough)) + 1, 2 * subtraction.most_epochs)


def draw_triplet_inputs(
    subtraction: Subtraction, scene: Scene, rng: np.random.Generator
) -> TripletInputs:
    """Draw what the subtraction gets wrong at each visit, and gather what is known of it."""
    light, mjd, conditions = scene.light, scene.visits.mjd, scene.conditions
    n = len(mjd)
    x, y = object_positions(light, mjd, scene.x, scene.y, scene.pixel_arcsec)
    mag = np.full(n, np.inf) if light.template_mag is None else light.template_mag
    return TripletInputs(
        conditions=conditions,
        flux=flux_of(light.mag, conditions.zero_point_mag),
        template_flux=flux_of(mag, conditions.zero_point_mag),
        x=x,
        y=y,
        template_x=np.full(n, x[0]),
        template_y=np.full(n, y[0]),
        scale_error=rng.normal(0, subtraction.flux_share, n),
        width_error=rng.normal(0, subtraction.width_share, n),
        shift_x_error=rng.normal(0, subtraction.registration_px, n),
        shift_y_error=rng.normal(0, subtraction.registration_px, n),
    )


def expected_snr(
    subtraction: Subtraction, scene: Scene, inputs: TripletInputs, detector: Detector
) -> Float[np.ndarray, " visit"]:
    """Estimate what the difference will show, so that hopeless visits need not be drawn."""
    conditions, host = inputs.conditions, scene.light.host
    steady = inputs.template_flux
    if host is not None:
        steady = steady + flux_of(np.full(len(steady), host.mag), conditions.zero_point_mag)
    # to first order a PSF that is wider by a share takes away that share of the flux
    wrong = (inputs.scale_error - inputs.width_error) * steady
    signal = inputs.flux - inputs.template_flux + wrong
    pixel_variance = conditions.sky_adu / detector.gain_e_per_adu + detector.read_noise_adu**2
    variance = pixel_variance * noise_equivalent_area_px(conditions.seeing_fwhm_px)
    variance = variance + np.maximum(inputs.flux, 0) / detector.gain_e_per_adu
    return np.asarray(signal / np.sqrt(variance) / subtraction.error_factor)


def noise_equivalent_area_px(fwhm_px: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Return ``1 / ∫ P²`` of a Moffat profile: the pixels whose noise a best fit takes in."""
    alpha = fwhm_px / (2 * np.sqrt(2 ** (1 / BETA) - 1))
    return np.asarray(np.pi * alpha**2 * (2 * BETA - 1) / (BETA - 1) ** 2)


def draw_triplets(
    subtraction: Subtraction,
    scene: Scene,
    inputs: TripletInputs,
    visits: Int[np.ndarray, " epoch"],
    detector: Detector,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "epoch channel y x"], Float[np.ndarray, " epoch"]]:
    """Draw science, template and difference at some visits, and measure the difference.

    Returns
    -------
    frames : array (epoch, channel, y, x)
        float32, in ADU.
    snr : array (epoch,)
        Signal-to-noise ratio of the PSF's fit to the difference at the place of the object.
    """
    frames = np.zeros((len(visits), len(CHANNELS), scene.size_px, scene.size_px), np.float32)
    snr = np.zeros(len(visits))
    band = np.array([scene.visits.band[visit] for visit in visits])
    for name in sorted(set(scene.visits.band)):
        band_scene = _scene_in(scene, name, rng)
        in_band = np.flatnonzero(band == name)
        if len(in_band):
            frames[in_band], snr[in_band] = _triplets_in_band(
                subtraction, band_scene, inputs.take(visits[in_band]), detector, rng
            )
    return frames, snr


def _scene_in(scene: Scene, band: str, rng: np.random.Generator) -> Scene:
    """Return the scene as it appears in a band; it is drawn as it appears in r."""
    if band != "g":
        return scene
    host = scene.light.host
    return replace(
        scene,
        neighbours=neighbours_in_g(scene.neighbours, rng),
        light=replace(scene.light, host=galaxy_in_g(host) if host else None),
    )


def _triplets_in_band(
    subtraction: Subtraction,
    scene: Scene,
    inputs: TripletInputs,
    detector: Detector,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "epoch channel y x"], Float[np.ndarray, " epoch"]]:
    sky = inputs.conditions.sky_adu[:, None, None]
    median, scatter = subtraction.template_fwhm_px
    template_fwhm = np.full(len(inputs.flux), median * np.exp(rng.normal(0, scatter)))
    actual, believed, template = _noise_free_images(scene, inputs, template_fwhm)
    blank = np.sqrt(sky / detector.gain_e_per_adu + detector.read_noise_adu**2)
    variance = np.maximum(actual, 0) / detector.gain_e_per_adu + blank**2
    counts = actual + sky + np.sqrt(variance) * rng.standard_normal(actual.shape)
    science = np.minimum(counts, detector.saturation_adu)
    plain, matched = template_noise(
        subtraction, inputs.conditions, template_fwhm, scene.size_px, rng
    )
    difference = science - sky - believed - subtraction.noise_share * blank * matched
    images = (science, template + sky + subtraction.noise_share * blank * plain, difference)
    variance = variance + (subtraction.noise_share * blank) ** 2
    snr = _psf_snr(scene, inputs, difference, variance) / subtraction.error_factor
    return np.stack(images, axis=1).astype(np.float32), snr


def _noise_free_images(
    scene: Scene, inputs: TripletInputs, template_fwhm: Float[np.ndarray, " visit"]
) -> tuple[Float[np.ndarray, "visit y x"], ...]:
    """Draw what is there, what the matched template holds, and the template; without the sky."""
    grid, conditions = frequency_grid(scene.size_px), inputs.conditions
    reference = float(np.max(conditions.zero_point_mag))
    fixed = constant_light(
        grid, scene.neighbours, scene.light.host, reference, scene.x, scene.y, scene.pixel_arcsec
    )
    clear = flux_of(np.full(len(inputs.flux), reference), conditions.zero_point_mag)
    scale = 1 - inputs.scale_error
    actual = _science_inputs(inputs, transparency=clear, flux=inputs.flux)
    template = replace(
        actual, flux=inputs.template_flux, x=inputs.template_x, y=inputs.template_y,
        seeing_fwhm_px=template_fwhm,
    )  # fmt: skip
    believed = replace(
        template, transparency=clear * scale, flux=inputs.template_flux * scale,
        shift_x=conditions.shift_x + inputs.shift_x_error,
        shift_y=conditions.shift_y + inputs.shift_y_error,
        seeing_fwhm_px=conditions.seeing_fwhm_px * (1 + inputs.width_error),
    )  # fmt: skip
    return tuple(render_epochs(grid, fixed, epochs) for epochs in (actual, believed, template))


def _science_inputs(
    inputs: TripletInputs,
    *,
    transparency: Float[np.ndarray, " visit"],
    flux: Float[np.ndarray, " visit"],
) -> EpochInputs:
    conditions = inputs.conditions
    return EpochInputs(
        transparency=transparency, flux=flux, x=inputs.x, y=inputs.y, shift_x=conditions.shift_x,
        shift_y=conditions.shift_y, seeing_fwhm_px=conditions.seeing_fwhm_px,
    )  # fmt: skip


def template_noise(
    subtraction: Subtraction,
    conditions: Conditions,
    template_fwhm: Float[np.ndarray, " visit"],
    size_px: int,
    rng: np.random.Generator,
) -> tuple[Float[np.ndarray, "visit y x"], Float[np.ndarray, "visit y x"]]:
    """Draw the noise of one template under every visit: the same grains, shifted.

    Returns
    -------
    plain : array (visit, y, x)
        Of unit variance, correlated over neighbouring pixels.
    matched : array (visit, y, x)
        The same, brought to the PSF of each science image.
    """
    ky, kx = 2 * np.pi * np.fft.fftfreq(size_px), 2 * np.pi * np.fft.rfftfreq(size_px)
    k = np.hypot(ky[:, None], kx[None, :])
    smooth = np.exp(-0.5 * (subtraction.smoothing_px * k) ** 2)
    grains = np.fft.rfft2(rng.standard_normal((size_px, size_px))) * smooth
    grains = grains / np.std(np.fft.irfft2(grains, s=(size_px, size_px)))
    shift = ky[:, None] * conditions.shift_y[:, None, None]
    shift = shift + kx[None, :] * conditions.shift_x[:, None, None]
    shifted = grains * np.exp(-1j * shift)
    kernel = moffat_transform(conditions.seeing_fwhm_px, k) / moffat_transform(template_fwhm, k)
    # where the template is the wider one it would have to be sharpened; no kernel goes on for ever
    return _inverse_transform(shifted, size_px), _inverse_transform(
        shifted * np.minimum(kernel, 1.5), size_px
    )


def _inverse_transform(
    transform: Complex[np.ndarray, "visit ky kx"], size_px: int
) -> Float[np.ndarray, "visit y x"]:
    return np.asarray(np.fft.irfft2(transform, s=(size_px, size_px)))


def moffat_transform(
    fwhm_px: Float[np.ndarray, " visit"], k: Float[np.ndarray, "ky kx"]
) -> Float[np.ndarray, "visit ky kx"]:
    """Return the transform of Moffat profiles of unit flux at wave numbers in radians a pixel."""
    # as in taonet.simulation.optics, for a steepness of 3.5
    z = (fwhm_px / (2 * np.sqrt(2 ** (1 / BETA) - 1)))[:, None, None] * k
    return np.asarray(np.exp(-z) * (1 + z * (1 + z / 3)))


def _psf_snr(
    scene: Scene,
    inputs: TripletInputs,
    difference: Float[np.ndarray, "visit y x"],
    variance: Float[np.ndarray, "visit y x"],
) -> Float[np.ndarray, " visit"]:
    """Fit the PSF at the place of the object; unweighted, so that bright ones are not bent."""
    grid = frequency_grid(scene.size_px)
    one, nothing = np.ones(len(inputs.flux)), np.zeros((grid.side, len(grid.kx)), complex)
    epochs = _science_inputs(inputs, transparency=one, flux=one)
    psf = render_epochs(grid, nothing, epochs).astype(np.float64)
    signal = (psf * difference).sum(axis=(1, 2))
    return np.asarray(signal / np.sqrt((psf**2 * variance).sum(axis=(1, 2))))
