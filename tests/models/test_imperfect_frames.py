"""What later frames look like never changes an earlier answer, for each bundle that ships."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.models.bundle import load_bundle
from taonet.models.bundle_folder import NETWORK, SHIPPED, bundle_config, bundle_names
from taonet.models.predict import predict
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import ImageSequence

NAMED = [name for name in bundle_names() if bundle_config(SHIPPED / name)["format"] == NETWORK]
NETWORKS = [pytest.param(n, marks=pytest.mark.slow) if n == "hits" else n for n in NAMED]
"""`hits` reads what `hits-sim` reads, and is asked where there is time."""

EARLY, LATE = 8, 3
CLOSE = 1e-5


@lru_cache
def bundle_and_object(name):
    bundle = load_bundle(name)
    survey = survey_preset(bundle.facts["survey"])
    ((sequence, _),) = simulate(survey, 1, seed=5, classes=("SN",))
    read = bundle.reading.epochs_of(sequence)
    if bundle.reading.bands:
        read = np.array([i for i in read if sequence.band[i] in bundle.reading.bands])
    return bundle, sequence.take(np.resize(read[: EARLY + LATE], EARLY + LATE))


def fill(late, pixels, value):
    late[pixels] = value


def mask_the_object(late):
    middle = late.shape[-1] // 2
    late[..., middle - 3 : middle + 4, middle - 3 : middle + 4] = np.nan


IMPERFECTIONS = {
    "one pixel missing": lambda late: fill(late, np.s_[-1, :, 0, 0], np.nan),
    "masked": lambda late: fill(
        late, np.s_[..., : late.shape[-1] // 3, : late.shape[-1] // 4], np.nan
    ),
    "masked at the object": mask_the_object,
    "clipped": lambda late: fill(late, ..., np.maximum(late, np.median(late))),
    "blank": lambda late: fill(late, ..., 0),
    "all missing": lambda late: fill(late, ..., np.nan),
    "half empty": lambda late: fill(late, np.s_[..., : late.shape[-1] // 2 + 4], 0),
    "edge empty": lambda late: fill(late, np.s_[..., -5:], 0),
    "sentinels": lambda late: fill(late, np.s_[..., 3, 5:9], -9999),
    "infinite": lambda late: fill(late, np.s_[..., 2, 2], np.inf),
    "other steps": lambda late: fill(late, ..., np.rint(late / 7) * 7),
}
"""What each does to frames, in place."""


def spoilt(frames, how):
    """Return frames of which the last few are imperfect in some way."""
    IMPERFECTIONS[how](frames[EARLY:])
    return frames


def answers(bundle, sequence, frames):
    columns = {name: getattr(sequence, name) for name in ("mjd", "band", "seeing_fwhm_px")}
    columns["zero_point_mag"] = sequence.zero_point_mag
    columns = {name: column[: len(frames)] for name, column in columns.items()}
    made = ImageSequence.from_frames("x", frames, **columns, channels=sequence.channels)
    (rows,) = predict(bundle, [made])
    return rows[[f"p_{name}" for name in bundle.taxonomy.classes]].to_numpy()


@lru_cache
def frames_and_early_answers(name, step):
    bundle, sequence = bundle_and_object(name)
    frames = sequence.frames.astype(np.float32)
    frames = np.rint(frames / step) * step if step else frames
    try:
        return frames, answers(bundle, sequence, frames[:EARLY])
    except InputError:
        return frames, None


@pytest.mark.parametrize("how", IMPERFECTIONS)
@pytest.mark.parametrize("step", [pytest.param(0, marks=pytest.mark.slow), 1, 20])
@pytest.mark.parametrize("name", NETWORKS)
def test_imperfect_frames_leave_earlier_answers_alone(name, step, how):
    bundle, sequence = bundle_and_object(name)
    frames, early = frames_and_early_answers(name, step)
    if early is None:
        # steps far above the noise leave one value, and nothing to read
        assert step > 3 * np.median(sky_and_noise(sequence.frames[:, 0])[1])
        return
    changed = answers(bundle, sequence, spoilt(frames.copy(), how))
    assert len(early) <= len(changed)
    assert np.abs(early - changed[: len(early)]).max() < CLOSE
    assert np.isfinite(changed).all()


@pytest.mark.parametrize("name", NAMED)
def test_the_kind_of_number_leaves_answers_alone(name):
    bundle, sequence = bundle_and_object(name)
    frames = np.rint(sequence.frames)
    lowest = 0 if np.nanmin(frames) >= 0 else -32768
    whole = [
        answers(bundle, sequence, np.nan_to_num(frames, nan=0).clip(lowest, 32767).astype(kind))
        for kind in ("i2", "i4", "i8", "f4", "f8", ">f4", ">i2")
    ]
    for other in whole[1:]:
        np.testing.assert_allclose(other, whole[0], atol=CLOSE)


@pytest.mark.parametrize("name", NAMED)
def test_frames_that_an_older_archive_did_not_flag_give_finite_answers(name):
    bundle, sequence = bundle_and_object(name)
    for how in IMPERFECTIONS:
        frames = spoilt(np.rint(sequence.frames.astype(np.float32) / 20) * 20, how)
        old = replace(sequence, frames=frames, quality=np.zeros(len(frames), np.int32))
        (rows,) = predict(bundle, [old])
        assert np.isfinite(rows.filter(like="p_").to_numpy()).all(), how
