import numpy as np
import pytest
import torch

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.models.bundle import Bundle
from taonet.models.encoder_folder import TaughtEncoder
from taonet.models.frame_encoder import FrameEncoder, FrameEncoderConfig
from taonet.models.network_config import TaoNetConfig
from taonet.models.recurrence import RECURRENCES
from taonet.models.taonet import TaoNet
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import Taxonomy

CLASSES = Taxonomy(name="three", classes=("SN", "CV", "NON"))


def small(**changes):
    given = {
        "channels": 1,
        "classes": 3,
        "zooms": (16, 8),
        "zoom_px": 8,
        "stem": 8,
        "growth": 8,
        "layers": (1, 1),
        "embedding": 12,
        "apertures": 3,
        "aperture_px": 9,
        "hidden": 10,
    }
    return TaoNetConfig(**{**given, **changes})


def sequence(i, n=6, *, size=16, channels=1, class_name="SN"):
    rng = np.random.default_rng(i)
    names = ("science", "template", "difference")[:channels]
    frames = rng.normal(1000, 20, (n, channels, size, size))
    frames[:, :, size // 2, size // 2] += rng.uniform(0, 3000, (n, 1))
    # some exposures share a night
    mjd = 55000 + np.cumsum(rng.choice([0.01, 5.0], n) * rng.exponential(1, n))
    bands = [("g", "r")[k % 2] for k in range(n)]
    return ImageSequence.from_frames(
        f"o{i}", frames, mjd, band=bands, channels=names, class_name=class_name
    )


BAND_AND_CHANNELS = "bands and channels, no times"
MEASURED = {
    "measured": True,
    "nightly": True,
    "deep_zooms": (16, 8),
    "width": 12,
}
ENCODED = {**MEASURED, "measured": False, "encoded": True, "zooms": (), "apertures": 0}
SMALL_ENCODER = FrameEncoderConfig(
    filters=3, gates=2, apertures=8, aperture_px=9, centre_px=12, maps=(4, 4, 6), width=8
)


def untrained_encoder(seed=0):
    torch.manual_seed(seed)
    return TaughtEncoder(network=FrameEncoder(SMALL_ENCODER).eval(), name="untrained")


VARIANTS: dict[str, dict] = {
    "plain": {},
    BAND_AND_CHANNELS: {"channels": 3, "bands": 2, "use_times": False},
    "measured, by nights": MEASURED,
    "measured, no statistics": {**MEASURED, "statistics": False, "zooms": (), "apertures": 0},
    "integrators": {**MEASURED, "light_memory": "integrators"},
    "encoded": ENCODED,
    "measured and encoded": {**ENCODED, "measured": True},
    "both, integrators": {**ENCODED, "measured": True, "light_memory": "integrators"},
    "integrators, no times": {
        **MEASURED,
        "nightly": False,
        "use_times": False,
        "zooms": (),
        "apertures": 0,
        "light_memory": "integrators",
    },
    **{f"plain, {kind}": {"recurrence": kind} for kind in RECURRENCES},
    "mean": {"recurrence": "mean", "nightly": True, "statistics": False},
    "last": {"recurrence": "last", "apertures": 0},
}


@pytest.fixture(params=list(VARIANTS))
def bundle(request):
    torch.manual_seed(0)
    config = small(**VARIANTS[request.param])
    return Bundle(
        name="test",
        network=TaoNet(config).eval(),
        taxonomy=CLASSES,
        reading=Reading(
            scaling=Scaling(crop_px=16),
            bands=("g", "r") if config.bands > 1 else (),
            channels=("science", "template", "difference")[: config.channels],
            measured=config.measured,
            frames=bool(config.zooms or config.apertures),
            deep_px=max(config.deep_zooms, default=0),
            encoded=config.encoded,
        ),
        frame_px=16,
        encoder=untrained_encoder() if config.encoded else None,
        facts={"survey": "test", "trained_on_simulation": True, "turns": 1},
    )


@pytest.fixture
def sequences(bundle):
    lengths = [6, 1, 9, 4]
    channels = bundle.network.config.channels
    return [sequence(i, n, channels=channels) for i, n in enumerate(lengths)]
