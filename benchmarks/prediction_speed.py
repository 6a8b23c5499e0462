"""How fast do two bundles answer, from frames on disk to a prediction table?

    python benchmarks/prediction_speed.py A B ARCHIVE [--objects 60] [--rounds 5]

Both predict the same objects in turns, so that a busy machine slows both alike. Processor time is
compared, of one thread: printed are frames a second of each and the ratio of their times, as the
median over rounds with the smallest and largest.
"""

import argparse
import time

import numpy as np
import torch

from taonet.io.archive import Archive
from taonet.models.bundle import load_bundle
from taonet.models.device import CPU
from taonet.models.predict import predict


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundles", nargs=2)
    parser.add_argument("archive")
    parser.add_argument("--objects", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    torch.set_num_threads(1)
    archive = Archive(given.archive)
    sequences = [archive[i] for i in range(min(given.objects, len(archive)))]
    frames = sum(len(sequence) for sequence in sequences)
    bundles = [load_bundle(name, device=CPU) for name in given.bundles]
    seconds = np.array(
        [[time_once(one, sequences) for one in bundles] for _ in range(given.rounds)]
    )
    for name, own in zip(given.bundles, seconds.T, strict=True):
        print(f"{name}: {frames / np.median(own):.0f} frames a second ({frames} frames)")
    ratio = seconds[:, 0] / seconds[:, 1]
    print(f"time of the first over that of the second: {np.median(ratio):.2f}", end=" ")
    print(f"({ratio.min():.2f} to {ratio.max():.2f})")


def time_once(bundle, sequences) -> float:
    """Return the processor time that it takes to answer."""
    start = time.process_time()
    for _ in predict(bundle, sequences):
        pass
    return time.process_time() - start


if __name__ == "__main__":
    main()
