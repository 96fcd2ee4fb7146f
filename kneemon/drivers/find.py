# SPDX-License-Identifier: MIT
"""Which chips are on the bus, and the driver of the one that is configured or found.

Only the identity registers are read, at the addresses of `CHIPS`, and nothing is written: whatever else sits there, a
clock or an EEPROM, stays as it is. A device that gives by chance the very answer of a chip is taken for it, and then
fails when its registers are read back; so name the chip where that happens.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kneemon.drivers.bus import Device, I2cBus, in_words
from kneemon.drivers.chip import Chip, ChipOptions
from kneemon.drivers.chips import CHIPS
from kneemon.drivers.registers import Register
from kneemon.errors import ChipAbsentError

AUTO = "auto"
WIRING = (
    "Check 3V3, GND, SDA (pin 3) and SCL (pin 5); the CS of an ADXL345, LIS3DH or LIS2DW12 must be at 3V3. "
    "`sudo i2cdetect -y 1` shows who answers at all."
)
FOREIGN = (
    " What answered is not known: two devices at one address answer both at once, and a copy is used all the same with "
    "chip and sensor.accept_identity named."
)


@dataclass(frozen=True, slots=True)
class Found:
    """A chip that said who it is. kind: its name in the configuration. part: what it calls itself."""

    kind: str
    part: str
    address: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came from one register at one address: a byte, or None and the words for the fault."""

    address: int
    register: Register
    seen: int | None
    fault: str = ""

    def __str__(self) -> str:
        if self.seen is None:
            return f"{self.fault} at 0x{self.address:02x}"
        return f"0x{self.seen:02x} in {self.register.name} at 0x{self.address:02x}"


def find_chips(bus: I2cBus, address: int = 0) -> tuple[Found, ...]:
    """Every known chip, in the order of CHIPS; at that address alone unless it is 0. Faulty transfers find nothing."""
    return _known(_ask(bus, address))


def chip_maker(chip: str, address: int, options: ChipOptions) -> Callable[[I2cBus], Chip]:
    """What makes the driver once a bus is open. chip: a name of CHIPS, or AUTO for the first that is found.

    address: 0 is that of our wiring or, with AUTO, any. The maker raises ChipAbsentError when AUTO finds none.
    """

    def make_named(bus: I2cBus) -> Chip:
        kind = CHIPS[chip]
        return kind.make(bus, address or kind.addresses[0], options)

    def make_found(bus: I2cBus) -> Chip:
        answers = _ask(bus, address)
        found = _known(answers)
        if not found:
            raise _none_found(address, answers)
        return CHIPS[found[0].kind].make(bus, found[0].address, options)

    return make_found if chip == AUTO else make_named


def _places(address: int) -> dict[tuple[int, Register], None]:
    """Each address and identity register once, in the order of CHIPS."""
    return {
        (place, kind.identity.register): None
        for kind in CHIPS.values()
        for place in kind.addresses
        if address in (0, place)
    }


def _ask(bus: I2cBus, address: int) -> tuple[Answer, ...]:
    """What answered; an address where nobody acknowledges is left out."""
    answers = []
    for place, register in _places(address):
        try:
            answers.append(Answer(place, register, Device(bus, place, part="", wiring="").read(register.address)))
        except ChipAbsentError:
            continue
        except OSError as error:
            answers.append(Answer(place, register, None, in_words(error)))
    return tuple(answers)


def _known(answers: Iterable[Answer]) -> tuple[Found, ...]:
    said = {(answer.address, answer.register.address): answer.seen for answer in answers}
    found = []
    for name, kind in CHIPS.items():
        for place in kind.addresses:
            seen = said.get((place, kind.identity.register.address))
            if seen is not None and seen in kind.identity.parts:
                found.append(Found(name, kind.identity.parts[seen], place))
    return tuple(found)


def _none_found(address: int, answers: tuple[Answer, ...]) -> ChipAbsentError:
    places = dict.fromkeys(place for place, _ in _places(address) or _places(0))
    expected = "a known chip at " + " or ".join(f"0x{place:02x}" for place in places)
    if not _places(address):
        return ChipAbsentError(
            "The address of the accelerometer",
            expected=expected,
            seen=f"0x{address:02x}",
            remedy="Leave it 0: then all of them are asked.",
        )
    foreign = any(answer.seen is not None for answer in answers)
    return ChipAbsentError(
        "The accelerometer on the I2C bus",
        expected=expected,
        seen=", ".join(map(str, answers)) or "no answer",
        remedy=WIRING + (FOREIGN if foreign else ""),
    )
