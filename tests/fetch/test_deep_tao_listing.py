"""The listing of a class: kept with its version, and named where it is damaged."""

import json

import pytest

from fetch import mirror as web
from taonet.errors import InputError
from taonet.fetch.deep_tao_listing import NON_TRANSIENTS, REPOSITORY_OF, Listing
from taonet.io.deep_tao.release import RELEASE_OBJECTS


def test_the_version_stays_the_same_when_the_repository_moves_on(fetch, mirror):
    fetch(classes=["SN"])
    mirror.faults["commits/HEAD"].extend([web.says(200, json.dumps({"sha": "d" * 40}).encode())])
    assert fetch(classes=["CV"]).downloaded == 2


def test_a_damaged_listing_names_itself(fetch, tmp_path):
    fetch(classes=["SN"])
    for text in ("{", "[]", "{}", '{"repository": "x"}'):
        (tmp_path / "D" / "listing-SN.json").write_text(text)
        with pytest.raises(InputError, match=r"listing-SN.json.*remove it"):
            fetch(classes=["SN"])


def test_every_class_of_the_release_is_in_one_of_the_two_repositories():
    assert set(REPOSITORY_OF) == set(RELEASE_OBJECTS)
    assert [name for name, of in REPOSITORY_OF.items() if of == NON_TRANSIENTS] == ["NON"]


def test_a_listing_is_of_one_commit_and_names_its_files_as_they_lie(fetch, tmp_path, deep_tao):
    fetch(classes=["SN", "CV"])
    listings = [
        Listing(**json.loads((tmp_path / "D" / f"listing-{name}.json").read_text()))
        for name in ("SN", "CV")
    ]
    assert len({listing.commit for listing in listings}) == 1
    for listing in listings:
        paths = {file.path for file in listing.items()}
        name = listing.class_name
        truth = {t.path.name for t in deep_tao.values() if t.class_name == name}
        assert paths == {f"data/{name}/{one}" for one in truth}
