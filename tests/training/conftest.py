import json

import numpy as np
import pytest

from evaluation.honest import draw_archive
from taonet.data.encoder_inputs import FRAME_PX
from taonet.io.provenance import TRUTH
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.training.taught_frames import TaughtFrames, TaughtSequence, prepare_taught_frames


@pytest.fixture(scope="session")
def archives():
    """Honest answers after every epoch, about objects to calibrate on and objects to test."""
    return draw_archive(6000, seed=1), draw_archive(6000, seed=2)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    """A small archive whose truth is known; do not change it."""
    folder = tmp_path_factory.mktemp("simulated") / "archive"
    simulate_archive(Sample(survey="tiny", n_objects=6, seed=3), folder)
    return folder


@pytest.fixture(scope="session")
def truths(simulated):
    lines = (simulated / TRUTH).read_text().splitlines()
    return {truth["object_id"]: truth for truth in map(json.loads, lines)}


@pytest.fixture(scope="session")
def taught(simulated, tmp_path_factory):
    """What the sequences of that archive teach an encoder."""
    return prepare_taught_frames([simulated], tmp_path_factory.mktemp("taught"))


def empty_frames(n=20, sequences=3, **changes):
    """Return frames of no light, seen through changing air, as if prepared for teaching."""
    rng = np.random.default_rng(0)
    known = [
        TaughtSequence(
            **{
                "side": 64, "host": [0.0, 0.0, 0.0], "first": i * n, "last": (i + 1) * n,
                "x": 0.4, "y": -0.3, "steady": i != 1, "moving": i == 2,
                "earlier": list(range(n)), "noise": [1.0] * n, "unit": [5.0] * n,
                "before": [1.0] * n, "flux": [0.0] * n,
                "transparency": [1.0, *rng.uniform(0.7, 1.3, n - 1).tolist()],
                "seeing": rng.uniform(2, 3, n).tolist(),
            } | changes
        )
        for i in range(sequences)
    ]  # fmt: skip
    nothing = np.zeros((n * sequences, FRAME_PX, FRAME_PX), np.float16)
    return TaughtFrames(sequences=known, frames=nothing, means=nothing)
