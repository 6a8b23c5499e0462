"""The demo's first act: a model that ships, on objects it has never seen, beside a forest."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from taonet.evaluation.intervals import Interval
from taonet.evaluation.scored_rows import final_rows, rows_at
from taonet.evaluation.scores import score, score_difference, scores_by_epochs
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions
from taonet.markup import count_words
from taonet.models.bundle import Bundle, load_bundle
from taonet.models.domain_check import DomainCheck
from taonet.tasks.demo_forest import TAUGHT, answer_by_forest
from taonet.tasks.demo_sky import EMPTY, FOREIGN, FOREST_SEED, simulate_sky
from taonet.tasks.evaluate import read_tables
from taonet.tasks.object_report import report_object
from taonet.tasks.predict import predict_files
from taonet.types import Track, no_progress

Say = Callable[[str], None]

BUNDLE: Final = "crts-sim"
STEPS: Final = (1, 3, 10, 30)
"""Numbers of epochs after which answers are shown, besides the last."""

SHOWN: Final = ("SN", "CV", "AGN")
"""The first object of each is shown, whatever the answer is."""

ON_THE_CARD: Final = (
    "forest 0.70, boosted trees 0.82, crts-sim 0.84",
    ("0.699 [0.676, 0.721]", "0.816 [0.797, 0.835]", "0.835 [0.817, 0.853]"),
)
"""Macro recall of all three after learning from the same 9,000 objects, from the bundle's card:
in words, and as the card has it."""


def show_shipped_model(
    folder: Path,
    *,
    seed: int,
    overwrite: bool = False,
    workers: int = 1,
    track: Track = no_progress,
    say: Say,
) -> None:
    """Classify fresh objects with a shipped model and with a forest, and write pages of some.

    What was made before is not made again.
    """
    say(f"First act. {BUNDLE}, a model that ships, meets objects that it has never seen.")
    if overwrite:
        _remove_answers(folder)
    archive = simulate_sky(folder, seed=seed, overwrite=overwrite, track=track)
    answers = folder / "answers.parquet"
    if not answers.exists():
        predict_files(BUNDLE, [archive.path], answers, workers=workers, track=track)
    bundle = load_bundle(BUNDLE)
    forest = answer_by_forest(
        archive, bundle, folder, seed=FOREST_SEED + seed, workers=workers, track=track
    )
    for line in score_lines(answers, forest, archive):
        say(line)
    table = read_predictions(answers)
    names = _shown_objects(archive)
    for line in [*growth_lines(table, names), *refusal_lines(table, archive, bundle)]:
        say(line)
    for name in [*names, EMPTY, _strangest(table)]:
        report_object(answers, archive, _page(folder, name), object_id=name, overwrite=True)
    say("")


def _remove_answers(folder: Path) -> None:
    for name in ("answers.parquet", "forest.parquet", "forest-taught.parquet"):
        (folder / name).unlink(missing_ok=True)


def _page(folder: Path, object_id: str) -> Path:
    pages = folder / "objects"
    pages.mkdir(exist_ok=True)
    return pages / f"{object_id}.html"


def score_lines(answers: Path, forest: Path, archive: Archive) -> Iterator[str]:
    """Say how often the model is right as epochs come in, and how often the forest is."""
    loaded, taxonomy = read_tables({"model": answers, "forest": forest}, archive)
    ours, theirs = loaded["model"].scored, loaded["forest"].scored
    last = {name: score(one.scored, taxonomy, seed=0) for name, one in loaded.items()}
    n_objects, n_classes = last["model"].n_objects, len(taxonomy.classes)
    yield f"  {n_objects} simulated objects, as many of each of {n_classes} classes:"
    yield f"  {', '.join(taxonomy.classes)}."
    yield "  Each object is a film: some hundred frames (epochs) of one place in the sky."
    yield "  Share of right answers; in brackets what it may be for other such objects (95 %):"
    for _, row in scores_by_epochs(ours, taxonomy, STEPS).iterrows():
        share = Interval.from_row({str(k): x for k, x in row.items()}, "macro_recall")
        when = f"after {count_words(int(row['n_epochs']), 'epoch')}"
        yield f"    {f'{BUNDLE} {when}':28} {share:.2f}"
    for name, words in (("model", f"{BUNDLE} after all"), ("forest", "forest after all")):
        yield f"    {words:28} {last[name].overall('macro_recall'):.2f}"
    gap = score_difference(ours, theirs, taxonomy, seed=0)
    yield f"    {'difference of the last two':28} {gap:+.2f}"
    yield f"  Guessing would be right in {1 / n_classes:.2f} of the cases."
    yield f"  The forest has just learnt from the light curves of {TAUGHT} simulated objects,"
    yield f"  {BUNDLE} once from the pixels of 9,000. Where all learn from the same 9,000,"
    yield f"  the shares on 2,400 others are: {ON_THE_CARD[0]} (its card)."


def _shown_objects(archive: Archive) -> list[str]:
    names = archive.objects["object_id"].tolist()
    first = dict(zip(reversed(archive.class_names), reversed(names), strict=True))
    return [first[name] for name in SHOWN]


def growth_lines(table: pd.DataFrame, names: Sequence[str]) -> Iterator[str]:
    """Say how the answer about some objects grew, epoch by epoch."""
    yield f"  How answers grow, of the first {', '.join(SHOWN)}: after so many epochs the class and"
    yield "  its probability; a dash where nothing is detected yet:"
    for name in names:
        rows = table[table["object_id"] == name]
        steps = [rows_at(rows, n).iloc[0] for n in STEPS] + [rows.iloc[-1]]
        yield f"    {name}, truly {rows['class_name'].iloc[0]}"
        yield "      " + ", ".join(f"{row['n_epochs']}: {_answer(row)}" for row in steps)
        members = ", ".join(rows.iloc[-1]["set"]) or "none"
        yield f"      classes that cannot be excluded at the end (at 90 %): {members}"


def _answer(row: pd.Series) -> str:
    if not row["detected"]:
        return "–"
    best = str(row["predicted_class"])
    return f"{best} {row[f'p_{best}']:.2f}"


def refusal_lines(table: pd.DataFrame, archive: Archive, bundle: Bundle) -> Iterator[str]:
    """Say what the model does not answer about, and what it lets pass."""
    last = {str(row["object_id"]): row for _, row in final_rows(table).iterrows()}
    yield "  What it refuses:"
    yield from _empty_lines(last[EMPTY])
    for name in FOREIGN:
        verdict = "unlike" if last[name]["unlike"] else "not called unlike"
        typicality = f"typicality {float(last[name]['typicality']):.2f}"
        yield f"    {name}, a supernova in another camera: {verdict} ({typicality})."
    yield "      Typicality: the share of known objects that look as odd. Below 0.05 is unlike,"
    yield "      so that one in twenty known objects is called so, and not all that is new."
    check = DomainCheck.of(bundle)
    for name in FOREIGN:
        check.add(archive[name])
    yield "      What files say of themselves tells more surely:"
    yield from (f"      {line}." for line in check.lines)


def _empty_lines(row: pd.Series) -> Iterator[str]:
    found = "detected" if row["detected"] else "undetected"
    yield f"    {EMPTY}, sky between stars: {found} (signal-to-noise {row['snr']:.1f})."
    if not row["detected"]:
        yield "      Where nothing is seen the answer is NON, whatever the network says."


def _strangest(table: pd.DataFrame) -> str:
    last = final_rows(table).set_index("object_id")
    return str(last.loc[list(FOREIGN), "typicality"].idxmin())
