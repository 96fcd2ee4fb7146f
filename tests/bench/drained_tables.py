# SPDX-License-Identifier: MIT
"""The part about the service behind a chip as Markdown: what it takes, thread by thread, and each chip's bus."""

from collections.abc import Iterator

from tests.bench.drained import WARM_S, Drained
from tests.bench.made import Made
from tests.bench.markdown import NONE, part, table, target_row
from tests.bench.served import Life, Taken
from tests.bench.targets import DEVICE, Found, Target
from tests.bench.traffic import Traffic

ADXL345 = "adxl345"
WITHOUT_MOSQUITTO = "There is no Mosquitto on this machine: with a broker nothing was measured."


def drained(measured: Drained, made: Made) -> str:
    plain, linked = measured.without_broker, measured.with_broker
    lives = {"without a broker": plain} | ({"with a broker": linked} if linked else {})
    return part(
        made.told(),
        "`kneemon run` in real time on an emulated bus with an ADXL345 at 100 Hz, a walk running: "
        f"{plain.seconds:.0f} s after {WARM_S:g} s of warm-up"
        + (", with a broker and without at the same time." if linked else f". {WITHOUT_MOSQUITTO}"),
        table(
            "The service | CPU, % of one core | voluntary switches/s | taken off a core, times/s | transfers/s "
            "| steps of true",
            [_row(name, life) for name, life in lives.items()],
        ),
        "The emulated chip and bus took another "
        f"{' and '.join(f'{_percent(life.emulation_s, life):.2f}' for life in lives.values())} % of a core, which is "
        "not in the table; looking after them took at most "
        f"{' and '.join(f'{_percent(life.metering_s, life):.3f}' for life in lives.values())} %, which is.",
        table("Target | | without a broker | | with a broker | ", _targets(plain, linked)),
        "By thread; those of one name are added up.",
        table(
            "Thread | " + " | ".join(f"{name}: CPU, % of one core | voluntary switches/s" for name in lives),
            _threads(list(lives.values())),
        ),
        _honestly(plain, next(chip for chip in measured.chips if chip.kind == ADXL345)),
        table(
            "Chip | Hz | a drain each, s | transfers/s | data, bytes/s | bus busy at 100 kHz | at 400 kHz "
            "| stall it survives, s",
            [_chip(chip) for chip in measured.chips],
        ),
        "Stall: how long beyond the usual nobody may come for the samples before the first of them is lost. "
        "The bus is busy by its bits alone, without what adapter and kernel add. The chips measure at their nominal "
        "rate, the interrupt line is not wired, and but for the one column the bus runs at 100 kHz.",
    )


def _honestly(life: Life, chip: Traffic) -> str:
    switches = life.whole.switches / life.seconds
    return (
        "**What the switches leave out**: on a real adapter each transfer lets the reading thread sleep in the kernel "
        "once more, which an emulated bus in the process does not. On a Pi with an ADXL345 "
        f"{switches:.0f} + {chip.transfers_a_s:.0f} = {switches + chip.transfers_a_s:.0f} voluntary switches a second "
        "are to be expected, not measured; the other chips need fewer transfers."
    )


def _row(name: str, life: Life) -> str:
    true = life.true_steps
    return (
        f"{name} | {_percent(life.whole.cpu_s, life):.2f} | {life.whole.switches / life.seconds:.1f} "
        f"| {life.taken_off / life.seconds:.1f} | {life.transfers / life.seconds:.0f} | {life.steps} of {true:.0f}"
    )


def _threads(lives: list[Life]) -> Iterator[str]:
    """Those first that switch most."""
    names = {name for life in lives for name in life.threads}
    order = sorted(names, key=lambda name: (-max(_of(life, name).switches for life in lives), name))
    for name in order:
        cells = [
            f"{_percent(taken.cpu_s, life):.3f} | {taken.switches / life.seconds:.2f}"
            if (taken := life.threads.get(name))
            else f"{NONE} | {NONE}"
            for life in lives
        ]
        yield " | ".join((name, *cells))


def _of(life: Life, name: str) -> Taken:
    return life.threads.get(name, Taken(0.0, 0))


def _targets(plain: Life, linked: Life | None) -> Iterator[str]:
    for target in DEVICE:
        yield target_row(target, target.group, _found(target, plain), _found(target, linked) if linked else None)


def _found(target: Target, life: Life) -> Found:
    if target.figure == "cpu_percent":
        return Found(_percent(life.whole.cpu_s, life))
    return Found(life.whole.switches / life.seconds)


def _percent(cpu_s: float, life: Life) -> float:
    return 100 * cpu_s / life.seconds


def _chip(chip: Traffic) -> str:
    return (
        f"{chip.kind} | {chip.nominal_hz:g} | {chip.drain_s:.3f} | {chip.transfers_a_s:.0f} "
        f"| {chip.data_bytes_a_s:.0f} | {100 * chip.bus_s:.1f} % | {100 * chip.fast_bus_s:.1f} % | {chip.stall_s:.2f}"
    )
