"""Distances: those of astropy, and back."""

import numpy as np
import pytest
from astropy.cosmology import Planck18

from taonet.simulation.distance import FARTHEST, distance_modulus, redshift_at


@pytest.mark.parametrize("redshift", [0.003, 0.1, 0.7, 2.5, 5.9])
def test_the_modulus_is_that_of_astropy_and_leads_back_to_the_redshift(redshift):
    modulus = distance_modulus(redshift)
    assert modulus == pytest.approx(Planck18.distmod(redshift).value, abs=1e-3)
    assert redshift_at(modulus) == pytest.approx(redshift, rel=1e-3)


def test_nearby_it_follows_hubbles_law():
    # d = cz / H0 up to a term of order z: m − M = 5 lg(d / 10 pc)
    z = 0.002
    megaparsec = 299_792.458 * z / Planck18.H0.value
    assert distance_modulus(z) == pytest.approx(5 * np.log10(megaparsec * 1e5), abs=0.01)


def test_farther_objects_are_fainter_and_beyond_the_table_nothing_grows():
    moduli = [distance_modulus(z) for z in np.geomspace(1e-3, FARTHEST, 50)]
    assert np.all(np.diff(moduli) > 0)
    assert distance_modulus(2 * FARTHEST) == distance_modulus(FARTHEST)
