"""How runs of several networks and trees compare on each test archive, over seeds.

    python benchmarks/compare_runs.py --test T U --row pixels RUN RUN RUN --row photometry RUN …
        [--row "forest on published" METHOD@RUN …] [--classes SN CV AGN BZ OTHER]

A row is a name and the folders of finished runs of ``taonet train`` that differ in their seed;
``METHOD@RUN`` takes another method of a run than its network, by the name of its file in
``RUN/predictions``. All runs tested the same archives, which are scored one by one. Prints macro F1
as the mean over runs with an interval over objects and runs, the paired difference to the first
row; recall by class; calibration error and the share of sets that hold the truth; macro F1 after
some epochs, and after some nights from the first detection as a share of the final one.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from taonet.evaluation.early import scores_by_nights
from taonet.evaluation.repeated_runs import mean_difference, score_runs
from taonet.evaluation.scored_rows import final_rows, restrict_classes, rows_at, sets_of
from taonet.evaluation.scores import score
from taonet.experiment.groups import with_groups
from taonet.experiment.run import NETWORK
from taonet.experiment.stages import prediction_file
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions
from taonet.sky.taxonomy import Taxonomy

EPOCHS = (3, 5, 10, 20, 40)

NIGHTS = (1, 3, 5)

Tables = Sequence[pd.DataFrame]
"""The predictions of each run of a row about one archive."""


def main() -> None:
    """Print the tables of each archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test", type=Path, nargs="+", required=True)
    parser.add_argument("--row", nargs="+", action="append", required=True)
    parser.add_argument("--classes", nargs="+", default=["SN", "CV", "AGN", "BZ", "OTHER"])
    given = parser.parse_args()
    taxonomy = Taxonomy(name="scored", classes=tuple(given.classes))
    for archive in map(Archive, given.test):
        rows = {name: [_read(run, archive, taxonomy) for run in runs] for name, *runs in given.row}
        print(f"\n{archive.path} ({len(archive)} objects)\n")
        for table in (_final_table, _class_table, _early_table):
            print("\n".join(table(rows, taxonomy)), end="\n\n", flush=True)


def _read(run: str, archive: Archive, taxonomy: Taxonomy) -> pd.DataFrame:
    """Return what a run predicted of the objects of an archive, among the classes alone."""
    method, _, folder = run.rpartition("@")
    table = read_predictions(prediction_file(Path(folder), method or NETWORK))
    own = table[table["object_id"].isin(archive.objects["object_id"])]
    names = tuple(c[2:] for c in table.columns if c.startswith("p_"))
    known = Taxonomy(name="known", classes=names)
    few, _ = restrict_classes(with_groups(own, archive.objects), known, taxonomy.classes)
    return few


def _final_table(rows: dict[str, Tables], taxonomy: Taxonomy) -> list[str]:
    lines = _heading(["", "macro F1", "less the first row", "calibration error", "sets"])
    first = next(iter(rows.values()))
    for name, tables in rows.items():
        f1 = score_runs(tables, taxonomy, seed=1).macro_f1
        errors = [
            score(table, taxonomy, n_bootstrap=10, seed=1).overall("ece").value for table in tables
        ]
        less = ""
        if tables is not first:
            # a row of one run is compared with the first run of the first row
            same = first[: len(tables)]
            less = f"{mean_difference(tables, same, taxonomy, score='f1', seed=1):+.3f}"
        lines.append(f"| {name} | {f1} | {less} | {np.mean(errors):.3f} | {_sets(tables)} |")
    return lines


def _sets(tables: Tables) -> str:
    """Return the share of sets that hold the truth, and the mean number of classes in one."""
    finals = [final_rows(table) for table in tables]
    if not all("set" in final and final["set"].notna().all() for final in finals):
        return ""
    rows = pd.concat(finals, ignore_index=True)
    sets = sets_of(rows)
    held = np.mean([name in own for name, own in zip(rows["class_name"], sets, strict=True)])
    size = np.mean([len(own) for own in sets])
    return f"{held:.2f} of {size:.1f} classes"


def _class_table(rows: dict[str, Tables], taxonomy: Taxonomy) -> list[str]:
    lines = _heading(["recall", *taxonomy.classes])
    for name, tables in rows.items():
        recall = score_runs(tables, taxonomy, n_bootstrap=10, seed=1).per_class
        cells = [f"{recall[c].value:.2f}" for c in taxonomy.classes]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _early_table(rows: dict[str, Tables], taxonomy: Taxonomy) -> list[str]:
    head = (
        [f"{k} epochs" for k in EPOCHS] + [f"{k} nights" for k in NIGHTS] + ["share kept after 5"]
    )
    lines = _heading(["macro F1 after", *head])
    for name, tables in rows.items():
        if not all(table["object_id"].duplicated().any() for table in tables):
            continue
        after = [np.mean([_f1_after(t, k, taxonomy) for t in tables]) for k in EPOCHS]
        cells = ["" if np.isnan(f1) else f"{f1:.3f}" for f1 in after]
        if all("mjd_detected" in table and table["mjd_detected"].notna().any() for table in tables):
            nights = [_nights(table, taxonomy) for table in tables]
            cells += [f"{np.mean([own[k]['macro_f1'] for own in nights]):.3f}" for k in NIGHTS]
            kept = [own[NIGHTS[-1]] for own in nights]
            low, value, high = (
                np.mean([own[c] for own in kept]) for c in ("kept_low", "kept", "kept_high")
            )
            cells.append(f"{value:.2f} [{low:.2f}, {high:.2f}]")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _f1_after(table: pd.DataFrame, epochs: int, taxonomy: Taxonomy) -> float:
    some = rows_at(table, epochs)
    if some.empty:  # trees answer after some numbers of epochs only
        return np.nan
    return score(some, taxonomy, n_bootstrap=10, seed=1).overall("macro_f1").value


def _nights(table: pd.DataFrame, taxonomy: Taxonomy) -> dict[int, dict[str, float]]:
    first = table.groupby("object_id")["mjd_detected"].min().dropna()
    scores = scores_by_nights(table, first.to_dict(), taxonomy, NIGHTS, n_bootstrap=200, seed=1)
    return {int(row["nights"]): row for row in scores.to_dict("records")}


def _heading(cells: Sequence[str]) -> list[str]:
    return [f"| {' | '.join(cells)} |", "|---" * len(cells) + "|"]


if __name__ == "__main__":
    main()
