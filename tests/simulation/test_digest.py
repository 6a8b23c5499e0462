"""The hash of a preset: every number counts, and nothing that is not one of its choices."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import partial
from importlib.resources import files

import numpy as np
import pytest

from taonet.simulation.digest import canonical_form, survey_digest
from taonet.simulation.presets.by_name import SOURCE_DIGESTS, SURVEYS, preset_digest

PINNED = {
    "crts": "055572dc1e4233c1fb2b9aaa6a5929941219a844b42af397d25ec69a408786fa",
    "tiny": "59ccac62ffe150e8d37fd39365a20130e220a37c1ae4672ae6d78d56cf981ec0",
    "hits": "a022b7b50a53442abe57a685caaefd242404f3eba9aea58efbe9c9d1d0e691fd",
    "ztf": "ea9eee8b2ec02928816410af2b8240d332f55fecc8a59a1d859a99c344faad28",
}


@pytest.mark.parametrize("name", PINNED)
def test_the_hash_of_a_preset_is_the_one_on_cards_and_in_archives(name):
    """If this fails, the preset has other numbers, and what is trained on it another card."""
    assert preset_digest(name) == PINNED[name]


def test_hashes_of_source_text_lead_to_presets_that_still_are_what_they_were():
    assert sorted(SOURCE_DIGESTS.values()) == sorted(PINNED.values())


def arguments(function):
    """The values that a function is called with, whether bound or by default."""
    plain, args, named = function, (), {}
    if isinstance(function, partial):
        plain, args, named = function.func, function.args, function.keywords
    bound = inspect.signature(plain).bind_partial(*args, **named)
    bound.apply_defaults()
    return plain, bound.arguments


def parts_of(value):
    """Return the parts of a value by name, and what makes such a value of other parts."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in fields(value)}
        return parts, lambda others: replace(value, **others)
    if isinstance(value, Mapping):
        return value, dict
    if isinstance(value, tuple):
        return dict(enumerate(value)), lambda others: tuple(others.values())
    if callable(value):
        plain, given = arguments(value)
        return given, lambda others: partial(plain, **others)
    return {}, None


def with_one_number_changed(value):
    """Yield copies of a value, each with another of its numbers changed."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value + 1 if np.isfinite(value) else 1e6
        return
    parts, whole_of = parts_of(value)
    for name, part in parts.items():
        for changed in with_one_number_changed(part):
            yield whole_of({**parts, name: changed})


@pytest.mark.parametrize("name", SURVEYS)
def test_every_number_of_a_preset_is_in_its_hash(name):
    survey, numbers = SURVEYS[name], 0
    for field in fields(survey):
        # a change of a part is a change of the whole: the parts are quicker to write down
        part = getattr(survey, field.name)
        changed = list(with_one_number_changed(part))
        forms = {json.dumps(canonical_form(one)) for one in (part, *changed)}
        assert len(forms) == len(changed) + 1
        for one in changed[:1]:
            assert survey_digest(replace(survey, **{field.name: one})) != preset_digest(name)
        numbers += len(changed)
    assert numbers > 150


def functions_in(value):
    """Return the functions that a preset draws with."""
    parts, _ = parts_of(value)
    inner = [function for part in parts.values() for function in functions_in(part)]
    draws = callable(value) and not is_dataclass(value)
    return [arguments(value)[0], *inner] if draws else inner


DRAWING = {inspect.unwrap(one) for survey in SURVEYS.values() for one in functions_in(survey)}


def test_functions_are_told_apart_by_their_names():
    names = [function.__qualname__ for function in DRAWING]
    assert len(names) > 20
    assert len(set(names)) == len(names)


def holds_numbers(value):
    if isinstance(value, np.ndarray) or is_dataclass(value):
        return not inspect.isclass(value)
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | tuple | list):
        return any(map(holds_numbers, inner))
    return isinstance(value, int | float)


def test_functions_of_presets_are_given_their_numbers_and_take_none_from_their_module():
    """What a function takes from its module, the hash does not see."""
    ours = [one for one in DRAWING if one.__module__.startswith("taonet.simulation.presets")]
    assert len(ours) > 5
    for function in ours:
        names = function.__code__.co_names
        taken = {name: function.__globals__.get(name) for name in names}
        assert not [name for name, value in taken.items() if holds_numbers(value)]


def function_of(source):
    space: dict = {}
    exec(source, space)
    return space["draw"]


def test_comments_and_names_of_variables_do_not_change_a_hash_and_numbers_do():
    plain = function_of("def draw(rng, mag=20.0):\n    a = mag + 1\n    return a")
    other = function_of("def draw(rng, mag=20.0):\n    # why\n    b = mag + 1\n    return b")
    assert canonical_form(plain) == canonical_form(other)
    assert canonical_form(partial(plain, mag=20)) == canonical_form(other)
    assert canonical_form(partial(plain, mag=20.5)) != canonical_form(other)


def test_a_class_beyond_the_taxonomy_changes_the_hash_only_where_it_is_drawn():
    survey = SURVEYS["tiny"]
    more = replace(survey, transients={**survey.transients, "TDE": survey.transients["SN"]})
    assert survey_digest(more) == survey_digest(more, ["SN"]) == PINNED["tiny"]
    assert survey_digest(more, ["SN", "TDE"]) != PINNED["tiny"]


def test_what_is_no_part_of_a_preset_is_refused():
    with pytest.raises(TypeError, match="no part of a preset"):
        canonical_form({"when": {1, 2}})


def test_the_card_of_a_bundle_that_learnt_from_a_wide_mix_states_the_hash_of_that():
    card = (files("taonet.bundles") / "hits-sim" / "README.md").read_text("utf-8")
    assert f"(preset by its numbers: {preset_digest('hits', (), 'wide')[:12]})" in card


@pytest.mark.parametrize("name", ["crts", "ztf"])
def test_the_cards_of_shipped_bundles_state_the_hash_by_numbers_beside_the_old_one(name):
    old = next(source for source, numbers in SOURCE_DIGESTS.items() if numbers == PINNED[name])
    card = (files("taonet.bundles") / f"{name}-sim" / "README.md").read_text("utf-8")
    line = next(line for line in card.splitlines() if line.startswith("* preset "))
    assert line.startswith(f"* preset {old[:12]}: ")
    assert line.endswith(f": {PINNED[name][:12]}")
    assert f"(preset {old[:12]})" in card
