"""The notebook of first steps runs as it stands, on its samples and on files of real surveys."""

import ast
import base64
import os
import shutil
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

import taonet
from fixtures import make_notebook_samples

FOLDER = Path(__file__).parents[1] / "docs" / "notebooks"
NOTEBOOK = FOLDER / "first-steps.ipynb"
PNG = b"\x89PNG\r\n\x1a\n"


def read_notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook, folder):
    """Run all cells in a folder, with the package that is tested; an error in a cell is raised."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    client = NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment)
    return notebook


def shown(cell):
    """What a cell shows, by its formats."""
    return [output["data"] for output in cell.outputs if "data" in output]


def last_call(cell):
    """The function of taonet that makes the value that a cell shows; empty where none does."""
    last = ast.parse(cell.source).body[-1]
    function = getattr(getattr(last, "value", None), "func", None)
    return ast.unparse(function) if function is not None else ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    shutil.copytree(FOLDER / "samples", folder / "samples")
    return folder


@pytest.fixture(scope="module")
def executed(folder):
    return execute(read_notebook(), folder)


def test_it_imports_nothing_but_taonet():
    imported = []
    for cell in code_cells(read_notebook()):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Import):
                imported += [alias.name for alias in node.names]
            assert not isinstance(node, ast.ImportFrom), cell.source
            assert "__import__" not in ast.dump(node)
    assert imported == ["taonet"]


def test_it_is_kept_without_outputs():
    assert NOTEBOOK.stat().st_size < 30_000
    for cell in code_cells(read_notebook()):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert len(cell.source.splitlines()) <= 4


def check_outputs(notebook):
    """All figures and films are there, once each."""
    figures = films = 0
    for cell in code_cells(notebook):
        data, call = shown(cell), last_call(cell)
        if call == "taonet.plot":
            assert len(data) == 1, cell.source
            assert base64.b64decode(data[0]["image/png"]).startswith(PNG)
            figures += 1
        elif call == "taonet.animate":
            assert len(data) == 1, cell.source
            assert 'type="range"' in data[0]["text/html"]
            assert data[0]["text/html"].count("data:image/png;base64") > 1
            films += 1
        else:
            assert not any("image/png" in one for one in data), cell.source
    assert (figures, films) == (6, 2)


def test_all_figures_and_films_are_there(executed):
    check_outputs(executed)


def test_no_cell_writes_to_the_error_stream(executed):
    for cell in code_cells(executed):
        streams = [output for output in cell.outputs if output.output_type == "stream"]
        assert not streams, (cell.source, streams)


@pytest.mark.usefixtures("executed")
def test_it_leaves_the_files_that_it_says(folder):
    assert len(taonet.read(folder / "answers.ecsv")) > 100
    assert (folder / "sequence.png").read_bytes().startswith(PNG)
    assert (folder / "sequence.gif").read_bytes().startswith(b"GIF8")
    assert "</html>" in (folder / "report.html").read_text()
    assert (folder / "runs" / "tiny" / "report.html").is_file()


def test_it_exports_as_a_page(executed):
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert page.count('type="range"') == 2
    assert "Traceback" not in page
    # nothing is fetched for the films, and tables show themselves
    assert "font-awesome" not in page
    assert "<b>Predictions: 4 objects</b>" in page


def test_it_runs_on_files_of_real_surveys(shared_data, tmp_path):
    notebook = read_notebook()
    hits = shared_data / "hits" / "sequences.npz"
    ztf = shared_data / "alerts" / "ztf" / "ZTF21abiuvdk"
    (cell,) = [cell for cell in code_cells(notebook) if cell.source.startswith("HITS = ")]
    cell.source = f"HITS = {str(hits)!r}\nZTF = {str(ztf)!r}\nLIMIT = 4"
    check_outputs(execute(notebook, tmp_path))


def test_the_samples_are_small_and_in_the_formats_of_the_surveys():
    files = [path for path in (FOLDER / "samples").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1.5e6
    hits, ztf = taonet.read(FOLDER / "samples/hits.npz"), taonet.read(FOLDER / "samples/ztf")
    assert (len(hits), len(ztf), ztf.survey) == (8, 3, "ztf")
    assert not hits.set_aside + ztf.set_aside
    assert "imulated" in (FOLDER / "samples" / "README.md").read_text()


@pytest.mark.parametrize("name", ["hits.npz", "ztf"])
def test_the_samples_are_what_the_script_writes(name, tmp_path):
    write = {"hits.npz": make_notebook_samples.write_hits, "ztf": make_notebook_samples.write_ztf}
    write[name](tmp_path / name, n_objects=1)
    (ours,) = taonet.read(tmp_path / name)
    theirs = taonet.read(FOLDER / "samples" / name)[0]
    again = "run the script again, as its first lines say, if the simulator has changed"
    assert ours.object_id == theirs.object_id
    np.testing.assert_allclose(ours.mjd, theirs.mjd, err_msg=again)
    # another machine may round another way
    np.testing.assert_allclose(ours.frames, theirs.frames, atol=1.01, err_msg=again)
