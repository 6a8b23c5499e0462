"""Light curves in memory are those that the command writes."""

import pandas as pd
import pytest
from typer.testing import CliRunner

import taonet
from taonet.cli.app import app
from taonet.errors import InputError
from taonet.io.tables import read_table


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photometry") / "archive"
    return taonet.simulate("hits", 2, seed=7, output=folder)


def command_table(archive, folder, *options):
    output = folder / "table.parquet"
    words = ["photometry", str(archive.path), *options, "-o", str(output)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return read_table(output)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, []),
        ({"aperture": True, "nightly": True}, ["--aperture", "--nightly"]),
        ({"difference": True, "archival": True}, ["--difference", "--archival"]),
        ({"features": "published"}, ["--features", "published"]),
    ],
    ids=["plain", "aperture", "difference", "features"],
)
def test_tables_equal_those_of_the_command(archive, tmp_path, options, words):
    theirs = command_table(archive, tmp_path, *words)
    for inputs in (archive, str(archive.path), list(archive), iter(archive)):
        ours = taonet.light_curves(inputs, **options)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True)


def test_features_of_light_curves_in_memory(archive):
    curves = taonet.light_curves(archive)
    features = taonet.light_curves(curves, features="modern")
    assert features["object_id"].tolist() == [one.object_id for one in archive]
    with pytest.raises(InputError, match="light curves already"):
        taonet.light_curves(curves)
    with pytest.raises(InputError, match="leave out"):
        taonet.light_curves(curves, features="modern", difference=True)
