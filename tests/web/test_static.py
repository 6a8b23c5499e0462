"""The page in a real browser: what people do there, and what they then see."""

import base64
import json
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import taonet
from taonet.io.archive import Archive
from taonet.io.prediction_table import read_predictions, write_predictions
from taonet.reports.object_page import write_object_page
from taonet.tasks.object_report import object_parts
from taonet.tasks.simulate import Sample, simulate_archive

pytest.importorskip("fastapi", reason="the page needs the extra [serve]")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (1440, 820, 390)
PAGES = ("objects", "classify", "compare", "model", "queue")

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"no browser at {CHROMIUM}"),
    # the browser's own messages must not end a test that passed
    pytest.mark.filterwarnings("default::ResourceWarning"),
]


@contextmanager
def serving(session):
    """Serve a session on a free port, in a thread; gives its address."""
    import uvicorn

    from taonet.web.app import create_app
    from taonet.web.server import open_listener

    listener = open_listener("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(session), log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)
    listener.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An archive, the answers about it, and those of another model, which is wrong more often."""
    from taonet.tasks.predict import predict_files

    place = tmp_path_factory.mktemp("page")
    simulate_archive(Sample(survey="crts", n_objects=12, seed=8), place / "archive")
    predict_files("crts-sim", [place / "archive"], place / "answers.parquet")
    table = read_predictions(place / "answers.parquet")
    other = table.copy()
    other[["p_SN", "p_CV"]] = other[["p_CV", "p_SN"]].to_numpy()
    swapped = {"SN": "CV", "CV": "SN"}
    other["predicted_class"] = other["predicted_class"].replace(swapped)
    write_predictions(other, place / "swapped.parquet")
    return place


@pytest.fixture(scope="module")
def table(folder):
    return read_predictions(folder / "answers.parquet")


@pytest.fixture(scope="module")
def address(folder):
    from taonet.web.session import Choices, open_session

    choices = Choices(
        data=folder / "archive", bundle="crts-sim", compare=folder / "swapped.parquet"
    )
    with serving(open_session(folder / "answers.parquet", choices)) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield made
        made.close()


@pytest.fixture
def page(browser):
    """A page that must not fail silently, nor fetch anything from elsewhere."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
    made.on("request", lambda request: faults.append(request.url) if is_foreign(request) else None)
    yield made
    context.close()
    assert faults == []


def is_fault(said):
    # a refused file is an answer of the server, which the browser calls an error
    return said.type == "error" and "status of 4" not in said.text


def is_foreign(request):
    return not request.url.startswith(("http://127.0.0.1", "file:", "blob:", "data:"))


def last_rows(table):
    return table.sort_values("n_epochs", kind="stable").groupby("object_id").tail(1)


def open_objects(page, address):
    page.goto(f"{address}/#/objects")
    wait_for_rows(page)


def wait_for_rows(page, *, loads=1):
    """Wait until the table was filled so many times: the page's policy allows no functions."""
    page.wait_for_selector(f".rows[data-loads='{loads}']")


def open_object(page, address, name):
    page.goto(f"{address}/#/object/{name}")
    page.wait_for_selector("canvas[data-ready]")
    page.wait_for_selector(".light-curve[data-measured]")


def names(page):
    return page.eval_on_selector_all(
        ".rows .row",
        "rows => rows.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map(row => row.dataset.id)",
    )


def pixels(page):
    return page.eval_on_selector(
        ".film canvas", "one => [...one.getContext('2d').getImageData(0, 0, 512, 512).data].join()"
    )


def shown_epoch(page):
    return int(page.get_attribute(".film canvas", "data-epoch"))


def test_objects_are_sorted_as_the_table_says(page, address, table):
    open_objects(page, address)
    final = last_rows(table)
    assert sorted(names(page)) == sorted(final["object_id"])
    page.click("button[data-sort=typicality]")
    wait_for_rows(page, loads=2)
    assert names(page) == final.sort_values("typicality")["object_id"].tolist()
    page.click("button[data-sort=typicality]")
    wait_for_rows(page, loads=3)
    assert names(page) == final.sort_values("typicality")["object_id"].tolist()[::-1]


def test_filters_leave_what_the_table_says(page, address, table):
    open_objects(page, address)
    final = last_rows(table)
    limit = round(float(final["typicality"].median()), 2)
    page.fill("input[name=min_typicality]", str(limit))
    wait_for_rows(page, loads=2)
    expected = final[final["typicality"] >= limit]["object_id"]
    assert sorted(names(page)) == sorted(expected)
    assert 0 < len(expected) < len(final)
    assert page.text_content("output.total") == f"{len(expected)} of {len(final)} objects"
    # the filter is in the address, so that it can be kept and sent
    page.reload()
    wait_for_rows(page)
    assert sorted(names(page)) == sorted(expected)


def test_search_and_keys_open_an_object(page, address, table):
    open_objects(page, address)
    name = sorted(table["object_id"].unique())[4]
    page.keyboard.press("/")
    page.keyboard.type(name[-6:])
    page.wait_for_selector(".rows .row:only-child")
    assert names(page) == [name]
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_selector("canvas[data-ready]")
    assert page.text_content(".object-head h1") == name
    page.keyboard.press("Escape")
    wait_for_rows(page)
    assert names(page) == [name]


def test_the_film_steps_by_key_and_the_charts_follow(page, address, table):
    name = table["object_id"].iloc[0]
    open_object(page, address, name)
    last = shown_epoch(page)
    before = pixels(page)
    page.keyboard.press("ArrowLeft")
    assert shown_epoch(page) == last - 1
    assert pixels(page) != before
    page.keyboard.press("Home")
    assert shown_epoch(page) == 0
    assert page.is_visible("text=1 / ")
    epochs = page.eval_on_selector_all(".chart", "all => all.map(one => one.dataset.epoch)")
    assert len(epochs) == 3
    assert set(epochs) == {"0"}
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert set(page.eval_on_selector_all(".chart", "a => a.map(b => b.dataset.epoch)")) == {"2"}


def test_the_film_does_not_wait_for_the_light_curve(page, address, table):
    waiting: list[Any] = []
    # playwright wants a function of its own to write on
    page.route("**/light_curve", lambda route: waiting.append(route))
    page.goto(f"{address}/#/object/{table['object_id'].iloc[0]}")
    page.wait_for_selector("canvas[data-ready]")
    page.wait_for_selector("text=being measured")
    before = page.locator(".light-curve").bounding_box()
    page.keyboard.press("Home")
    assert shown_epoch(page) == 0
    page.wait_for_timeout(500)
    waiting[0].continue_()
    page.wait_for_selector(".light-curve[data-measured]")
    after = page.locator(".light-curve").bounding_box()
    assert after["height"] == pytest.approx(before["height"], abs=1)
    assert page.get_attribute(".light-curve .chart", "data-epoch") == "0"


def test_a_click_in_a_chart_moves_the_film_there(page, address, table):
    open_object(page, address, table["object_id"].iloc[0])
    page.keyboard.press("Home")
    box = page.locator(".chart .u-over").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    count = int(page.get_attribute(".film input[type=range]", "max")) + 1
    assert abs(shown_epoch(page) - count / 2) < 2
    line = page.locator(".chart-now").first.bounding_box()
    assert abs(line["x"] - box["x"] - box["width"] / 2) < box["width"] / count + 2


def test_the_page_shows_the_tables_numbers(page, address, table):
    name = table["object_id"].iloc[0]
    rows = table[table["object_id"] == name].sort_values("n_epochs")
    open_object(page, address, name)
    for key, row in (("End", rows.iloc[-1]), ("Home", rows.iloc[0])):
        page.keyboard.press(key)
        shown = page.eval_on_selector_all(
            ".readout li", "all => all.map(one => one.querySelector('.number').textContent)"
        )
        expected = [f"{row[column]:.3f}" for column in table.columns if column.startswith("p_")]
        assert shown == expected
    final = rows.iloc[-1]
    assert f"{final['p_' + final['predicted_class']]:.3f}" == page.text_content(".verdict .number")
    assert f"typicality {final['typicality']:.3f}" in page.text_content(".tags")


def test_display_can_be_changed_by_key(page, address, table):
    open_object(page, address, table["object_id"].iloc[0])
    seen = {pixels(page)}
    for key in ("s", "f", "i", "+"):
        page.keyboard.press(key)
        seen.add(pixels(page))
    assert len(seen) == 5


def test_blinking_swaps_the_frame_with_the_mean(page, address, table):
    open_object(page, address, table["object_id"].iloc[0])
    own = pixels(page)
    page.keyboard.press("b")
    page.wait_for_selector(".film-badge.is-other")
    assert pixels(page) != own
    page.wait_for_selector(".film-badge:not(.is-other)")
    page.keyboard.press("b")


def test_who_wants_less_motion_blinks_by_hand(page, address, table):
    page.emulate_media(reduced_motion="reduce")
    open_object(page, address, table["object_id"].iloc[0])
    page.keyboard.press("b")
    page.wait_for_timeout(1200)
    assert page.is_visible(".film-badge.is-other")
    page.keyboard.press("b")
    assert page.locator(".film-badge.is-other").count() == 0


BOXES = """() => [...document.querySelectorAll('.panel, .film, .chart, .bar')].map(one => {
    const box = one.getBoundingClientRect();
    return [box.x, box.y, box.width, box.height].join();
}).join()"""


def test_nothing_jumps_while_a_film_plays(page, address, table):
    open_object(page, address, table["object_id"].iloc[0])
    page.keyboard.press("Home")
    first = page.evaluate(BOXES)
    page.keyboard.press("Space")
    for _ in range(6):
        page.wait_for_timeout(150)
        assert page.evaluate(BOXES) == first
    assert shown_epoch(page) > 2


def test_evidence_names_epochs_that_can_be_visited(page, address, table):
    open_object(page, address, table["object_id"].iloc[0])
    page.keyboard.press("e")
    page.wait_for_selector(".chips button[data-index]", timeout=120_000)
    button = page.locator(".chips button[data-index]").first
    button.click()
    assert shown_epoch(page) == int(button.get_attribute("data-index"))


def test_a_dropped_file_is_answered(page, address, folder, tmp_path):
    sequence = Archive(folder / "archive")[1]
    stamps = sequence.frames[None, :, 0]
    file = tmp_path / "mine.npz"
    np.savez(
        file,
        stamps=stamps,
        mjd=sequence.mjd[None],
        n_epochs=[len(sequence)],
        object_id=["my-own-object"],
    )
    page.goto(f"{address}/#/classify")
    drop_file(page, ".drop", file)
    page.wait_for_selector(".page-classify canvas[data-ready]", timeout=60_000)
    assert "my-own-object" in page.text_content(".page-classify .object-head h1")
    assert "1 object classified" in page.text_content(".classify-state")
    shown = page.eval_on_selector_all(".readout .number", "a => a.map(b => Number(b.textContent))")
    assert sum(shown) == pytest.approx(1, abs=0.004)


def drop_file(page, selector, file):
    """Drop a file as a person does: with the event that the browser sends."""
    page.wait_for_selector(selector)
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name));
            return transfer;
        }""",
        # as a list of numbers, a megabyte takes the driver a minute
        [file.name, base64.b64encode(file.read_bytes()).decode()],
    )
    page.dispatch_event(selector, "drop", {"dataTransfer": transfer})


def test_a_bad_file_is_told_plainly(page, address, tmp_path):
    file = tmp_path / "notes.fits"
    file.write_bytes(b"no image at all" * 20)
    page.goto(f"{address}/#/classify")
    drop_file(page, ".drop", file)
    page.wait_for_selector(".classify-state .problem", timeout=60_000)
    said = page.text_content(".classify-state .problem")
    assert "Traceback" not in said
    assert 10 < len(said) < 300


def test_a_file_that_takes_too_long_is_told_plainly(page, address, tmp_path):
    def answer_in_haste(route):
        said = route.fetch().json()
        route.fulfill(body=json.dumps({**said, "classify_seconds": -59}))

    page.route("**/api/session", answer_in_haste)
    page.route("**/api/classify*", lambda _: None)  # never answered
    file = tmp_path / "mine.npz"
    file.write_bytes(b"anything")
    page.goto(f"{address}/#/classify")
    drop_file(page, ".drop", file)
    page.wait_for_selector(".classify-state .working")
    page.wait_for_selector(".classify-state .problem", timeout=20_000)
    assert "took too long" in page.text_content(".classify-state .problem")


def test_a_label_by_key_is_in_the_export(page, address):
    page.goto(f"{address}/#/queue")
    page.wait_for_selector(".queue-item[aria-current]")
    first = page.get_attribute(".queue-item[aria-current]", "data-id")
    page.keyboard.press("2")
    assert "name first" in page.text_content(".label-said")
    page.fill(".label-bar input", "A. Scanner")
    page.keyboard.press("Tab")
    page.keyboard.press("2")
    page.wait_for_selector(f".queue-item[aria-current]:not([data-id='{first}'])")
    with page.expect_download() as download:
        page.click("text=Export labels")
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("object_id,class_name,")
    assert any(line.startswith(f"{first},CV,A. Scanner,") for line in lines)
    # and it stands beside the object, and can be taken back
    open_object(page, address, first)
    assert "CV, by A. Scanner" in page.text_content(".label-said")
    page.click("text=Take back")
    page.get_by_text("not labelled yet").wait_for()


def test_comparison_lists_where_two_models_differ(page, address, table):
    page.goto(f"{address}/#/compare")
    page.wait_for_selector("table.plain")
    final = last_rows(table)
    differing = final[final["predicted_class"].isin(["SN", "CV"])]["object_id"]
    shown = page.eval_on_selector_all("table.plain tbody a", "all => all.map(a => a.textContent)")
    assert sorted(shown) == sorted(differing)


def test_the_model_page_has_card_and_scores(page, address):
    page.goto(f"{address}/#/model")
    page.wait_for_selector(".card")
    assert page.locator(".small-chart").count() >= 1
    assert "Trained on simulated sequences" in page.text_content(".card")


def test_help_lists_the_keys(page, address):
    open_objects(page, address)
    page.keyboard.press("?")
    assert page.is_visible("dialog >> text=play, pause")
    page.keyboard.press("Escape")
    assert not page.is_visible("dialog")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen(page, address, table, width):
    page.set_viewport_size({"width": width, "height": 850})
    for name in (*PAGES, f"object/{table['object_id'].iloc[0]}"):
        page.goto("about:blank")
        page.goto(f"{address}/#/{name}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        outside = page.evaluate(
            "document.querySelectorAll('main button, main input:not(.file), main h1').values()"
            f".filter(one => one.getBoundingClientRect().left > {width} && !one.closest"
            "('.shortcuts, .queue-list, .wide, .filters')).map(one => one.textContent).toArray()"
        )
        assert outside == [], name


NAUGHTY = '<img src=x onerror="document.title=\'owned\'"> & "a/b" \'?#%2e%2e'


def test_names_are_text_whatever_they_hold(browser, table, tmp_path):
    from taonet.web.session import open_session

    some = table[table["object_id"] == table["object_id"].iloc[0]].copy()
    some["object_id"] = NAUGHTY
    write_predictions(some, tmp_path / "naughty.parquet")
    with serving(open_session(tmp_path / "naughty.parquet")) as url:
        page = browser.new_page()
        open_objects(page, url)
        assert page.text_content(".rows .name") == NAUGHTY
        page.click(".rows .row")
        page.wait_for_selector(".object-head h1")
        assert page.text_content(".object-head h1") == NAUGHTY
        assert page.title() == f"{NAUGHTY} · TAO-Net"
        assert page.locator("main img[onerror]").count() == 0
        # without frames the keys go through the answers
        page.keyboard.press("Home")
        assert page.text_content(".readout-title").startswith("After 1 epoch,")
        page.close()


def test_a_hundred_thousand_objects_stay_quick(browser, table, tmp_path):
    from taonet.web.session import open_session

    final = last_rows(table)
    many = final.iloc[np.arange(100_000) % len(final)].copy()
    many["object_id"] = [f"many-{i:06d}" for i in range(len(many))]
    write_predictions(many, tmp_path / "many.parquet")
    with serving(open_session(tmp_path / "many.parquet")) as url:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        open_objects(page, url)
        page.focus(".rows")
        start = time.monotonic()
        page.keyboard.press("End")
        page.wait_for_selector("[data-id='many-099999']")
        assert time.monotonic() - start < 2
        assert page.locator(".rows .row").count() < 60
        start = time.monotonic()
        page.fill("input[type=search]", "012345")
        page.wait_for_selector("[data-id='many-012345']")
        assert time.monotonic() - start < 2
        page.close()


def test_the_single_file_opens_from_disk_with_the_same_numbers(browser, folder, table, tmp_path):
    archive = Archive(folder / "archive")
    name = table["object_id"].iloc[0]
    rows = table[table["object_id"] == name].reset_index(drop=True)
    file = tmp_path / "object.html"
    write_object_page(file, *object_parts(rows, archive[name], archive=archive))
    context = browser.new_context(offline=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("canvas[data-ready]")
    shown = page.eval_on_selector_all(".readout .number", "all => all.map(one => one.textContent)")
    final = rows.sort_values("n_epochs").iloc[-1]
    assert shown == [f"{final[c]:.3f}" for c in table.columns if c.startswith("p_")]
    before = pixels(page)
    page.keyboard.press("ArrowLeft")
    assert pixels(page) != before
    with page.expect_download() as download:
        page.click("button:has-text('CSV')")
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(rows) + 1
    context.close()
    assert faults == []


def test_a_notebook_shows_the_same_view(browser, folder, table, tmp_path):
    shown = taonet.view(
        Archive(folder / "archive"),
        table["object_id"].iloc[0],
        predictions=folder / "answers.parquet",
    )
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><body>{shown._repr_html_()}</body>", encoding="utf-8")
    page = browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(notebook.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("canvas[data-ready]").first.wait_for()
    numbers = frame.locator(".readout .number").all_text_contents()
    final = table[table["object_id"] == table["object_id"].iloc[0]].iloc[-1]
    assert numbers == [f"{final[c]:.3f}" for c in table.columns if c.startswith("p_")]
    page.close()
    assert faults == []
