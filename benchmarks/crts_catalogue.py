"""Measure the numbers of the preset `crts-catalogue` on the survey's list of transients.

    python benchmarks/crts_catalogue.py transient_catalogue.tsv > crts_catalogue.toml

The list holds 5,539 transients with date and magnitude of their discovery and a raw label, which
often names the magnitude of the counterpart in older images ("SN SDSS mag 22,2", "SN mag >21").
What is printed is the table beside the preset: quantiles, shares and fitted ranges, but no rows.

Ranges of brightness (triangular laws) of supernovae are fitted so that *discovered* magnitudes of
simulated objects agree with the listed ones: each of the three numbers is moved, again and again,
by how much the 5, 50 and 95 % quantiles differ. Those of AGN and blazars are fitted in the same
way so that the *median* over the images agrees with the listed counterparts: most are discovered
after the last image, and what images show is the object before it brightened. Blazars are noticed
when they brightened by as much as listed ones did. AGN that vary as their light curves do (`crts`)
never brighten so much; they are noticed as in `crts`, and too faint when found.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.stats import spearmanr, triang

from taonet.io.deep_tao.transient_list import BELOW_LIMIT_MAG, KINDS, read_transient_list
from taonet.simulation.light import Light
from taonet.simulation.populations.nuclei import Nuclei, active_nucleus, blazar
from taonet.simulation.populations.supernovae import Supernovae, supernova
from taonet.simulation.presets.crts import CATALINA, NUMBERS

Draw = Callable[[np.ndarray, np.random.Generator], Light]
Numbers = np.ndarray

LEVELS = np.linspace(0, 100, 11)
FITTED = (5, 50, 95)
OBJECTS, ROUNDS = 300, 5

SENSIBLE_MAG = (12.0, 24.0)
"""Counterparts beyond are galaxies wider than a cutout, or errors of writing."""


def fitted_triangle(mag: np.ndarray) -> tuple[float, float, float]:
    """Fit a triangular law to magnitudes by their quantiles."""
    share = np.linspace(0.05, 0.95, 19)
    wanted = np.quantile(mag, share)

    def distance(x: np.ndarray) -> float:
        low, width, place = x[0], np.exp(x[1]), 1 / (1 + np.exp(-x[2]))
        return float(((triang.ppf(share, place, low, width) - wanted) ** 2).sum())

    best = minimize(distance, [wanted[0], np.log(np.ptp(wanted)), 0.0], method="Nelder-Mead").x
    low, width = float(best[0]), float(np.exp(best[1]))
    return low, low + width / (1 + float(np.exp(-best[2]))), low + width


def observed_mags(draw: Draw, index: int) -> tuple[float, float]:
    """Simulate an object in the images; return its magnitudes when found, and in the median.

    The light of supernovae is their own, that of nuclei includes their galaxies.
    """
    mjd = CATALINA.visits(np.random.default_rng([1, index])).mjd
    light = draw(mjd, np.random.default_rng([2, index]))
    mag = light.mag if "peak_mjd" in light.truth else light.all_light_mag(within_arcsec=np.inf)
    found = light.found_mjd
    if found is None or found > mjd[-1]:
        return np.nan, float(np.median(mag))
    return float(mag[np.argmin(np.abs(mjd - found))]), float(np.median(mag))


def observed_quantiles(draw: Draw) -> tuple[Numbers, Numbers]:
    """Return quantiles of simulated magnitudes when found, and in the median."""
    mags = np.array([observed_mags(draw, index) for index in range(OBJECTS)])
    found, median = (np.percentile(some[np.isfinite(some)], FITTED) for some in mags.T)
    return found, median


def fit_supernovae(population: Supernovae, listed_mag: Numbers) -> None:
    """Fit the range of peak magnitudes and print it."""
    wanted = np.nanpercentile(listed_mag, FITTED)
    numbers = np.array(population.peak_mag)
    seen: list[Numbers] = []
    for _ in range(ROUNDS):
        kind = replace(population, peak_mag=tuple(numbers.tolist()))
        seen.append(observed_quantiles(partial(supernova, population=kind))[0])
        fitted, numbers = kind, np.sort(numbers + wanted - seen[-1])
    print_agreement("when found", wanted, seen)
    print(f"peak_mag = {np.round(fitted.peak_mag, 2).tolist()}")


def fit_nuclei(
    draw: Callable[..., Light], population: Nuclei, listed_mag: Numbers, counterpart: Numbers
) -> None:
    """Fit the range of mean magnitudes and print it."""
    wanted = np.nanpercentile(listed_mag, FITTED), np.nanpercentile(counterpart, FITTED)
    numbers = np.array(population.mean_mag)
    seen: list[tuple[Numbers, Numbers]] = []
    for _ in range(ROUNDS):
        kind = replace(population, mean_mag=tuple(numbers.tolist()))
        seen.append(observed_quantiles(partial(draw, population=kind)))
        fitted, numbers = kind, np.sort(numbers + wanted[1] - seen[-1][1])
    print_agreement("when found (not fitted)", wanted[0], [found for found, _ in seen])
    print_agreement("median", wanted[1], [median for _, median in seen])
    print(f"mean_mag = {np.round(fitted.mean_mag, 2).tolist()}")


def print_agreement(what: str, wanted: Numbers, seen: list[Numbers]) -> None:
    """Print listed quantiles beside those before and after the fit."""
    wanted, before, after = (one.round(2).tolist() for one in (wanted, seen[0], seen[-1]))
    print(f"# {what}: listed {wanted}, with those of crts {before}, here {after}")


def quantiles(values: np.ndarray, digits: int) -> list[float]:
    """Return the deciles, from least to greatest."""
    return [round(float(q), digits) for q in np.nanpercentile(values, LEVELS)]


def main(path: Path) -> None:
    """Measure and print the table."""
    listed = read_transient_list(path)
    of = {
        name: (listed["class_name"] == name).to_numpy()
        for name in ("SN", "CV", "AGN", "BZ", "OTHER")
    }
    print("# Measured on the survey's list of 5,539 transients by benchmarks/crts_catalogue.py.")
    print("# Everything else is as in crts.toml.\n\n[entries]")
    for name, chosen in of.items():
        print(f"{name} = {int(chosen.sum())}")
    print_dates(listed, of)
    print_hosts(listed, of["SN"])
    print_ranges(listed, of)
    print_kinds(listed, of)


def print_dates(listed: pd.DataFrame, of: dict[str, Numbers]) -> None:
    """Print when objects of each class were discovered."""
    print("\n[discoveries]\n# MJD, deciles")
    for name, chosen in of.items():
        print(f"{name} = {quantiles(listed.mjd.to_numpy()[chosen], 0)}")


def print_hosts(listed: pd.DataFrame, supernovae: np.ndarray) -> None:
    """Print the counterparts of supernovae."""
    host = listed.counterpart_mag.to_numpy()
    known = supernovae & np.isfinite(host)
    rank = spearmanr(host[known], listed.mag.to_numpy()[known]).statistic
    quartiles = np.quantile(host[known], [0.25, 0.5, 0.75]).round(1).tolist()
    print(f"\n[hosts]\n# counterparts of {known.sum()} SNe, deciles; quartiles {quartiles}")
    print(f"# those listed as fainter than a limit are put {BELOW_LIMIT_MAG} mag below it")
    print(f"quantiles_mag = {quantiles(host[known].clip(*SENSIBLE_MAG), 2)}")
    # of two normal deviates: Pearson's coefficient from Spearman's
    print(f"correlation = {2 * np.sin(np.pi / 6 * rank):.2f}")


def print_ranges(listed: pd.DataFrame, of: dict[str, Numbers]) -> None:
    """Print the ranges of brightness."""
    explosions = Supernovae(**NUMBERS["supernovae"])
    doubtful = (listed.kind == "SN?").to_numpy()
    counterparts = listed.counterpart_mag.to_numpy()
    print("\n# brightest, most common and faintest magnitude; agreement at 5, 50 and 95 %")
    for name, chosen in (("supernovae", of["SN"]), ("doubtful_supernovae", doubtful)):
        print(f"\n[{name}]")
        fit_supernovae(explosions, listed.mag.to_numpy()[chosen])
    for name, draw, chosen in (
        ("active_galaxies", active_nucleus, of["AGN"]),
        ("blazars", blazar, of["BZ"]),
    ):
        print(f"\n[{name}]")
        dates = tuple(quantiles(listed.mjd.to_numpy()[chosen], 0))
        population = replace(Nuclei(**NUMBERS[name]), found_mjd=dates)
        if name == "blazars":
            above = (counterparts - listed.mag.to_numpy())[chosen]
            noticed = (round(float(np.nanmean(above)), 2), round(float(np.nanstd(above)), 2))
            print(f"noticed_mag = {list(noticed)}")
            population = replace(population, noticed_mag=noticed)
        fit_nuclei(draw, population, listed.mag.to_numpy()[chosen], counterparts[chosen])


def print_kinds(listed: pd.DataFrame, of: dict[str, Numbers]) -> None:
    """Print the brightness of stars, and the shares of labels within AGN, BZ and OTHER."""
    kind = listed.kind.to_numpy()
    print("\n[stars]\n# brightest, most common and faintest mean magnitude")
    for name in ("high proper motion", "long-period variable", "variable"):
        fitted = fitted_triangle(listed.mag.to_numpy()[kind == name])
        print(f"{name.replace(' ', '_').replace('-', '_')} = {np.round(fitted, 2).tolist()}")
    print("\n[other]\n# shares of labels within OTHER")
    for name in (*KINDS, "Unknown"):
        print(f'"{name}" = {np.mean(kind[of["OTHER"]] == name):.4f}')
    print("\n[doubt]\n# shares of labels: AGN?, AGN beside SN, AGN beside something else; Blazar?")
    agn, blazars = kind[of["AGN"]], kind[of["BZ"]]
    print(f"agn_doubtful = {np.mean(agn == 'AGN?'):.4f}")
    print(f"agn_or_supernova = {np.mean(agn == 'SN/AGN'):.4f}")
    print(f"agn_or_something = {np.mean(agn == 'CV/AGN'):.4f}")
    print(f"blazar_doubtful = {np.mean(blazars == 'Blazar?'):.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
