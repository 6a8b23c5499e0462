"""From a bundle and objects in memory to rows: turns, priors, and what cannot be read."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.conftest import BAND_AND_CHANNELS, CLASSES
from taonet.errors import InputError
from taonet.io.lightcurves.tables import Curve
from taonet.models.predict import bundle_prior, predict
from taonet.trust.trust import Temperature, Thresholds, Trust

plain = pytest.mark.parametrize("bundle", ["plain"], indirect=True)


@plain
def test_answers_are_averaged_over_as_many_turns_as_the_bundle_does(bundle, sequences):
    bundle = replace(bundle, facts={**bundle.facts, "turns": 4})
    (own,), (four,), (one,) = (
        predict(bundle, sequences[:1], turns=turns) for turns in (None, 4, 1)
    )
    pd.testing.assert_frame_equal(own, four)
    assert not np.allclose(own["p_SN"], one["p_SN"], rtol=1e-4)
    with pytest.raises(InputError, match="turns must be at least 1"):
        list(predict(bundle, sequences[:1], turns=0))


@pytest.mark.parametrize("bundle", [BAND_AND_CHANNELS], indirect=True)
@pytest.mark.parametrize("workers", [1, 2])
def test_what_cannot_be_read_is_passed_over_and_handed_on(bundle, sequences, workers):
    small = replace(sequences[0], object_id="small", frames=sequences[0].frames[..., 2:, 2:])
    strange = replace(sequences[2], object_id="strange", band=("i", *sequences[2].band[1:]))
    handed = []

    def keep(source, error, *, part=False):
        handed.append((source, error.what, part))

    shown = [sequences[0], small, strange, sequences[3]]
    tables = list(predict(bundle, shown, workers=workers, on_rejection=keep))
    answered = [table["object_id"].iloc[0] for table in tables]
    assert answered == [sequences[0].object_id, "strange", sequences[3].object_id]
    assert len(tables[1]) == len(strange) - 1
    assert handed == [
        ("small", "the cutouts are too small for this model", False),
        ("strange", "a band that this model does not know", True),
    ]


@plain
def test_a_light_curve_is_not_what_a_network_reads(bundle):
    curve = Curve(object_id="c", class_name=None, mjd=np.ones(1), mag=np.ones(1), magerr=np.ones(1))
    with pytest.raises(InputError, match=r"holds a network, which reads cutouts .got .*Curve"):
        list(predict(bundle, [curve]))


@pytest.mark.parametrize("bundle", ["measured, by nights"], indirect=True)
def test_a_prior_restates_probabilities_and_leaves_the_rest_alone(bundle, sequences):
    sets = Thresholds(level=0.9, classes=CLASSES.classes, epochs=(1,), values=((0.3,) * 3,))
    warmth = Temperature(epochs=(1,), values=(1.5,))
    bundle = replace(bundle, trust=Trust(temperature=warmth, thresholds=sets, objects=200))
    given = {"SN": 1, "CV": 0, "NON": 3}
    columns = [f"p_{name}" for name in CLASSES.classes]
    for plain, new in zip(
        predict(bundle, sequences), predict(bundle, sequences, prior=given), strict=True
    ):
        expected = bundle_prior(bundle, given).restate(plain[columns].to_numpy())
        np.testing.assert_allclose(new[columns].to_numpy(), expected)
        assert (new["p_CV"] == 0).all()
        assert new["predicted_class"].tolist() == CLASSES.most_probable(expected).tolist()
        assert (new["prior"] == "SN=0.25 CV=0 NON=0.75").all()
        left = [tuple(n for n in members if n != "CV") for members in plain["set"]]
        assert new["set"].tolist() == left
        assert "prior" not in plain
        changed = [*columns, "predicted_class", "set"]
        same = plain.drop(columns=changed)
        assert same.equals(new.drop(columns=[*changed, "prior"]))


@pytest.mark.parametrize("bundle", ["plain"], indirect=True)
def test_the_learnt_mix_of_a_bundle_counts_and_a_wrong_prior_is_refused(bundle, sequences):
    with pytest.raises(InputError, match="classes without a share"):
        next(predict(bundle, sequences, prior={"SN": 1}))
    learnt = {"SN": 0.5, "CV": 0.5, "NON": 0.0}
    few = replace(bundle, facts={**bundle.facts, "learnt_mix": learnt})
    with pytest.raises(InputError, match="learnt from no object of class NON"):
        bundle_prior(few, {"SN": 1, "CV": 1, "NON": 1})
    assert bundle_prior(few, {"SN": 1, "CV": 3, "NON": 0}).learnt == (0.5, 0.5, 0.0)
