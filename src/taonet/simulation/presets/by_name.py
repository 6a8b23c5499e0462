"""The surveys that can be simulated, by name."""

from collections.abc import Iterable

from taonet.errors import ConfigError, nearest
from taonet.simulation.digest import survey_digest
from taonet.simulation.presets.crts import CATALINA
from taonet.simulation.presets.hits import HITS_SURVEY
from taonet.simulation.presets.tiny import TINY
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


def preset_digest(name: str, classes: Iterable[str] = ()) -> str:
    """Return a hash of the numbers and choices that define a preset.

    Comments, names of variables and the files that functions lie in do not change it. See
    `taonet.simulation.digest.survey_digest`.

    Parameters
    ----------
    name : str
    classes : iterable of str
        Classes that are drawn beside those of the preset's taxonomy.

    Raises
    ------
    ConfigError
        If there is no survey of this name.

    Examples
    --------
    >>> preset_digest("crts") == preset_digest("hits")
    False
    """
    return survey_digest(survey_preset(name), classes)
