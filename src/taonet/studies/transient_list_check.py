"""A preset beside the survey's list of transients: dates, magnitudes, labels, and who is where."""

from typing import Any

import numpy as np
import pandas as pd

from taonet.evaluation.class_mix import compare_class_mix, describe_ownership
from taonet.io.deep_tao.transient_list import read_transient_list
from taonet.simulation.conditions import Conditions, Visits
from taonet.simulation.light import Light
from taonet.simulation.survey import Survey
from taonet.sky.taxonomy import QUIET_CLASS
from taonet.types import AnyPath, Track, no_progress

EDGES = {
    "mag": (16.0, 17.0, 18.0, 19.0, 20.0),
    "counterpart_mag": (17.0, 18.0, 19.0, 20.0, 21.0, 22.0),
    "amplitude_mag": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0),
}
"""Regions that the list knows: magnitude when found, of the counterpart, and their difference."""

SNR_EDGES = {"snr": (1.0, 3.0, 10.0, 30.0, 100.0)}
"""Regions of the median signal-to-noise ratio of one frame, which the list does not know."""

FWHM_PER_SIGMA = 2.3548

LAST_MJD, PACE_DAYS = 57710.0, 10.0
"""The list ends in November 2016; the survey came back about so often."""

QUARTILES = (25, 50, 75)


def compare_with_list(
    path: AnyPath, survey: Survey, *, n_objects: int, seed: int, track: Track = no_progress
) -> dict[str, Any]:
    """Compare the objects of a preset with a list of transients.

    Light and conditions are drawn, no frames.

    Parameters
    ----------
    path : str or path
        The list, see `taonet.io.deep_tao.transient_list`.
    survey : Survey
    n_objects : int
        Simulated objects of each class.
    seed : int

    Returns
    -------
    dict
        ``classes`` (quartiles and shares, listed and simulated), ``mix`` (regions, see
        `taonet.evaluation.class_mix`), ``mix_by_snr``, ``host_offset_arcsec`` (simulated quartiles:
        the list has no places of hosts) and ``failures``, sentences.
    """
    classes = [name for name in survey.taxonomy.classes if name != QUIET_CLASS]
    listed = read_transient_list(path)
    listed = listed[listed["class_name"].isin(classes)]
    listed = listed.assign(amplitude_mag=listed["counterpart_mag"] - listed["mag"])
    simulated = draw_objects(survey, classes, n_objects=n_objects, seed=seed, track=track)
    mix = compare_class_mix(listed, simulated, EDGES, classes)
    return {
        "classes": {name: _compare_class(name, listed, simulated, survey) for name in classes},
        "host_offset_arcsec": _quartiles(simulated["host_offset_arcsec"]),
        "mix": mix,
        "mix_by_snr": compare_class_mix(None, simulated, SNR_EDGES, classes),
        "failures": [describe_ownership(region) for region in mix if not region["given"]],
    }


def draw_objects(
    survey: Survey,
    classes: list[str],
    *,
    n_objects: int,
    seed: int,
    track: Track = no_progress,
) -> pd.DataFrame:
    """Draw objects; return when they were found, how bright they were then, and what images show.

    What images show (``snr``, ``no_event``, ``host_offset_arcsec``) and what the list holds
    (``mag``, ``counterpart_mag``, ``amplitude_mag``) are of two objects of the class, drawn alike.

    Parameters
    ----------
    survey : Survey
    classes : list of str
    n_objects : int
        Of each class; the first ones are the same for any number.
    seed : int
    """
    numbered = [(place, name, i) for place, name in enumerate(classes) for i in range(n_objects)]
    rows = [
        _draw_object(survey, name, np.random.default_rng([seed, place, i]))
        for place, name, i in track(numbered, len(numbered), "drawing objects")
    ]
    return pd.DataFrame(rows)


def _draw_object(survey: Survey, class_name: str, rng: np.random.Generator) -> dict[str, Any]:
    visits = survey.visits(rng)
    conditions = survey.conditions(visits, rng)
    light = survey.light(class_name, visits, rng)
    mag, counterpart = _listed_mags(survey, class_name, visits, rng)
    return {
        "class_name": class_name,
        "kind": light.subtype,
        "mjd": np.nan if light.found_mjd is None else light.found_mjd,
        "no_event": light.found_mjd is not None and light.found_mjd > visits.mjd[-1],
        "mag": mag,
        "counterpart_mag": counterpart,
        "amplitude_mag": counterpart - mag,
        "snr": frame_snr(survey, light, conditions),
        "host_offset_arcsec": _host_offset(light),
    }


def frame_snr(survey: Survey, light: Light, conditions: Conditions) -> float:
    """Return the median over frames of the S/N of all light, as weighted by a Gaussian PSF.

    Parameters
    ----------
    survey : Survey
    light : Light
    conditions : Conditions
    """
    gain = survey.detector.gain_e_per_adu
    pixels = 4 * np.pi * (conditions.seeing_fwhm_px / FWHM_PER_SIGMA) ** 2
    variance = conditions.sky_adu / gain + survey.detector.read_noise_adu**2
    mag = light.all_light_mag(within_arcsec=np.inf)
    flux = 10 ** (0.4 * (conditions.zero_point_mag - mag))
    return float(np.median(flux / np.sqrt(pixels * variance + flux / gain)))


def _listed_mags(
    survey: Survey, class_name: str, visits: Visits, rng: np.random.Generator
) -> tuple[float, float]:
    """Draw an object of a class; return its magnitudes as a list would have them.

    The survey goes on after the last image, so that whatever it finds is seen. Stars that are not
    found by an event are listed as bright as they are, without a counterpart. A supernova is
    listed with its own magnitude, and its host is the counterpart; of all others the counterpart
    is what the images show in the median.
    """
    images = len(visits.mjd)
    later = np.arange(visits.mjd[-1] + PACE_DAYS, max(LAST_MJD, visits.mjd[-1] + 1), PACE_DAYS)
    mjd = np.concatenate([visits.mjd, later])
    band = (*visits.band, *visits.band[-1:] * len(later))
    light = survey.light(class_name, Visits(mjd=mjd, band=band), rng)
    all_mag = light.all_light_mag(within_arcsec=np.inf)
    before = float(np.median(all_mag[:images]))
    if light.found_mjd is None:
        return before, np.nan
    exploded = "peak_mjd" in light.truth
    mag = light.mag if exploded else all_mag
    found = float(mag[np.argmin(np.abs(mjd - light.found_mjd))])
    if exploded:
        return found, light.host.mag if light.host else np.nan
    return found, before


def _host_offset(light: Light) -> float:
    host = light.host
    return float(np.hypot(host.dx_arcsec, host.dy_arcsec)) if host else np.nan


def _compare_class(
    name: str, listed: pd.DataFrame, simulated: pd.DataFrame, survey: Survey
) -> dict[str, Any]:
    real, mine = (table[table["class_name"] == name] for table in (listed, simulated))
    columns = ("mag", "counterpart_mag", "amplitude_mag", "mjd")
    transients = [one for one in survey.taxonomy.classes if one != QUIET_CLASS]
    return {
        **{
            one: {"listed": _quartiles(real[one]), "simulated": _quartiles(mine[one])}
            for one in columns
        },
        "no_event": float(mine["no_event"].mean()),
        "share": {
            "listed": len(real) / len(listed),
            "simulated": survey.shares[name] / sum(survey.shares[one] for one in transients),
        },
        "kinds": {"listed": _shares(real["kind"]), "simulated": _shares(mine["kind"])},
    }


def _quartiles(values: pd.Series) -> list[float] | None:
    known = values[np.isfinite(values)]
    return np.percentile(known, QUARTILES).round(2).tolist() if len(known) else None


def _shares(kinds: pd.Series) -> dict[str, float]:
    return {str(name): round(float(s), 3) for name, s in kinds.value_counts(normalize=True).items()}


def list_summary(results: dict[str, Any]) -> list[str]:
    """Return the comparison as lines of text."""
    lines = []
    for name, one in results["classes"].items():
        share = one["share"]
        lines.append(
            f"  {name}: share {share['simulated']:.2f} (listed {share['listed']:.2f}); "
            f"images end before the event in {one['no_event']:.2f}"
        )
        lines += [f"    {what}: {_pair_text(one[key])}" for key, what in WORDS.items() if one[key]]
        # SN and CV are these labels alone: what they are is not in the list
        if len(one["kinds"]["listed"]) > 1:
            lines.append(f"    kinds: {_kinds_text(one['kinds'])}")
    offsets = _values_text(results["host_offset_arcsec"])
    lines.append(f"  hosts lie {offsets} arcsec away (quartiles; the list has no places of hosts)")
    lines += [_mix_line(region) for region in (*results["mix"], *results["mix_by_snr"])]
    return lines


WORDS = {
    "mag": "magnitude when found",
    "counterpart_mag": "counterpart",
    "amplitude_mag": "brightening",
    "mjd": "MJD when found",
}


def _pair_text(pair: dict[str, list[float] | None]) -> str:
    return f"{_values_text(pair['simulated'])} (listed {_values_text(pair['listed'])})"


def _values_text(values: list[float] | None) -> str:
    return " / ".join(f"{value:.5g}" for value in values) if values else "none"


def _kinds_text(pair: dict[str, dict[str, float]]) -> str:
    names = sorted({*pair["listed"], *pair["simulated"]}, key=lambda n: -pair["listed"].get(n, 0))
    return ", ".join(
        f"{name} {pair['simulated'].get(name, 0):.2f} ({pair['listed'].get(name, 0):.2f})"
        for name in names
    )


def _mix_line(region: dict[str, Any]) -> str:
    low, high = ("" if region[end] is None else f"{region[end]:g}" for end in ("low", "high"))
    shares = ", ".join(
        f"{name} {share:.2f}" + (f" ({region['real'][name]:.2f})" if region["n_real"] else "")
        for name, share in region["simulated"].items()
    )
    return f"  {region['column']} {low}..{high}: {shares}"
