# SPDX-License-Identifier: MIT
"""The live source while the wire, the supply or the chip misbehave: survived, told once, and every loss counted."""

import errno
import os
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.drivers import bus as bus_module
from kneemon.drivers.bus import open_bus
from kneemon.model.samples import Array, SensorReport, Wire
from kneemon.sensor.fifo import FifoSource
from kneemon.virtual.bus import Trouble

RigOf = Callable[..., Any]
SEEN = [trouble for trouble in Trouble if trouble not in (Trouble.GARBAGE, Trouble.FLIPPED)]  # by whoever listens
SAID_ONCE = [Wire.FAULT, Wire.RECOVERY, Wire.BACK]


def check_account(it: Any, heard: Any, tolerance: int = 2) -> None:
    """What was lost and what arrived make up the time that passed; and every sample is a true one, in order."""
    true_s = it.true_s(heard.acc_g)
    assert np.all(np.diff(true_s) > 0)
    assert np.all(np.diff(heard.t_s) > 0)
    spanned = (true_s[-1] - true_s[0]) * it.chip.sampler.rate_hz
    assert len(true_s) - 1 + heard.lost == pytest.approx(spanned, abs=tolerance)


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_missed_acknowledge_costs_nothing(times: int, after: int, part: str, rig: RigOf) -> None:
    it = rig(part)
    heard = it.listen(3.0)
    it.bus.misbehave(Trouble.NACK, times=times, after=after)
    it.listen(3.0, heard)
    assert heard.reports == []
    assert heard.lost == 0
    check_account(it, heard, tolerance=0.6)


@pytest.mark.parametrize(
    ("trouble", "times"),
    [
        *[(Trouble.BROKEN_OFF, 1), (Trouble.BROKEN_OFF, 3), (Trouble.TIMED_OUT, 1), (Trouble.TIMED_OUT, 2)],
        *[(Trouble.SHORT, 1), (Trouble.FLOATING, 1)],
    ],
)
@pytest.mark.parametrize("after", [0, 1, 2, 4, 7])
def test_a_transfer_broken_in_the_middle_is_a_counted_gap_without_a_word(
    trouble: Trouble, times: int, after: int, part: str, rig: RigOf
) -> None:
    it = rig(part, rate_error=0.04)
    heard = it.listen(5.0)
    it.bus.misbehave(trouble, times=times, after=after)
    it.listen(12.0, heard)
    assert heard.reports == []
    assert heard.lost < 60
    check_account(it, heard)


def test_a_batch_broken_off_is_lost_and_counted(part: str, rig: RigOf) -> None:
    it = rig(part)
    it.listen(10.0)
    it.bus.misbehave(Trouble.BROKEN_OFF, after=2)
    after = it.listen(1.0)
    assert [block.lost_before for block in after.blocks if block.lost_before] == [pytest.approx(21, abs=3)]


@pytest.mark.parametrize("trouble", list(Trouble))
@pytest.mark.parametrize("outage_s", [0.5, 20.0])
def test_a_wire_that_is_gone_for_a_while(trouble: Trouble, outage_s: float, part: str, rig: RigOf) -> None:
    it = rig(part, rate_error=-0.03)
    heard = it.listen(10.0)
    it.bus.misbehave(trouble, times=None)
    it.listen(outage_s, heard)
    assert heard.kinds[:1] == [Wire.FAULT]
    assert set(heard.kinds[1:]) <= {Wire.RECOVERY}
    it.bus.behave()
    it.listen(25.0, heard)
    assert heard.kinds.count(Wire.FAULT) == heard.kinds.count(Wire.BACK) == 1
    assert heard.kinds[-2:] == [Wire.RECOVERY, Wire.BACK]
    assert heard.lost >= outage_s * 90
    check_account(it, heard)
    assert it.bus.opened >= 2
    late = heard.t_s > heard.t_s[-1] - 5
    assert np.abs(heard.t_s - it.true_s(heard.acc_g))[late].max() < 0.003


def test_what_the_wearer_reads_when_a_wire_falls_off(rig: RigOf) -> None:
    it = rig()
    it.listen(10.0)
    it.bus.misbehave(Trouble.NACK, times=None)
    heard = it.listen(0.25)
    it.bus.behave()
    it.listen(1.0, heard)
    fault, again, answers, back = heard.reports
    assert fault.text == (
        "ADXL345 at 0x53: expected an answer, saw none, errno 121 (Remote I/O error). "
        "Check 3V3, GND, SDA (pin 3) and SCL (pin 5). CS must be at 3V3; with SDO at GND the address is 0x53, "
        "at 3V3 0x1d. The next attempt is in 0.1 s."
    )
    assert again.text.endswith("The next attempt is in 0.2 s.")
    assert answers.text == "ADXL345 at 0x53 answers again and was set up anew."
    assert back.text == "ADXL345 at 0x53: samples flow again."
    assert [report.t_s for report in heard.reports] == sorted(report.t_s for report in heard.reports)
    assert back.t_s <= it.clock.now_s()


def test_the_pauses_grow_to_five_seconds_and_begin_anew_after_a_steady_while(rig: RigOf) -> None:
    it = rig()
    heard = it.listen(10.0)
    it.bus.misbehave(Trouble.NACK, times=None)
    it.listen(60.0, heard)
    times_s = [report.t_s for report in heard.reports]
    pauses_s = [later - earlier for earlier, later in pairwise(times_s)]
    assert pauses_s[:8] == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0], abs=0.01)
    it.bus.behave()
    it.listen(20.0)
    it.bus.misbehave(Trouble.NACK, times=None)
    heard = it.listen(0.2)
    assert "The next attempt is in 0.1 s." in heard.reports[0].text


def test_a_flickering_wire_is_not_told_ever_faster(rig: RigOf) -> None:
    """It comes back, and breaks again at once: the pauses go on growing."""
    it = rig()
    heard = it.listen(10.0)
    for _ in range(40):
        it.bus.misbehave(Trouble.NACK, times=6)
        it.listen(0.5, heard)
    assert 2 <= heard.kinds.count(Wire.FAULT) < 10


def test_a_chip_that_was_reset_behind_our_back_is_set_up_again(part: str, rig: RigOf) -> None:
    it = rig(part)
    heard = it.listen(10.0)
    reset_s = it.clock.now_s()
    it.chip.reset()
    it.listen(5.0, heard)
    assert heard.kinds == SAID_ONCE
    assert heard.reports[0].t_s - reset_s < 2
    assert "expected the settings it was given, saw others: it was reset" in heard.reports[0].text
    assert it.make_chip(it.bus).alive()
    check_account(it, heard)
    assert heard.blocks[-1].t_s[-1] > it.clock.now_s() - 0.2


@pytest.mark.parametrize(("fifo_ctl", "within_s"), [(0x90, 1.3), (0x80, 0.3)])
def test_a_reset_that_leaves_the_adxl345_measuring_is_found_too(fifo_ctl: int, within_s: float, rig: RigOf) -> None:
    """At its defaults it would clip at 2 g and say nothing; a FIFO_CTL that is not ours gives it away at once."""
    it = rig()
    heard = it.listen(10.05)
    reset_s = it.clock.now_s()
    it.chip.reset()
    it.chip.write(0x38, fifo_ctl)
    it.chip.write(0x2D, 0x08)
    it.listen(5.0, heard)
    assert heard.kinds == SAID_ONCE
    assert heard.reports[0].t_s - reset_s < within_s


def test_a_chip_that_answers_but_does_not_measure(rig: RigOf) -> None:
    it = rig()
    heard = it.listen(10.0)
    it.chip.write(0x2D, 0x00)
    it.listen(5.0, heard)
    assert heard.kinds == SAID_ONCE
    assert (
        "ADXL345 at 0x53: expected 100 samples a second, saw none in a second, though it answers"
        in heard.reports[0].text
    )
    check_account(it, heard)


def test_frozen_data_is_a_fault_until_it_moves_again(part: str, rig: RigOf) -> None:
    it = rig(part)
    heard = it.listen(10.0)
    it.chip.sampler.frozen = True
    frozen_s = it.clock.now_s()
    it.listen(20.0, heard)
    assert heard.kinds[0] is Wire.FAULT
    assert heard.reports[0].t_s - frozen_s < 1
    assert "expected samples with some noise, saw the very same sample again and again" in heard.reports[0].text
    assert set(heard.kinds[1:]) == {Wire.RECOVERY}
    assert heard.blocks[-1].t_s[-1] < frozen_s + 0.6
    it.chip.sampler.frozen = False
    it.listen(10.0, heard)
    assert heard.kinds[-1] is Wire.BACK
    assert heard.kinds.count(Wire.FAULT) == 1
    assert heard.lost > 1900


@settings(max_examples=30)
@given(runs=st.lists(st.integers(1, 49) | st.integers(70, 90), min_size=1, max_size=12))
def test_only_a_long_enough_run_of_equal_samples_is_frozen(runs: list[int], rig: RigOf) -> None:
    """However the drains cut it: 49 never are, 50 at a drain's end are. What comes after the runs is always new."""
    it = rig(frozen_after=50)
    stops, sampler = np.cumsum(runs), it.chip.sampler

    def signal(t_s: Array) -> Array:
        number = np.rint((t_s - sampler.started_s) * sampler.rate_hz) - 1
        level = np.where(number < stops[-1], np.searchsorted(stops, number, side="right"), 20 + number % 100)
        return np.column_stack([level / 20, np.zeros_like(level), np.ones_like(level)])

    sampler._signal = signal
    heard = it.listen(0.01 * sum(runs) + 0.3)
    assert heard.kinds[:1] == [Wire.FAULT] * (max(runs) >= 50)


@pytest.mark.parametrize("stall_s", [0.5, 3.0])
def test_a_host_that_sleeps_too_long_loses_what_the_fifo_cannot_hold(stall_s: float, part: str, rig: RigOf) -> None:
    it = rig(part, rate_error=0.05)
    heard = it.listen(30.0)
    it.clock.wait(stall_s)
    it.listen(10.0, heard)
    assert heard.reports == []
    held = it.make_chip(it.bus).fifo_samples
    gaps = [block.lost_before for block in heard.blocks if block.lost_before]
    if (stall_s + 0.2) * 105 < held:
        assert gaps == []
    else:
        least = (stall_s + 0.1) * 105 - (33 if part == "adxl345" else 0)  # the MPU-6050's FIFO has to be given up
        assert len(gaps) == 1
        assert least - 4 < gaps[0] < least + 25
    check_account(it, heard)


def test_an_absent_chip_at_the_start_is_waited_for(part: str, rig: RigOf) -> None:
    it = rig(part)
    it.bus.replace(it.address, None)
    heard = it.listen(20.0)
    assert heard.kinds[0] is Wire.FAULT
    assert set(heard.kinds[1:]) == {Wire.RECOVERY}
    assert heard.blocks == []
    it.bus.replace(it.address, it.chip)
    it.listen(10.0, heard)
    assert heard.kinds.count(Wire.FAULT) == heard.kinds.count(Wire.BACK) == 1
    assert heard.blocks[0].lost_before == 0
    check_account(it, heard)


def test_a_foreign_chip_is_named_and_another_one_may_come(rig: RigOf) -> None:
    it = rig("mpu6050")
    it.chip._registers[0x75] = 0x70
    heard = it.listen(1.0)
    assert "expected 0x68 in WHO_AM_I, saw 0x70, the MPU-6500" in heard.reports[0].text
    it.chip._registers[0x75] = 0x68
    it.listen(3.0, heard)
    assert heard.kinds[-1] is Wire.BACK


def test_an_absent_bus_says_how_to_switch_it_on(monkeypatch: pytest.MonkeyPatch, rig: RigOf) -> None:
    it = rig()
    it.bus.plugged = False
    it.bus.fd = None  # smbus2 has one
    monkeypatch.setattr(bus_module, "SMBus", lambda _number: it.bus.open())
    source = FifoSource(lambda: open_bus(1), it.make_chip, it.clock, name="adxl345 on bus 1")
    first = source.read()
    assert isinstance(first, SensorReport)
    assert first.kind is Wire.FAULT
    assert "Switch I2C on" in first.text
    it.bus.plugged = True
    kinds = [said.kind for said in (source.read(), source.read()) if isinstance(said, SensorReport)]
    assert kinds == [Wire.RECOVERY, Wire.BACK]


def test_an_open_that_fails_otherwise_is_a_report_too(rig: RigOf) -> None:
    def refuse() -> Any:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    it = rig()
    source = FifoSource(refuse, it.make_chip, it.clock, name="adxl345 on bus 1")
    said = source.read()
    assert isinstance(said, SensorReport)
    assert said.text.startswith("adxl345 on bus 1: expected whole transfers on the I2C bus, saw errno 16")


def test_a_write_that_gets_lost_is_a_report(rig: RigOf) -> None:
    it = rig()
    it.bus.misbehave(Trouble.FLOATING, after=15)  # the write of DATA_FORMAT
    heard = it.listen(2.0)
    assert heard.kinds == SAID_ONCE
    assert "register DATA_FORMAT: expected 0x0a as it was written, saw 0x00" in heard.reports[0].text
    check_account(it, heard)


def test_closing_survives_a_wire_that_is_gone(part: str, rig: RigOf) -> None:
    it = rig(part)
    it.listen(1.0)
    it.bus.misbehave(Trouble.NACK, times=None)
    it.source.close()
    assert it.source.read() is None


@settings(max_examples=25, deadline=None)
@given(
    part=st.sampled_from(["adxl345", "mpu6050"]),
    rate_error=st.floats(-0.05, 0.05),
    events=st.lists(
        st.tuples(
            st.sampled_from([*SEEN, "reset", "stall", "unplug"]),
            st.integers(1, 12),
            st.integers(0, 40),
            st.floats(0.0, 3.0),
        ),
        max_size=8,
    ),
)
def test_whatever_happens_only_true_samples_come_and_they_come_again(
    rig: RigOf, part: str, rate_error: float, events: list[tuple[Any, int, int, float]]
) -> None:
    it = rig(part, rate_error=rate_error)
    heard = it.listen(0.5)
    for what, times, after, then_s in events:
        if what == "reset":
            it.chip.reset()
        elif what == "stall":
            it.clock.wait(times / 2)
        elif what == "unplug":
            it.bus.close()
            it.bus.plugged = False
        else:
            it.bus.misbehave(what, times=times, after=after)
        it.listen(then_s, heard)
        it.bus.plugged = True
    it.bus.behave()
    it.listen(10.0, heard)
    assert heard.blocks[-1].t_s[-1] > it.clock.now_s() - 0.3
    assert np.all(np.diff(heard.t_s) > 0)
    assert np.all(np.diff(it.true_s(heard.acc_g)) > 0)
    assert np.abs(heard.t_s - it.true_s(heard.acc_g)).max() < 0.03
    told = [kind for kind in heard.kinds if kind is not Wire.RECOVERY]
    assert told == [Wire.FAULT, Wire.BACK] * (len(told) // 2)
