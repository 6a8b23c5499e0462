"""What a report shows of files that it knew nothing of when it was written."""

from evaluation.made import FOUR, made_sequence, made_table
from taonet.reports.contents import ReportContents
from taonet.reports.page import write_report
from taonet.reports.unseen_section import add_unseen_files

TABLE = made_table(24, epochs=2)


def test_a_file_is_shown_in_place_of_an_earlier_one(tmp_path):
    path = tmp_path / "r.html"
    contents = ReportContents(title="r", taxonomy=FOUR, tables={"ours": TABLE}, primary="ours")
    write_report(path, contents, n_bootstrap=5)
    before = path.read_text()
    for name in ("first <file>.fits", "second.fits"):
        rows = made_table(1, epochs=3).assign(object_id=name, detected=False)
        assert add_unseen_files(path, [name], [made_sequence(name, epochs=3)], rows, FOUR)
    text = path.read_text()
    assert text.count('<section id="unseen">') == 1
    assert "second.fits" in text and "first" not in text.split('id="unseen"')[1][:3000]
    assert "Nothing is detected at the object&#39;s place." in text
    assert text.split("<!-- unseen files -->")[0] == before.split("<!-- unseen files -->")[0]


def test_a_report_of_an_earlier_version_stays_as_it_is(tmp_path):
    (tmp_path / "r.html").write_text("<html>")
    assert not add_unseen_files(tmp_path / "r.html", ["a"], [], TABLE, FOUR)
    assert (tmp_path / "r.html").read_text() == "<html>"
