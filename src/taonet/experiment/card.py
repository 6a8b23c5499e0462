"""The model card: what a bundle is, what it was trained on, how good it is, what it is not for."""

import re
from collections.abc import Mapping
from typing import Any, Final

from taonet.data.splits import Split
from taonet.experiment.plan import Experiment
from taonet.io.provenance import describe_simulation
from taonet.models.bundle import WEIGHTS_SHA256, Bundle
from taonet.trust.trust import Trust

SIMULATED = (
    "**Trained on simulated sequences.** Its scores are measured on simulated sequences too and "
    "say nothing about the real sky; do not use it for science without testing it on real data."
)

NOT_CALIBRATED: Final = "They are not calibrated: high ones are too sure, or not sure enough."

NO_WARNING: Final = "Nothing warns of objects unlike those it learnt from."

SECTIONS: Final = (
    "Data",
    "Split",
    "Scores on objects not trained on",
    "How early, how steady",
    "Calibration",
    "Intended use",
    "Out of scope",
    "Limits",
    "Retraining",
)
"""What every card of a network tells, in this order."""


def model_card(
    bundle: Bundle, experiment: Experiment, split: Split, scores: Mapping[str, Any]
) -> str:
    """Write a bundle's card in Markdown.

    Parameters
    ----------
    scores : mapping
        By method, the bundle's own first, as `taonet.reports.page.write_report` returns them.
    """
    ours = next(iter(scores.values()))
    written = (
        _data_text(bundle, experiment),
        _split_text(experiment, split),
        _scores_text(scores),
        _over_time_text(ours.get("over_time")),
        calibration_text(bundle.trust, *_calibration_source(experiment)),
        _intended_use_text(bundle, experiment),
        _out_of_scope_text(bundle),
        _limits_text(bundle, experiment),
        _retraining_text(bundle, experiment),
    )
    about = experiment.recipe.about
    head = [
        "---",
        "library_name: taonet",
        "tags: [astronomy, transients, image-sequences]",
        "license: bsd-3-clause",
        "---",
        f"# {bundle.name}",
        "",
        about or "A TAO-Net: it classifies sequences of cutouts after every epoch.",
        "",
        SIMULATED if experiment.archive.is_simulated else "Trained on real sequences.",
        "",
    ]
    sections = (f"## {title}\n\n{text}\n" for title, text in zip(SECTIONS, written, strict=True))
    return "\n".join([*head, *sections])


def calibration_text(trust: Trust | None, kind: str, digest: str) -> str:
    """Say how far answers can be trusted, and since what.

    Parameters
    ----------
    kind : str
        What the calibration objects are: ``"simulated"`` or ``"real"``.
    digest : str
        Of the archive they are in.
    """
    if trust is None:
        return "Probabilities are not calibrated, and there are no conformal sets."
    sets = "There are no sets: a class had too few objects."
    if trust.thresholds is not None:
        level = f"{trust.thresholds.level:.0%}"
        sets = (
            f"Sets hold the truth in {level} of the objects of each class that have so many "
            "epochs, whether they go on or end there, in any mix of classes; among last answers "
            "alone the share may be another."
        )
    typical = "What is typical was not fitted: there were too few objects."
    if trust.typicality is not None:
        typical = (
            "`typicality` is the share of those objects that lie as far out or farther after as "
            "many epochs: high is typical, 5 % of objects like those are below 0.05."
        )
    longest = trust.temperature.epochs[-1]
    return (
        f"On {trust.objects} {kind} objects ({digest[:12]}), after every number of epochs on all "
        f"objects that have so many; what has more than {longest} goes by that number. "
        f"Probabilities speak of classes that are equally common; `--prior` restates them. {sets} "
        f"{typical}"
    )


def with_calibration(card: str, text: str, trust: Trust) -> str:
    """Return a card with another text about calibration, whether it had one or not.

    What its limits were without is left out of it.
    """
    card = card.replace(f"{NOT_CALIBRATED} ", "")
    card = card if trust.typicality is None else card.replace(f"{NO_WARNING} ", "")
    section, before = f"## Calibration\n\n{text}\n", "## Limits"
    # a function, as the text may hold what looks like a group
    new, replaced = re.subn(
        r"## Calibration\n.*?(?=\n## |\Z)", lambda _: section, card, count=1, flags=re.DOTALL
    )
    if replaced:
        return new
    return card.replace(before, f"{section}\n{before}") if before in card else f"{card}\n{section}"


def _data_text(bundle: Bundle, experiment: Experiment) -> str:
    archive, reading = experiment.archive, bundle.reading
    kind = "simulated" if archive.is_simulated else "real"
    channels = ", ".join(reading.channels)
    lines = [
        f"* classes: {', '.join(bundle.taxonomy.classes)}",
        f"* input: {bundle.frame_px} × {bundle.frame_px} pixels, channels {channels}; times of "
        f"observation are {'read' if experiment.recipe.model.use_times else 'not read'}",
        f"* trained on {bundle.facts['objects']} {kind} objects of {archive.survey}",
    ]
    for part, own in archive.parts.items():
        made = describe_simulation(own.path)
        told = f"; {made}" if made else ""
        lines.append(
            f"* archive to {_part_phrase(part)}: {len(own)} objects ({own.digest[:12]}){told}"
        )
    return "\n".join(lines)


def _part_phrase(part: str) -> str:
    verbs = {"train": "train on", "calibration": "calibrate on", "test": "test on"}
    return verbs.get(part, part)


def _split_text(experiment: Experiment, split: Split) -> str:
    recipe = experiment.recipe
    counts = ", ".join(f"{part} {len(ids)}" for part, ids in split.parts.items())
    groups = "Nothing in two parts shares a position, a parent field or pixels"
    if len(experiment.archive.parts) > 1:
        how = "Parts are archives of their own."
    elif recipe.split.kind == "folds":
        how = (
            f"Out of fold, {recipe.split.folds} folds by object; the weights here were then "
            "refitted on all objects with the same settings."
        )
    elif recipe.split.kind == "shots":
        how = f"{recipe.split.shots} objects of each class to learn from, tested on all others."
    else:
        how = f"{recipe.split.test:.0%} of the objects are held out."
    return f"{how} {groups} ({counts}; seed {split.seed}, {split.digest[:12]})."


def _scores_text(scores: Mapping[str, Any]) -> str:
    ours = next(iter(scores.values()))
    methods = [
        f"On {ours['n_objects']} objects, with 95 % intervals over objects.",
        "",
        "| method | macro recall | macro F1 (arg-max) |",
        "|---|---|---|",
        *(
            f"| {method} | {_format_score(score['macro_recall'])} "
            f"| {_format_score(score['macro_f1'])} |"
            for method, score in scores.items()
        ),
    ]
    classes = ["", "| class | objects | precision | recall | F1 |", "|---|---|---|---|---|"]
    for name, found in ours["per_class"].items():
        cells = " | ".join(_format_score(found[score]) for score in ("precision", "recall", "f1"))
        classes.append(f"| {name} | {ours['support'][name]} | {cells} |")
    return "\n".join([*methods, *classes])


def _over_time_text(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "Not measured."
    stable = found["stability"]
    lines = [
        f"An answer changes {stable['mean_flips']:.1f} times on average; half of the objects have "
        f"their final answer after {stable['median_stable_epochs']:.0f} epochs.",
    ]
    if found["goals"]:
        lines += ["", "| asked of shipped models | | found | |", "|---|---|---|---|"]
    for goal in found["goals"]:
        met = "met" if goal["met"] else "**missed**"
        lines.append(f"| {goal['name']} | {goal['asked']} | {goal['found']} | {met} |")
    return "\n".join(lines)


def _calibration_source(experiment: Experiment) -> tuple[str, str]:
    kind = "simulated" if experiment.archive.is_simulated else "real"
    part = experiment.archive.parts.get("calibration")
    return kind, "" if part is None else part.digest


def _intended_use_text(bundle: Bundle, experiment: Experiment) -> str:
    text = (
        f"To say which of {', '.join(bundle.taxonomy.classes)} the object at the centre of "
        f"{experiment.archive.survey} cutouts is, after every epoch, as a table "
        f"(`taonet predict {bundle.name} FILES -o TABLE`), in Python (`taonet.load`), and as a "
        "start for tuning on few labelled objects (`taonet train finetune --from "
        f"{bundle.name}`)."
    )
    if experiment.archive.is_simulated:
        text += " To try methods and to compare with; on real data once it was tested there."
    return text


def _out_of_scope_text(bundle: Bundle) -> str:
    return (
        f"Classes other than these {len(bundle.taxonomy.classes)}: it always names one of them. "
        "Cutouts of another survey, pixel scale, depth or filter without tuning. Objects off the "
        "centre. Rates or populations, which need the efficiency of the whole survey. Spending "
        "telescope time on a single answer without looking at the cutouts."
    )


def _limits_text(bundle: Bundle, experiment: Experiment) -> str:
    lines = [
        "Probabilities hold where classes are equally common, for sequences like those learnt from."
    ]
    if bundle.trust is None:
        lines.append(NOT_CALIBRATED)
    if bundle.trust is None or bundle.trust.typicality is None:
        lines.append(NO_WARNING)
    if experiment.archive.is_simulated:
        lines.append(
            "What the simulation lacks — rare subtypes, artefacts, blends beyond its fields — it "
            "has never seen."
        )
    lines.append(
        "Intervals hold the chance of which objects were tested, not that of training anew."
    )
    return " ".join(lines)


def _retraining_text(bundle: Bundle, experiment: Experiment) -> str:
    facts, recipe = bundle.facts, experiment.recipe
    parts = {"train": "--data", "calibration": "--calibration", "test": "--test"}
    words = [f"taonet train {recipe.name}"]
    words += [f"{parts[part]} {own.path.name}" for part, own in experiment.archive.parts.items()]
    words += [f"--from {experiment.start.name}"] if experiment.start is not None else []
    words += [f"--shots {recipe.split.shots}"] if recipe.split.kind == "shots" else []
    cost = facts["cost"]
    return "\n".join(
        [
            f"    {' '.join(words)} --seed {recipe.seed}",
            "",
            f"* {recipe.training.steps} steps in {_format_duration(cost['seconds'])} on "
            f"{cost['device']}; at most {cost['peak_mib']:,.0f} MiB of memory",
            f"* {facts['weights']:,} weights, sha256 {WEIGHTS_SHA256}",
            f"* recipe {facts['recipe_digest'][:12]}, data {facts['data_digest'][:12]}, run "
            f"{facts['run_digest'][:12]}, taonet {facts['version']}",
        ]
    )


def _format_duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 180 else f"{seconds / 60:.0f} min"


def _format_score(number: Mapping[str, Any]) -> str:
    value, low, high = (
        "–" if number[key] is None else f"{number[key]:.3f}" for key in ("value", "low", "high")
    )
    return f"{value} [{low}, {high}]"
