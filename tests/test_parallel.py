"""Work spread over processes: in order, from plain scripts too, over at once when interrupted."""

import math
import os
import signal
import subprocess
import sys

import pytest

from taonet.errors import TaoNetError
from taonet.parallel import map_in_order


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_and_items_are_taken_as_the_work_goes_on(workers):
    taken = []

    def items():
        for i in range(100):
            taken.append(i)
            yield i

    results = map_in_order(math.sqrt, items(), workers=workers)
    assert next(results) == 0
    assert len(taken) < 50
    assert list(results) == [math.sqrt(i) for i in range(1, 100)]


def test_an_error_in_a_worker_is_the_error_here():
    with pytest.raises(ValueError, match="invalid literal"):
        list(map_in_order(int, ["1", "x", *["2"] * 50], workers=2))


def test_a_worker_that_ends_is_one_line():
    with pytest.raises(TaoNetError, match="a worker ended before its work was done"):
        list(map_in_order(os._exit, [1], workers=2))


def run(script, tmp_path):
    file = tmp_path / "script.py"
    file.write_text("from taonet.parallel import map_in_order\n" + script)
    return subprocess.run([sys.executable, file], capture_output=True, text=True, check=False)


def test_a_plain_script_without_a_guard_gets_its_answers(tmp_path):
    script = "import math\nprint(list(map_in_order(math.sqrt, [1, 4, 9], workers=2)))\n"
    done = run(script, tmp_path)
    assert (done.stdout, done.stderr) == ("[1.0, 2.0, 3.0]\n", "")


def test_a_function_of_a_script_without_a_guard_is_told_what_to_do(tmp_path):
    script = (
        "def double(x):\n    return 2 * x\nprint(list(map_in_order(double, [1, 2], workers=2)))\n"
    )
    done = run(script, tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    assert "if __name__ == '__main__'" in done.stderr.splitlines()[-1]


SLEEPING = """\
work = "import os, time; os.write(1, b'at work' + bytes([10])); time.sleep(3600)"
try:
    list(map_in_order(exec, [work] * 40, workers=2))
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name != "posix", reason="signals to groups of processes")
@pytest.mark.parametrize("whom", ["the terminal", "the script alone"])
def test_an_interruption_ends_the_workers_without_a_word_of_theirs(tmp_path, whom):
    file = tmp_path / "script.py"
    file.write_text("from taonet.parallel import map_in_order\n" + SLEEPING)
    command = [sys.executable, file]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        at_work = [process.stdout.readline() for _ in range(2)]
        send = os.killpg if whom == "the terminal" else os.kill
        send(process.pid, signal.SIGINT)
        said = process.communicate(timeout=120)
    assert at_work == ["at work\n"] * 2
    assert said == ("interrupted\n", "")
