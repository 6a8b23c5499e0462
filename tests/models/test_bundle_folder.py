"""Where bundles lie and what they state they are."""

import json

import pytest

from taonet.errors import InputError, MissingError
from taonet.models.bundle_folder import (
    NETWORK,
    SHIPPED,
    TREES,
    VERSION,
    bundle_config,
    bundle_names,
    find_bundle,
)


def written(folder, **config):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"version": VERSION, **config}))
    return folder


def test_names_are_those_of_folders_with_a_configuration(tmp_path):
    for name in ("b", "a"):
        written(tmp_path / name, format=NETWORK)
    (tmp_path / "empty").mkdir()
    assert bundle_names(tmp_path) == ["a", "b"]
    assert bundle_names() == sorted(one.name for one in SHIPPED.iterdir() if one.is_dir())


def test_a_folder_of_ones_own_comes_first_then_what_ships_then_a_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = bundle_names()[0]
    assert find_bundle(name) == SHIPPED / name
    own = written(tmp_path / name, format=NETWORK)
    assert find_bundle(name).resolve() == own
    bundle = written(tmp_path / "run" / "bundle", format=TREES)
    assert find_bundle(tmp_path / "run") == bundle


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ("run.json", "a run that is not finished"),
        ("manifest.json", "an archive, not a bundle"),
        ("other.txt", "a folder without a bundle"),
    ],
)
def test_what_is_no_bundle_is_called_what_it_is(tmp_path, made, words):
    (tmp_path / made).write_text("{}")
    with pytest.raises(MissingError, match=words):
        find_bundle(tmp_path)
    with pytest.raises(MissingError, match="a file, not a bundle"):
        find_bundle(tmp_path / made)
    with pytest.raises(MissingError, match=f"no such bundle.*did you mean '{bundle_names()[0]}'"):
        find_bundle(f"{bundle_names()[0]}x")


def test_what_a_bundle_holds_is_told_without_loading_it(tmp_path):
    network = written(tmp_path, format=NETWORK, name="n")
    assert bundle_config(network)["name"] == "n"
    assert bundle_config(network, holding=NETWORK)["format"] == NETWORK
    with pytest.raises(InputError, match=r"holds a network.*not trees"):
        bundle_config(network, holding=TREES)
    with pytest.raises(InputError, match=f"newer version.*bundle version {VERSION + 1}"):
        bundle_config(written(tmp_path, format=NETWORK, version=VERSION + 1))
