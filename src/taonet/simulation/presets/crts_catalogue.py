"""CRTS as its list of transients describes it: fainter hosts of known magnitude, doubtful labels.

What `taonet.simulation.presets.crts` was fitted to are light curves; this preset is fitted to the
list of transients itself (`benchmarks/crts_catalogue.py`). Most events were found after the last
image of their place was taken, so that many sequences hold none (the truth says which), and nothing
states the seeing or the zero point, as in the image release. Cadence, weather, detector and what
does not change are those of `crts`.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float

from taonet.simulation.light import Light
from taonet.simulation.measured_numbers import read_numbers
from taonet.simulation.mixture import Mixture, Transient, draw_from_mixture
from taonet.simulation.populations.cataclysmic import Cataclysmics, cataclysmic_variable
from taonet.simulation.populations.nuclei import Nuclei, active_nucleus, blazar
from taonet.simulation.populations.stars import (
    fast_mover,
    long_period_variable,
    rr_lyrae,
    variable_star,
)
from taonet.simulation.populations.supernovae import HostMagnitudes, Supernovae, supernova
from taonet.simulation.presets.crts import CATALINA, CATALOGUE
from taonet.simulation.presets.crts import NUMBERS as OF_CURVES
from taonet.simulation.survey import STATED

NUMBERS = read_numbers("crts_catalogue")


def note_discovery(
    transient: Transient, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Light:
    """Draw an object; its truth says when the survey found it, and whether images were taken then.

    Parameters
    ----------
    transient : callable
        Draws the light.
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    light = transient(mjd, rng)
    found = light.found_mjd
    # polars change without an outburst: what is known of them is in any image
    covered = found is None or bool(found <= mjd[-1])
    return replace(light, truth={**light.truth, "found_mjd": found, "covered": covered})


def label_light(
    label: str, transient: Transient, mjd: Float[np.ndarray, " epoch"], rng: np.random.Generator
) -> Light:
    """Draw an object that the survey lists under a label, whatever it is; the truth says what.

    Parameters
    ----------
    label : str
        Becomes the subtype.
    transient : callable
        Draws the light.
    mjd : array (epoch,)
        Times of observation.
    rng : numpy.random.Generator
    """
    light = transient(mjd, rng)
    return replace(light, subtype=label, truth={**light.truth, "kind": light.subtype})


def _finder(draw: Callable[..., Light], population: Any) -> Transient:
    return partial(note_discovery, partial(draw, population=population))


def _numbers(name: str, dates: str, **others: Any) -> dict[str, Any]:
    found_mjd = NUMBERS["discoveries"][dates]
    return {**OF_CURVES[name], "found_mjd": found_mjd, **NUMBERS.get(name, {}), **others}


def _supernovae(dates: str, **others: Any) -> Transient:
    hosts = HostMagnitudes(**NUMBERS["hosts"])
    numbers = _numbers("supernovae", dates, hosts=hosts, **others)
    return _finder(supernova, Supernovae(**numbers))


def _cataclysmics(dates: str) -> Transient:
    return _finder(cataclysmic_variable, Cataclysmics(**_numbers("cataclysmics", dates)))


def _active_galaxies(dates: str) -> Transient:
    return _finder(active_nucleus, Nuclei(**_numbers("active_galaxies", dates)))


def _stars(name: str, draw: Transient, range_name: str) -> Transient:
    return partial(variable_star, kinds={name: (1.0, draw)}, mean_mag=NUMBERS["stars"][range_name])


def _mixture(kinds: Mixture) -> Transient:
    return partial(draw_from_mixture, kinds)


def _label_kinds(kinds: Mixture) -> Transient:
    """Return how to draw from a mixture whose kinds are labels of the survey's list."""
    draws = {
        name: (share, partial(label_light, name, draw)) for name, (share, draw) in kinds.items()
    }
    return _mixture(draws)


def _others() -> Transient:
    """Return how to draw OTHER: fast movers, and labels with a doubt.

    What lies behind the doubtful ones nobody knows. Taken here: an "SN?" is a fainter supernova, a
    "CV?" a cataclysmic variable, an "SN/CV" either, and an unknown any of these or an AGN, equally
    likely.
    """
    doubtful_sn = _supernovae("OTHER", **NUMBERS["doubtful_supernovae"])
    doubtful_cv = _cataclysmics("OTHER")
    either = _mixture({"SN": (0.5, doubtful_sn), "CV": (0.5, doubtful_cv)})
    draws = {
        "high proper motion": _stars("high proper motion", fast_mover, "high_proper_motion"),
        "SN/CV": either,
        "SN?": doubtful_sn,
        "CV?": doubtful_cv,
        "RR Lyrae": rr_lyrae,
        "long-period variable": _stars(
            "long-period variable", long_period_variable, "long_period_variable"
        ),
        "variable": _stars("variable", long_period_variable, "variable"),
        "Unknown": _mixture(
            {
                "SN": (1 / 3, doubtful_sn),
                "CV": (1 / 3, doubtful_cv),
                "AGN": (1 / 3, _active_galaxies("OTHER")),
            }
        ),
    }
    shares = NUMBERS["other"]
    whole = sum(shares.values())
    return _label_kinds({label: (shares[label] / whole, draw) for label, draw in draws.items()})


def _nuclei() -> Transient:
    """Return how to draw AGN: every label with AGN in it, so that some are supernovae."""
    doubt = NUMBERS["doubt"]
    with_supernova, other = doubt["agn_or_supernova"], doubt["agn_or_something"]
    active, doubtful = _active_galaxies("AGN"), doubt["agn_doubtful"]
    either = _mixture({"SN": (0.5, _supernovae("AGN")), "AGN": (0.5, active)})
    something = _mixture({"CV": (0.5, _cataclysmics("AGN")), "AGN": (0.5, active)})
    return _label_kinds(
        {
            "AGN": (1 - doubtful - with_supernova - other, active),
            "AGN?": (doubtful, active),
            "SN/AGN": (with_supernova, either),
            "CV/AGN": (other, something),
        }
    )


def _jets() -> Transient:
    draw = _finder(blazar, Nuclei(**_numbers("blazars", "BZ")))
    doubtful = NUMBERS["doubt"]["blazar_doubtful"]
    return _label_kinds({"Blazar": (1 - doubtful, draw), "Blazar?": (doubtful, draw)})


TRANSIENTS: dict[str, Transient] = {
    "SN": _supernovae("SN"),
    "CV": _cataclysmics("CV"),
    "AGN": _nuclei(),
    "BZ": _jets(),
    "OTHER": _others(),
}
"""How the light of each class is drawn, beside what does not change."""

CATALINA_LIST = replace(
    CATALINA,
    name="crts-catalogue",
    transients={**TRANSIENTS, "NON": CATALINA.transients["NON"]},
    catalogue=replace(CATALOGUE, transients={**TRANSIENTS, "NON": CATALOGUE.transients["NON"]}),
    unstated=STATED,
)
"""The images of `crts` with objects as the survey's list has them, and nothing stated."""
