"""What a path is taken for, and the words where it is nothing that can be read."""

import numpy as np
import pytest
from astropy.io import fits

from taonet.errors import InputError
from taonet.io.fits_cutouts import fits_source
from taonet.io.ingest import ingest
from taonet.io.kinds.deep_tao import DEEP_TAO
from taonet.io.sources import open_source, source_of
from taonet.io.tables import write_table


@pytest.mark.parametrize(
    "name", ["t.csv", "t.parquet", "t.ecsv", "t.TXT", "t.dat", "t.json", "t.votable", "t.xml"]
)
@pytest.mark.parametrize("read", [source_of, lambda path: open_source(DEEP_TAO, [path])])
def test_a_table_is_called_one_and_the_verbs_for_it_are_named(name, read, tmp_path):
    (tmp_path / name).write_text("file,object_id,mjd\na.fits,x,58000\n")
    with pytest.raises(InputError, match=r"a table, not images.*ingest fits DIR --table") as error:
        read(tmp_path / name)
    assert "FITS file" not in str(error.value)


def test_a_folder_of_nothing_known_points_to_ones_own_cutouts(tmp_path):
    (tmp_path / "notes.md").write_text("nothing")
    with pytest.raises(InputError, match=r"no archive, alerts or FITS.*ingest fits DIR --table"):
        source_of(tmp_path)


def cutouts(folder, kinds):
    """Objects of three epochs each; ``kinds`` gives each epoch's pixels."""
    rows = []
    for name, images in kinds.items():
        for k, pixels in enumerate(images):
            file = f"{name}{k}.fits"
            fits.writeto(folder / file, pixels)
            rows.append({"file": file, "object_id": name, "mjd": 58000.0 + k})
    import pandas as pd

    write_table(pd.DataFrame(rows), folder / "t.csv")
    return fits_source(folder, folder / "t.csv", survey="mine")


def pixels(dtype, *, seed=1, hole=False):
    image = np.random.default_rng(seed).integers(0, 200, (9, 9)).astype(dtype)
    if hole:
        image[0] = np.nan
    return image


def test_objects_of_every_pixel_type_come_together_in_one_archive(tmp_path):
    from taonet.io.archive import Archive

    kinds = {
        "a": [pixels("u1", seed=k) for k in range(3)],
        "b": [pixels("i2", seed=3), pixels("u2", seed=4), pixels("i4", seed=5)],
        "c": [pixels("u2", seed=6), pixels("f4", seed=7, hole=True), pixels("u1", seed=8)],
        "d": [pixels("i2", seed=k) - 300 for k in range(3)],
    }
    summary = ingest(cutouts(tmp_path, kinds), tmp_path / "A")
    assert (summary.objects, summary.set_aside, summary.notes) == (4, 0, 0)
    archive = Archive(tmp_path / "A")
    for i, (name, images) in enumerate(kinds.items()):
        assert archive[i].object_id == name
        assert np.array_equal(archive[i].frames[:, 0], np.stack(images), equal_nan=True)


def test_every_epoch_and_object_that_comes_in_comes_out_counted(tmp_path):
    kinds = {
        "007": [pixels("u2"), np.ones((9, 8), "u2"), pixels("u2", seed=2)],
        "7": [pixels("u2"), np.ones((2, 9, 9), "u2"), pixels("u2", seed=2)],
        "x": [np.ones(5, "u2")] * 3,
    }
    summary = ingest(cutouts(tmp_path, kinds), tmp_path / "A")
    assert (summary.items, summary.objects, summary.frames, summary.set_aside) == (3, 2, 4, 1)
    assert summary.note_reasons == {"a frame of another size": 1, "a cube, not one image": 1}
    assert summary.reasons == {"no two-dimensional image": 1}
