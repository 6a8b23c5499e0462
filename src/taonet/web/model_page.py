"""What is known of the model: its card, its scores, and how far its answers can be believed."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from taonet.errors import TaoNetError
from taonet.evaluation.calibration_error import ECE_BINS, confidence_bins
from taonet.evaluation.comparison import shared_steps
from taonet.evaluation.scores import score, scores_by_epochs
from taonet.reports.object_document import plain_value
from taonet.sky.taxonomy import Taxonomy
from taonet.web.answer_table import AnswerTable, Column
from taonet.web.markdown import safe_html
from taonet.web.session import Session

RESAMPLES: Final = 200
MOST_ROWS: Final = 300_000
"""Rows of a table that is scored while somebody waits."""

STATED: Final = {"run": "scores.json of the run", "card": "what the model states of its own test"}
SHOWN: Final = "the objects shown here whose class is known"


def model_document(session: Session) -> dict[str, Any]:
    """Return the model's card and scores.

    Scores of a run are those that it wrote; else those of the objects shown, where their class is
    known; else those that the model states of itself. ``scores_of`` says which.
    """
    table, truth = session.answers, session.objects.columns["class_name"]
    scores, source = _scores(session, truth)
    return {
        "name": table.model or next(iter(session.tables)),
        "card": safe_html(_card(session)),
        "classes": list(session.classes),
        "scores": plain_tree(scores),
        "scores_of": source,
        "reliability": reliability(table, truth),
        "by_epochs": plain_tree(_by_epochs(table, truth)),
    }


def reliability(table: AnswerTable, truth: Column) -> list[dict[str, float]]:
    """Return how often answers of like confidence are right, of objects whose class is known.

    Returns
    -------
    list of dict
        For each tenth of confidence that has objects: ``low``, ``high``, the mean ``confidence``,
        the share that is ``right``, ``n``.
    """
    p, labels = table.probabilities, _labels(table, truth)
    known = (labels >= 0) & np.isfinite(p).all(axis=1)
    if not known.any():
        return []
    p, labels = p[known], labels[known]
    which, top, right = confidence_bins(p), p.max(axis=1), p.argmax(axis=1) == labels
    return [
        {
            "low": number / ECE_BINS,
            "high": (number + 1) / ECE_BINS,
            "confidence": float(top[inside].mean()),
            "right": float(right[inside].mean()),
            "n": int(inside.sum()),
        }
        for number in range(ECE_BINS)
        if (inside := which == number).any()
    ]


def plain_tree(value: Any) -> Any:
    """Return nested values as JSON has them."""
    if isinstance(value, dict):
        return {str(name): plain_tree(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_tree(one) for one in value]
    return plain_value(value)


def _card(session: Session) -> str:
    if session.bundle is None:
        return ""
    file = session.bundle / "README.md"
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def _scores(session: Session, truth: Column) -> tuple[dict[str, Any] | None, str | None]:
    if session.run is not None and (stored := _read_json(session.run / "scores.json")):
        first = next(iter(session.tables))
        own = next((name for name in stored if name.replace(" ", "-").lower() == first), None)
        if own is not None:
            return stored[own], STATED["run"]
    if (shown := _scores_of_shown(session.answers, truth)) is not None:
        return shown, SHOWN
    if session.bundle is not None and (config := _read_json(session.bundle / "config.json")):
        return config.get("facts", {}).get("scores"), STATED["card"]
    return None, None


def _scores_of_shown(table: AnswerTable, truth: Column) -> dict[str, Any] | None:
    known = _labels(table, truth) >= 0
    if not known.any():
        return None
    try:
        rows = table.last.assign(class_name=truth)[known]
        taxonomy = Taxonomy(name="", classes=table.classes)
        return score(rows, taxonomy, n_bootstrap=RESAMPLES, seed=0).to_dict()
    except TaoNetError:
        # tables of others may hold what cannot be scored, and are shown all the same
        return None


def _by_epochs(table: AnswerTable, truth: Column) -> list[dict[str, Any]]:
    known = _labels(table, truth) >= 0
    if not known.any() or table.n_rows > MOST_ROWS:
        return []
    rows = table.all_rows()
    classes = dict(zip(table.object_id, truth, strict=True))
    rows = rows.assign(class_name=rows["object_id"].map(classes))
    rows = rows[rows["class_name"].isin(table.classes)]
    steps = shared_steps([rows])
    if not steps:
        return []
    try:
        taxonomy = Taxonomy(name="", classes=table.classes)
        scores = scores_by_epochs(rows, taxonomy, steps, n_bootstrap=RESAMPLES, seed=0)
    except TaoNetError:
        return []
    return [{str(k): v for k, v in row.items()} for row in scores.to_dict("records")]


def _labels(table: AnswerTable, truth: Column) -> Column:
    labels = {name: i for i, name in enumerate(table.classes)}
    return np.array([labels.get(name, -1) for name in truth], np.int64)


def _read_json(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
