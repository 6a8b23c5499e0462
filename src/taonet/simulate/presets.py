"""The surveys that can be simulated, by name."""

from taonet.errors import ConfigError
from taonet.simulate.crts import CATALINA, TINY
from taonet.simulate.hits import HITS_SURVEY
from taonet.simulate.survey import Survey, nearest
from taonet.simulate.ztf import ZTF

SURVEYS = {survey.name: survey for survey in (CATALINA, TINY, HITS_SURVEY, ZTF)}
"""The presets by name."""


def survey_named(name: str) -> Survey:
    """Return a preset.

    Raises
    ------
    ConfigError
        With the nearest name, if there is none of this name.

    Examples
    --------
    >>> survey_named("crts").size_px
    64
    """
    if name not in SURVEYS:
        raise ConfigError(f"no survey {name!r} to simulate", do=nearest(name, tuple(SURVEYS)))
    return SURVEYS[name]
