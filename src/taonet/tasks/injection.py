"""What a network makes of transients of known truth in real frames: the injection benchmark."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from taonet.data.counterfactual_light import dim
from taonet.data.splits import groups_of
from taonet.errors import ConfigError, InputError, nearest
from taonet.evaluation.injection_scores import score_injections, score_untouched
from taonet.io.archive import Archive
from taonet.io.atomic import atomic_folder, refuse_existing
from taonet.io.class_sets import encode_set
from taonet.io.tables import write_table
from taonet.io.tally import Tally
from taonet.models.bundle import Bundle
from taonet.models.device import AUTO
from taonet.models.domain_check import check_domain
from taonet.models.load import load_model
from taonet.models.predict import predict
from taonet.reports.injection_report import injection_figure, injection_markdown
from taonet.reports.svg import figure_to_svg
from taonet.simulation.empty_places import cut_empty_place, with_frames
from taonet.simulation.inject import check_class, plant
from taonet.simulation.injection_range import InjectionRange, draw_in_range
from taonet.simulation.own_conditions import own_conditions
from taonet.simulation.survey import Survey
from taonet.sky.sequence import ImageSequence
from taonet.sky.taxonomy import QUIET_CLASS
from taonet.tasks.inject import survey_of
from taonet.types import AnyPath, Track, no_progress

MARK: Final = "injection.md"
"""The folder that holds it is one of these reports."""

AWAY_EVERY: Final = 2
"""Every so manyth object comes at an empty place, where frames are larger than the network's."""


@dataclass(frozen=True, kw_only=True)
class InjectionPlan:
    """What is planted.

    Parameters
    ----------
    classes : tuple of str
    n_objects : int
        Of each class. Sequences are taken in an order drawn by the seed, again and again.
    survey_name : str
        The preset that knows the light; that of each archive's survey if empty.
    every : bool
        Take all sequences, whatever their class: for archives that state none.
    reach : InjectionRange
    dim_mag : float
        The light that is there is dimmed first by up to so much, the noise restored: where real
        objects that do not change are bright ones only, nothing else stands for a faint host.
    seed : int
    """

    classes: tuple[str, ...] = ("SN",)
    n_objects: int = 200
    survey_name: str = ""
    every: bool = False
    reach: InjectionRange = field(default_factory=InjectionRange)
    dim_mag: float = 0.0
    seed: int = 1


@dataclass(frozen=True, kw_only=True, eq=False)
class InjectionResults:
    """What a network made of planted transients, and of the same sequences without them.

    Parameters
    ----------
    planted, untouched : DataFrame
        A row an object: the truth, and the last answer.
    scores : DataFrame
        From `taonet.evaluation.injection_scores.score_injections`.
    controls : dict
        From `taonet.evaluation.injection_scores.score_untouched`.
    """

    planted: pd.DataFrame
    untouched: pd.DataFrame
    scores: pd.DataFrame
    controls: dict[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Target:
    """A sequence that light is planted into."""

    archive: Archive
    index: int
    survey: Survey
    group: str

    def read(self, bundle: Bundle) -> ImageSequence:
        """Return the epochs of the sequence that the network reads."""
        sequence = self.archive[self.index]
        epochs = bundle.reading.epochs_of(sequence)
        if not len(epochs):
            raise InputError("no epoch can be read", where=f"sequence {sequence.object_id}")
        return replace(sequence.take(epochs), class_name=QUIET_CLASS)


def injection_benchmark(
    bundle_name: AnyPath,
    archives: Sequence[AnyPath],
    output: AnyPath,
    *,
    plan: InjectionPlan,
    workers: int = 1,
    device: str = AUTO,
    overwrite: bool = False,
    track: Track = no_progress,
) -> tuple[InjectionResults, Tally]:
    """Plant transients into sequences in which nothing varies, and score what a network says.

    The output is a folder: ``injection.parquet`` (a row a planted object), ``untouched.parquet``
    (the same sequences without), ``scores.parquet``, ``injection.md`` and its figure.

    Parameters
    ----------
    bundle_name : str
        Of a network.
    archives : sequence of Path
        With objects of class NON, or any with ``plan.every``.
    device : str
        Where the network runs: one of `taonet.models.device.DEVICES`.

    Raises
    ------
    ConfigError
        If a class cannot be planted, or an archive's survey has no preset.
    InputError
        If the bundle holds no network, nothing can be planted into, or nothing was classified.
    OutputError
        If the output exists or cannot be written.
    """
    output = Path(output)
    refuse_existing(output, overwrite=overwrite, mark=MARK)
    bundle = load_model(bundle_name, device=device)
    if not isinstance(bundle, Bundle):
        do = "give a bundle that holds a network"
        raise InputError("trees read light curves, not cutouts", where=bundle.name, do=do)
    targets = _find_targets([Archive(path) for path in archives], plan)
    _check_classes(bundle, targets, plan.classes)
    tally = Tally(output)
    stream = _Stream(bundle=bundle, targets=targets, plan=plan, tally=tally)
    rows = stream.answer(workers=workers, track=track)
    is_planted = rows["is_planted"].to_numpy(bool)
    tally.objects = int(is_planted.sum())
    tally.require_objects("nothing could be planted and classified")
    planted, untouched = (
        rows[chosen].drop(columns="is_planted").reset_index(drop=True)
        for chosen in (is_planted, ~is_planted)
    )
    before = untouched.set_index("object_id")["predicted_class"]
    planted["answer_before"] = planted["control"].map(before)
    results = InjectionResults(
        planted=planted,
        untouched=untouched,
        scores=score_injections(planted, seed=plan.seed),
        controls=score_untouched(untouched, seed=plan.seed),
    )
    _write(results, bundle, archives, output, overwrite=overwrite)
    tally.write_list()
    return results, tally


def _find_targets(archives: Sequence[Archive], plan: InjectionPlan) -> list[_Target]:
    """Return the sequences that nothing varies in, in an order drawn by the seed."""
    targets = []
    for number, archive in enumerate(archives):
        survey, groups = survey_of(archive, plan.survey_name), groups_of(archive.objects)
        for index, (name, group) in enumerate(zip(archive.class_names, groups, strict=True)):
            if plan.every or name == QUIET_CLASS:
                key = f"{number}-{group}"
                targets.append(_Target(archive=archive, index=index, survey=survey, group=key))
    if not targets:
        raise InputError(
            f"no object of class {QUIET_CLASS} to plant into",
            where=", ".join(str(archive.path) for archive in archives),
            do="give archives of objects that do not change; --all if theirs state no class",
        )
    order = np.random.default_rng([plan.seed, 0]).permutation(len(targets))
    return [targets[i] for i in order]


def _check_classes(bundle: Bundle, targets: Sequence[_Target], classes: Sequence[str]) -> None:
    for name in classes:
        if name not in bundle.taxonomy.classes:
            do = nearest(name, bundle.taxonomy.classes)
            raise ConfigError(f"no class {name!r} in the bundle", where=bundle.name, do=do)
        for survey in {target.survey.name: target.survey for target in targets}.values():
            check_class(survey, name)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stream:
    """Sequences with and without a transient, made one after the other, and their answers."""

    bundle: Bundle
    targets: Sequence[_Target]
    plan: InjectionPlan
    tally: Tally
    truths: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, *, workers: int, track: Track) -> pd.DataFrame:
        """Return the truth and the last answer of each sequence."""
        jobs = [(k, name) for k in range(self.plan.n_objects) for name in self.plan.classes]
        made = self._make(track(jobs, len(jobs), "planting"))
        checked = check_domain(self.bundle, made, self.tally)
        rows = []
        for answer in predict(
            self.bundle, checked, workers=workers, on_rejection=self.tally.reject
        ):
            last: dict[str, Any] = answer.tail(1).to_dict("records")[0]  # type: ignore[assignment]
            rows.append({**self.truths[last["object_id"]], **last})
        return pd.DataFrame(rows) if rows else pd.DataFrame({"is_planted": []})

    def _make(self, jobs: Iterable[tuple[int, str]]) -> Iterator[ImageSequence]:
        for k, class_name in jobs:
            target = self.targets[k % len(self.targets)]
            try:
                yield from self._make_pair(target, k, class_name)
            except InputError as error:
                name = target.archive.objects["object_id"].iloc[target.index]
                self.tally.reject(f"{class_name}-{k}-{name}", error)

    def _make_pair(self, target: _Target, k: int, class_name: str) -> Iterator[ImageSequence]:
        """Yield the sequence as it is, unless it was, and with a transient."""
        seed = [self.plan.seed, k, zlib.crc32(class_name.encode())]
        drawing, noise, weather = np.random.default_rng(seed).spawn(3)
        whole = target.read(self.bundle)
        # the object at the centre tells the weather, wherever light is planted
        conditions = own_conditions(whole, target.survey, weather)
        plain, facts = self._choose_place(whole, k)
        injection, peak = draw_in_range(
            plain, target.survey, class_name, self.plan.reach, conditions, drawing
        )
        lit, truth = plant(plain, target.survey, class_name, injection, noise)
        known = {"planted_into": whole.object_id, "group": target.group, **facts}
        control = f"asis-{whole.object_id}" if plain is whole else f"asis-{k}-{whole.object_id}"
        if control not in self.truths:
            self.truths[control] = {**known, "is_planted": False}
            yield replace(plain, object_id=control)
        name = f"{class_name}-{k}-{whole.object_id}"
        own = {"subtype": truth["subtype"], "x": truth["x"], "y": truth["y"]}
        self.truths[name] = {**known, "is_planted": True, "control": control, **own, **peak}
        # light that comes or goes beside the centre may be taken for a fault of the frame
        yield with_frames(replace(lit, object_id=name), lit.frames)

    def _choose_place(
        self, whole: ImageSequence, k: int
    ) -> tuple[ImageSequence, dict[str, float | str]]:
        """Return the sequence that object ``k`` is planted into, and how it was made."""
        rng = np.random.default_rng([self.plan.seed, k])
        away = cut_empty_place(whole, self.bundle.frame_px, rng) if k % AWAY_EVERY else None
        plain, place = (whole, "centre") if away is None else (away, "away")
        mag = self.plan.dim_mag * float(rng.random())
        if mag:
            plain = dim(plain, mag, rng)
        return plain, {"place": place, "dimmed_mag": mag}


def _write(
    results: InjectionResults,
    bundle: Bundle,
    archives: Sequence[AnyPath],
    output: Path,
    *,
    overwrite: bool,
) -> None:
    tables = {
        "injection": _with_words(results.planted),
        "untouched": _with_words(results.untouched.dropna(axis=1, how="all")),
        "scores": results.scores,
    }
    text = injection_markdown(
        results.scores,
        results.controls,
        bundle=bundle.name,
        archives=[Path(path).name for path in archives],
        limit_mag=float(results.planted["limit_mag"].median()),
        dim_mag=float(results.planted["dimmed_mag"].max()),
    )
    with atomic_folder(output, mark=MARK, overwrite=overwrite) as folder:
        for name, table in tables.items():
            write_table(table, folder / f"{name}.parquet", metadata=bundle.identity)
        figure = figure_to_svg(injection_figure(results.scores), "shares against brightness")
        (folder / "recall.svg").write_text(figure, encoding="utf-8")
        (folder / MARK).write_text(text, encoding="utf-8")


def _with_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with sets as text, as files hold them."""
    return table.assign(set=table["set"].map(encode_set)) if "set" in table else table
