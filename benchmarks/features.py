"""How fast the 30 published features are found: our batch, cesium and light-curve, in one run.

    pip install -e '.[bench]'
    python benchmarks/features.py

Simulated light curves of equal length, on one core. Each rival finds its own nearest equivalents of
the features: cesium 16 (no kurtosis, no slope trends, no polynomials; its Stetson indices and
percentiles differ in detail), light-curve 18 extractors (percentiles of magnitudes instead of
fluxes, no slope trends, no Stetson J, polynomials of order 1 and 2 only). Where the definitions
agree the values are compared. Trust the ratios, not the rates: machines differ.

light-curve is under the GPL: nothing but this file may import it.
"""

import argparse
import time
from collections.abc import Callable

import light_curve
import numpy as np
from cesium.featurize import featurize_time_series

from taonet.features.curves import Curves
from taonet.features.modern import MODERN, modern_features
from taonet.features.published import PUBLISHED, published_array

CESIUM = (
    "amplitude",
    *(f"flux_percentile_ratio_mid{p}" for p in (20, 35, 50, 65, 80)),
    "max_slope",
    "median_absolute_deviation",
    "percent_amplitude",
    "percent_beyond_1_std",
    "percent_close_to_median",
    "percent_difference_flux_percentile",
    "skew",
    "std",
    "stetson_j",
    "stetson_k",
)

LIGHT_CURVE = light_curve.Extractor(
    light_curve.Amplitude(),
    light_curve.BeyondNStd(1.0),
    *(
        light_curve.MagnitudePercentageRatio(quantile_numerator=q, quantile_denominator=0.05)
        for q in (0.4, 0.325, 0.25, 0.175, 0.1)
    ),
    light_curve.Kurtosis(),
    light_curve.Skew(),
    light_curve.StandardDeviation(),
    light_curve.MaximumSlope(),
    light_curve.MedianAbsoluteDeviation(),
    light_curve.MedianBufferRangePercentage(0.1),
    light_curve.PercentAmplitude(),
    light_curve.PercentDifferenceMagnitudePercentile(0.05),
    light_curve.StetsonK(),
    light_curve.LinearTrend(),
    light_curve.ParabolaFit(),
)

Curve = tuple[np.ndarray, np.ndarray, np.ndarray]


def make_curves(n_curves: int, n_points: int, *, seed: int) -> list[Curve]:
    """Return times, magnitudes and errors of each curve."""
    rng = np.random.default_rng(seed)
    return [
        (
            np.sort(rng.uniform(53500, 56500, n_points)),
            18 + rng.normal(0, 0.4, n_points),
            rng.uniform(0.05, 0.2, n_points),
        )
        for _ in range(n_curves)
    ]


def prepared(curves: list[Curve]) -> Curves:
    counts = np.array([len(mjd) for mjd, _, _ in curves])
    return Curves.from_magnitudes(*map(np.concatenate, zip(*curves, strict=True)), counts=counts)


def with_cesium(curves: list[Curve]) -> np.ndarray:
    columns = map(list, zip(*curves, strict=True))
    table = featurize_time_series(
        *columns, features_to_use=list(CESIUM), scheduler="single-threaded"
    )
    return table.to_numpy()


def with_light_curve(curves: list[Curve]) -> np.ndarray:
    return LIGHT_CURVE.many(curves, n_jobs=1, sorted=True, check=False)


def seconds(call: Callable[[], object], *, repeats: int) -> float:
    """Return the median of several calls, after one that warms up."""
    call()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def check_agreement(curves: list[Curve]) -> None:
    """Compare what the rivals define as we do."""
    ours = dict(zip(PUBLISHED, published_array(prepared(curves)).T, strict=True))
    theirs = dict(zip(LIGHT_CURVE.names, with_light_curve(curves).T, strict=True))
    cesiums = dict(zip(CESIUM, with_cesium(curves).T, strict=True))
    same = (
        (ours["amplitude"], theirs["amplitude"]),
        (ours["kurtosis"], theirs["kurtosis"]),
        (ours["std"], theirs["standard_deviation"]),
        (ours["max_slope"] * 24, theirs["maximum_slope"]),
        (ours["amplitude"], cesiums["amplitude"]),
    )
    for mine, other in same:
        np.testing.assert_allclose(mine, other, rtol=1e-6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--curves", type=int, default=1000)
    parser.add_argument("--points", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    curves = make_curves(args.curves, args.points, seed=args.seed)
    check_agreement(curves[:20])
    ready = prepared(curves)
    found = {
        "ours, 30 features": seconds(lambda: published_array(ready), repeats=args.repeats),
        "ours, with preparation": seconds(
            lambda: published_array(prepared(curves)), repeats=args.repeats
        ),
        f"ours, {len(MODERN)} modern ones": seconds(lambda: modern_features(ready), repeats=1),
        f"light-curve, {len(LIGHT_CURVE.names)} values": seconds(
            lambda: with_light_curve(curves), repeats=args.repeats
        ),
        f"cesium, {len(CESIUM)} features": seconds(lambda: with_cesium(curves), repeats=1),
    }
    ours = found["ours, 30 features"]
    print(f"{args.curves} curves of {args.points} points, one core")
    print(f"{'':28}{'ms':>10}{'× ours':>10}")
    for name, each in found.items():
        print(f"{name:28}{1e3 * each:10.1f}{each / ours:10.2f}")


if __name__ == "__main__":
    main()
