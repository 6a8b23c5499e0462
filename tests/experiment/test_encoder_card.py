"""The page about an encoder says what it is, how well it measures, and how it is made again."""

from dataclasses import replace

from models.conftest import untrained_encoder
from taonet.experiment.encoder_card import encoder_card

ROW = {
    "least": 10.0, "most": 50.0, "frames": 1234, "error": 2.34, "relative": 0.1,
    "pull": 1.05, "found": 0.98,
}  # fmt: skip
FACTS = {
    "sequences": 1900,
    "frames": 123456,
    "cost": {"seconds": 1234.4, "peak_mib": 2345.6, "device": "a processor"},
    "changes": ["training.steps=100"],
    "seed": 3,
    "settings": {"model": {}, "training": {}},
    "simulated_by": ["taonet simulate tiny --objects 9 --seed 1"],
    "scores": {
        "own": [ROW],
        "planted": [{**ROW, "least": 50.0, "most": 300.0}],
        "transparency": 0.0123,
        "seeing": 0.045,
        "place": 0.31,
    },
}


def test_the_page_states_what_was_found():
    encoder = replace(untrained_encoder(), name="small", facts=FACTS)
    page = encoder_card(encoder)
    assert page.startswith("# small: a frame encoder of taonet")
    weights = sum(p.numel() for p in encoder.network.parameters())
    assert f"{weights:,} weights" in page
    for words in (
        "1,900 sequences, 123,456 frames",
        "| 10 – 50 | 1,234 | 2.3 | 0.100 | 1.05 | 0.98 |",
        "| 50 – 300 | 1,234 |",
        "transparency 0.012, of that of the seeing 0.045, of the place 0.31 px",
        "    taonet simulate tiny --objects 9 --seed 1\n",
        "--seed 3 --set training.steps=100",
        f"1,234 s and 2,346 MiB on a processor; weights {encoder.digest[:12]}",
    ):
        assert words in page, words
