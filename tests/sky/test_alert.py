from itertools import permutations

import numpy as np
import pytest

from taonet.sky.alert import REPEATED, Alert, choose_alerts, sequence_of


def alert(alert_id, *, mjd=59000.0, band="g", place=(10.0, 20.0), value=None, **changes):
    frame = np.full((1, 3, 3), float(len(alert_id)), np.float32) if value is None else value
    frame = frame.copy()
    frame[0, 0, 0] += 1
    return Alert(
        survey="ztf", object_id="x", alert_id=alert_id, mjd=float(mjd), band=band,
        ra=place[0], dec=place[1], frame=frame, channels=("science",), **changes,
    )  # fmt: skip


def ids(alerts):
    return [one.alert_id for one in alerts]


def test_alerts_are_put_into_time_order_whatever_the_order_they_came_in():
    given = [alert("3", mjd=59006), alert("1", mjd=59000), alert("2", mjd=59003)]
    for order in permutations(given):
        assert ids(choose_alerts(order).alerts) == ["1", "2", "3"]


def test_a_packet_that_came_twice_counts_once_and_is_told():
    choice = choose_alerts([alert("1"), alert("2", mjd=59003), alert("1")])
    assert ids(choice.alerts) == ["1", "2"]
    assert choice.left_out == ()
    assert choice.remarks == (REPEATED,)


def test_one_exposure_under_two_ids_is_one_epoch():
    given = [alert("10"), alert("9"), alert("9"), alert("11", band="r"), alert("12", mjd=59001)]
    for order in permutations(given):
        choice = choose_alerts(order)
        assert ids(choice.alerts) == ["9", "11", "12"]
        ((other, error),) = choice.left_out
        assert other.alert_id == "10"
        assert error.what == "another alert of the same exposure"


def test_of_one_exposure_the_picture_is_kept_not_the_blank():
    blank = alert("1")
    blank.frame[:] = np.nan
    assert ids(choose_alerts([blank, alert("2")]).alerts) == ["2"]


def test_copies_that_differ_are_chosen_among_by_what_they_are_not_by_their_order():
    first = alert("1", value=np.full((1, 3, 3), 5, np.float32))
    second = alert("1", value=np.full((1, 3, 3), 6, np.float32))
    assert choose_alerts([first, second]).alerts == choose_alerts([second, first]).alerts


@pytest.mark.parametrize(
    ("place", "is_far"),
    [
        ((190.0, -20.0), True),
        ((10.0, 20.02), True),
        ((10.0, 20.01), False),
        ((370.0, 20.0), False),
        ((float("nan"), float("nan")), False),
    ],
)
def test_what_is_far_from_the_first_place_is_left_out(place, is_far):
    choice = choose_alerts([alert("2", mjd=59003, place=place), alert("1"), alert("3", mjd=59006)])
    assert ids(choice.alerts) == (["1", "3"] if is_far else ["1", "2", "3"])
    for _, error in choice.left_out:
        assert "more than an arcminute" in error.what


def test_what_comes_later_never_decides_about_an_earlier_alert():
    given = [alert("1", place=(100.0, 0.0))]
    given += [alert(str(k), mjd=59000.0 + k) for k in range(2, 6)]
    for n in range(1, 6):
        kept = set(ids(choose_alerts(given[:n]).alerts))
        assert kept == set(ids(choose_alerts(given).alerts)) & set(ids(given[:n]))


def test_two_sides_of_ra_zero_are_one_place():
    choice = choose_alerts(
        [alert("1", place=(359.999, 0.0)), alert("2", mjd=59001, place=(0.001, 0.0))]
    )
    sequence = sequence_of(choice.alerts)
    assert len(sequence) == 2
    assert min(sequence.ra, 360 - sequence.ra) < 1e-6


def test_what_is_known_of_single_alerts_is_told():
    given = [alert("1", remarks=("a",)), alert("2", mjd=59001, remarks=("b", "a"))]
    assert choose_alerts(given).remarks == ("a", "b")
