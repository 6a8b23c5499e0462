"""The sets of features by name: every set measures each curve by itself, in named columns."""

import numpy as np
import pandas as pd
import pytest

from features.made import constant_curves
from taonet.errors import ConfigError
from taonet.features.modern import MODERN
from taonet.features.published import PUBLISHED
from taonet.features.sets import SETS, check_set, feature_table

CURVES = constant_curves(4, n_nights=15, span_days=200, per_night=2)


@pytest.mark.parametrize("name", SETS)
def test_a_curve_has_the_features_that_it_has_alone(name):
    table = feature_table(CURVES, name)
    assert len(table) == 4
    assert table.columns.is_unique
    assert np.isfinite(table.to_numpy(float)).any(axis=1).all()
    own = CURVES.segments.owner == 2
    alone = feature_table(CURVES.select(own), name).iloc[[2]]
    pd.testing.assert_frame_equal(alone, table.iloc[[2]])


def test_sets_have_the_columns_of_their_tables():
    assert list(feature_table(CURVES, "published")) == list(PUBLISHED)
    assert list(feature_table(CURVES, "modern")) == list(MODERN)
    more = feature_table(CURVES, "published+ratios")
    pd.testing.assert_frame_equal(more[list(PUBLISHED)], feature_table(CURVES, "published"))
    assert more.shape[1] > len(PUBLISHED)


def test_a_name_that_is_none_is_refused_with_the_nearest():
    for name in SETS:
        check_set(name)
    with pytest.raises(ConfigError, match="did you mean 'modern'"):
        check_set("modren")
