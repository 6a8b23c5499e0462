"""How fast Deep-TAO is read: our scanner, astropy, and the limit, in one run.

    python benchmarks/deep_tao_reading.py

Files as large as real ones (157 cutouts of 64 × 64) lie warm in memory. Every reader gives the
same frames, which is checked; the limit reads the bytes and does nothing with them. Trust the
ratios, not the rates: machines differ.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from astropy.io import fits

from taonet.io.deep_tao.reader import read_deep_tao
from taonet.io.deep_tao.writer import write_deep_tao
from taonet.io.fits_columns import columns_of
from taonet.io.fits_scan import images_of, scan_fits
from taonet.sky.sequence import ImageSequence


def with_astropy(path: Path) -> np.ndarray:
    with fits.open(path, memmap=False) as hdus:
        _ = np.asarray(hdus[1].data)
        return np.stack([hdu.data for hdu in hdus[2:]])


def with_our_scanner(path: Path) -> np.ndarray:
    runs = scan_fits(path)
    columns_of(runs[1])
    return images_of(runs[2])


def with_our_reader(path: Path) -> np.ndarray:
    return read_deep_tao(path)[0].frames[:, 0]


def seconds_a_file(read: Callable[[Path], object], files: list[Path], *, repeats: int) -> float:
    """Return the best of several passes over the files."""
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        for file in files:
            read(file)
        best = min(best, (time.perf_counter() - start) / len(files))
    return best


def make_files(folder: Path, *, n_files: int, n_images: int, seed: int) -> list[Path]:
    rng = np.random.default_rng(seed)
    files = []
    for i in range(n_files):
        frames = rng.normal(1900, 20, (n_images, 1, 64, 64)).astype(np.uint16)
        nights = np.sort(rng.choice(3000, n_images // 4 + 1, replace=False))
        mjd = (53466.2 + nights[:, None] + 0.007 * np.arange(4)).ravel()[:n_images]
        sequence = ImageSequence.from_frames(
            f"CSS{i}", frames, mjd, raw_label="SN", ra=1.0, dec=2.0
        )
        files.append(folder / f"CSS{i}.fits")
        write_deep_tao(files[-1], sequence)
    return files


READERS = {
    "the bytes only (limit)": Path.read_bytes,
    "our scanner: frames and table": with_our_scanner,
    "our reader: the whole sequence": with_our_reader,
    "astropy: frames and table": with_astropy,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--images", type=int, default=157)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = make_files(Path(folder), n_files=args.files, n_images=args.images, seed=args.seed)
        for file in files:
            assert np.array_equal(with_astropy(file), with_our_scanner(file))
            assert np.array_equal(with_astropy(file), with_our_reader(file))
        seconds = {
            name: seconds_a_file(read, files, repeats=args.repeats)
            for name, read in READERS.items()
        }
    slowest = seconds["astropy: frames and table"]
    print(f"{args.files} files of {args.images} images of 64 × 64, warm")
    print(f"{'reader':34}{'files/s':>10}{'× astropy':>12}")
    for name, each in seconds.items():
        print(f"{name:34}{1 / each:10.0f}{slowest / each:12.1f}")


if __name__ == "__main__":
    main()
