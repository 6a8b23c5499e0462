"""Wrong input to every function: one clear line, never an error of another library."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

import taonet
from taonet.errors import TaoNetError

NONSENSE: dict[str, Any] = {
    "None": None,
    "number": 3,
    "nan": float("nan"),
    "empty text": "",
    "text": "no/such/thing",
    "bytes": b"a",
    "empty list": [],
    "list of None": [None],
    "mapping": {"a": 1},
    "array": np.zeros(3),
    "empty table": pd.DataFrame(),
    "table": pd.DataFrame({"a": [1]}),
    "series": pd.Series([1]),
    "object": object(),
    "folder": Path("nowhere"),
}

FEW = {"training.step": 1}


@pytest.fixture(scope="module")
def sequences():
    return taonet.simulate("hits", 2, seed=3)


@pytest.fixture(scope="module")
def predictions(sequences):
    return taonet.predict("hits-sim", sequences, final=True)


def whole_number_in_words(x):
    return str(x) if isinstance(x, int) else x


Calls = dict[str, Callable[[Any], Any]]


def calls(s: Any, p: Any) -> tuple[Calls, Calls]:
    """Calls that have no use for any of it, and options: None means something to those."""
    alone: Calls = {
        "load": taonet.load,
        "Archive": taonet.Archive,
        "read": taonet.read,
        "model": lambda x: taonet.predict(x, s),
        "predict": lambda x: taonet.predict("hits-sim", x),
        "light_curves": taonet.light_curves,
        "simulate": lambda x: taonet.simulate(cast(str, x), 1),
        "recipe": lambda x: taonet.train(x, s, output="nowhere/run"),
        "train": lambda x: taonet.train("tiny", x, output="nowhere/run", settings=FEW),
        "evaluate": taonet.evaluate,
        "report": lambda x: taonet.report(x, "nowhere/r.html"),
        "plot": taonet.plot,
        "animate": taonet.animate,
        "seed": lambda x: taonet.simulate("tiny", 1, seed=whole_number_in_words(x)),
    }
    options: Calls = {
        "data": lambda x: taonet.evaluate(p, x),
        "predictions": lambda x: taonet.plot(s[0], predictions=x),
        "prior": lambda x: taonet.predict("hits-sim", s, prior=x),
        "object_id": lambda x: taonet.plot(s, object_id=x),
        "classes": lambda x: taonet.simulate("tiny", 1, classes=x),
        "device": lambda x: taonet.predict("hits-sim", s, device=x),
        "limit": lambda x: taonet.predict("hits-sim", s, limit=whole_number_in_words(x)),
    }
    return alone, options


NAMES = [name for some in calls([None], None) for name in some]


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_is_refused_in_one_line(name, sequences, predictions, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    alone, options = calls(sequences, predictions)
    for kind, nonsense in NONSENSE.items():
        if name in options and nonsense is None:
            continue
        with pytest.raises(TaoNetError) as refusal:
            (alone | options)[name](nonsense)
        assert "\n" not in str(refusal.value), kind
    assert not list(tmp_path.rglob("*.part"))
