import numpy as np
import pandas as pd

from taonet.features.published import PUBLISHED, published_features
from taonet.features.ratios import OVER_STD, add_ratios


def test_ratios_do_not_change_with_how_much_a_curve_varies():
    rng = np.random.default_rng(0)
    mjd, shape, error = (
        55000 + np.sort(rng.random(40)) * 900,
        rng.normal(0, 1, 40),
        np.full(40, 0.1),
    )
    rows = [published_features(mjd, 18 + size * shape, error * size) for size in (0.2, 0.8)]
    found = add_ratios(pd.DataFrame(rows))
    assert list(found.columns) == [*PUBLISHED, *(f"{name}_over_std" for name in OVER_STD)]
    for name in set(OVER_STD) - {"stetson_j"}:
        one, other = found[f"{name}_over_std"]
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_ratios_of_what_is_not_there_are_missing():
    row = dict.fromkeys(PUBLISHED, 1.0)
    table = add_ratios(pd.DataFrame([{**row, "std": 0.0}, {**row, "mad": np.nan}]))
    assert table.loc[0].filter(like="_over_std").isna().all()
    assert np.isnan(table["mad_over_std"][1])
    assert table.loc[1, "amplitude_over_std"] == 1.0
