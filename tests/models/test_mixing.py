"""Layers of plain units, against their formulas in numpy."""

import numpy as np
import torch
from torch import nn

from taonet.models.mixing import Mix, build_head


def silu(x):
    return x / (1 + np.exp(-x))


def plain(layer, x):
    return x @ layer.weight.detach().double().numpy().T + layer.bias.detach().double().numpy()


def test_mixed_numbers_are_two_layers_with_a_short_cut():
    torch.manual_seed(0)
    mix = Mix(5, 7, 0.5).eval()
    known = torch.randn(2, 3, 5)
    lines = plain(mix.linear, known.double().numpy())
    centred = lines - lines.mean(axis=-1, keepdims=True)
    first = silu(centred / np.sqrt(lines.var(axis=-1, keepdims=True) + mix.norm.eps))
    expected = first + silu(plain(mix.second, first))
    np.testing.assert_allclose(mix(known).detach().numpy(), expected, atol=1e-5)


def test_numbers_are_dropped_in_training_only():
    torch.manual_seed(0)
    mix, known = Mix(5, 400, 0.25), torch.randn(1, 5)
    dropped = (mix.train()(known) == 0).float().mean()
    assert 0.15 < dropped < 0.35
    torch.testing.assert_close(mix.eval()(known), mix(known))
    assert (mix(known) != 0).all()


def test_a_head_without_a_width_is_one_layer():
    assert isinstance(build_head(6, 3, width=0, dropout=0.1), nn.Linear)
    torch.manual_seed(0)
    head, features = build_head(6, 3, width=10, dropout=0.1).eval(), torch.randn(4, 6)
    assert isinstance(head, nn.Sequential)
    first, _, _, last = head
    expected = plain(last, silu(plain(first, features.double().numpy())))
    np.testing.assert_allclose(head(features).detach().numpy(), expected, atol=1e-5)
