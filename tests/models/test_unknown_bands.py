"""Epochs in a band that the network does not know: left out one by one, and never in silence."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from taonet.errors import InputError
from taonet.models.predict import predict


@pytest.mark.parametrize("bundle", ["bands and channels, no times"], indirect=True)
def test_they_are_left_out_with_a_warning(bundle, sequences):
    known = next(one for one in sequences if len(one) > 3)
    strange = replace(known, band=("g", "i", "", *known.band[3:]))
    shown = strange.take(np.array([0, *range(3, len(strange))]))
    with pytest.warns(UserWarning, match=r"2 × left out: .*a band that this model does not know"):
        table = pd.concat(predict(bundle, [strange]))
    expected = pd.concat(predict(bundle, [shown]))
    assert table["n_ignored"].tolist() == [0, 2, 2, 2]
    own = ["n_ignored", "ignored_reason"]
    pd.testing.assert_frame_equal(table.drop(columns=own), expected.drop(columns=own), rtol=1e-5)


@pytest.mark.parametrize("bundle", ["bands and channels, no times"], indirect=True)
def test_a_sequence_of_such_epochs_alone_is_refused(bundle, sequences):
    strange = replace(sequences[0], band=("z",) * len(sequences[0]))
    with pytest.raises(InputError, match=r"a band that this model does not know .got 'z'"):
        list(predict(bundle, [strange]))
    blank = replace(strange, band=("g", *strange.band[1:]), quality=strange.quality | 1)
    with pytest.raises(InputError, match="not blank or spoilt in a band that it knows"):
        list(predict(bundle, [blank]))
