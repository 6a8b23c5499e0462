"""The list of presets: the surveys that can be simulated, by name."""

from collections.abc import Iterable

from taonet.errors import ConfigError, nearest
from taonet.simulation.digest import survey_digest
from taonet.simulation.presets.crts import CATALINA
from taonet.simulation.presets.crts_catalogue import CATALINA_LIST
from taonet.simulation.presets.hits import HITS_SURVEY
from taonet.simulation.presets.tiny import TINY
from taonet.simulation.presets.ztf import ZTF
from taonet.simulation.survey import Survey
from taonet.simulation.wide import WIDE_MIX

SURVEYS = {survey.name: survey for survey in (CATALINA, CATALINA_LIST, TINY, HITS_SURVEY, ZTF)}
"""The presets by name; a new survey is one file beside this one and one name here."""

SOURCE_DIGESTS = {
    "2b9b642083bfca61619fbde6547195965071a6c56a42dfeec2ee70d43bdcecc5":
    "055572dc1e4233c1fb2b9aaa6a5929941219a844b42af397d25ec69a408786fa",
    "a8d2d34c6d44be22d233cb6c40a2970548b4b2944c1ea7b72dc1176824553d2c":
    "59ccac62ffe150e8d37fd39365a20130e220a37c1ae4672ae6d78d56cf981ec0",
    "443e049a9023e95212a8e32677ecb97254d7d5d7cb0d8493228d4ddc4494ebe4":
    "a022b7b50a53442abe57a685caaefd242404f3eba9aea58efbe9c9d1d0e691fd",
    "41f59d01d47bb8ee6a0fd4d418b6f7ac5e4c92873f3e799be6ffb66f2db90179":
    "ea9eee8b2ec02928816410af2b8240d332f55fecc8a59a1d859a99c344faad28",
}  # fmt: skip
"""Hashes of the source text of presets, as archives and cards hold them that were written before
numbers were hashed, with the hash of the same numbers."""


def survey_preset(name: str) -> Survey:
    """Return a preset.

    Raises
    ------
    ConfigError
        With the nearest name, if there is none of this name.

    Examples
    --------
    >>> survey_preset("crts").size_px
    64
    """
    if not isinstance(name, str) or name not in SURVEYS:
        do = nearest(str(name), tuple(SURVEYS))
        raise ConfigError(f"no survey {name!r} to simulate", do=do)
    return SURVEYS[name]


def preset_digest(name: str, classes: Iterable[str] = (), mix: str = "balanced") -> str:
    """Return a hash of the numbers and choices that define a preset.

    Comments, names of variables and the files that functions lie in do not change it. See
    `taonet.simulation.digest.survey_digest`.

    Parameters
    ----------
    name : str
    classes : iterable of str
        Classes that are drawn beside those of the preset's taxonomy.
    mix : str
        Of the mixes, the wide one alone has numbers of its own.

    Raises
    ------
    ConfigError
        If there is no survey of this name.

    Examples
    --------
    >>> preset_digest("crts") == preset_digest("hits")
    False
    """
    beside = WIDE_MIX if mix == "wide" else None
    return survey_digest(survey_preset(name), classes, beside=beside)
