"""The signature of a set of files: the same for the same inputs, and for no others."""

import os

from taonet.io.items import signature_of


def test_a_signature_changes_with_names_sizes_times_and_order(tmp_path, monkeypatch):
    one, other = tmp_path / "a", tmp_path / "b"
    one.write_text("x")
    other.write_text("x")
    os.utime(one, (1_000_000, 1_000_000))
    os.utime(other, (1_000_000, 1_000_000))
    before = signature_of([one, other])
    assert signature_of([one, other]) == before
    monkeypatch.chdir(tmp_path)
    assert signature_of([one.relative_to(tmp_path), other]) == before
    assert (
        len({before, signature_of([one]), signature_of([other]), signature_of([other, one])}) == 4
    )
    os.utime(one, (1_000_000, 1_000_001))
    later = signature_of([one, other])
    one.write_text("xy")
    os.utime(one, (1_000_000, 1_000_001))
    assert len({before, later, signature_of([one, other])}) == 3


def test_a_file_that_is_not_there_has_a_signature_too(tmp_path):
    missing = signature_of([tmp_path / "a"])
    (tmp_path / "a").touch()
    assert signature_of([tmp_path / "a"]) != missing
