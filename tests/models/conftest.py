import numpy as np
import pytest
import torch

from taonet.data.batches import Reading
from taonet.data.transforms import Scaling
from taonet.models.bundle import Bundle
from taonet.models.taonet import TaoNet, TaoNetConfig
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
    mjd = 55000 + np.cumsum(rng.exponential(5, n))
    bands = [("g", "r")[k % 2] for k in range(n)]
    return ImageSequence.from_frames(
        f"o{i}", frames, mjd, band=bands, channels=names, class_name=class_name
    )


@pytest.fixture(params=["plain", "bands and channels, no times"])
def bundle(request):
    torch.manual_seed(0)
    plain = request.param == "plain"
    config = small() if plain else small(channels=3, bands=2, use_times=False)
    return Bundle(
        name="test",
        network=TaoNet(config).eval(),
        taxonomy=CLASSES,
        reading=Reading(
            scaling=Scaling(crop_px=16),
            bands=() if plain else ("g", "r"),
            channels=("science", "template", "difference")[: config.channels],
        ),
        frame_px=16,
        facts={"survey": "test", "trained_on_simulation": True, "turns": 1},
    )


@pytest.fixture
def sequences(bundle):
    lengths = [6, 1, 9, 4]
    channels = bundle.network.config.channels
    return [sequence(i, n, channels=channels) for i, n in enumerate(lengths)]
