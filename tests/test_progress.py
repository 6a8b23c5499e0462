"""Progress: nothing of short work, an estimate of long work, all items passed on."""

import logging
import sys
import types

import pytest

from taonet import progress
from taonet.progress import duration, show_progress


class Clock:
    """Each look at it takes so many seconds."""

    def __init__(self, step_s):
        self.now_s, self.step_s = 0.0, step_s

    def __call__(self):
        self.now_s += self.step_s
        return self.now_s


def test_items_pass_in_order_and_short_work_says_nothing(caplog, capsys):
    caplog.set_level(logging.INFO)
    assert list(show_progress(iter("abc"), 3, "reading", clock=Clock(0.1))) == ["a", "b", "c"]
    assert not caplog.messages
    assert capsys.readouterr() == ("", "")


def test_long_work_is_logged_with_an_estimate(caplog):
    caplog.set_level(logging.INFO, logger="taonet")
    items = list(show_progress(range(10), 10, "measuring", clock=Clock(6.0)))
    assert items == list(range(10))
    # the first record after 6 s; a tenth of the work took so long, nine more will
    assert caplog.messages[0] == "measuring: 1 of 10, about 54 s left"
    assert len(caplog.messages) == 5
    assert {record.name.partition(".")[0] for record in caplog.records} == {"taonet"}


def test_a_number_that_is_not_known_needs_no_estimate(caplog):
    caplog.set_level(logging.INFO)
    list(show_progress(range(3), 0, "reading", clock=Clock(20.0)))
    assert caplog.messages[0] == "reading: 1"


def test_a_terminal_shows_one_line_and_clears_it(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    list(show_progress(range(4), 4, "reading", clock=Clock(3.0)))
    shown = capsys.readouterr().err
    assert "\n" not in shown
    assert "reading: 1 of 4, about 9 s left" in shown
    assert shown.endswith("\r")


def test_a_notebook_shows_an_output_that_is_empty_in_the_end(monkeypatch, capsys):
    shown = []

    class Handle:
        def update(self, content, *, raw):
            assert raw
            shown.append(content)

    def display(content, *, raw, display_id):
        assert raw
        assert display_id
        shown.append(content)
        return Handle()

    monkeypatch.setattr(progress, "is_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    list(show_progress(range(4), 4, "reading", clock=Clock(3.0)))
    assert shown[0] == {"text/plain": "reading: 1 of 4, about 9 s left"}
    assert set(shown[-1].values()) == {""}
    # a notebook keeps what the error stream gets, in red
    assert capsys.readouterr() == ("", "")


def test_work_that_fails_leaves_no_line(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    clock = Clock(3.0)
    with pytest.raises(ZeroDivisionError):
        list(show_progress((1 / (2 - i) for i in range(4)), 4, "reading", clock=clock))
    assert capsys.readouterr().err.endswith("\r")


def test_durations_are_in_units_that_suit_them():
    assert [duration(s) for s in (0.4, 89, 90, 5399, 5400)] == [
        "0 s", "89 s", "2 min", "90 min", "1.5 h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("config", "expected"), [({"IPKernelApp": {}}, True), ({}, False), (None, False)]
)
def test_only_a_kernel_is_a_notebook(monkeypatch, config, expected):
    # a terminal of IPython, and programs that loaded a kernel to talk to it, are none
    shell = None if config is None else types.SimpleNamespace(config=config)
    ipython = types.SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    assert progress.is_notebook() is expected
