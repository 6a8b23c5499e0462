"""The survey's list of transients: classes of the release, kinds, dates, counterparts."""

import numpy as np
import pytest

from taonet.errors import InputError
from taonet.io.deep_tao.transient_list import (
    FIRST_COLUMN,
    LAST_COLUMN,
    class_of,
    counterpart_mag,
    is_transient_list,
    kind_of,
    mjd_of,
    read_transient_list,
)

NAMES = "\t".join([FIRST_COLUMN, *["x"] * 11, LAST_COLUMN])
ROWS = [
    ("20120828.38", "17.02", "Var"),
    ("20100910.42", "", 'SN "2010xx" SDSS mag >22'),
    ("20071231.50", "19.1", "AGN? SDSS 22,1 mag Galaxy"),
    ("20080229.00", "15.0", "Flare"),
]


def write_list(path):
    lines = [NAMES]
    for date, mag, label in ROWS:
        lines.append("\t".join(["CSS1:000+00", "0.0", "0.0", date, mag, *["x"] * 7, label]))
    path.write_text("\n".join(lines) + "\n")
    return path


def test_rows_are_read(tmp_path):
    table = read_transient_list(write_list(tmp_path / "list.tsv"))
    assert table["class_name"].tolist() == ["OTHER", "SN", "AGN", ""]
    assert table["kind"].tolist() == ["variable", "SN", "AGN?", ""]
    np.testing.assert_allclose(table["mjd"], [56167.38, 55449.42, 54465.5, 54525.0])
    np.testing.assert_array_equal(table["mag"], [17.02, np.nan, 19.1, 15.0])
    np.testing.assert_array_equal(table["counterpart_mag"], [np.nan, 22.5, 22.1, np.nan])


def test_other_files_are_no_lists(tmp_path):
    other = tmp_path / "other.tsv"
    other.write_text("a\tb\n1\t2\n")
    assert not is_transient_list(other)
    assert not is_transient_list(tmp_path / "missing.parquet")
    with pytest.raises(InputError, match="no list of transients"):
        read_transient_list(other)


def test_dates_are_those_of_astropy():
    from astropy.time import Time

    assert mjd_of("20160301.25") == pytest.approx(Time("2016-03-01T06:00:00").mjd)


@pytest.mark.parametrize(
    ("label", "class_name", "kind"),
    [
        ("SN SDSS mag 22,2", "SN", "SN"),
        ("CV mag 20,5", "CV", "CV"),
        ("SN? mag 21", "OTHER", "SN?"),
        ("SN/CV", "OTHER", "SN/CV"),
        ("CV/SN mag 21", "OTHER", "SN/CV"),
        ("CV?", "OTHER", "CV?"),
        ("HPM LHS_103", "OTHER", "high proper motion"),
        ("Mira", "OTHER", "long-period variable"),
        ("RRL", "OTHER", "RR Lyrae"),
        ("", "OTHER", "Unknown"),
        ("AGN/SN SDSS mag 21", "AGN", "SN/AGN"),
        ("CV/AGN", "AGN", "CV/AGN"),
        ("Blazar? NVSS J0118+24 SDSS mag 21,4", "BZ", "Blazar?"),
        ("blazar SDSS mag 18,9", "BZ", "Blazar"),
        ("Ast?", "", ""),
    ],
)
def test_labels_follow_the_rules_of_the_release(label, class_name, kind):
    assert (class_of(label), kind_of(label)) == (class_name, kind)


def test_a_name_is_no_magnitude():
    assert np.isnan(counterpart_mag("SN 2011hl 2MASX_00015920"))
    assert counterpart_mag("AGN SDSS 20,5") == 20.5
