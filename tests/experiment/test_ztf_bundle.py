"""The shipped network for ZTF alerts, on real packets: it answers, whatever it answers."""

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.io.alerts.framing import records_of
from taonet.sky.taxonomy import ZTF
from taonet.tasks.predict import predict_files

NAME = "ztf-sim"


@pytest.mark.parametrize("folder", ["ZTF21abiuvdk", "single", "kowalski"])
def test_it_answers_for_every_packet_or_says_why_not(shared_data, tmp_path, folder):
    packets = shared_data / "alerts" / "ztf" / folder
    sent = {
        (record["objectId"], record["candid"])
        for file in packets.glob("*.avro")
        for record in records_of(file)
    }
    tally = predict_files(NAME, [packets], tmp_path / "answers.parquet")
    table = pd.read_parquet(tmp_path / "answers.parquet")
    assert tally.objects + tally.set_aside_count == len({name for name, _ in sent})
    assert tally.rejected.items.total() == tally.set_aside_count
    assert tally.set_aside_count or len(table) == len(sent)
    chances = table[[f"p_{name}" for name in ZTF.classes]].to_numpy()
    assert np.isfinite(chances).all()
    assert chances.min() >= 0
    np.testing.assert_allclose(chances.sum(axis=1), 1, atol=1e-6)
    assert set(table["predicted_class"]) <= set(ZTF.classes)


@pytest.mark.parametrize("survey", ["atlas", "decam", "pgir", "winter"])
def test_alerts_of_other_surveys_are_one_clear_line(shared_data, tmp_path, survey):
    with pytest.raises(InputError, match="known surveys: ztf"):
        predict_files(NAME, [shared_data / "alerts" / survey], tmp_path / "answers.parquet")
    assert not (tmp_path / "answers.parquet").exists()
