"""Sizes of the network that fit, and those that do not."""

import pytest

from taonet.errors import ConfigError
from taonet.models.network_config import TaoNetConfig


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize("kind", ["statistics", "integrators", "none"])
def test_the_light_is_kept_by_statistics_unless_said_otherwise(statistics, kind):
    config = TaoNetConfig(measured=True, statistics=statistics, light_memory=kind)
    assert config.keeps_light == (kind == "integrators" or (statistics and kind == "statistics"))
    assert not TaoNetConfig(statistics=statistics).keeps_light


def test_integrators_of_light_that_is_not_measured_are_refused():
    with pytest.raises(ConfigError, match="no light is measured"):
        TaoNetConfig(light_memory="integrators")


def test_a_zoom_too_small_for_its_blocks_is_refused():
    with pytest.raises(ConfigError, match="zoom"):
        TaoNetConfig(zooms=(4,), layers=(1, 1, 1))
