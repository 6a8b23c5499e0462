"""The stage that calibrates: what it fits, what it leaves out and says so."""

import json

from taonet.trust.trust import Temperature, Thresholds, Trust


def test_trust_survives_json():
    temperature = Temperature(epochs=(1, 9), values=(1.5, 0.9))
    sets = Thresholds(level=0.9, classes=("A", "B"), epochs=(1, 9), values=((0.1, 0.2), (0.3, 0.4)))
    for thresholds in (None, sets):
        trust = Trust(temperature=temperature, thresholds=thresholds, objects=7)
        assert Trust.from_dict(json.loads(json.dumps(trust.to_dict()))) == trust
