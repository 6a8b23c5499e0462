"""Every module has a test of its own name, or a place in a list with the reason."""

import re
from pathlib import Path

import taonet

ROOT = Path(taonet.__file__).parent
TESTS = Path(__file__).parent

TESTED_ELSEWHERE: dict[str, str] = {
    # data … trust
    "io/deep_tao/release": "one table of numbers, compared in fetch/test_deep_tao_listing.py",
    "io/kinds/alerts": "one record of a file kind; all of them in io/kinds/test_file_kinds.py",
    "io/kinds/arrays": "one record of a file kind; all of them in io/kinds/test_file_kinds.py",
    "io/kinds/deep_tao": "one record of a file kind; all of them in io/kinds/test_file_kinds.py",
    "io/kinds/fits_cutouts": "one record of a file kind; all in io/kinds/test_file_kinds.py",
    "io/kinds/kind": "the form of those records; all of them in io/kinds/test_file_kinds.py",
    "photometry/calibration": "a record, filled and read in photometry/test_field_calibration.py",
    "types": "names of types; the ranges refuse in test_settings.py, the shapes in all tests",
    # evaluation … cli
    "cli/app": "test_cli.py runs it as a command",
    "cli/benchmark": "test_cli.py runs it as a command; studies run what it calls",
    "cli/calibrate": "tasks/test_calibrate.py runs what it calls, test_cli.py asks for its help",
    "cli/demo": "tasks/test_demo.py runs what it calls, test_cli.py asks for its help",
    "cli/evaluate": "test_cli.py runs it as a command",
    "cli/fetch": "test_cli.py runs it as a command",
    "cli/info": "test_cli.py runs it as a command",
    "cli/ingest": "test_cli.py and test_interruption.py run it as a command",
    "cli/interruption": "test_interruption.py interrupts commands and reads what it says",
    "cli/models": "tasks/test_models.py runs it as a command",
    "cli/options": "test_cli.py runs the commands whose options these are",
    "cli/output": "test_cli.py reads what commands print and their exit codes",
    "cli/photometry": "test_cli.py runs it as a command",
    "cli/predict": "test_cli.py runs it as a command",
    "cli/recipes": "test_cli.py runs it as a command",
    "cli/report": "test_cli.py runs it as a command",
    "cli/simulate": "test_cli.py and test_interruption.py run it as a command",
    "cli/train": "test_cli.py and test_interruption.py run it as a command",
    "reports/contents": "holds fields alone; reports/test_page.py fills them",
    "reports/published_numbers": "constants, found in tables by reports/test_paper_tables.py alone",
    "tasks/predict": "test_cli.py runs it; models/test_predict_inputs.py compares its tables",
}
"""Modules without a test of their own name, and the test file that exercises them."""

MOST_ELSEWHERE = 29
"""Entries in that list: to be lowered, never raised."""


def modules() -> list[str]:
    paths = [path.relative_to(ROOT).with_suffix("") for path in sorted(ROOT.rglob("*.py"))]
    return [path.as_posix() for path in paths if path.name not in ("__init__", "__main__")]


def own_test(module: str) -> Path:
    room, _, name = module.rpartition("/")
    return TESTS / room / f"test_{name}.py"


def test_every_module_has_a_test_of_its_name_or_a_reason():
    assert len(modules()) > 100
    untested = {module for module in modules() if not own_test(module).is_file()}
    assert untested - set(TESTED_ELSEWHERE) == set()


def test_no_entry_is_stale_and_the_list_stays_short():
    listed = set(TESTED_ELSEWHERE)
    assert listed - set(modules()) == set(), "modules that are no more"
    assert {module for module in listed if own_test(module).is_file()} == set(), "tested by now"
    assert len(listed) <= MOST_ELSEWHERE


def test_every_reason_names_a_test_that_is_there():
    for module, reason in TESTED_ELSEWHERE.items():
        files = re.findall(r"[\w/]*test_\w+\.py", reason)
        assert files, module
        assert [name for name in files if not (TESTS / name).is_file()] == [], module
        assert len(reason.split()) > 5, module
