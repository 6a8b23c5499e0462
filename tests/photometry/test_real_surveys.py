"""Light curves from real cutouts, against what the surveys' own pipelines measured in them."""

import numpy as np
import pytest

from taonet.io.alerts.framing import records_of
from taonet.io.alerts.packets import alert_of
from taonet.photometry.lightcurves import light_curve
from taonet.sky.alert import sequence_of


@pytest.fixture(scope="module")
def supernova(shared_data):
    """The alerts of one supernova, each alone: stated and measured magnitude."""
    rows = []
    for path in sorted((shared_data / "alerts" / "ztf" / "ZTF21abiuvdk").glob("*.avro")):
        record = next(iter(records_of(path)))
        curve = light_curve(sequence_of([alert_of(record)]), mode="difference")
        rows.append((record["candidate"]["magpsf"], curve.mag[0]))
    return np.array(rows)


def test_each_alert_alone_gives_the_survey_s_magnitude(supernova):
    stated, measured = supernova.T
    assert len(stated) == 34
    assert np.isfinite(measured).all()
    # the core of the brightest is a few pixels of a hundred thousand counts
    faint = stated > 14
    assert abs(np.median((measured - stated)[faint])) < 0.06
    assert np.median(np.abs(measured - stated)[faint]) < 0.08
