# SPDX-License-Identifier: MIT
"""The check's look at what the device stands on: battery, radios, clock, systemd. Everything is only read."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing

from kneemon.app.check.bus import insist
from kneemon.app.check.finding import Finding, fault, good, note, of_error
from kneemon.app.check.machine import Machine
from kneemon.config.options import Config
from kneemon.drivers.bus import in_words
from kneemon.drivers.gauge import GAUGES, make_gauge
from kneemon.errors import ChipAbsentError, ForeignChipError, KneemonError, SensorError
from kneemon.model.power import BatteryReading
from kneemon.ports import Clock
from kneemon.power.switch import WATCHER, power_off_watched

ASK_TIMEOUT_S = 10.0
SERVICE = "kneemon.service"
INSTALL = "systemd/README.md tells how; then `sudo systemctl enable --now kneemon`."


def look_at_battery(config: Config, machine: Machine) -> Iterator[Finding]:
    power = config.power
    try:
        bus = machine.open_bus(config.sensor.bus)
    except (KneemonError, OSError):
        return  # the bus has been told of
    with closing(bus):
        gauge = make_gauge(power.gauge, bus, power.gauge_address, power.cells)
        try:
            insist(gauge.identify)
            reading = insist(gauge.read)
        except ChipAbsentError as error:
            usual = ", ".join(f"0x{address:02x}" for address in GAUGES[power.gauge].addresses[:4])
            yield of_error(
                "battery", error, f"its own wires, or another address than power.gauge_address; usual: {usual}"
            )
        except ForeignChipError as error:
            yield of_error("battery", error, "something else sits at the gauge's address")
        except SensorError as error:
            yield of_error("battery", error, "no cell, a loose plug, or power.cells is wrong")
        except OSError as error:
            yield fault("battery", f"{gauge.name}: {in_words(error)}.", "a loose wire", "Press its plugs, check again.")
        else:
            text = f"{gauge.name}: {_in_words(reading)}"
            if reading.volts is not None and reading.volts <= power.low_v and not reading.plugged:
                yield note("battery", f"{text}. That is low.", "Charge it.")
            else:
                yield good("battery", text)


def look_at_radios(machine: Machine) -> Finding:
    """Only whether they could be switched; they are left as they are."""
    if not machine.rfkill.exists():
        return note(
            "radios", f"{machine.rfkill} is not there: no radio can be switched off.", "`sudo modprobe rfkill`."
        )
    if not os.access(machine.rfkill, os.R_OK | os.W_OK):
        text = f"you may not switch them ({machine.rfkill}); the service may, being in the group netdev."
        return note("radios", text)
    return good("radios", "Wi-Fi and Bluetooth can be switched off during walks")


def look_at_time(clock: Clock) -> Finding:
    anchor = clock.anchor()
    if anchor.synchronised:
        return good("clock", f"set by the network, {clock.zone()}")
    return note(
        "clock",
        "not set by the network since the start: durations are right, dates may not be.",
        "Give it Wi-Fi for a minute; `timedatectl` shows when it is set.",
    )


def look_at_system(config: Config, machine: Machine, *, running: bool) -> Iterator[Finding]:
    """The service, what answers its request for power-off, and the computer's own watchdog; nothing without systemd."""
    if machine.systemctl is None:
        return
    service = _properties(machine.systemctl, "LoadState", "UnitFileState", of=SERVICE)
    if not service:
        return  # systemctl is there, and no systemd behind it
    if service.get("LoadState") != "loaded":
        yield note("service", f"{SERVICE} is not installed: kneemon does not start by itself.", INSTALL)
        return
    if service.get("UnitFileState") == "enabled":
        yield good("service", "starts with the device")
    else:
        yield note(
            "service", "installed, and does not start with the device.", "`sudo systemctl enable --now kneemon`."
        )
    if config.power.switch_off:
        yield _power_off(machine.systemctl, running=running)
    span = _properties(machine.systemctl, "RuntimeWatchdogUSec").get("RuntimeWatchdogUSec", "")
    if span in ("", "0", "infinity"):
        text = "off: a computer that hangs stays so."
        yield note("watchdog", text, "Set RuntimeWatchdogSec=1m in /etc/systemd/system.conf, then restart.")
    else:
        yield good("watchdog", f"the computer starts anew after {span} without a sign of life")


def _power_off(systemctl: str, *, running: bool) -> Finding:
    """The unit comes and goes with the service, so while that is stopped it can only be there."""
    if running and power_off_watched(systemctl):
        return good("power off", f"{WATCHER} watches")
    if not running and _properties(systemctl, "LoadState", of=WATCHER).get("LoadState") == "loaded":
        return good("power off", f"{WATCHER} is installed")
    text = f"nobody would switch the device off: {WATCHER} {'does not watch' if running else 'is not installed'}."
    return note("power off", text, "systemd/README.md tells how to install it; or set power.switch_off = false.")


def _properties(systemctl: str, *names: str, of: str | None = None) -> Mapping[str, str]:
    """What systemd says of a unit, of itself without one; nothing when it does not answer."""
    command = [systemctl, "show", f"--property={','.join(names)}", *([of] if of else [])]
    try:
        asked = subprocess.run(command, check=False, capture_output=True, text=True, timeout=ASK_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    if asked.returncode:
        return {}
    return dict(line.split("=", 1) for line in asked.stdout.splitlines() if "=" in line)


def _in_words(reading: BatteryReading) -> str:
    said = []
    if reading.volts is not None:
        said.append(f"{reading.volts:.2f} V")
    if reading.percent is not None:
        said.append(f"{reading.percent:.0f} %")
    if reading.plugged:
        said.append("charging")
    return ", ".join(said) or "nothing known"
