"""The page about a frame encoder: what it is, what taught it, how well it measures."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from taonet.models.encoder_folder import TaughtEncoder

ABOUT: Final = """# {name}: a frame encoder of taonet

A network that reads a frame of 64 × 64 pixels and the mean of the frames before it, and says how
much light lies at the centre, with an error; how transparent and how sharp the frame is; where the
object lies; and light, size and distance of a host. It knows neither seeing nor zero points, and
fits no PSF. {weights:,} weights. A network that classifies reads what it says:
`taonet train crts-pixels --encoder {name} --data ARCHIVE`.

**Taught by simulation only.** {sequences:,} sequences, {frames:,} frames, with stars planted into
half of them; what it says of real frames is measured by `benchmarks/encoder_on_real_frames.py`.
"""

TABLE: Final = """
| flux in units of the noise of a pixel | frames | error in noise | relative | in its own errors |\
 found |
|---|---:|---:|---:|---:|---:|
"""


def encoder_card(encoder: TaughtEncoder) -> str:
    """Return the page, in Markdown."""
    facts = encoder.facts
    scores = facts["scores"]
    text = ABOUT.format(
        name=encoder.name,
        weights=sum(p.numel() for p in encoder.network.parameters()),
        **{name: facts[name] for name in ("sequences", "frames")},
    )
    text += "\n## On sequences that did not teach it\n\nObjects without a host, by their flux:\n"
    text += TABLE + _rows(scores["own"])
    text += (
        "\nStars planted into single frames, by their flux:\n" + TABLE + _rows(scores["planted"])
    )
    text += (
        f"\nMedian error of the logarithm of the transparency {scores['transparency']:.3f}, "
        f"of that of the seeing {scores['seeing']:.3f}, of the place {scores['place']:.2f} px.\n"
    )
    text += "\n## Made by\n\n"
    settings = "".join(f" --set {change}" for change in facts["changes"])
    command = f"taonet encoder ARCHIVES… --seed {facts['seed']}{settings} -o OUTPUT"
    text += "".join(f"    {line}\n" for line in (*facts["simulated_by"], command))
    cost = facts["cost"]
    spent = f"{cost['seconds']:,.0f} s and {cost['peak_mib']:,.0f} MiB on {cost['device']}"
    return text + f"\n{spent}; weights {encoder.digest[:12]}.\n"


def _rows(scores: Sequence[Mapping[str, Any]]) -> str:
    return "".join(
        f"| {one['least']:g} – {one['most']:g} | {one['frames']:,} | {one['error']:.1f} | "
        f"{one['relative']:.3f} | {one['pull']:.2f} | {one['found']:.2f} |\n"
        for one in scores
    )
