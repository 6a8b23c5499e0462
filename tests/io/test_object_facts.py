"""What a row repeats of an object."""

from dataclasses import asdict
from typing import Any

import numpy as np

from taonet.io.lightcurves.tables import Curve
from taonet.io.object_facts import KnownObject, ObjectFacts
from taonet.sky.sequence import ImageSequence


def test_facts_of_sequences_and_of_curves_are_alike():
    mjd, one = np.array([55000.0]), np.ones(1)
    facts: dict[str, Any] = {"object_id": "x", "ra": 10.0, "dec": -5.0, "class_name": "SN"}
    sequence = ImageSequence.from_frames(
        "x", np.ones((1, 3, 3)), mjd, ra=10.0, dec=-5.0, class_name="SN"
    )
    curve = Curve(mjd=mjd, mag=one, magerr=one, **facts)
    for known in (sequence, curve, ObjectFacts(**facts)):
        assert isinstance(known, KnownObject)
        assert asdict(ObjectFacts.of(known)) == facts
