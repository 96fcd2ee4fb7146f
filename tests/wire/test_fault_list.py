# SPDX-License-Identifier: MIT
"""Every fault of the wire by itself, on every chip: what is told, how often, and how many samples it costs."""

import errno
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from told import AGAIN, name, told_once

from kneemon.drivers.chip import ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.find import AUTO, chip_maker
from kneemon.model.samples import Array, Wire
from kneemon.virtual.bus import Shared, Trouble
from kneemon.virtual.chips import VIRTUAL_CHIPS
from kneemon.virtual.script import Stand

OutingOf = Callable[..., Any]
Account = Callable[[Any], float]
Still = Callable[[float], Callable[[Array], Array]]

FAULT_S = 10.03
RANGE_16_G = {  # register, and what makes it ±16 g, or all that this chip has
    "adxl345": (0x31, 0x0B),
    "mpu6050": (0x1C, 0x18),
    "mpu6500": (0x1C, 0x18),
    "lsm6dso": (0x10, 0x44),
    "lsm6ds3trc": (0x10, 0x44),
    "lis3dh": (0x23, 0xB8),
    "lis2dw12": (0x25, 0x30),
}
ASLEEP = {
    "adxl345": (0x2D, 0x00),
    "mpu6050": (0x6B, 0x41),
    "mpu6500": (0x6B, 0x41),
    "lsm6dso": (0x10, 0x0C),
    "lsm6ds3trc": (0x10, 0x0C),
    "lis3dh": (0x20, 0x07),
    "lis2dw12": (0x20, 0x04),
}
TRANSFERS = "Look for a loose or long wire. If it stays, take the power away for a moment: a chip may hold SDA."


@pytest.mark.parametrize("number", [errno.EREMOTEIO, errno.ENXIO])
def test_a_missed_acknowledge_costs_nothing(number: int, part: str, outing: OutingOf, account: Account) -> None:
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: it.bus.misbehave(Trouble.NACK, times=3, number=number))])
    heard = it.listen(14.0)
    assert heard.reports == []
    assert heard.lost == 0
    assert abs(account(it)) < 2


OTHERS = [errno.EIO, errno.ETIMEDOUT, errno.EAGAIN, errno.EBUSY, errno.EOPNOTSUPP, errno.ECOMM]


@pytest.mark.parametrize("number", OTHERS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("trouble", [Trouble.BROKEN_OFF, Trouble.TIMED_OUT], ids=lambda trouble: trouble.name)
def test_a_broken_transfer_is_a_counted_gap_without_a_word(
    trouble: Trouble, number: int, part: str, outing: OutingOf, account: Account
) -> None:
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: it.bus.misbehave(trouble, number=number))])
    heard = it.listen(14.0)
    assert heard.reports == []
    assert heard.lost < 50
    assert abs(account(it)) < 3


@pytest.mark.parametrize("number", [*OTHERS, errno.EREMOTEIO, errno.ENXIO], ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize(
    "trouble", [Trouble.NACK, Trouble.BROKEN_OFF, Trouble.TIMED_OUT, Trouble.STUCK], ids=lambda trouble: trouble.name
)
def test_a_wire_that_stays_broken_is_told_with_its_errno(
    trouble: Trouble, number: int, outing: OutingOf, account: Account
) -> None:
    it = outing("adxl345")
    it.clock.appoint(
        [(FAULT_S, lambda: it.bus.misbehave(trouble, times=None, number=number)), (FAULT_S + 3, it.bus.power_cycle)]
    )
    heard = it.listen(20.0)
    told_once(heard)
    seen = f"errno {number} ({os.strerror(number)})"
    if number in (errno.EREMOTEIO, errno.ENXIO):
        expected = (
            f"ADXL345 at 0x53: expected an answer, saw none, {seen}. Check 3V3, GND, SDA (pin 3) and SCL (pin 5). "
            "CS must be at 3V3; with SDO at GND the address is 0x53, at 3V3 0x1d."
        )
    else:
        expected = f"ADXL345 at 0x53 on bus 1: expected whole transfers on the I2C bus, saw {seen}. {TRANSFERS}"
    assert heard.reports[0].text == f"{expected} The next attempt is in 0.1 s."
    assert heard.reports[-2].text == "ADXL345 at 0x53 answers again and was set up anew."
    assert heard.reports[-1].text == "ADXL345 at 0x53: samples flow again."
    assert abs(account(it)) < 3
    assert 290 < heard.lost < 600
    assert len(heard.gaps_s) == 1


@pytest.mark.parametrize("trouble", list(Trouble), ids=lambda trouble: trouble.name)
def test_each_trouble_for_long_is_one_gap_and_told_once(
    trouble: Trouble, part: str, outing: OutingOf, account: Account
) -> None:
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: it.bus.misbehave(trouble, times=None)), (FAULT_S + 12, it.bus.power_cycle)])
    heard = it.listen(30.0)
    assert heard.kinds[Wire.FAULT] == heard.kinds[Wire.BACK]
    assert heard.blocks[-1].t_s[-1] > it.clock.now_s() - 0.5
    assert abs(account(it)) < 4
    if trouble not in (Trouble.SHORT, Trouble.FLIPPED):  # these let some drains pass, so they come and go
        told_once(heard)
        assert len(heard.gaps_s) == 1
        assert 1190 < heard.lost < 1800


@pytest.mark.parametrize("trouble", [Trouble.GARBAGE, Trouble.FLIPPED], ids=lambda trouble: trouble.name)
def test_one_transfer_of_garbage_shifts_no_time(
    trouble: Trouble, part: str, outing: OutingOf, account: Account
) -> None:
    """Whichever transfer of a drain it is, the count of what is waiting above all."""
    for after in (0, 1, 2, 3, 4, 5, 6, 8, 17, 18, 19, 20):
        it = outing(part, seed=after)
        it.listen(25.0)
        it.bus.misbehave(trouble, after=after)
        heard = it.listen(32.0)
        assert set(heard.kinds) <= {Wire.FAULT, Wire.RECOVERY, Wire.BACK}
        assert abs(account(it)) < 4
        t_s = np.concatenate([block.t_s for block in heard.blocks if block.t_s[0] > it.clock.began_s + 25.5])
        taken = (t_s - it.chip.sampler.started_s) * it.chip.sampler.rate_hz
        off = np.abs(taken - np.rint(taken))
        assert np.median(off) < 0.3


def test_a_reset_behind_our_back(part: str, outing: OutingOf, account: Account) -> None:
    it = outing(part)
    it.clock.appoint([(FAULT_S, it.chip.reset)])
    heard = it.listen(15.0)
    told_once(heard, attempts=1)
    assert abs(account(it)) < 4
    assert heard.lost < 160


@pytest.mark.parametrize("trouble", [Trouble.GARBAGE, Trouble.FLIPPED, Trouble.STUCK_LOW], ids=lambda one: one.name)
def test_one_wrong_byte_does_not_make_it_a_reset(
    trouble: Trouble, part: str, outing: OutingOf, account: Account
) -> None:
    """In the answer to whether it has its settings still: it is asked once more, at once."""
    it = outing(part)
    asked: list[bool] = []

    def make_chip(bus: Any) -> Any:
        chip = it.make_chip(bus)
        alive = chip.alive

        def asked_alive() -> bool:
            if len(asked) % 3 == 0:
                it.bus.misbehave(trouble)
            asked.append(alive())
            return asked[-1]

        chip.alive = asked_alive
        return chip

    it.source._make_chip = make_chip
    heard = it.listen(14.0)
    assert asked.count(False) > 3
    assert heard.reports == []
    assert heard.lost == 0
    assert abs(account(it)) < 2


@pytest.mark.parametrize("table", [ASLEEP, RANGE_16_G], ids=["asleep", "wrong range"])
def test_settings_that_are_not_ours(table: Any, part: str, outing: OutingOf, account: Account) -> None:
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: it.chip.write(*table[part]))])
    heard = it.listen(15.0)
    told_once(heard, attempts=1)
    text = heard.reports[0].text
    lost_settings = (
        f"{name(it)}: expected the settings it was given, saw others: it was reset, most likely by a dip of its "
        f"supply. {AGAIN}check 3V3 and GND. The next attempt is in 0.1 s."
    )
    silent = (
        f"{name(it)}: expected {it.make_chip(it.bus).nominal_hz:g} samples a second, saw none in a second, though it "
        f"answers. {AGAIN}replace the board. The next attempt is in 0.1 s."
    )
    assert text == lost_settings or (table is ASLEEP and text == silent)
    assert heard.reports[0].t_s < it.clock.began_s + FAULT_S + 1.5
    assert abs(account(it)) < 4


def test_a_chip_that_was_given_up_sleeps(part: str, outing: OutingOf) -> None:
    """Closed between two attempts, nobody would send it to sleep any more."""
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: setattr(it.chip.sampler, "frozen", True))])
    while not it.heard.reports:
        it.listen(it.clock.now_s() - it.clock.began_s + 0.01)
    assert it.heard.kinds == {Wire.FAULT: 1}
    assert it.chip.sampler.started_s is None
    it.source.close()
    assert it.chip.sampler.started_s is None


def test_a_full_fifo_is_a_counted_gap(part: str, outing: OutingOf, account: Account) -> None:
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: it.clock.pass_by(8.0))])
    heard = it.listen(25.0)
    assert heard.reports == []
    assert len(heard.gaps_s) in (1, 2)  # caught in the middle of a drain, the host finds the FIFO full once more
    assert 100 < heard.lost < 900
    assert abs(account(it)) < 4


@pytest.mark.parametrize("part", ["mpu6050", "mpu6500"])
@pytest.mark.parametrize("gone", [1, 3, 5])
def test_a_misaligned_fifo_is_garbage_and_begins_afresh(
    gone: int, part: str, outing: OutingOf, account: Account
) -> None:
    """A byte of it is gone: every word is made of two halves, and half of the samples are beyond 5 g."""
    it = outing(part)
    it.clock.appoint([(FAULT_S, lambda: [it.chip._fifo.popleft() for _ in range(gone)])])
    heard = it.listen(15.0)
    assert heard.reports == []
    assert 10 < heard.lost < 80
    assert len(heard.gaps_s) == 1
    assert abs(account(it)) < 4
    assert max(np.linalg.norm(block.acc_g, axis=1).max() for block in heard.blocks) < 5


@pytest.mark.parametrize("part", ["mpu6050", "lsm6dso", "lis2dw12"])
def test_garbage_without_an_end_is_a_fault(part: str, outing: OutingOf) -> None:
    """Not the wire, the chip's own words."""
    chance = np.random.default_rng(4)
    it = outing(part)
    calm = it.chip.sampler._signal
    it.clock.appoint(
        [
            (FAULT_S, lambda: setattr(it.chip.sampler, "_signal", lambda t_s: chance.uniform(-8, 8, (len(t_s), 3)))),
            (FAULT_S + 5, lambda: setattr(it.chip.sampler, "_signal", calm)),
        ]
    )
    heard = it.listen(25.0)
    told_once(heard)
    assert heard.reports[0].text == (
        f"{name(it)}: expected acceleration as of a walk, saw what no walk makes, in three drains in a row. "
        "Look for a loose or long wire, and for a second device at this address. The next attempt is in 0.1 s."
    )
    assert max(np.linalg.norm(block.acc_g, axis=1).max() for block in heard.blocks) < 6


def test_a_foreign_chip_is_named_and_the_right_one_is_taken(part: str, outing: OutingOf) -> None:
    """Somebody plugged in another board."""
    it = outing(part)
    other: Any = VIRTUAL_CHIPS["lis3dh" if part != "lis3dh" else "adxl345"](it.signal, it.clock.now_s, 0.0, 0.003, 1)
    it.bus.replace(it.address, other)
    it.clock.appoint([(4.0, lambda: it.bus.replace(it.address, it.chip))])
    heard = it.listen(15.0)
    told_once(heard)
    register = CHIPS[part].identity.register
    seen = other.read(register.address, 1)[0]
    assert f" in {register.name}, saw 0x{seen:02x}, " in heard.reports[0].text
    assert heard.reports[0].text.startswith(f"{name(it)}: expected 0x")
    assert it.source.describe == f"{name(it)} on bus 1"


DOUBT = (
    "{name}: expected 0.85 to 1.15 g at rest, saw {seen} g. It may be an LSM6DSO32 sold as LSM6DSO (0.5 g), a copy "
    "with another scale, another chip than the configuration names, or two devices at one address: `kneemon check` "
    "tells more."
)


@pytest.mark.parametrize("size_g", [0.5, 1.25])
def test_a_rest_that_is_not_one_g_is_told_once_and_samples_flow(
    size_g: float, part: str, outing: OutingOf, still: Still
) -> None:
    it = outing(part, signal=still(size_g))
    heard = it.listen(20.0)
    (report,) = heard.reports
    assert report.kind is Wire.DOUBT
    seen = float(report.text.split("saw ")[1].split(" g")[0])
    assert seen == pytest.approx(size_g, abs=0.02)
    assert report.text == DOUBT.format(name=name(it), seen=f"{seen:.2f}")
    assert heard.lost == 0
    assert heard.samples > 1900


def test_a_doubt_is_told_anew_when_the_sensor_was_set_up_anew(outing: OutingOf, still: Still) -> None:
    it = outing("mpu6050", signal=still(0.5))
    it.clock.appoint([(8.0, it.chip.reset)])
    heard = it.listen(20.0)
    assert heard.kinds == {Wire.DOUBT: 2, Wire.FAULT: 1, Wire.RECOVERY: 1, Wire.BACK: 1}


def test_a_wearer_at_rest_is_never_doubted(part: str, outing: OutingOf) -> None:
    heard = outing(part, Stand(60.0)).walked()
    assert heard.reports == []


def test_two_devices_of_one_kind_at_one_address(outing: OutingOf, still: Still) -> None:
    """One lies on its back: both answer at once, a 0 wins, and nothing but the size of it tells."""
    it = outing("mpu6050", signal=still(1.0))
    other: Any = VIRTUAL_CHIPS["mpu6050"](lambda t_s: still(1.0)(t_s) * [1, 1, -1], it.clock.now_s, 0.02, 0.003, 9)
    it.bus.replace(it.address, Shared(it.chip, other))
    heard = it.listen(30.0)
    (report,) = heard.reports
    assert report.kind is Wire.DOUBT
    assert report.text == DOUBT.format(name="MPU-6050 at 0x69", seen="0.59")
    assert heard.samples > 2800


def test_two_devices_of_two_kinds_at_one_address(outing: OutingOf) -> None:
    it = outing("adxl345")
    it.bus.replace(it.address, Shared(it.chip, VIRTUAL_CHIPS["lis3dh"](it.signal, it.clock.now_s, 0.0, 0.003, 1)))
    it.clock.appoint([(5.0, lambda: it.bus.replace(it.address, it.chip))])
    heard = it.listen(15.0)
    told_once(heard)
    assert heard.reports[0].text.startswith("ADXL345 at 0x53: expected 0xe5 in DEVID, saw 0x")


def test_a_sensor_that_never_comes_is_asked_for_with_growing_pauses(outing: OutingOf) -> None:
    it = outing("adxl345")
    it.bus.replace(it.address, None)
    heard = it.listen(60.0)
    assert heard.kinds[Wire.FAULT] == 1
    assert heard.kinds[Wire.BACK] == heard.kinds[Wire.DOUBT] == 0
    pauses = [float(report.text.rsplit("in ", 1)[1].removesuffix(" s.")) for report in heard.reports]
    assert pauses[:8] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    it.bus.replace(it.address, it.chip)
    assert it.listen(70.0).kinds[Wire.BACK] == 1


def test_the_search_for_a_chip_is_insisted_upon_too(outing: OutingOf) -> None:
    """make_chip may ask the bus who is there."""
    it = outing("adxl345")
    make, calls = it.source._make_chip, []

    def search(bus: Any) -> Any:
        calls.append(1)
        if len(calls) < 4:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return make(bus)

    it.source._make_chip = search
    assert it.source.describe == "adxl345"
    assert it.listen(2.0).reports == []
    assert it.source.describe == "ADXL345 at 0x53 on bus 1"
    assert len(calls) == 4


def test_a_calibration_is_applied_by_the_chips_name(outing: OutingOf, still: Still) -> None:
    asked: list[str] = []

    def calibrate(chip: str, acc_g: Array) -> Array:
        asked.append(chip)
        return acc_g * 2.0 + [0.0, 0.0, 0.25]

    it = outing("mpu6050", signal=still(0.5), calibrate=calibrate)
    heard = it.listen(2.0)
    mean_g = np.concatenate([block.acc_g for block in heard.blocks]).mean(axis=0)
    assert mean_g == pytest.approx([0.0, 0.6, 1.05], abs=0.002)
    assert set(asked) == {"MPU-6050 at 0x69"}


def test_another_chip_may_come_back_after_a_fault(outing: OutingOf) -> None:
    """The builder swaps the board while kneemon runs, and the chip is found by itself."""
    it = outing("adxl345")
    kind = CHIPS["lsm6dso"]
    other: Any = VIRTUAL_CHIPS["lsm6dso"](it.signal, it.clock.now_s, 0.0, 0.003, 1)
    it.clock.appoint([(10.0, lambda: it.bus.replace(it.address, None)), (10.0, lambda: it.bus.replace(0x6A, other))])
    make = it.source._make_chip
    it.source._make_chip = lambda bus: (
        make(bus) if it.clock.now_s() < it.clock.began_s + 10 else kind.make(bus, 0x6A, ChipOptions())
    )
    heard = it.listen(30.0)
    told_once(heard)
    assert it.source.describe == "LSM6DSO at 0x6a on bus 1"
    assert heard.blocks[-1].rate_hz == pytest.approx(other.sampler.rate_hz, rel=0.001)


def test_of_two_chips_the_second_goes_on_when_the_first_is_gone_and_is_named(outing: OutingOf) -> None:
    it = outing("adxl345")
    other: Any = VIRTUAL_CHIPS["lsm6dso"](it.signal, it.clock.now_s, 0.0, 0.003, 1)
    it.bus.replace(0x6A, other)
    it.source._make_chip = chip_maker(AUTO, 0, ChipOptions())
    it.clock.appoint(
        [
            (8.0, lambda: it.bus.replace(it.address, None)),
            (16.0, other.reset),
            (24.0, lambda: it.bus.replace(0x6A, None)),
            (24.0, lambda: it.bus.replace(it.address, it.chip)),
        ]
    )
    heard = it.listen(32.0)
    told = [report.text for report in heard.reports if report.kind is not Wire.FAULT]
    assert told == [
        "LSM6DSO at 0x6a was found instead.",
        "LSM6DSO at 0x6a: samples flow again.",
        "LSM6DSO at 0x6a answers again and was set up anew.",
        "LSM6DSO at 0x6a: samples flow again.",
        "ADXL345 at 0x53 was found instead.",
        "ADXL345 at 0x53: samples flow again.",
    ]
    assert it.source.describe == "ADXL345 at 0x53 on bus 1"


def test_every_chip_is_examined() -> None:
    assert set(CHIPS) == set(VIRTUAL_CHIPS) == set(RANGE_16_G) == set(ASLEEP)
