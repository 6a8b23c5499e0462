"""A small archive, a network that has learnt nothing, its answers, and a page of them."""

import asyncio
import json

import httpx
import numpy as np
import pytest
import torch

from taonet.data.reading import Reading
from taonet.data.transforms import Scaling
from taonet.models.bundle import Bundle, save_bundle
from taonet.models.network_config import TaoNetConfig
from taonet.models.taonet import TaoNet
from taonet.sky.taxonomy import CRTS
from taonet.tasks.predict import predict_files
from taonet.tasks.simulate import Sample, simulate_archive
from taonet.trust.trust import Temperature, Thresholds, Trust
from taonet.web.app import create_app
from taonet.web.session import Choices, open_session

ADDRESS = "http://127.0.0.1:8765"
CHANGE = {"X-TaoNet": "1"}


class Page:
    """What a browser does: requests to an application, without a network between."""

    def __init__(self, app, **headers):
        self.app, self.headers = app, headers

    def send(self, method, path, **more):
        return asyncio.run(self._send(method, path, **more))

    async def _send(self, method, path, *, headers=None, **more):
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            return await client.request(
                method, path, headers={**self.headers, **(headers or {})}, **more
            )

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, **more):
        return self.send("POST", path, headers={**CHANGE, **more.pop("headers", {})}, **more)

    def delete(self, path, **more):
        return self.send("DELETE", path, headers={**CHANGE, **more.pop("headers", {})}, **more)

    def json(self, path, **more):
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        # what browsers read: NaN would be an error there
        return json.loads(answer.text, parse_constant=lambda word: pytest.fail(word))


def small_bundle(**facts):
    torch.manual_seed(0)
    config = TaoNetConfig(
        channels=1, classes=len(CRTS.classes), zooms=(16,), zoom_px=8, stem=8, growth=8,
        layers=(1, 1), embedding=12, apertures=3, aperture_px=9, hidden=10,
    )  # fmt: skip
    sets = Thresholds(
        level=0.9, classes=CRTS.classes, epochs=(1,), values=((0.15,) * len(CRTS.classes),)
    )
    return Bundle(
        name="small",
        network=TaoNet(config).eval(),
        taxonomy=CRTS,
        reading=Reading(scaling=Scaling(crop_px=16)),
        frame_px=16,
        trust=Trust(
            temperature=Temperature(epochs=(1,), values=(1.5,)), thresholds=sets, objects=100
        ),
        facts={"survey": "tiny", "trained_on_simulation": True, "turns": 1, **facts},
    )


@pytest.fixture(scope="session")
def things(tmp_path_factory):
    """A folder with ``archive``, ``bundle`` and the table ``answers.parquet``; do not change it."""
    folder = tmp_path_factory.mktemp("page")
    simulate_archive(Sample(survey="tiny", n_objects=6, seed=3), folder / "archive")
    card = "---\nname: x\n---\n# Small\n\n<script>alert(1)</script> [a](javascript:alert(1)) **b**"
    save_bundle(small_bundle(), folder / "bundle", card=card)
    predict_files(folder / "bundle", [folder / "archive"], folder / "answers.parquet")
    return folder


@pytest.fixture
def session(things, tmp_path):
    choices = Choices(
        data=things / "archive", bundle=things / "bundle", labels=tmp_path / "labels.jsonl"
    )
    return open_session(things / "answers.parquet", choices)


@pytest.fixture
def page(session):
    return Page(create_app(session))


@pytest.fixture
def first_id(session):
    return session.answers.object_id[0]


def table_of(n, *, rows_each=3, seed=0, **columns):
    """Return a prediction table of many objects, made up."""
    import pandas as pd

    rng = np.random.default_rng(seed)
    p = rng.dirichlet([0.4] * 3, n * rows_each)
    names = np.array(["SN", "CV", "NON"])
    rows = {
        "object_id": np.repeat([f"o{i:06d}" for i in range(n)], rows_each),
        "ra": np.repeat(rng.uniform(0, 360, n), rows_each),
        "dec": 0.0,
        "class_name": np.repeat(rng.choice(names, n), rows_each),
        "n_epochs": np.tile(np.arange(1, rows_each + 1), n),
        "mjd_last": np.tile(55000.0 + np.arange(rows_each), n),
        **{f"p_{name}": p[:, i] for i, name in enumerate(names)},
        "predicted_class": names[p.argmax(axis=1)],
        "set": [tuple(names[row > 0.2]) for row in p],
        "typicality": rng.random(n * rows_each),
        "detected": rng.random(n * rows_each) > 0.1,
        "n_ignored": 0,
    }
    return pd.DataFrame({**rows, **columns})
