"""Links to other pages: escaped, and only where there is something to look up."""

from urllib.parse import parse_qs, urlsplit

from taonet.reports.object_links import object_links


def test_positions_are_in_the_addresses():
    links = object_links("x", ra=150.123456, dec=-2.5)
    assert [link["name"] for link in links] == [
        "SIMBAD", "NED", "Aladin", "Legacy Surveys", "VizieR", "TNS",
    ]  # fmt: skip
    for link in links:
        address = urlsplit(link["url"])
        assert address.scheme == "https"
        stated = " ".join(value for values in parse_qs(address.query).values() for value in values)
        assert "150.123456" in stated
        assert "-2.500000" in stated


def test_names_are_looked_up_only_if_they_are_those_of_a_survey():
    for name in ("ZTF18abcdefg/../x", "javascript:alert(1)", "<b>", "ZTF18ABCDEFG"):
        assert object_links(name, ra=float("nan"), dec=1.0) == []
    (alerce, _) = object_links("ZTF18abcdefg", ra=float("nan"), dec=float("nan"))
    assert alerce["url"] == "https://alerce.online/object/ZTF18abcdefg"
