"""The card of saved trees: what they read, what they were grown on, how good they are."""

from collections.abc import Mapping
from typing import Any

from taonet.experiment.card import SIMULATED
from taonet.experiment.curves.recipe import CurveRecipe
from taonet.sky.taxonomy import Taxonomy

KINDS = {"forest": "a random forest", "boosted": "gradient-boosted trees"}


def curve_card(
    recipe: CurveRecipe, taxonomy: Taxonomy, facts: Mapping[str, Any], scores: Mapping[str, Any]
) -> str:
    """Write the card of saved trees in Markdown.

    Parameters
    ----------
    scores : mapping
        By method, as `taonet.reports.page.write_report` returns them.
    """
    lines = [
        "---",
        "library_name: taonet",
        "tags: [astronomy, transients, light-curves]",
        "license: bsd-3-clause",
        "---",
        f"# {recipe.name}",
        "",
        recipe.about or f"{KINDS[recipe.method].capitalize()} on the features of light curves.",
        "",
        SIMULATED if facts["trained_on_simulation"] else "Trained on light curves as given.",
        "",
        f"* {KINDS[recipe.method]}, saved as ONNX",
        f"* classes: {', '.join(taxonomy.classes)}",
        "* input: a table of light curves (object_id, mjd, mag, magerr)",
        f"* features: {recipe.features}",
        f"* trained on {facts['objects']} objects of {facts['survey']}",
        f"* recipe {facts['recipe_digest'][:12]}, data {facts['data_digest'][:12]}",
        "",
        "## Scores on objects not trained on",
        "",
        "| method | macro recall | macro F1 (arg-max) |",
        "|---|---|---|",
        *(_score_row(method, score) for method, score in scores.items()),
        "",
        "## Limits",
        "",
        "Probabilities are not calibrated. Objects of fewer than 10 points have no features: they "
        "are answered for with the class mix of the training set. Light curves of another survey, "
        "cadence or class mix are outside what these trees have learnt.",
        "",
    ]
    return "\n".join(lines)


def _score_row(method: str, score: Mapping[str, Any]) -> str:
    cells = []
    for name in ("macro_recall", "macro_f1"):
        number = score[name]
        cells.append(f"{number['value']:.3f} [{number['low']:.3f}, {number['high']:.3f}]")
    return f"| {method} | {' | '.join(cells)} |"
