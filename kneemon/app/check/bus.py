# SPDX-License-Identifier: MIT
"""The check's look at the I2C bus: who answers where, and whether transfers end. Registers are read, none is written.

Asked are the addresses that kneemon's parts and their usual neighbours have, each at a register that is safe to read;
0x00 to 0x07 and 0x78 to 0x7f, which mean something else on the bus, never. Whoever has the kernel for a driver is
let alone. When nobody answers, or all do, that one fault is told and nothing that would follow from it.
"""

import errno
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TypeVar

from kneemon.app.check.finding import Finding, fault, good, note, of_error
from kneemon.app.check.machine import Machine
from kneemon.config.options import Config
from kneemon.drivers.bus import Device, I2cBus, in_words
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.drv2605l import ADDRESS as HAPTIC
from kneemon.drivers.drv2605l import STATUS
from kneemon.drivers.gauge import GAUGES
from kneemon.errors import BusAbsentError, ChipAbsentError
from kneemon.ports import Clock

SLOW_S = 2e-3  # of a read of one byte: 0.4 ms at 100 kHz; at 2 ms an ADXL345 fills its FIFO nearly as fast as we read
FAULTS_MOST = 3  # in a row, each a time-out: nobody on this bus will answer
WHO = {HAPTIC: "haptic driver", 0x57: "PiSugar or a clock's memory", 0x32: "PiSugar 2's clock", 0x75: "PiSugar 2"}
CROWDED = (0x68, 0x69)  # where clocks sit, too
POWER_OFF = "Take the power away for a moment. If it stays, unplug one board after the other."
WIRES = (
    "Check 3V3 (pin 1), GND (pin 6), SDA (pin 3) and SCL (pin 5); CS of an ADXL345, LIS3DH or LIS2DW12 must be at 3V3."
)

TRIES = 3
Place = tuple[int, int]  # address and register
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scan:
    """answers: the byte that came from each place. kernels: addresses that a driver of the kernel has.

    faults: what came instead of an answer, by address. read_s: how long a byte took, None when none came.
    """

    answers: Mapping[Place, int]
    kernels: tuple[int, ...]
    faults: Mapping[int, OSError]
    read_s: float | None

    @property
    def addresses(self) -> tuple[int, ...]:
        """Where somebody is, in order."""
        return tuple(sorted({address for address, _ in self.answers} | set(self.kernels)))


def look_at_bus(config: Config, clock: Clock, machine: Machine) -> Generator[Finding, None, Scan | None]:
    """Returns who answers; None when the bus is of no use to anybody."""
    number = config.sensor.bus
    try:
        bus = machine.open_bus(number)
    except BusAbsentError as error:
        number_of = error.__cause__.errno if isinstance(error.__cause__, OSError) else None
        yield of_error("bus", error, ABSENT.get(number_of, "the kernel has no such bus"))
        return None
    except OSError as error:
        yield fault("bus", f"I2C bus {number}: {in_words(error)}.", ABSENT[errno.ENOENT], "Restart, then check again.")
        return None
    try:
        scan = _scan(config, bus, clock)
    finally:
        bus.close()
    where = f"/dev/i2c-{number}"
    if scan.faults and not scan.addresses:
        seen = in_words(next(iter(scan.faults.values())))
        yield fault(
            "bus", f"{where}: no transfer ends well, {seen}.", "a chip or a short circuit holds SDA or SCL", POWER_OFF
        )
    elif not scan.addresses:
        yield fault(
            "bus",
            f"{where} is there, and nobody answers.",
            "SDA and SCL are exchanged, or the board has no 3V3 or no GND",
            f"{WIRES} `sudo i2cdetect -y {number}` shows who answers at all.",
        )
    elif len(scan.addresses) == len({address for address, _ in _places(config)}):
        yield fault("bus", f"{where}: every address answers.", "SDA touches GND, or a chip holds it", POWER_OFF)
    else:
        yield good("bus", f"{where}: " + ", ".join(_named(address, scan) for address in scan.addresses))
        if scan.read_s is not None and scan.read_s > SLOW_S:
            yield note(
                "bus",
                f"slow: {1000 * scan.read_s:.1f} ms a byte where 0.4 ms is usual.",
                "Look for i2c_arm_baudrate in /boot/firmware/config.txt: 100000 is right, less loses samples.",
                cause="a bus that was set too slow, or a computer that is busy",
            )
        return scan
    return None


def insist(act: Callable[[], T]) -> T:
    """A few tries of what the wire broke off; OSError when all were."""
    for _ in range(TRIES - 1):
        with suppress(OSError):
            return act()
    return act()


ABSENT: Mapping[int | None, str] = {
    errno.ENOENT: "I2C is not switched on",
    errno.EACCES: "this user may not use it",
    errno.EPERM: "this user may not use it",
}


def _places(config: Config) -> Iterator[Place]:
    """Each once. Gauges and neighbours have no identity: their first register will do, the haptic driver's too."""
    places: dict[Place, None] = {}
    for kind in CHIPS.values():
        given = (config.sensor.address,) if config.sensor.address and CHIPS.get(config.sensor.chip) is kind else ()
        for address in (*kind.addresses, *given):
            places[address, kind.identity.register.address] = None
    gauges = [address for kind in GAUGES.values() for address in kind.addresses]
    given = (config.power.gauge_address,) if config.power.gauge_address else ()
    for address in (HAPTIC, *gauges, *given, *WHO):
        if all(address != known for known, _ in places):
            places[address, STATUS.address] = None
    return (place for place in places if 0x08 <= place[0] <= 0x77)


def _scan(config: Config, bus: I2cBus, clock: Clock) -> Scan:
    answers: dict[Place, int] = {}
    kernels: dict[int, None] = {}
    faults: dict[int, OSError] = {}
    took_s: list[float] = []
    in_a_row = 0
    for address, register in _places(config):
        began_s = clock.now_s()
        device = Device(bus, address, part="", wiring="")
        try:
            answers[address, register] = insist(partial(device.read, register))
        except ChipAbsentError:
            in_a_row = 0
        except OSError as error:
            if error.errno == errno.EBUSY:
                kernels[address] = None
                continue
            faults[address] = error
            in_a_row += 1
            if in_a_row == FAULTS_MOST:
                break
        else:
            in_a_row = 0
            took_s.append(clock.now_s() - began_s)
    return Scan(answers, tuple(kernels), faults, median(took_s) if took_s else None)


def _named(address: int, scan: Scan) -> str:
    if address in scan.kernels:
        who = "the kernel's"
    elif address in CROWDED:
        who = "sensor or clock"
    elif any(address in kind.addresses for kind in CHIPS.values()):
        who = "sensor"
    elif address in WHO:
        who = WHO[address]
    else:
        who = "gauge" if any(address in kind.addresses for kind in GAUGES.values()) else "as configured"
    return f"0x{address:02x} ({who})"
