"""The model card of saved trees: features, training data, scores."""

from collections.abc import Mapping
from typing import Any

from taonet.evaluation.metric_table import INTERVALS
from taonet.experiment.card import LIMITS, SIMULATED, card_head, method_table
from taonet.experiment.card_sections import Card, Section
from taonet.experiment.curves.recipe import CurveRecipe
from taonet.sky.taxonomy import Taxonomy, spell_out

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
    head = card_head(
        recipe.name,
        tags=("astronomy", "transients", "light-curves"),
        about=recipe.about or f"{KINDS[recipe.method].capitalize()} on features of light curves.",
        origin=SIMULATED if facts["trained_on_simulation"] else "Trained on light curves as given.",
    )
    lines = [
        f"* {KINDS[recipe.method]}, saved as ONNX",
        f"* classes: {spell_out(taxonomy.classes)}",
        "* input: a table of light curves (object_id, mjd, mag, magerr)",
        f"* features: {recipe.features}",
        f"* trained on {facts['objects']} objects of {facts['survey']}",
        f"* recipe {facts['recipe_digest'][:12]}, data {facts['data_digest'][:12]}",
    ]
    limits = (
        "Probabilities are not calibrated. Objects of fewer than 10 points have no features: they "
        "get the class mix of the training set as their probabilities. Light curves of another "
        f"survey, cadence or class mix are outside the training set of these trees. {INTERVALS}"
    )
    sections = (
        Section.of("Scores on objects not trained on", method_table(scores)),
        Section.of(LIMITS, limits),
    )
    body = "\n".join(lines)
    return Card(head=f"{head}{body}\n\n", sections=sections).to_markdown()
