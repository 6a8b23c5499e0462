"""The surveys that can be simulated, by name."""

import hashlib
from importlib import resources

from taonet.errors import ConfigError, nearest
from taonet.simulation.presets.crts import CATALINA, TINY
from taonet.simulation.presets.hits import HITS_SURVEY
from taonet.simulation.presets.ztf import ZTF
from taonet.simulation.survey import Survey

SURVEYS = {survey.name: survey for survey in (CATALINA, TINY, HITS_SURVEY, ZTF)}
"""The presets by name."""


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
    if name not in SURVEYS:
        raise ConfigError(f"no survey {name!r} to simulate", do=nearest(name, tuple(SURVEYS)))
    return SURVEYS[name]


def preset_digest(name: str) -> str:
    """Return a hash of the files that make a preset: whatever is frozen about it, shows in it.

    Raises
    ------
    ConfigError
        If there is no survey of this name.

    Examples
    --------
    >>> preset_digest("crts") == preset_digest("hits")
    False
    """
    room = {"tiny": "crts"}.get(survey_preset(name).name, name)
    package = resources.files("taonet.simulation.presets")
    digest = hashlib.sha256(name.encode())
    for file in (package / f"{room}.py", package / "tables" / f"{room}.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()
