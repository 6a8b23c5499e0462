"""What ``import taonet`` offers: quickly, under names that nothing else takes."""

import inspect
import os
import pkgutil
import subprocess
import sys
import types

import pytest

import taonet

NAMES = sorted(set(taonet.__all__) - {"__version__", "errors"})


def python(*words, **environment):
    return subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_names_are_these():
    assert set(NAMES) == {
        "load", "read", "predict", "light_curves", "simulate", "train", "evaluate", "report",
        "plot", "animate", "view", "Archive", "ImageSequence",
    }  # fmt: skip
    assert set(NAMES) < set(dir(taonet))


def test_no_name_is_that_of_a_room():
    rooms = {module.name for module in pkgutil.iter_modules(taonet.__path__)}
    assert rooms & {"reports", "simulation", "photometry", "evaluation"}
    assert rooms & set(taonet.__all__) == {"errors"}  # the module of that name itself


def test_rooms_are_nouns_and_stay_reachable():
    import taonet.evaluation.scores
    import taonet.simulation.objects

    assert isinstance(taonet.simulation, types.ModuleType)
    assert callable(taonet.simulate)


# each name after every other: an import of one must never replace another
ORDER = """
import importlib, pkgutil, random, sys, types
import taonet
names = sorted(set(taonet.__all__) - {"__version__", "errors"})
random.Random(int(sys.argv[1])).shuffle(names)
first = {}
for name in names:
    first[name] = getattr(taonet, name)
    for known, value in first.items():
        assert getattr(taonet, known) is value, (known, name)
for module in pkgutil.walk_packages(taonet.__path__, "taonet."):
    if "__main__" not in module.name:
        importlib.import_module(module.name)
for name, value in first.items():
    assert getattr(taonet, name) is value, name
    assert not isinstance(value, types.ModuleType), name
"""


@pytest.mark.parametrize("seed", [1, 2])
def test_no_import_replaces_a_name(seed):
    done = python("-c", ORDER, str(seed))
    assert done.returncode == 0, done.stderr


# calls, small ones, each before and after each other
CALLS = """
import pathlib, random, sys, tempfile, warnings
import taonet
folder = pathlib.Path(tempfile.mkdtemp())
seed = int(sys.argv[1])
sequences = lambda: taonet.simulate("hits", 2, seed=7)
calls = {
    "load": lambda: taonet.load("hits-sim").classes,
    "read": lambda: len(taonet.read(sys.argv[2])),
    "predict": lambda: taonet.predict("hits-sim", sequences(), final=True).to_csv(),
    "light_curves": lambda: taonet.light_curves(sequences()).to_csv(),
    "simulate": lambda: [one.object_id for one in sequences()],
    "evaluate": lambda: taonet.evaluate(taonet.predict("hits-sim", sequences())).to_csv(),
    "report": lambda: taonet.report(
        taonet.predict("hits-sim", sequences()), folder / "r.html", overwrite=True
    ).stat().st_size > 1000,
    "plot": lambda: len(taonet.plot(sequences()[0]).axes),
    "animate": lambda: type(taonet.animate(sequences()[0])).__name__,
    "train": lambda: taonet.train(
        "tiny", sys.argv[3], output=folder / "run", settings={"training.steps": 2}
    ).model.classes,
}
order = list(calls)
random.Random(seed).shuffle(order)
once = {name: calls[name]() for name in order}
random.Random(seed + 1).shuffle(order)
for name in order:
    assert calls[name]() == once[name], name
"""


def test_every_call_works_after_every_other(tmp_path, world):
    archive = taonet.simulate("hits", 2, seed=7, output=tmp_path / "a").path
    done = python("-c", CALLS, "1", str(archive), str(world / "archive"))
    assert done.returncode == 0, done.stderr


def test_every_name_has_a_signature_and_a_docstring_for_tab_completion():
    for name in NAMES:
        value = getattr(taonet, name)
        text = inspect.getdoc(value)
        assert text, name
        assert "Parameters" in text, name
        if inspect.isfunction(value):
            assert text.count("Returns") == 1, name
            documented = text.partition("Parameters")[2].partition("Returns")[0]
            for parameter in inspect.signature(value).parameters:
                assert parameter in documented, (name, parameter)


# counted, not timed: what an import loads is the same on every machine
MODULES = """
import sys
before = set(sys.modules)
import taonet
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(len(set(sys.modules) - before), sorted(loaded - set(sys.stdlib_module_names)))
"""


def test_importing_taonet_loads_next_to_nothing():
    done = python("-c", MODULES)
    count, others = done.stdout.split(maxsplit=1)
    assert int(count) < 40
    assert others.strip() == "['taonet']"


def test_importing_taonet_takes_little_longer_than_importing_nothing():
    # best of three of each: a quotient, far from its limit, on a noisy machine
    def seconds(code):
        lines = [python("-X", "importtime", "-c", code).stderr.splitlines()[-1] for _ in range(3)]
        return min(int(line.split("|")[1]) for line in lines) / 1e6

    assert seconds("import taonet") < seconds("import numpy")


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'classify'"):
        _ = taonet.classify
