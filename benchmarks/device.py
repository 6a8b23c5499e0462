"""Whether a GPU answers as the processor does, and how fast: ``python device.py [--device cuda]``.

Takes a few minutes. For each shipped bundle, on simulated objects of its survey, which are measured
once beforehand: the largest difference in probability from the processor, and the frames a second
that each device predicts and learns from (forward, backward and a step of the optimiser, of whole
sequences). Reading, measuring and drawing batches are not counted: no device changes them. A
difference of 1e-4 or more ends with exit code 1.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
from jaxtyping import Float

import taonet
from taonet.data.batches import Batch
from taonet.data.reading import Example
from taonet.models.answers import compute_answers
from taonet.models.bundle import Bundle, load_bundle
from taonet.models.device import AUTO, CPU, describe_device, find_device
from taonet.models.preparation import prepare_examples
from taonet.training.objective import answer_loss

SURVEYS = {"crts-sim": "crts", "hits-sim": "hits", "hits": "hits", "ztf-sim": "ztf"}
"""Every shipped bundle, and what it is asked about."""

MOST_DIFFERENCE = 1e-4
"""In probability."""


def main() -> None:
    """Print a line for each bundle and device; fail if answers differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default=AUTO)
    parser.add_argument("--objects", type=int, default=24)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--seed", type=int, default=18)
    given = parser.parse_args()
    devices = list(dict.fromkeys([CPU, find_device(given.device).type]))
    for device in devices:
        print(f"{device}: {describe_device(find_device(device))}, torch {torch.__version__}")
    print(
        f"{'bundle':10}{'device':8}{'frames':>8}{'difference':>12}{'predicted/s':>13}{'learnt/s':>10}"
    )
    worst = 0.0
    for name in SURVEYS:
        examples = _prepare(name, n_objects=given.objects, seed=given.seed)
        expected = _answers(load_bundle(name, device=CPU), examples)
        for device in devices:
            bundle = load_bundle(name, device=device)
            difference = float(np.abs(_answers(bundle, examples) - expected).max())
            worst = max(worst, difference)
            rates = [
                len(expected) / _seconds(work, given.repeats)
                for work in (partial(_answers, bundle, examples), _learner(bundle, examples))
            ]
            row = f"{name:10}{device:8}{len(expected):8}{difference:12.1e}"
            print(f"{row}{rates[0]:13.0f}{rates[1]:10.0f}", flush=True)
    if worst >= MOST_DIFFERENCE:
        raise SystemExit(f"answers differ by {worst:.1e}")


def _prepare(name: str, *, n_objects: int, seed: int) -> list[Example]:
    bundle = load_bundle(name, device=CPU)
    sequences = taonet.simulate(SURVEYS[name], n_objects, seed=seed)
    prepared = prepare_examples(
        sequences, bundle.reading, frame_px=bundle.frame_px, on_rejection=lambda *_, **__: None
    )
    return [one.example for one in prepared]


def _answers(bundle: Bundle, examples: Sequence[Example]) -> Float[np.ndarray, "frame class"]:
    answers = compute_answers(bundle, examples)
    return np.concatenate([answer.probabilities for answer in answers])


def _learner(bundle: Bundle, examples: Sequence[Example]) -> Callable[[], object]:
    """Return a step of training on all examples; labels are drawn, which costs the same."""
    network = bundle.network.train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5)
    batch = Batch.from_examples(examples)
    batch.label.random_(0, len(bundle.classes))

    def learn() -> float:
        moved = batch.to(network.device)
        optimizer.zero_grad()
        loss = answer_loss(network(moved), moved)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return float(loss)

    return learn


def _seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median time of some work, which ends with its result on the processor."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


if __name__ == "__main__":
    main()
