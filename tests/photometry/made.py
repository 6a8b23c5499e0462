"""Made fields of stars: what the photometry has to find is known."""

import numpy as np

from taonet.photometry.lightcurves import BandMeasurement, measure_bands
from taonet.photometry.profile import Profile
from taonet.photometry.subtract import Difference
from taonet.sky.lightcurve import LightCurve
from taonet.sky.sequence import ImageSequence

STARS = np.array([(12.3, 14.8, 3e4), (50.6, 17.2, 2e4), (20.1, 52.7, 2e4), (47.4, 46.9, 3e4)])
"""x, y and flux of the field's stars."""

HALO_PX = 3.5
"""Sigma of a halo around every star, with the share ``halo`` of its light."""


def field(
    n=12, *, flux=3000.0, size=64, sky=1000.0, gain=4.0, seed=0, x=0.2, y=-0.3, host=0.0, beta=3.5,
    halo=0.0, **columns,
):  # fmt: skip
    """A sequence of a field of four stars with one source near the centre, and its conditions."""
    rng = np.random.default_rng(seed)
    flux = np.broadcast_to(np.asarray(flux, float), n)
    seeing = rng.uniform(2.2, 3.2, n)
    stretch = 0.04 * (rng.normal(size=n) + 1j * rng.normal(size=n))
    clear = 10 ** (-0.4 * rng.exponential(0.15, n))
    shift = rng.normal(0, 0.3, (n, 2))
    axis = np.arange(size, dtype=float)
    profile = Profile(
        fwhm_px=seeing, stretch=stretch, beta=np.full(n, beta), blur_px2=np.zeros(n)
    ).take((slice(None), None, None))
    light = np.zeros((n, size, size))
    inside = STARS if size > 60 else STARS[:0]
    centre = size // 2
    sources = [(sx, sy, np.full(n, f)) for sx, sy, f in inside]
    sources += [(centre + x, centre + y, flux + host)]
    for sx, sy, f in sources:
        dx = axis[None, None, :] - sx - shift[:, 0, None, None]
        dy = axis[None, :, None] - sy - shift[:, 1, None, None]
        wide = np.exp(-(dx**2 + dy**2) / (2 * HALO_PX**2)) / (2 * np.pi * HALO_PX**2)
        light += (f * clear)[:, None, None] * (
            (1 - halo) * profile.pixel_shares(dx, dy) + halo * wide
        )
    counts = light + sky
    counts = counts + np.sqrt(counts / gain) * rng.normal(size=counts.shape)
    frames = np.clip(np.rint(counts), 0, 65535).astype(np.uint16)[:, None]
    mjd = 55000 + 5.0 * np.arange(n)
    sequence = ImageSequence.from_frames("made", frames, mjd, **columns)
    truth = {"seeing": seeing, "stretch": stretch, "clear": clear, "shift": shift, "flux": flux}
    return sequence, truth


BRIGHT = 2e4
"""A flux that stands out of the noise by hundreds of sigma."""


def measure_bright_field(n=24, *, causal=True, **of_field):
    """What is measured of a field with a bright source, and its flux over the truth."""
    sequence, truth = field(n, flux=BRIGHT, **of_field)
    (part,) = measure_bands(sequence, causal=causal)
    return part, part.fluxes.flux / (truth["flux"] * truth["clear"])


def difference_of(part: BandMeasurement) -> Difference:
    """The difference images of a band that has some."""
    assert part.difference is not None
    return part.difference


def templates_of(curve: LightCurve) -> tuple[str, ...]:
    """The names of the templates of a curve that was measured in differences."""
    assert curve.template is not None
    return curve.template


def round_profile(n=1, *, fwhm=2.5, beta=3.5):
    """The PSF of n epochs, round and the same in each."""
    return Profile(
        fwhm_px=np.full(n, float(fwhm)),
        stretch=np.zeros(n, complex),
        beta=np.full(n, float(beta)),
        blur_px2=np.zeros(n),
    )


def star_images(n, *, x, y, flux, size=21, noise=1.0, seed=0, profile=None):
    """Images of n epochs of one star at (x, y), with white noise and no sky."""
    rows, columns = np.mgrid[:size, :size].astype(float)
    profile = (profile or round_profile(n)).take((slice(None), None, None))
    shape = (n, 1, 1)
    dx = columns - np.broadcast_to(x, n).reshape(shape)
    dy = rows - np.broadcast_to(y, n).reshape(shape)
    light = np.broadcast_to(flux, n).reshape(shape) * profile.pixel_shares(dx, dy)
    return light + noise * np.random.default_rng(seed).normal(size=light.shape)
