"""What columns are called elsewhere: each name means one thing, however it is spelled."""

from hypothesis import given
from hypothesis import strategies as st

from taonet.io.column_names import NAMES, OTHER_TEXT, TEXT, WORDS, plain
from taonet.io.lightcurves.times import DATES, KINDS, UNSAID


def test_no_name_means_two_things():
    times = [name for kind in KINDS for name in kind.names]
    names = [*(name for others in NAMES.values() for name in others), *times, *UNSAID, *DATES]
    assert sorted(names) == sorted(set(names))
    assert not set(OTHER_TEXT) & set(names)


def test_names_are_listed_as_they_are_looked_for_and_ours_comes_first():
    for ours, others in NAMES.items():
        assert [plain(name) for name in others] == list(others)
        if ours not in ("is_limit", "positive"):
            assert others[0] == ours
    assert set(TEXT) <= set(NAMES)
    assert "fid" in WORDS and "mag" not in WORDS


@given(st.text(max_size=20))
def test_a_plain_name_is_plain_already(name):
    assert plain(plain(name)) == plain(name)
    if name.isascii():
        assert plain(name.upper()) == plain(name.lower())


def test_spellings_of_one_name_are_one():
    for name in ("Flux Err", "flux-err", "FLUX_ERR", " flux_(err) ", "#flux.err"):
        assert plain(name) == "flux_err"
    # an offset keeps its sign
    assert plain("HJD-2450000") == "hjd-2450000"
