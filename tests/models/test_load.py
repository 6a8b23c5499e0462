"""One door for networks and trees, by name or by folder."""

from pathlib import Path

import pytest

from taonet.errors import InputError, MissingError
from taonet.models.bundle import Bundle
from taonet.models.bundle_folder import SHIPPED, bundle_names
from taonet.models.load import load_model


@pytest.mark.parametrize("name", bundle_names())
def test_every_shipped_bundle_by_name_and_by_folder(name):
    model = load_model(name)
    assert isinstance(model, Bundle)
    assert model.name == name
    assert load_model(str(SHIPPED / name)).classes == model.classes


def test_a_finished_run_stands_for_its_bundle(world):
    assert load_model(world / "run").name == load_model(world / "run" / "bundle").name


def test_what_is_no_bundle_is_refused_in_one_line(tmp_path):
    (tmp_path / "config.json").write_text('{"format": "taonet-soup", "version": 1}')
    with pytest.raises(InputError, match="not a taonet bundle"):
        load_model(tmp_path)
    with pytest.raises(MissingError, match="ztf-sim"):
        load_model(Path("ztf-sin"))
