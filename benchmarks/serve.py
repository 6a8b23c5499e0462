"""How long the page's server takes with 100,000 objects, cutouts for a thousand of them.

    python benchmarks/serve.py [FOLDER]

The table has ten rows an object; the first object is a simulated one of CRTS with at least 150
frames of 64 pixels. Requests are answered in this process, without a network between: the times are
those of the server. Of each request the first time counts apart: orders and columns are worked out
then. Times are of the processor, with those by the clock in brackets, which grow with what else the
machine does.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pandas as pd
from fastapi import FastAPI

from taonet.io.archive import Archive
from taonet.io.archive_writer import ArchiveWriter
from taonet.io.prediction_table import write_predictions
from taonet.simulation.objects import simulate
from taonet.simulation.presets.by_name import survey_preset
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import CRTS
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session

OBJECTS, WITH_FRAMES, ROWS_EACH, LONG = 100_000, 1000, 10, 150
REPEATS = 9


def long_sequence() -> ImageSequence:
    for sequence, _ in simulate(survey_preset("crts"), 100, seed=5, classes=("SN",)):
        if len(sequence) >= LONG:
            return sequence.take(np.arange(LONG))
    raise RuntimeError("no long sequence")


def sequences() -> Iterator[ImageSequence]:
    yield long_sequence()
    rng = np.random.default_rng(0)
    for number in range(1, WITH_FRAMES):
        frames = rng.normal(1900, 20, (ROWS_EACH, 64, 64)).astype(np.uint16)
        mjd = 55000.0 + np.arange(ROWS_EACH)
        yield ImageSequence.from_frames(f"o{number:06d}", frames, mjd, class_name="NON")


def write_archive(path: Path) -> Archive:
    with ArchiveWriter(path, survey="crts", signature="benchmark") as writer:
        for one in sequences():
            writer.add(one, source=one.object_id)
        writer.finish()
    return Archive(path)


def write_table(path: Path, archive: Archive) -> None:
    rng = np.random.default_rng(1)
    classes = np.array(CRTS.classes)
    names = [archive.objects["object_id"][0], *(f"o{i:06d}" for i in range(1, OBJECTS))]
    n = OBJECTS * ROWS_EACH
    p = rng.dirichlet(np.full(len(classes), 0.3), n)
    rows = {
        "object_id": np.repeat(np.array(names, object), ROWS_EACH),
        "ra": rng.uniform(0, 360, n),
        "dec": rng.uniform(-30, 60, n),
        "class_name": np.repeat(rng.choice(classes, OBJECTS), ROWS_EACH),
        "n_epochs": np.tile(np.arange(1, ROWS_EACH + 1), OBJECTS),
        "mjd_last": np.tile(55000.0 + np.arange(ROWS_EACH), OBJECTS),
        **{f"p_{name}": p[:, i] for i, name in enumerate(classes)},
        "predicted_class": classes[p.argmax(axis=1)],
        "set": [tuple(classes[row > 0.2]) for row in p],
        "typicality": rng.random(n),
        "detected": rng.random(n) > 0.1,
        "snr": rng.exponential(5, n),
        "unlike": rng.random(n) < 0.05,
        "n_ignored": rng.integers(0, 3, n),
    }
    write_predictions(pd.DataFrame(rows), path, overwrite=True)


REQUESTS = {
    "first page": "/api/objects",
    "session": "/api/session",
    "filter": "/api/objects?predicted_class=SN&min_probability=0.6&max_typicality=0.2&limit=50",
    "search": "/api/objects?search=o0123",
    "sort by entropy": "/api/objects?sort=entropy&descending=true",
    "filter and sort, page 20": "/api/objects?unlike=true&sort=typicality&offset=1000",
    "sort by name": "/api/objects?sort=object_id",
    "queue": "/api/queue",
    "one object, 10 frames": "/api/objects/o000017",
    "its thumbnail": "/api/objects/o000017/thumbnail.png",
}


async def ask(app: FastAPI, path: str) -> tuple[float, float, int]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        start, busy = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        seconds, worked = time.perf_counter() - start, time.process_time() - busy
    answer.raise_for_status()
    return worked, seconds, len(answer.content)


def report(app: FastAPI, name: str, path: str) -> None:
    asked = [asyncio.run(ask(app, path)) for _ in range(REPEATS)]
    (worked, seconds), size = 1000 * np.array([one[:2] for one in asked]).T, asked[0][2]
    first = f"first {worked[0]:7.1f} ({seconds[0]:.1f}) ms"
    later = f"then {np.median(worked[1:]):7.1f} ({np.median(seconds[1:]):.1f}) ms"
    print(f"{name:28} {first}   {later}   {size:>9,} bytes", flush=True)


def main(folder: Path) -> None:
    archive = folder / "archive"
    opened = Archive(archive) if archive.exists() else write_archive(archive)
    if not (folder / "answers.parquet").exists():
        write_table(folder / "answers.parquet", opened)
    start = time.perf_counter()
    choices = Choices(data=archive, labels=folder / "labels.jsonl")
    session = open_session(folder / "answers.parquet", choices)
    print(f"{'opening':28} {time.perf_counter() - start:.1f} s, {session.answers.n_rows:,} rows")
    start = time.perf_counter()
    app = create_app(session)
    print(f"{'the list of objects':28} {time.perf_counter() - start:.1f} s")
    for name, path in REQUESTS.items():
        report(app, name, path)
    name = opened.objects["object_id"][0]
    report(app, f"one object, {LONG} frames", f"/api/objects/{name}")
    report(app, "its frames", f"/api/objects/{name}/frames/science")
    report(app, "its light curve", f"/api/objects/{name}/light_curve")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
