"""The model card: what a bundle is, what it was trained on, how good it is, what it is not for.

A card is a rendering of its bundle: all facts in it come from the bundle's configuration.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from taonet.data.splits import Split
from taonet.evaluation.intervals import Interval
from taonet.evaluation.metric_table import COMPARED, INTERVALS, compared_in
from taonet.experiment.card_sections import Card, Section
from taonet.experiment.counterfactual_card import WHAT_IF, what_if_facts, what_if_text
from taonet.experiment.plan import Experiment
from taonet.io.provenance import describe_simulation
from taonet.models.bundle import WEIGHTS_SHA256, Bundle
from taonet.models.domain_check import MOST_DEPTH_MAG, MOST_STRETCH, MOST_TIMES
from taonet.sky.taxonomy import spell_out
from taonet.trust.trust import Trust

SIMULATED = (
    "**Trained on simulated sequences.** Its scores are measured on simulated sequences too and "
    "say nothing about the real sky; do not use it for science without testing it on real data."
)

CARD: Final = "card"
"""The key of the facts of a bundle that only its card needs: see `card_facts`."""

CALIBRATION_HEADING: Final = "Calibration"

DOMAIN_HEADING: Final = "Where it is valid"

LIMITS: Final = "Limits"

SECTIONS: Final = (
    "Data",
    "Split",
    "Scores on objects not trained on",
    "How early, how steady",
    CALIBRATION_HEADING,
    "Intended use",
    DOMAIN_HEADING,
    "Out of scope",
    LIMITS,
    "Retraining",
)
"""The sections of every card of a network, in this order; `WHAT_IF` may be among them."""

UNTRUE_ONCE_CALIBRATED: Final = (
    "They are not calibrated: high ones are too sure, or not sure enough. ",
    "Nothing warns of objects unlike those it learnt from. ",
)
"""Sentences on limits in cards of earlier versions: without calibration, and without typicality."""


def card_facts(
    experiment: Experiment,
    split: Split,
    scores: Mapping[str, Any],
    counterfactuals: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return what a card needs beyond the other facts of a bundle, as JSON-able values.

    Parameters
    ----------
    scores : mapping
        By method, the bundle's own first, as `taonet.reports.page.write_report` returns them.
    counterfactuals : DataFrame, optional
        As from `taonet.experiment.counterfactual_stage.score_answers`.
    """
    recipe = experiment.recipe
    return {
        "about": recipe.about,
        "recipe": recipe.name,
        "seed": recipe.seed,
        "steps": recipe.training.steps,
        "archives": {
            part: {
                "name": own.path.name,
                "objects": len(own),
                "digest": own.digest,
                "simulation": describe_simulation(own.path),
            }
            for part, own in experiment.archive.by_name.items()
        },
        "split": {
            "kind": recipe.split.kind,
            "folds": recipe.split.folds,
            "shots": recipe.split.shots,
            "test": recipe.split.test,
            "objects": {part: len(ids) for part, ids in split.parts.items()},
            "seed": split.seed,
            "digest": split.digest,
        },
        "methods": {
            method: {metric.name: own[metric.name] for metric in COMPARED}
            for method, own in scores.items()
        },
        "counterfactuals": [] if counterfactuals is None else what_if_facts(counterfactuals),
    }


def model_card(bundle: Bundle) -> str:
    """Write a bundle's card in Markdown.

    Parameters
    ----------
    bundle : Bundle
        With ``scores`` among its facts, and what `card_facts` returns.
    """
    facts, own = bundle.facts, bundle.facts[CARD]
    texts = (
        _data_text(bundle),
        _split_text(own),
        _scores_text(facts["scores"], own["methods"]),
        _over_time_text(facts["scores"].get("over_time")),
        calibration_text(bundle),
        _intended_use_text(bundle),
        domain_text(bundle),
        _out_of_scope_text(bundle),
        _limits_text(bundle),
        _retraining_text(bundle),
    )
    about = own["about"] or "A TAO-Net: it classifies sequences of cutouts after every epoch."
    head = card_head(
        bundle.name,
        tags=("astronomy", "transients", "image-sequences"),
        about=about,
        origin=SIMULATED if facts["trained_on_simulation"] else "Trained on real sequences.",
    )
    card = Card(head=head, sections=tuple(map(Section.of, SECTIONS, texts)))
    if own.get("counterfactuals"):
        card = card.with_section(
            WHAT_IF, what_if_text(own["counterfactuals"]), before="Intended use"
        )
    return card.to_markdown()


def card_head(name: str, *, tags: Sequence[str], about: str, origin: str) -> str:
    """Return what stands before the sections of a card: metadata, title, introduction."""
    lines = [
        "---",
        "library_name: taonet",
        f"tags: [{', '.join(tags)}]",
        "license: bsd-3-clause",
        "---",
        f"# {name}",
        "",
        about,
        "",
        origin,
        "",
        "",
    ]
    return "\n".join(lines)


def recalibrated_card(bundle: Bundle, text: str) -> str:
    """Return the card of a bundle that was calibrated anew.

    Parameters
    ----------
    text : str
        The card before. It is used if the bundle does not hold the facts of its card: then it was
        written by hand or by an earlier version, and only its section on calibration changes.
    """
    if CARD in bundle.facts:
        return model_card(bundle)
    card = Card.parse(text)
    limits = card.section(LIMITS)
    still_true = "" if limits is None else _still_true(limits.text, bundle.trust)
    if limits is not None and still_true != limits.text:
        card = card.with_section(LIMITS, still_true)
    text = calibration_text(bundle)
    return card.with_section(CALIBRATION_HEADING, text, before=LIMITS).to_markdown()


def _still_true(limits: str, trust: Trust | None) -> str:
    uncalibrated, unwarned = UNTRUE_ONCE_CALIBRATED
    if trust is not None:
        limits = limits.replace(uncalibrated, "")
    if trust is not None and trust.typicality is not None:
        limits = limits.replace(unwarned, "")
    return limits


def calibration_text(bundle: Bundle) -> str:
    """Return the section on calibration, sets and typicality."""
    trust, facts = bundle.trust, bundle.facts
    if trust is None:
        return "Probabilities are not calibrated, and there are no conformal sets."
    simulated = facts.get("calibrated_on_simulation", facts.get("trained_on_simulation"))
    kind = "simulated" if simulated else "real"
    return (
        f"On {trust.objects} {kind} objects ({facts.get('calibrated_on', '')[:12]}), after every "
        "number of epochs on all objects that have so many; longer sequences use the values for "
        f"{trust.temperature.epochs[-1]}. Probabilities assume equally common classes; `--prior` "
        f"converts them to another class mix. {_sets_text(trust)} {_typicality_text(trust)}"
    )


def _sets_text(trust: Trust) -> str:
    if trust.thresholds is None:
        return "There are no sets: a class had too few objects."
    return (
        f"Sets contain the true class of {trust.thresholds.level:.0%} of the objects of each class "
        "that have so many epochs, whether more follow or not, in any mix of classes; among last "
        "answers alone the share may differ."
    )


def _typicality_text(trust: Trust) -> str:
    if trust.typicality is None:
        return "Typicality was not fitted: there were too few objects."
    return (
        "`typicality` is the share of those objects that are at least as atypical after as many "
        "epochs: high is typical, and 5 % of objects like those are below 0.05."
    )


def _data_text(bundle: Bundle) -> str:
    facts, reading = bundle.facts, bundle.reading
    kind = "simulated" if facts["trained_on_simulation"] else "real"
    channels = ", ".join(reading.channels)
    lines = [
        f"* classes: {spell_out(bundle.taxonomy.classes)}",
        f"* input: {bundle.frame_px} × {bundle.frame_px} pixels, channels {channels}; times of "
        f"observation are {'read' if bundle.network.config.use_times else 'not read'}",
        f"* trained on {facts['objects']} {kind} objects of {facts['survey']}",
    ]
    for part, archive in facts[CARD]["archives"].items():
        simulation = f"; {archive['simulation']}" if archive["simulation"] else ""
        lines.append(
            f"* archive to {_part_phrase(part)}: {archive['objects']} objects "
            f"({archive['digest'][:12]}){simulation}"
        )
    return "\n".join(lines)


def _part_phrase(part: str) -> str:
    verbs = {"train": "train on", "calibration": "calibrate on", "test": "test on"}
    return verbs.get(_part_of(part), part)


def _part_of(name: str) -> str:
    """Return the part of an archive by its name, ``train 2`` being the second of a part."""
    return name.split()[0]


def _split_text(own: Mapping[str, Any]) -> str:
    split = own["split"]
    counts = ", ".join(f"{part} {count}" for part, count in split["objects"].items())
    groups = "No two parts share a position, a parent field or pixels"
    if len(own["archives"]) > 1:
        how = "Each part is an archive of its own."
    elif split["kind"] == "folds":
        how = (
            f"Out of fold, {split['folds']} folds by object; the weights here were then "
            "refitted on all objects with the same settings."
        )
    elif split["kind"] == "shots":
        how = f"{split['shots']} objects of each class to train on, tested on all others."
    else:
        how = f"{split['test']:.0%} of the objects are held out."
    return f"{how} {groups} ({counts}; seed {split['seed']}, {split['digest'][:12]})."


def method_table(methods: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the scores of methods as a table in Markdown.

    Parameters
    ----------
    methods : mapping
        By method, the scores of `taonet.evaluation.metric_table.COMPARED` as `Interval.to_dict`.
    """
    metrics = compared_in(methods)
    lines = [
        f"| method | {' | '.join(metric.words for metric in metrics)} |",
        f"|---|{'---|' * len(metrics)}",
    ]
    for method, own in methods.items():
        cells = (f"{Interval.from_dict(own[metric.name])}" for metric in metrics)
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _scores_text(ours: Mapping[str, Any], methods: Mapping[str, Any]) -> str:
    head = [f"On {ours['n_objects']} objects, with 95 % intervals over objects.", ""]
    classes = ["", "| class | objects | precision | recall | F1 |", "|---|---|---|---|---|"]
    for name, own in ours["per_class"].items():
        numbers = (Interval.from_dict(own[score]) for score in ("precision", "recall", "f1"))
        cells = " | ".join(f"{number}" for number in numbers)
        classes.append(f"| {name} | {ours['support'][name]} | {cells} |")
    return "\n".join([*head, method_table(methods), *classes])


def _over_time_text(over_time: Mapping[str, Any] | None) -> str:
    if over_time is None:
        return "Not measured."
    stable = over_time["stability"]
    lines = [
        f"The most probable class changes {stable['mean_flips']:.1f} times on average; half of the "
        f"objects have their final answer after {stable['median_stable_epochs']:.0f} epochs.",
    ]
    if over_time["goals"]:
        lines += ["", "| goal for shipped models | | measured | |", "|---|---|---|---|"]
    for goal in over_time["goals"]:
        met = "met" if goal["met"] else "**missed**"
        lines.append(f"| {goal['name']} | {goal['asked']} | {goal['found']} | {met} |")
    return "\n".join(lines)


def _intended_use_text(bundle: Bundle) -> str:
    text = (
        f"To classify the object at the centre of {bundle.facts['survey']} cutouts as one of "
        f"{', '.join(bundle.taxonomy.classes)}, after every epoch, as a table "
        f"(`taonet predict {bundle.name} FILES -o TABLE`), in Python (`taonet.load`), and as a "
        "start for tuning on few labelled objects (`taonet train finetune --from "
        f"{bundle.name}`)."
    )
    if bundle.facts["trained_on_simulation"]:
        text += " To try and compare methods; on real data only after a test there."
    return text


def domain_text(bundle: Bundle) -> str:
    """Return the section on what the sequences were like that a network learnt from."""
    lines = [f"* {what}: {text}" for what, text in bundle.domain.in_words.items()]
    limits = (
        f"Beyond that are pixels more than {MOST_STRETCH:.0%} larger or smaller, other bands, "
        f"frames more than {MOST_DEPTH_MAG:g} mag deeper or shallower, {MOST_TIMES:g} times as "
        f"many epochs or days, and {MOST_TIMES:g} times fewer epochs. `taonet predict` says so "
        "where the files tell, and answers all the same; such answers were not tested. Epochs "
        "that are not read are counted in `n_ignored`."
    )
    return "\n".join(["Taught on (the middle 98 % of the objects):", "", *lines, "", limits])


def _out_of_scope_text(bundle: Bundle) -> str:
    return (
        f"Classes other than these {len(bundle.taxonomy.classes)}: it always names one of them. "
        "Cutouts of another survey, pixel scale, depth or filter without tuning. Objects off the "
        "centre. Rates or populations, which need the efficiency of the whole survey. Spending "
        "telescope time on a single answer without looking at the cutouts."
    )


def _limits_text(bundle: Bundle) -> str:
    lines = [
        "Probabilities hold where classes are equally common, for sequences like those of the "
        "training set."
    ]
    if bundle.trust is None:
        lines.append("They are not calibrated: the network may be over- or underconfident.")
    if bundle.trust is None or bundle.trust.typicality is None:
        lines.append("Objects unlike those of the training set are not flagged.")
    if bundle.facts["trained_on_simulation"]:
        lines.append(
            "It has never seen what the simulation lacks: rare subtypes, artefacts, blends beyond "
            "its fields."
        )
    return " ".join([*lines, INTERVALS])


def _retraining_text(bundle: Bundle) -> str:
    facts, own = bundle.facts, bundle.facts[CARD]
    options = {"train": "--data", "calibration": "--calibration", "test": "--test"}
    words = [f"taonet train {own['recipe']}"]
    words += [f"{options[_part_of(name)]} {one['name']}" for name, one in own["archives"].items()]
    words += [f"--encoder {bundle.encoder.name}"] if bundle.encoder is not None else []
    words += [f"--from {facts['started_from']}"] if facts["started_from"] is not None else []
    words += [f"--shots {own['split']['shots']}"] if own["split"]["kind"] == "shots" else []
    cost = facts["cost"]
    return "\n".join(
        [
            f"    {' '.join(words)} --seed {own['seed']}",
            "",
            f"* {own['steps']} steps in {_format_duration(cost['seconds'])} on "
            f"{cost['device']}; at most {cost['peak_mib']:,.0f} MiB of memory",
            f"* {facts['weights']:,} weights, sha256 {WEIGHTS_SHA256}",
            f"* recipe {facts['recipe_digest'][:12]}, data {facts['data_digest'][:12]}, run "
            f"{facts['run_digest'][:12]}, taonet {facts['version']}",
        ]
    )


def _format_duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 180 else f"{seconds / 60:.0f} min"
