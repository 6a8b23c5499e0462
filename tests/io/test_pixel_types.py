"""Types of pixels: no value is ever changed on the way, or it is refused."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from taonet.io.pixel_types import cast_to_float, common_type, lossless_cast

NAMES = ("u1", "i1", "u2", "i2", "u4", "i4", "i8", "f4", "f8")
TYPES = sorted({np.dtype(order + name) for name in NAMES for order in "<>"}, key=str)
SOME_TYPE = st.sampled_from(TYPES)
PIXELS = SOME_TYPE.flatmap(lambda dtype: arrays(dtype, st.integers(0, 5)))


def exact(pixels):
    """The values as Python's own numbers, which know no width; NaN as a word."""
    return ["nan" if value != value else value for value in pixels.tolist()]


@given(PIXELS, SOME_TYPE)
@settings(max_examples=300)
def test_a_cast_has_the_same_values_or_there_is_none(pixels, dtype):
    cast = lossless_cast(pixels, dtype)
    if cast is not None:
        assert cast.dtype == dtype
        assert exact(cast) == exact(pixels)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4), st.sampled_from(TYPES))
def test_what_fits_is_cast(values, dtype):
    fits = [dtype.type(min(max(value, 0), 100)) for value in values]
    assert lossless_cast(np.array(fits, np.int64), dtype) is not None


@given(st.lists(SOME_TYPE, min_size=1, max_size=4))
def test_the_common_type_does_not_depend_on_order_and_is_of_this_machine(types):
    common = common_type(types)
    assert common.isnative
    assert common == common_type(types[::-1])
    for dtype in types:
        # float64 is all there is for integers of eight bytes beside floats
        if dtype.itemsize < 8 or dtype.kind == "f":
            assert np.can_cast(dtype, common, "safe")


@given(PIXELS)
def test_floats_hold_small_integers_exactly(pixels):
    floats = cast_to_float(pixels)
    assert floats.dtype.kind == "f"
    if pixels.dtype.itemsize <= 4 or pixels.dtype.kind == "f":
        assert exact(floats) == exact(pixels)
