"""What a network that saw simulated ZTF alerts alone says of real ones.

    python benchmarks/ztf_alerts.py DATA BUNDLE [--half first|second] [--forest ARCHIVE] [-o PAGE]

DATA holds ``ztf_stamps`` (labelled triplets) and ``alerts/ztf`` (packets), BUNDLE is a name
or folder. Prints scores of the labelled objects, for confirmed labels and for all, with 95 %
intervals over objects; writes every answer about known objects to PAGE. With ``--half first`` only
the half that one may look at while a recipe is chosen is read: within each label the even ranks of
sha256(objectId). With ``--forest`` a forest on simple numbers of the same pixels, grown on a
simulated archive, stands beside.
"""

import argparse
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier

import taonet
from taonet.evaluation.scored_rows import final_rows
from taonet.evaluation.scores import score
from taonet.experiment.groups import with_groups
from taonet.io.alerts.packets import is_negative
from taonet.io.alerts.surveys import ZTF
from taonet.io.archive import Archive
from taonet.io.ingest import ingest
from taonet.io.items import ItemResult, SequenceSource
from taonet.io.prediction_rows import Answers, make_rows
from taonet.io.sources import alerts_source
from taonet.io.tally import Tally
from taonet.models.bundle import Bundle
from taonet.models.predict import predict
from taonet.sky.cutout import sky_and_noise
from taonet.sky.sequence import JD_OF_MJD_ZERO, ImageSequence

CLASS_OF = {"ASTEROID": "OTHER", "UNKNOWN": None}
"""Classes of the labels that are not called like their class."""

SHOWN = ("SN", "CV", "AGN", "BZ", "OTHER")
"""Labels whose objects are listed one by one."""

PACKETS = ("ZTF21abiuvdk", "single", "kowalski")


def read_table(data: Path) -> pd.DataFrame:
    """Read the table of stamps; which half an object is in is added."""
    table = pd.read_parquet(data / "ztf_stamps" / "alerts.parquet")
    objects = table.drop_duplicates("objectId")[["objectId", "label"]]
    digest = objects.objectId.map(lambda name: hashlib.sha256(name.encode()).hexdigest())
    rank = digest.groupby(objects.label).rank().astype(int) - 1
    half = dict(zip(objects.objectId, np.where(rank % 2 == 0, "first", "second"), strict=True))
    return table.assign(half=table.objectId.map(half))


def stamps_source(data: Path, table: pd.DataFrame) -> SequenceSource:
    """Read the labelled stamps, joined by object, in order of time."""
    stamps = np.load(data / "ztf_stamps" / "stamps.npz")["stamps"]

    def read(done: frozenset[str]) -> Iterator[ItemResult]:
        for object_id, rows in table.groupby("objectId"):
            if object_id not in done:
                yield ItemResult(item=str(object_id), sequence=stamps_sequence(stamps, rows))

    signature = hashlib.sha256("".join(table.objectId).encode()).hexdigest()
    count = table.objectId.nunique()
    return SequenceSource(kind="stamps", survey="ztf", signature=signature, count=count, read=read)


def stamps_sequence(stamps: np.ndarray, rows: pd.DataFrame) -> ImageSequence:
    """Join the stamps of one object; differences are turned to science minus template."""
    frames = stamps[rows.row].copy()
    frames[rows.isdiffpos.map(is_negative).to_numpy(), 2] *= -1
    label = rows.label.iloc[0]
    return ImageSequence.from_frames(
        rows.objectId.iloc[0],
        frames,
        rows.jd.to_numpy() - JD_OF_MJD_ZERO,
        band=rows.fid.map(ZTF.bands).tolist(),
        exposure_id=rows.candid.astype(str).tolist(),
        ra=float(rows.ra.median()),
        dec=float(rows.dec.median()),
        class_name=CLASS_OF.get(label, label),
        raw_label=label,
        channels=("science", "template", "difference"),
    )


def answers(bundle: Bundle, archive: Archive) -> tuple[pd.DataFrame, Tally]:
    """Return the answers after every epoch of every object, and what was set aside."""
    tally = Tally(archive.path)
    sequences = (archive[i] for i in range(len(archive)))
    parts = list(tally.count_objects(predict(bundle, sequences, on_rejection=tally.reject)))
    return pd.concat(parts, ignore_index=True), tally


def simple_numbers(sequence: ImageSequence) -> np.ndarray:
    """Return what a forest is told of an object: medians over its alerts of simple sums."""
    _, noise = sky_and_noise(sequence.frames)
    sky = np.nanmedian(sequence.frames, axis=(2, 3))
    pixels = (sequence.frames - sky[..., None, None]) / noise[..., None, None]
    y, x = np.indices(pixels.shape[-2:]) - 31
    radius = np.hypot(x, y)
    rings = [(radius >= low) & (radius < high) for low, high in ((0, 2), (2, 5), (5, 10), (10, 30))]
    sums = np.stack([np.nansum(pixels[..., ring], axis=-1) for ring in rings], axis=-1)
    near = np.nan_to_num(np.where(radius < 8, np.clip(pixels[:, 1], 0, None), 0))
    light = near.sum(axis=(1, 2)) + 1
    aside = np.hypot(*((near * axis).sum(axis=(1, 2)) / light for axis in (x, y)))
    bright = (pixels[:, 1] > 30).mean(axis=(1, 2))
    green = np.array([band == "g" for band in sequence.band], float)
    rows = np.column_stack([np.arcsinh(sums).reshape(len(pixels), -1), aside, bright, green])
    return np.concatenate([np.median(rows, axis=0), [np.mean(sums[:, 2, 0] > 0)]])


def forest_table(bundle: Bundle, simulated: Archive, real: Archive, *, seed: int) -> pd.DataFrame:
    """Grow a forest on one to three alerts of each simulated object, and ask it of real ones."""
    rng = np.random.default_rng(seed)
    told, labels = [], []
    for i in range(len(simulated)):
        sequence = simulated[i]
        few = rng.choice(len(sequence), size=min(len(sequence), int(rng.integers(1, 4))))
        told.append(simple_numbers(sequence.take(np.unique(few))))
        labels.append(bundle.taxonomy.label(sequence.class_name or ""))
    forest = RandomForestClassifier(500, min_samples_leaf=3, random_state=seed, n_jobs=1)
    forest.fit(np.nan_to_num(told), labels)
    asked = [real[i] for i in range(len(real))]
    found = forest.predict_proba(np.nan_to_num([simple_numbers(sequence) for sequence in asked]))
    answers = Answers(
        n_epochs=np.ones(len(asked), np.int64),
        mjd_last=np.array([sequence.mjd[-1] for sequence in asked]),
        probabilities=found,
    )
    return make_rows(asked, answers, taxonomy=bundle.taxonomy)


def always(table: pd.DataFrame, class_name: str) -> pd.DataFrame:
    """Return a table that always answers the same."""
    names = [name for name in table.columns if name.startswith("p_")]
    return table.assign(**{name: float(name == f"p_{class_name}") for name in names})


def score_methods(
    methods: dict[str, pd.DataFrame], bundle: Bundle, objects: set[str], title: str, *, seed: int
) -> list[str]:
    """Return the scores of some objects, as lines of Markdown."""
    classes = bundle.taxonomy.classes
    lines, confusion = [], []
    for name, table in methods.items():
        chosen = table[table.object_id.isin(objects) & table.class_name.notna()]
        found = score(chosen, bundle.taxonomy, seed=seed)
        if not lines:
            counts = [f"{c} {found.support[c]}" for c in classes if found.support[c]]
            present = [c for c in classes if found.support[c]]
            lines = [f"### {title}: {found.n_objects} objects ({', '.join(counts)})", ""]
            lines.append("| method | macro recall | accuracy | " + " | ".join(present) + " |")
            lines.append("|" + "---|" * (3 + len(present)))
            confusion = ["", "| label \\ answer | " + " | ".join(classes) + " |"]
            confusion.append("|" + "---|" * (1 + len(classes)))
            for c, row in zip(classes, found.confusion.tolist(), strict=True):
                if sum(row):
                    confusion.append(f"| {c} | " + " | ".join(map(str, row)) + " |")
        recalls = [f"{found.per_class[c]['recall']:.2f}" for c in present]
        numbers = (found.overall(metric) for metric in ("macro_recall", "accuracy"))
        cells = [name, *map(str, numbers), *recalls]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, *confusion, ""]


def known_objects(last: pd.DataFrame, bundle: Bundle) -> list[str]:
    """Return the answers about known objects, as lines of Markdown."""
    classes = bundle.taxonomy.classes
    lines = ["| object | label | by | alerts | answer | " + " | ".join(classes) + " |"]
    lines.append("|" + "---|" * (5 + len(classes)))
    for label in SHOWN:
        for row in last[last.label == label].itertuples():
            chances = [f"{getattr(row, f'p_{c}'):.2f}" for c in classes]
            right = "**" if row.predicted_class == row.class_name else ""
            cells = [row.object_id, label, row.label_quality, str(row.n_epochs)]
            cells += [f"{right}{row.predicted_class}{right}", *chances]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def epoch_by_epoch(table: pd.DataFrame, bundle: Bundle) -> list[str]:
    """Return the answers about one object after every epoch, as lines of Markdown."""
    classes = bundle.taxonomy.classes
    lines = ["| alerts | MJD | answer | " + " | ".join(classes) + " |"]
    lines.append("|" + "---|" * (3 + len(classes)))
    for row in table.itertuples():
        chances = [f"{getattr(row, f'p_{c}'):.2f}" for c in classes]
        cells = [str(row.n_epochs), f"{row.mjd_last:.2f}", row.predicted_class, *chances]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def packet_lines(bundle: Bundle, data: Path, folder: Path) -> list[str]:
    """Return what became of the packets, and the supernova epoch by epoch."""
    lines = ["| packets | objects | alerts | set aside | answers |", "|---|---|---|---|---|"]
    supernova: list[str] = []
    for name in PACKETS:
        summary = ingest(alerts_source([data / "alerts" / "ztf" / name]), folder / name)
        table, tally = answers(bundle, Archive(folder / name))
        last = final_rows(table)
        said = ", ".join(f"{c} {n}" for c, n in last.predicted_class.value_counts().items())
        aside = summary.set_aside + summary.notes + tally.set_aside_count
        lines.append(f"| {name} | {len(last)} | {summary.frames} | {aside} | {said} |")
        if name == "ZTF21abiuvdk":
            supernova = epoch_by_epoch(table, bundle)
    return [*lines, "", "### ZTF21abiuvdk, a supernova Ia, alert by alert", "", *supernova]


def main() -> None:
    """Read the arguments, ask, score and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("bundle")
    parser.add_argument("--half", choices=("first", "second"))
    parser.add_argument("--forest", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path)
    given = parser.parse_args()
    bundle, table = taonet.load(given.bundle), read_table(given.data)
    if given.half:
        table = table[table.half == given.half]
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(ingest(stamps_source(given.data, table), folder / "stamps"))
        archive = Archive(folder / "stamps")
        found, tally = answers(bundle, archive)
        print(tally)
        methods = {bundle.name: found, "its answer to the first alert": found[found.n_epochs == 1]}
        if given.forest:
            methods["forest on simple numbers"] = forest_table(
                bundle, Archive(given.forest), archive, seed=given.seed
            )
        methods["always VAR"] = always(final_rows(found), "VAR")
        methods = {name: with_groups(own, archive.objects) for name, own in methods.items()}
        objects = table.drop_duplicates("objectId")
        kinds = {"confirmed": objects.label_quality.eq("spectroscopic"), "all labels": True}
        halves = (given.half,) if given.half else ("second", "first", None)
        for half in halves:
            inside = True if half is None else objects.half.eq(half)
            for kind, good in kinds.items():
                chosen = set(objects.objectId[inside & good & objects.label.ne("UNKNOWN")])
                title = f"{kind}, {half} half" if half else kind
                lines += score_methods(methods, bundle, chosen, title, seed=given.seed)
        if not given.half:
            lines += ["## Packets", "", *packet_lines(bundle, given.data, folder)]
    facts = objects.set_index("objectId")[["label", "label_quality"]]
    last = final_rows(found).join(facts, on="object_id")
    unknown = last[last.label == "UNKNOWN"].predicted_class.value_counts()
    lines += ["", "## Answers about known objects", "", *known_objects(last, bundle), ""]
    lines += [f"Of objects without a label: {', '.join(f'{c} {n}' for c, n in unknown.items())}."]
    print("\n".join(lines if given.output is None else lines[: lines.index("## Packets")]))
    if given.output:
        given.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
