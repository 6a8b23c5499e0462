"""Numbers that know how bright an object is and what it lies in, not how it changes."""

import numpy as np

from taonet.simulation.objects import simulate

NUMBERS = ("median S/N", "median magnitude", "host magnitude", "offset", "neighbours", "bad frames")


def level_numbers(sequence, truth) -> list[float]:
    """Return the amplitude-free numbers of an object, in the order of `NUMBERS`."""
    frames = sequence.frames[:, 0].astype(float)
    y, x = np.indices(frames.shape[1:])
    distance = np.hypot(x - truth["x"], y - truth["y"])
    inside, around = distance < 3.0, (distance > 5) & (distance < 10)
    sky = np.array([np.nanmedian(frame[around]) for frame in frames])
    lower = np.array([np.nanpercentile(frame[around], 16) for frame in frames])
    noise = np.maximum(sky - lower, 1e-3)
    flux = np.nansum(frames[:, inside] - sky[:, None], axis=1)
    snr = flux / (noise * np.sqrt(inside.sum()))
    others = np.nanmedian(frames, axis=0)
    typical = np.nanmedian(noise)
    crowd = np.mean((others - np.nanmedian(others) > 3 * typical)[distance > 6])
    host = truth["host"]
    return [
        float(np.arcsinh(np.median(snr))),
        float(np.arcsinh(np.median(flux) / typical)),
        host["mag"] if host else 99.0,
        float(np.hypot(host["dx_arcsec"], host["dy_arcsec"])) if host else -1.0,
        float(crowd),
        float(sum(map(len, truth["defects"].values())) / len(frames)),
    ]


def table_of_levels(survey, classes, n_objects, seed) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of wide-mix objects, and their classes."""
    drawn = simulate(survey, n_objects, seed=seed, classes=classes, mix="wide")
    rows = [(level_numbers(sequence, truth), truth["class_name"]) for sequence, truth in drawn]
    return np.array([row for row, _ in rows]), np.array([name for _, name in rows])


def macro_f1_by_level(numbers: np.ndarray, names: np.ndarray, seed: int = 0) -> float:
    """Return the macro F1 of a forest in five-fold cross-validation; chance is 1 / classes."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import f1_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    forest = RandomForestClassifier(200, min_samples_leaf=3, random_state=seed)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    return float(
        f1_score(names, cross_val_predict(forest, numbers, names, cv=folds), average="macro")
    )
