"""What was published for the survey of the Deep-TAO images, in per cent.

None of it was measured on the objects and splits of this package: it stands beside our scores to
show their order, never to be subtracted from them.
"""

from typing import Final

TRANSIENTS: Final = ("SN", "CV", "AGN", "BZ", "OTHER")
"""The five transient classes, by the names of the image release."""

QUIET: Final = "NON"

FIVE_CLASSES: Final = {
    "TAO-Net as published": (54.58, 13.32),
    "random forest on light curves, as published": (45.49, 13.75),
}
"""Mean F1 over the five transient classes, and its ± (arXiv 2004.13877, abstract).

The ± is most likely the spread between classes. Whether F1 is at arg-max or at the maximum of the
precision-recall curve is not stated.
"""

MANTRA: Final = "random forest, MANTRA (arXiv 2006.13163)"
_ABSTRACT: Final = "its published abstract, with more non-transients"

MANTRA_BINARY: Final = {
    MANTRA: 86.61,
    "SVM, the same": 82.57,
    "neural network, the same": 72.51,
    _ABSTRACT: 96.25,
}
"""F1 of transients against non-transients, from catalogue light curves of other objects."""

MANTRA_EIGHT: Final = {
    MANTRA: 50.38,
    "SVM, the same": 36.60,
    "neural network, the same": 38.59,
    _ABSTRACT: 52.79,
}
"""Mean F1 of eight classes, of which flares and stars of high proper motion are not ours."""

MANTRA_BY_CLASS: Final = {
    "SN": 50.07,
    "CV": 68.77,
    "AGN": 61.69,
    "BZ": 47.93,
    "OTHER": 36.46,
    "NON": 87.12,
}
"""F1 of the classes whose names are alike, among eight (its random forest)."""
