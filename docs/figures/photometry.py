"""Draw what forced photometry and subtraction make of a simulated supernova.

    python docs/figures/photometry.py

Writes docs/images/light-curve.png and docs/images/subtraction.png.
"""

from pathlib import Path

from taonet.photometry.lightcurves import light_curve, measure_bands
from taonet.photometry.nightly_means import nightly_means
from taonet.reports.lightcurve_figures import light_curve_figure, subtraction_figure
from taonet.simulation.objects import simulate_object
from taonet.simulation.presets.by_name import survey_preset

IMAGES = Path(__file__).parents[1] / "images"
SEED, NUMBER = 11, 15

if __name__ == "__main__":
    sequence, _ = simulate_object(survey_preset("crts"), "SN", seed=SEED, index=NUMBER)
    title = f"{sequence.object_id}: a supernova, simulated"
    curve = nightly_means(light_curve(sequence, mode="difference"))
    light_curve_figure(curve, title=f"{title}, nightly means").savefig(
        IMAGES / "light-curve.png", dpi=110
    )
    (measured,) = measure_bands(sequence, mode="difference")
    subtraction_figure(measured, title=title).savefig(IMAGES / "subtraction.png", dpi=110)
