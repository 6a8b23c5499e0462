"""Rehearse the paper's experiment on simulated objects in the exact layout of Deep-TAO.

    python benchmarks/deep_tao_rehearsal.py WORK --objects 1000 --steps 60

Simulates (or takes objects, in the release's mix of classes, from an archive of simulated ones),
lays the files out as the release does (colons in names, non-transients under the name
of the transient whose field they were cut from, a source under two names, a stack twice, damaged
files), ingests, and carries out recipes/deep-tao.toml — killed twice on the way, once while it
measures and once while it trains, and started again. Processor time, peak memory and disk of each
stage are written to WORK/rehearsal.json, and extrapolated to the release. Seconds are of one
processor, whatever else the machine was doing; those of the clock stand beside them.

``--steps`` trains less than the recipe says, in a copy of it; training is extrapolated by steps.
A second run with a smaller one's ``--smaller rehearsal.json`` tells how memory grows, and ``--page
docs/benchmark-deep-tao.md`` fills in that page.
``--unbroken`` carries the run out a second time without kills, and compares every prediction.
``--variants`` also trains a network that reads pixels alone, and one that goes on from a bundle
that simulation taught, each as long, and scores all of them on the same folds.
"""

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from taonet.evaluation.scored_rows import restrict_classes
from taonet.evaluation.scores import score
from taonet.experiment.recipe import Recipe, read_recipe
from taonet.io.archive import Archive
from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.deep_tao.release import RELEASE_OBJECTS
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.prediction_table import read_predictions
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS

RELEASE = {"objects": 16_307, "frames": 1_249_079}
RECIPE = Path(__file__).parents[1] / "recipes" / "deep-tao.toml"
TAONET = [sys.executable, "-c", "from taonet.cli import main; main()"]
POLL_S = 0.5
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

MARKS = ("<!-- measured by benchmarks/deep_tao_rehearsal.py -->", "<!-- end -->")

STAGES = {
    "ingest": "frames",
    "start": "frames",
    "measure": "frames",
    "train": "steps",
    "test": "frames",
    "report": "objects",
}
"""What each stage grows with."""

VARIANTS = {
    "pixels alone": ("", "--encoder", "frames", "--set", "model.measured=false",
                     "--set", "model.encoded=true"),
    "simulation first": ("finetune", "--from", "crts-pixels", "--set", "split.kind=folds",
                         "--set", "split.folds=5"),
}  # fmt: skip
"""Recipe, where it is another one, and words of ``taonet train`` for other networks on the same
folds."""

FIVE = ("SN", "CV", "AGN", "BZ", "OTHER")


@dataclass
class Cost:
    """What a stage took: seconds of processors and of the clock, and the most memory at once."""

    cpu_s: float = 0.0
    clock_s: float = 0.0
    anonymous: int = 0
    resident: int = 0


@dataclass
class Watched:
    """A command, with all processes that it starts, and what they have used so far."""

    process: subprocess.Popen[bytes]
    cpu_of: dict[str, float] = field(default_factory=dict)
    anonymous: int = 0
    resident: int = 0

    @property
    def cpu_s(self) -> float:
        return sum(self.cpu_of.values())

    def look(self) -> None:
        """Read the clocks and the memory of every process of the session."""
        self.anonymous = self.resident = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = stat.read_text().rpartition(")")[2].split()
                if int(words[3]) != self.process.pid:
                    continue
                pages = [int(n) for n in stat.with_name("statm").read_text().split()]
            except OSError:
                continue
            self.cpu_of[stat.parent.name] = (int(words[11]) + int(words[12])) / TICKS
            self.resident += PAGE * pages[1]
            self.anonymous += PAGE * (pages[1] - pages[2])

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Rehearsal:
    """Where everything is, and what it cost."""

    work: Path
    recipe: Recipe
    costs: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))
    notes: list[str] = field(default_factory=list)
    kills: int = 0

    @property
    def release(self) -> Path:
        return self.work / "D"

    @property
    def archive(self) -> Path:
        return self.work / "A"

    @property
    def run(self) -> Path:
        return self.work / "run"

    def carried_out(self, stage: str, *words: str | Path) -> str:
        """Carry out one command as one stage; return what it printed."""
        watched = started(self.work / f"{stage}.log", *words)
        while watched.process.poll() is None:
            self.watch(watched, stage)
        said = (self.work / f"{stage}.log").read_text()
        if watched.process.returncode:
            raise SystemExit(said)
        self.say(f"{self.costs[stage].cpu_s:.1f} s of processor: {stage}")
        return said.strip()

    def watch(self, watched: Watched, stage: str) -> None:
        began, used = time.monotonic(), watched.cpu_s
        time.sleep(POLL_S)
        watched.look()
        cost = self.costs[stage]
        cost.clock_s += time.monotonic() - began
        cost.cpu_s += watched.cpu_s - used
        cost.anonymous = max(cost.anonymous, watched.anonymous)
        cost.resident = max(cost.resident, watched.resident)

    def say(self, line: str) -> None:
        self.notes.append(line)
        costs = {name: vars(cost) for name, cost in self.costs.items()}
        kept = {"notes": self.notes, "kills": self.kills, "costs": costs}
        (self.work / "so_far.json").write_text(json.dumps(kept))
        print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)

    def go_on(self, kept: dict[str, Any]) -> None:
        """Take up a rehearsal that was itself interrupted."""
        self.notes, self.kills = kept["notes"], kept["kills"]
        self.costs |= {name: Cost(**cost) for name, cost in kept["costs"].items()}


def started(log: Path, *words: str | Path) -> Watched:
    with log.open("wb") as file:
        command = [*TAONET, *map(str, words)]
        return Watched(subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True))


def simulated_files(folder: Path) -> Iterator[ImageSequence]:
    """Yield what `taonet simulate --fits` wrote, transients first."""
    files = sorted(folder.glob("*/*.fits"), key=lambda path: (path.parent.name == "NON", path))
    for file in files:
        yield read_deep_tao(file)[0]


def from_archive(path: Path, objects: int) -> Iterator[ImageSequence]:
    """Yield objects of an archive in the release's mix of classes, transients first."""
    archive = Archive(path)
    for name in sorted(RELEASE_OBJECTS, key=lambda name: name == "NON"):
        wanted = max(10, round(objects * RELEASE_OBJECTS[name] / RELEASE["objects"]))
        found = [i for i, other in enumerate(archive.class_names) if other == name]
        for index in found[:wanted]:
            yield archive[index]


def lay_out(sequences: Iterable[ImageSequence], release: Path, *, seed: int) -> dict[str, int]:
    """Write simulated objects as the release has them, traps included."""
    rng = np.random.default_rng(seed)
    transients: list[ImageSequence] = []
    taken: set[str] = set()
    for number, sequence in enumerate(sequences):
        if sequence.class_name == "NON":
            parent = transients[number % len(transients)]
            ra, dec = near(parent, rng)
            name = f"nonCSS:{ra:.6g}{dec:+.6g}"
            sequence = replace(sequence, object_id=name, field_id=parent.object_id, ra=ra, dec=dec)
        else:
            name = transient_name(sequence)
            while name in taken:
                name = name[:-1] + str((int(name[-1]) + 1) % 10)
            sequence = replace(sequence, object_id=name, field_id=name)
            transients.append(sequence)
        taken.add(sequence.object_id)
        written(release, sequence)
    return traps(release, transients)


def transient_name(sequence: ImageSequence) -> str:
    """Return a name as the survey gives them, ``CSS071204:100029+071116``, by day and place."""
    day = pd.Timestamp("1858-11-17") + pd.Timedelta(days=int(sequence.mjd[len(sequence) // 2]))
    hours, degrees = sequence.ra / 15, abs(sequence.dec)
    place = "".join(f"{int(x):02d}{int(x * 60 % 60):02d}{int(x * 3600 % 60):02d}" for x in (hours,))
    sign = "-" if sequence.dec < 0 else "+"
    high = f"{int(degrees):02d}{int(degrees * 60 % 60):02d}{int(degrees * 3600 % 60):02d}"
    return f"CSS{day:%y%m%d}:{place}{sign}{high}"


def near(parent: ImageSequence, rng: np.random.Generator) -> tuple[float, float]:
    """Return a place a few arcminutes off."""
    dra, ddec = rng.uniform(-0.05, 0.05, 2)
    return (parent.ra + dra) % 360, float(np.clip(parent.dec + ddec, -89, 89))


def written(release: Path, sequence: ImageSequence) -> Path:
    path = release / "data" / str(sequence.class_name) / f"{sequence.object_id}.fits"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_deep_tao(path, sequence)
    return path


def traps(release: Path, transients: list[ImageSequence]) -> dict[str, int]:
    """Add what the release holds too: friends, twins and files that cannot be read."""
    first, second = transients[0], transients[1]
    friend = f"{first.object_id[:-2]}99"
    written(
        release,
        replace(first, object_id=friend, field_id=friend, ra=first.ra, dec=first.dec + 4 / 3600),
    )
    other = "AGN" if second.class_name != "AGN" else "BZ"
    twin = f"{second.object_id[:-2]}98"
    written(release, replace(second, object_id=twin, field_id=twin, class_name=other, raw_label=""))
    whole = next((release / "data" / "SN").glob("*.fits")).read_bytes()
    (release / "data" / "SN" / "CSS999999:000000+000001.fits").write_bytes(whole[:50_000])
    (release / "data" / "SN" / "CSS999999:000000+000002.fits").write_bytes(b"<html>not found")
    return {"friends": 1, "twins": 1, "damaged": 2}


def state_of(rehearsal: Rehearsal, log: Path, objects: int) -> str:
    """Tell from its files which stage a run is in."""
    if "split:" not in log.read_text(errors="replace"):
        return "start"
    if parts_measured(rehearsal) < math.ceil(objects / 100):
        return "measure"
    for number in range(rehearsal.recipe.split.folds):
        fold = rehearsal.run / "training" / f"fold-{number}"
        if not (fold / "predictions.parquet").exists():
            return "test" if steps_done(fold) >= rehearsal.recipe.training.steps else "train"
    everything = rehearsal.run / "training" / "all"
    return "report" if steps_done(everything) >= rehearsal.recipe.training.steps else "train"


def parts_measured(rehearsal: Rehearsal) -> int:
    """Count the parts that are whole: a name that begins with a dot is still being written."""
    return len(list(rehearsal.run.glob("measured/*/[0-9]*.npz")))


def steps_done(folder: Path) -> int:
    """Return how many steps were logged; the log is written out with each checkpoint."""
    log = folder / "metrics.jsonl"
    return log.read_bytes().count(b"\n") if log.exists() else 0


def train(rehearsal: Rehearsal, recipe: Path, objects: int, workers: int) -> None:
    """Carry out the recipe: killed while measuring, killed while training, then to the end."""
    for kill in ("measure", "train", "")[rehearsal.kills :]:
        log = rehearsal.work / f"train-{kill or 'end'}.log"
        watched = started(
            log, "train", recipe, "--data", rehearsal.archive, "-o", rehearsal.run,
            "--workers", str(workers),
        )  # fmt: skip
        since = time.monotonic()
        while watched.process.poll() is None:
            state = state_of(rehearsal, log, objects)
            rehearsal.watch(watched, state)
            if state != kill:
                since = time.monotonic()
            elif ripe(rehearsal, kill, time.monotonic() - since, few=objects <= 100):
                watched.kill()
                rehearsal.kills += 1
                rehearsal.say(f"killed in {kill}: {where(rehearsal)}")
        if watched.process.returncode not in (0, -signal.SIGKILL):
            raise SystemExit(log.read_text())
    rehearsal.say("finished")


def ripe(rehearsal: Rehearsal, kill: str, seconds: float, *, few: bool) -> bool:
    """Say whether enough of a stage is done to be worth killing; few objects are one part only."""
    if kill == "measure":
        return parts_measured(rehearsal) > 1 or (few and seconds > 3)
    return (rehearsal.run / "training" / "fold-1" / "checkpoint.pt").exists()


def where(rehearsal: Rehearsal) -> str:
    parts = parts_measured(rehearsal)
    folds = len(list(rehearsal.run.glob("training/*/predictions.parquet")))
    steps = {f.name: steps_done(f) for f in sorted((rehearsal.run / "training").glob("*"))}
    return f"{parts} parts measured, {folds} folds tested, steps logged {steps}"


def disk_of(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def extrapolated(
    costs: dict[str, Cost], facts: dict[str, int], settings: dict[str, int]
) -> dict[str, float]:
    """Return processor hours that each stage would take for the release."""
    grows = {
        "frames": RELEASE["frames"] / facts["frames"],
        "objects": RELEASE["objects"] / facts["objects"],
        "steps": settings["steps_of_recipe"] / settings["steps"],
    }
    hours = {
        stage: costs[stage].cpu_s * grows[by] / 3600
        for stage, by in STAGES.items()
        if stage in costs
    }
    hours["start"] /= 1 + settings["kills"]  # it was started again after each kill
    return hours


def memory_of_release(now: dict[str, Any], smaller: dict[str, Any] | None, stage: str) -> float:
    """Return gigabytes, by a straight line through two rehearsals; NaN with one only."""
    if smaller is None or stage not in smaller["costs"]:
        return math.nan
    n, few = now["facts"]["objects"], smaller["facts"]["objects"]
    high, low = (found["costs"][stage]["anonymous"] for found in (now, smaller))
    slope = max(0.0, (high - low) / (n - few))
    return (high + slope * (RELEASE["objects"] - n)) / 1e9


def costs_page(now: dict[str, Any], smaller: dict[str, Any] | None) -> str:
    """Lay out what a rehearsal cost, and what the release would."""
    facts, settings = now["facts"], now["settings"]
    costs = {name: Cost(**cost) for name, cost in now["costs"].items()}
    hours = extrapolated(costs, facts, settings)
    lines = [
        f"Measured on {facts['objects']:,} simulated objects, {facts['frames']:,} frames, with"
        f" {settings['steps']:,} of the recipe's {settings['steps_of_recipe']:,} steps of training;"
        f" extrapolated to {RELEASE['objects']:,} objects and {RELEASE['frames']:,} frames by"
        " frames, by objects (report) or by steps (train, six trainings). Hours are of one"
        " processor core, whatever else the machine was doing.",
        "",
        "| stage | measured, s | peak memory, MB: own / with mapped files | release, hours |"
        " release, GB of own memory |",
        "|---|---|---|---|---|",
    ]
    for name in STAGES:
        cost, memory = costs[name], memory_of_release(now, smaller, name)
        lines.append(
            f"| {name} | {cost.cpu_s:.0f} | {cost.anonymous / 1e6:.0f} / {cost.resident / 1e6:.0f}"
            f" | {hours[name]:.2f} | {'–' if math.isnan(memory) else f'{memory:.1f}'} |"
        )
    lines += [f"| all | | | {sum(hours.values()):.1f} | |", "", "| disk | measured | release |"]
    lines += ["|---|---|---|"]
    for name, size in now["disk"].items():
        grown = size * RELEASE["frames"] / facts["frames"]
        lines.append(f"| {name} | {size / 1e6:,.0f} MB | {grown / 1e9:.1f} GB |")
    lines += ["", "What happened on the way:", "", *(f"* {note}" for note in now["notes"])]
    return "\n".join(lines) + "\n"


def fill(page: Path, text: str) -> None:
    """Put a text between the two marks of a page."""
    before, _, rest = page.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    page.write_text(f"{before}{MARKS[0]}\n{text}{MARKS[1]}{after}")


def same_answers(rehearsal: Rehearsal, recipe: Path) -> str:
    """Carry the recipe out without kills and compare every prediction."""
    other = rehearsal.work / "unbroken"
    log = rehearsal.work / "unbroken.log"
    words = ("train", recipe, "--data", rehearsal.archive, "-o", other)
    if started(log, *words).process.wait():
        raise SystemExit(log.read_text())
    compared = 0
    for mine in sorted(rehearsal.run.glob("predictions/*.parquet")):
        theirs = read_predictions(other / "predictions" / mine.name)
        pd.testing.assert_frame_equal(read_predictions(mine), theirs, rtol=0, atol=0)
        compared += len(theirs)
    return f"{compared} predictions are the same to the last bit as those of an unbroken run"


def train_variants(rehearsal: Rehearsal, recipe: Path) -> str:
    """Train each of `VARIANTS` and return a table of scores, the recipe's own network first."""
    runs = {"as the recipe has it": rehearsal.run}
    for name, (other, *words) in VARIANTS.items():
        runs[name] = rehearsal.work / name.replace(" ", "-")
        if not (runs[name] / "finished.json").exists():
            rehearsal.carried_out(
                name.replace(" ", "-"), "train", other or recipe, "--data", rehearsal.archive,
                *words,
                "--set", "prediction.trees=false", "--set", "prediction.counterfactuals=0",
                "-o", runs[name],
            )  # fmt: skip
    lines = [
        "Other networks in the same folds, trained as long; what goes on from a bundle has seen"
        " objects of this simulator before, which no bundle has of the real ones:",
        "",
        "| network | macro F1, five classes | six classes |",
        "|---|---|---|",
    ]
    for name, run in runs.items():
        table = read_predictions(run / "predictions" / "tao-net.parquet")
        five, of_five = restrict_classes(table, CRTS, FIVE)
        scores = (
            score(rows, taxonomy, seed=1).overall("macro_f1")
            for rows, taxonomy in ((five, of_five), (table, CRTS))
        )
        lines.append(f"| {name} | {' | '.join(map(str, scores))} |")
    return "\n".join(lines) + "\n"


def simulated(rehearsal: Rehearsal, args: argparse.Namespace) -> Iterator[ImageSequence]:
    if args.simulated:
        return from_archive(args.simulated, args.objects)
    rehearsal.carried_out(
        "simulate", "simulate", "crts", "--objects", str(args.objects), "--seed", str(args.seed),
        "--mix", args.mix, "--workers", str(args.workers), "--fits", rehearsal.work / "F",
        "-o", rehearsal.work / "S",
    )  # fmt: skip
    return simulated_files(rehearsal.work / "F")


def make_data(rehearsal: Rehearsal, args: argparse.Namespace) -> None:
    """Simulate, lay out, ingest; the archive must hold every file that can be read."""
    laid_out = rehearsal.work / "planted.json"
    if not laid_out.exists():
        planted = lay_out(simulated(rehearsal, args), rehearsal.release, seed=args.seed)
        laid_out.write_text(json.dumps(planted))
        rehearsal.say(f"laid out; planted {planted}")
    planted = json.loads(laid_out.read_text())
    files = len(list(rehearsal.release.rglob("*.fits")))
    summary = json.loads(
        rehearsal.carried_out(
            "ingest", "ingest", "deep-tao", rehearsal.release, "-o", rehearsal.archive, "--json"
        ).splitlines()[-1]
    )
    assert summary["objects"] == files - planted["damaged"], summary
    assert summary["set_aside"] == planted["damaged"], summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--steps", type=int, help="fewer steps than the recipe's")
    parser.add_argument("--seed", type=int, default=71)
    parser.add_argument("--mix", default="realistic")
    parser.add_argument("--simulated", type=Path, help="an archive that was simulated before")
    parser.add_argument("--workers", type=int, default=1, help="processes that measure")
    parser.add_argument("--unbroken", action="store_true")
    parser.add_argument("--variants", action="store_true", help="train other networks as well")
    parser.add_argument("--smaller", type=Path, help="rehearsal.json of fewer objects: for memory")
    parser.add_argument("--page", type=Path, help="write what it cost between the marks of a page")
    args = parser.parse_args()
    full = read_recipe(RECIPE)
    recipe, steps = RECIPE, full.training.steps
    args.work.mkdir(parents=True, exist_ok=True)
    if args.steps:
        recipe = args.work / "deep-tao.toml"
        text = RECIPE.read_text().replace(f"steps = {steps}", f"steps = {args.steps}")
        every = f"[training]\ncheckpoint_every = {max(1, args.steps // 4)}\n"
        recipe.write_text(text.replace("[training]\n", every))
    rehearsal = Rehearsal(args.work, read_recipe(recipe))
    if (args.work / "so_far.json").exists():
        rehearsal.go_on(json.loads((args.work / "so_far.json").read_text()))
    if not rehearsal.archive.exists():
        make_data(rehearsal, args)
    print(f"{args.objects} objects, {rehearsal.recipe.training.steps} of {steps} steps")
    manifest = json.loads((rehearsal.archive / "manifest.json").read_text())
    objects, frames = len(Archive(rehearsal.archive)), manifest["frames"]
    train(rehearsal, recipe, objects, args.workers)
    facts = {"objects": objects, "frames": frames}
    if args.unbroken:
        rehearsal.say(same_answers(rehearsal, recipe))
    folders = {
        "D": "files as fetched",
        "A": "archive",
        "run": "run",
        "run/measured": "of it, measured",
    }
    now = {
        "facts": facts,
        "settings": {
            "steps": rehearsal.recipe.training.steps,
            "steps_of_recipe": steps,
            "kills": rehearsal.kills,
        },
        "costs": {name: vars(cost) for name, cost in rehearsal.costs.items()},
        "disk": {what: disk_of(args.work / name) for name, what in folders.items()},
        "notes": rehearsal.notes,
    }
    (args.work / "rehearsal.json").write_text(json.dumps(now, indent=1))
    smaller = json.loads(args.smaller.read_text()) if args.smaller else None
    text = costs_page(now, smaller)
    if args.variants:
        text += f"\n{train_variants(rehearsal, recipe)}"
    print(text)
    if args.page:
        fill(args.page, text)
    print((rehearsal.run / "paper.md").read_text())


if __name__ == "__main__":
    main()
