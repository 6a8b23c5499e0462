"""The house rules that a reader feels first: what things are called, and how long they are."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import taonet

ROOT = Path(taonet.__file__).parent

MOST_LINES = 400
MOST_CODE = 60
MOST_PARAMETERS = 8

MANY_PARAMETERS = {
    "api.simulation.simulate": "the options of the verb",
    "api.photometry.light_curves": "the options of the verb",
    "api.training.train": "the options of the verb",
    "sky.sequence.ImageSequence.from_frames": "one keyword for each column of a sequence",
    "tasks.counterfactuals.counterfactual_table": "the options of the verb, one keyword each",
    "tasks.predict.predict_files": "the options of the verb, one keyword each",
}
"""Functions with more than eight parameters, and why. Options of verbs are the verbs' interface."""

PARTICIPLES = {
    "data.batches.Batch.seen": "the flag of the conventions, True where there is an epoch",
    "features.published": "the published features, by the name that the literature gives them",
}
"""Names that are participles all the same, and why."""

IRREGULAR = (
    "become been begun beaten bent borne bought bound broken brought built caught chosen come "
    "dealt done drawn driven eaten fallen fed felt forgotten found frozen given gone grown heard "
    "held hidden kept known laid learnt led left lent lit lost made meant met paid said seen sent "
    "shown sold sought spent spoken stated stolen stood sung sworn swept taken taught thought "
    "thrown told torn understood won worn written"
)
"""Participles that are no noun, adjective of the field or present tense as well."""

NOT_PARTICIPLES = {"seed", "need", "feed", "speed", "embed", "bed", "red", "indeed"}

ADVERBS = {"together", "apart", "alone", "along", "beside", "beyond", "twice", "once"}
"""No noun and no verb either."""


class Definition(NamedTuple):
    """A function, class or module of the package."""

    name: str
    node: ast.AST


def definitions() -> Iterator[Definition]:
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield Definition(module, tree)
        yield from definitions_in(tree, module)


def definitions_in(node: ast.AST, outer: str) -> Iterator[Definition]:
    for child in ast.iter_child_nodes(node):
        name = outer
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer}.{child.name}"
            yield Definition(name, child)
        yield from definitions_in(child, name)


def is_lone_participle(name: str) -> bool:
    word = name.rpartition(".")[2].strip("_").lower()
    regular = word.endswith("ed") and word not in NOT_PARTICIPLES
    return "_" not in word and (regular or word in {*IRREGULAR.split(), *ADVERBS})


@pytest.fixture(scope="module")
def every() -> list[Definition]:
    return list(definitions())


@pytest.fixture(scope="module")
def functions(every) -> list[Definition]:
    return [one for one in every if isinstance(one.node, ast.FunctionDef)]


def test_the_rules_see_what_they_forbid():
    for name in ("io.kept", "_found", "Measured", "experiment.together", "made.told", "listed"):
        assert is_lone_participle(name)
    for name in ("io.read", "kept_rows", "seed", "needed_visits", "Split", "is_compressed"):
        assert not is_lone_participle(name)


def test_nothing_is_named_by_a_lone_participle(every):
    assert len(every) > 2000
    lone = {one.name for one in every if is_lone_participle(one.name)}
    assert lone == set(PARTICIPLES)
    assert len(PARTICIPLES) < 10


def test_no_module_is_long():
    lengths = {path: len(path.read_text().splitlines()) for path in ROOT.rglob("*.py")}
    assert {str(path): n for path, n in lengths.items() if n > MOST_LINES} == {}


def test_no_function_is_long(functions):
    lengths = {one.name: lines_of_code(one.node) for one in functions if not is_verb(one)}
    assert {name: n for name, n in lengths.items() if n > MOST_CODE} == {}


def test_no_function_has_many_parameters(functions):
    counts = {one.name: parameters_of(one.node) for one in functions if not is_verb(one)}
    assert {name for name, n in counts.items() if n > MOST_PARAMETERS} == set(MANY_PARAMETERS)


def is_verb(one: Definition) -> bool:
    """Whether a function is a command: its parameters are options, each with its help."""
    return one.name.startswith("cli.") and "Annotated" in ast.unparse(one.node)


def lines_of_code(function: ast.FunctionDef) -> int:
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    return lines_of(function) - (lines_of(first) if is_docstring else 0)


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def parameters_of(function: ast.FunctionDef) -> int:
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


REPOSITORY = Path(__file__).parents[1]
GUIDE = REPOSITORY / "docs" / "where-to-add.md"


def test_the_guide_names_files_and_tables_that_are_there():
    rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    files = {name for row in rows for name in re.findall(r"`([a-z_/]+\.py)`", row)}
    assert len(files) > 12
    assert {name for name in files if not (ROOT / name).is_file()} == set()
    for row in rows:
        for table in re.findall(r"`([A-Z_]{5,})`", row):
            named = re.findall(r"`([a-z_/]+\.py)`", row)
            assert any(re.search(rf"^{table}\b", (ROOT / name).read_text(), re.M) for name in named)


def test_hooks_before_a_commit_run_the_commands_of_make_check():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    _, _, recipe = makefile.partition("\ncheck:")
    commands = re.findall(r"^\t\$\(BIN\)/(.+)$", recipe.partition("\n\n")[0], re.M)
    hooks = (REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert len(commands) >= 4
    assert re.findall(r"entry: \.venv/bin/(.+)$", hooks, re.M) == commands
    # a repository of hooks would be a download
    assert set(re.findall(r"- repo: (.+)$", hooks, re.M)) == {"local"}


def test_links_between_pages_lead_somewhere():
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    links = {
        page.parent / link.partition("#")[0]
        for page in pages
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if not re.match(r"https?:|#", link)
    }
    assert REPOSITORY / "CONTRIBUTING.md" in links
    assert len(links) > 20
    assert {str(link) for link in links if not link.exists()} == set()


def test_the_page_for_contributors_names_targets_that_make_knows():
    text = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"`make ([a-z-]+)`", text))
    assert len(targets) >= 4
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.M))
