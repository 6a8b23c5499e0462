"""The model card: what a bundle is, what it was trained on, how good it is, what it is not for."""

from collections.abc import Mapping
from typing import Any

from taonet.experiment.config import Recipe
from taonet.models.bundle import Bundle

SIMULATED = (
    "**Trained on simulated sequences.** Its scores are measured on simulated sequences too and "
    "say nothing about the real sky; do not use it for science without testing it on real data."
)


def model_card(
    bundle: Bundle, recipe: Recipe, scores: Mapping[str, Any], *, simulated: bool
) -> str:
    """Write a bundle's card in Markdown.

    Parameters
    ----------
    scores : mapping
        By method, as `taonet.evaluation.report.write_report` returns them.
    """
    facts = bundle.facts
    lines = [
        "---",
        "library_name: taonet",
        "tags: [astronomy, transients, image-sequences]",
        "license: bsd-3-clause",
        "---",
        f"# {bundle.name}",
        "",
        recipe.about or "A TAO-Net: it classifies sequences of cutouts after every epoch.",
        "",
        SIMULATED if simulated else "Trained on real sequences.",
        "",
        f"* classes: {', '.join(bundle.taxonomy.classes)}",
        f"* input: {bundle.frame_px} × {bundle.frame_px} pixels, "
        f"channels {', '.join(bundle.reading.channels)}",
        f"* trained on {facts['objects']} objects of {facts['survey']}",
        f"* recipe {facts['recipe_digest'][:12]}, data {facts['data_digest'][:12]}",
        "* times of observation are " + ("read" if recipe.model.use_times else "not read"),
        "",
        "## Scores on objects not trained on",
        "",
        _tested_how(recipe),
        "",
        "| method | macro recall | macro F1 (arg-max) |",
        "|---|---|---|",
        *(_score_row(method, score) for method, score in scores.items()),
        "",
        "## Limits",
        "",
        "Probabilities are not calibrated and there are no conformal sets yet. Cutouts of another "
        "survey, pixel scale or class mix are outside what it has learnt.",
        "",
    ]
    return "\n".join(lines)


def _tested_how(recipe: Recipe) -> str:
    if recipe.split.kind == "folds":
        return (
            f"Out of fold, {recipe.split.folds} folds by object; the weights here were then "
            "refitted on all objects with the same settings."
        )
    return f"On {recipe.split.test:.0%} of the objects, held out by position, field and content."


def _score_row(method: str, score: Mapping[str, Any]) -> str:
    cells = []
    for name in ("macro_recall", "macro_f1"):
        number = score[name]
        cells.append(f"{number['value']:.3f} [{number['low']:.3f}, {number['high']:.3f}]")
    return f"| {method} | {' | '.join(cells)} |"
