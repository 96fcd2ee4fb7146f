# SPDX-License-Identifier: MIT
"""Every option there is: type, default, bounds, unit and a sentence for the person who sets it.

This one table drives the reading of files, environment and command line, the texts of their errors, `kneemon config`,
default.toml and docs/configuration.md. It does not know which chips, pins or folders a machine really has. Units stand
in the names (_s, _min, _hz, _spm) and in the sentences; pins are BCM numbers. Defaults of the coach follow the evidence
for walking with painful knees: 15 s of grace, a reminder a minute.
"""

from collections.abc import Mapping
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct
from msgspec.structs import fields

from kneemon.config.fields import Field, about, fields_of
from kneemon.config.mqtt_options import MqttOptions
from kneemon.config.pins import PINS
from kneemon.config.web_options import WebOptions

Output = Literal["buzzer", "piezo", "motor", "haptic", "led"]


class DeviceOptions(Struct, frozen=True):
    """The box itself."""

    worn: Annotated[
        Literal["waist", "pocket", "thigh", "shank", "other"],
        about(
            "Where the box is worn; it is written into the log, so that walks are compared with their like. Steps are "
            "counted alike everywhere; at the shank that is unverified, checked on a simulated walker alone."
        ),
    ] = "waist"
    time_zone: Annotated[
        str,
        about(
            "Where the walker lives, such as Europe/Berlin: it decides which day it is, and which hour. Empty = the "
            "zone of the system."
        ),
    ] = ""


class SensorOptions(Struct, frozen=True):
    """Where acceleration comes from."""

    source: Annotated[
        Literal["fifo", "iio", "recording", "simulated"],
        about(
            "fifo is the chip on the wires; iio is one that the kernel drives; recording plays a file again; simulated "
            "is a walker made by the computer."
        ),
    ] = "fifo"
    chip: Annotated[
        Literal["auto", "adxl345", "mpu6050", "mpu6500", "lsm6dso", "lsm6ds3trc", "lis3dh", "lis2dw12"],
        about(
            "The chip on your board; its name is printed on it. auto finds it by its address and by what it says of "
            "itself. mpu6500 is the whole family of it (MPU-9250, ICM-20602, ICM-20689), lsm6dso the LSM6DSOX, too."
        ),
    ] = "auto"
    accept_identity: Annotated[
        int,
        about(
            "A copy that answers with an identity of its own is used when that is named here, with chip named, too; 0 "
            "accepts the known ones alone. `kneemon check` tells what was seen.",
            0,
            0xFF,
            base=16,
        ),
    ] = 0
    bus: Annotated[int, about("The I2C bus: 1 is pins 3 and 5 of the header, as the wiring plan shows.", 0, 99)] = 1
    address: Annotated[
        int,
        about(
            "The chip's address on the bus: 0x before what `i2cdetect -y 1` shows; 0 is the chip's usual one, and with "
            "auto every one that a known chip can have.",
            0,
            0x77,
            base=16,
        ),
    ] = 0
    rate_hz: Annotated[
        Literal[50, 100, 200],
        about("How often the chip measures. 100 suits every way of walking.", unit="Hz"),
    ] = 100
    drain_s: Annotated[
        float,
        about(
            "How often the chip's memory is emptied; sooner when it would be 60 % full. Seldom saves power, often "
            "tells a step sooner.",
            0.02,
            0.25,
            "s",
        ),
    ] = 0.2
    interrupt: Annotated[
        bool,
        about("true when the chip's INT1 is wired: the memory is emptied when the chip says so, not by the clock."),
    ] = False
    interrupt_pin: Annotated[int, about("The pin that INT1 is wired to.", 4, 27, "BCM number")] = PINS["sensor_int"].bcm
    iio_device: Annotated[
        str, about('The kernel\'s device, such as iio:device0; empty = the first accelerometer (source = "iio").')
    ] = ""
    recording: Annotated[str, about('The file to play again; needed with source = "recording" only.')] = ""


class SessionOptions(Struct, frozen=True):
    """When a walk begins, rests and ends."""

    start: Annotated[
        Literal["command", "walking"],
        about("command: the button or the command line begins a session; walking: so does walking for a while."),
    ] = "command"
    start_after_s: Annotated[
        float,
        about('How long you must have walked before a session begins by itself (start = "walking").', 10, 600, "s"),
    ] = 60.0
    rest_after_s: Annotated[
        float, about("No step for so long counts as resting; rests do not use up the plan.", 3, 30, "s")
    ] = 10.0
    end_after_min: Annotated[int, about("Stillness for so long ends the session; 0 = never.", 0, 120, "min")] = 15


class CoachOptions(Struct, frozen=True):
    """When kneemon speaks up. The limits themselves stand in the plan."""

    grace_s: Annotated[
        float, about("How long the pace may stay above the plan's ceiling before the cue to slow down.", 5, 60, "s")
    ] = 15.0
    repeat_s: Annotated[float, about("The time between two such cues while the pace stays high.", 30, 300, "s")] = 60.0
    hysteresis_spm: Annotated[
        float, about("How far the pace must fall below the ceiling to count as slowed down.", 0, 10, "steps/min")
    ] = 3.0
    near_end_s: Annotated[
        float, about("How long before the end of the day's walking it is announced.", 10, 300, "s")
    ] = 60.0
    most_repeats: Annotated[int, about("How often a cue is repeated at most; then kneemon lets you be.", 0, 10)] = 3


class QuestionOptions(Struct, frozen=True):
    """What kneemon asks about the knee; by button, command line and MQTT alike. What is not answered stays unknown."""

    before: Annotated[bool, about("Before a walk, how much it hurts now.")] = True
    signs: Annotated[
        bool,
        about("Before a walk, whether anything is new: swelling, redness, warmth, giving way, calf pain, fever."),
    ] = True
    end: Annotated[bool, about("At the end of a walk, how much it hurts now.")] = True
    later: Annotated[bool, about("Two hours after a walk (later_h in the plan), how much it hurts now.")] = True
    morning: Annotated[
        bool,
        about("The morning after, how much it hurts now. Without morning answers the plan never grows."),
    ] = True
    repeat_min: Annotated[
        int, about("How long to wait before a later or a morning question is asked once more.", 2, 60, "min")
    ] = 10
    times: Annotated[
        int, about("How often a later or a morning question is asked; then kneemon lets you be.", 1, 5)
    ] = 2


class AdviceOptions(Struct, frozen=True):
    """Tips for walking with a painful knee, each given seldom; `kneemon advice` tells what stands behind them."""

    shoes: Annotated[bool, about("Stable, supportive shoes.")] = True
    stick: Annotated[bool, about("A stick belongs in the hand opposite the painful knee.")] = True
    brace: Annotated[bool, about("A brace, and whom to ask about it.")] = True
    surface: Annotated[bool, about("Uneven ground needs more balance; noting the surface.")] = True
    warm_up: Annotated[bool, about("Walking slowly before and after.")] = True
    weight: Annotated[bool, about("What a kilogram less means for each step.")] = True
    load: Annotated[bool, about("A week with much more load than the walker's own usual.")] = True
    posture: Annotated[
        bool, about("Walking upright: words only, nothing is measured; no study was found that it helps knees.")
    ] = False
    shorter_steps: Annotated[bool, about("Shorter steps: words only, nothing is measured; the studies disagree.")] = (
        False
    )
    cold: Annotated[bool, about("A cold pack after a walk: words only; the timer is `kneemon exercise cold`.")] = False


class FeedbackOptions(Struct, frozen=True):
    """How kneemon speaks: buzzer, vibration motor, light."""

    pins: Annotated[
        Literal["lgpio", "mock", "none"],
        about("lgpio is the pins of a Raspberry Pi; mock is pins in memory, for trying out; none uses no pins at all."),
    ] = "lgpio"
    outputs: Annotated[tuple[Output, ...], about("What is wired and should be used; an empty list keeps silent.")] = (
        "buzzer",
        "led",
    )
    buzzer_pin: Annotated[int, about("The buzzer's pin.", 4, 27, "BCM number")] = PINS["buzzer"].bcm
    piezo_pin: Annotated[int, about("The passive piezo's pin.", 4, 27, "BCM number")] = PINS["piezo"].bcm
    piezo_hz: Annotated[
        int, about("The tone the piezo is loudest at; its data sheet calls it resonance.", 200, 5000, "Hz")
    ] = 2700
    motor_pin: Annotated[int, about("The vibration motor's pin.", 4, 27, "BCM number")] = PINS["motor"].bcm
    haptic_motor: Annotated[
        Literal["lra", "erm"],
        about("The motor on the DRV2605L board: lra, a flat coin that clicks, or erm, one that turns."),
    ] = "lra"
    led_pin: Annotated[int, about("The light's pin.", 4, 27, "BCM number")] = PINS["led"].bcm
    active_high: Annotated[
        bool, about("true: the buzzer sounds while its pin is at 3.3 V; false: for boards that sound at 0 V.")
    ] = True
    silent: Annotated[bool, about("true keeps buzzer and piezo still at all times; motor, haptic and light go on.")] = (
        False
    )
    quiet_hours: Annotated[
        str,
        about(
            'Hours without a sound, such as "21:00-07:00"; motor, haptic and light go on. They hold once the network '
            "has set the clock. Empty = none."
        ),
    ] = ""

    @property
    def quiet(self) -> tuple[time, time] | None:
        """`quiet_hours` as two local times; None when there are none. Raises ValueError for what are no times."""
        if not self.quiet_hours:
            return None
        start, _, end = self.quiet_hours.partition("-")
        quiet = time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
        if any(local.tzinfo for local in quiet):
            raise ValueError("a local time has no zone")
        return quiet


class ButtonOptions(Struct, frozen=True):
    """The one button."""

    enabled: Annotated[bool, about("false when no button is wired.")] = True
    pin: Annotated[int, about("The button's pin, to ground when pressed.", 4, 27, "BCM number")] = PINS["button"].bcm
    gap_s: Annotated[
        float, about("Presses no further apart than this belong together; more for slow hands.", 0.4, 2.5, "s")
    ] = 1.0
    hold_s: Annotated[float, about("How long a press must last to end a walk.", 1.5, 5, "s")] = 2.0
    off_s: Annotated[float, about("How long a press must last to switch the device off; 0 = never.", 0, 20, "s")] = 6.0
    bounce_s: Annotated[float, about("Contacts chatter: changes faster than this are one press.", 0, 0.2, "s")] = 0.03


class PowerOptions(Struct, frozen=True):
    """Battery, radios, and switching off."""

    gauge: Annotated[
        Literal["none", "max17048", "ina219", "pisugar3"],
        about("What measures the battery, on the sensor's I2C bus; none: nothing does, as with a power bank."),
    ] = "none"
    gauge_address: Annotated[int, about("The gauge's address on the bus; 0 is its usual one.", 0, 0x77, base=16)] = 0
    cells: Annotated[int, about("Battery cells in a row, for gauges that measure them all at once (ina219).", 1, 4)] = 1
    low_v: Annotated[float, about("Volts of a cell at which the battery is told to be low.", 3.2, 4.0, "V")] = 3.55
    empty_v: Annotated[
        float,
        about(
            "Volts of a cell at which the walk is closed and, with switch_off, the device switched off.", 3.0, 3.8, "V"
        ),
    ] = 3.4
    switch_off: Annotated[
        bool, about("true: the device may switch itself off, when the battery is empty or the button is held.")
    ] = True
    radios_off: Annotated[bool, about("true: Wi-Fi and Bluetooth are off during a walk, which saves battery.")] = False


class StoreOptions(Struct, frozen=True):
    """Where walks are kept."""

    path: Annotated[
        str, about("The database file; empty = /var/lib/kneemon for the service, your own state folder otherwise.")
    ] = ""
    commit_s: Annotated[
        float, about("How often a walk in progress is written down: what a power cut may cost at most.", 1, 10, "s")
    ] = 10.0
    outbox_mb: Annotated[
        int,
        about(
            "How much may wait for the broker; beyond it the oldest detail is let go first, and that is told.",
            1,
            1000,
            "MB",
        ),
    ] = 50
    backup_days: Annotated[
        int, about("How old the newest backup may become before the page reminds of one; 0 = never.", 0, 365, "days")
    ] = 30


class RawOptions(Struct, frozen=True):
    """The sensor's own samples beside the count: for research, and to count old walks with a better engine."""

    record: Annotated[
        bool, about("true keeps the samples of every walk on the device, about 1.5 MB an hour; the page can switch it.")
    ] = False
    most_mb: Annotated[int, about("How much they may take; beyond it the oldest walk's go first.", 10, 20000, "MB")] = (
        1000
    )


class PlanOptions(Struct, frozen=True):
    """The walking plan; docs/plan.md tells how to write one."""

    path: Annotated[
        str, about("The plan's file; empty = plan.toml beside the configuration file when there is one, else no plan.")
    ] = ""


class ControlOptions(Struct, frozen=True):
    """How the command line speaks to the running kneemon."""

    socket: Annotated[
        str, about("The socket's file; empty = /run/kneemon for the service, your own runtime folder otherwise.")
    ] = ""


class LogOptions(Struct, frozen=True):
    """What kneemon writes into the journal."""

    level: Annotated[
        Literal["info", "warning", "debug"],
        about("info: what a helper wants to know; warning: only what is wrong; debug: everything."),
    ] = "info"


class Origin(StrEnum):
    """Where a value came from; a later one wins."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    OPTION = "option"


class Config(Struct, frozen=True, kw_only=True):
    """The effective configuration.

    file: the file that was read, None when there was none. origins: where each value that is not the default came from,
    by its dotted name ("sensor.chip").
    """

    device: DeviceOptions = DeviceOptions()
    sensor: SensorOptions = SensorOptions()
    session: SessionOptions = SessionOptions()
    coach: CoachOptions = CoachOptions()
    questions: QuestionOptions = QuestionOptions()
    advice: AdviceOptions = AdviceOptions()
    feedback: FeedbackOptions = FeedbackOptions()
    button: ButtonOptions = ButtonOptions()
    power: PowerOptions = PowerOptions()
    store: StoreOptions = StoreOptions()
    raw: RawOptions = RawOptions()
    plan: PlanOptions = PlanOptions()
    mqtt: MqttOptions = MqttOptions()
    web: WebOptions = WebOptions()
    control: ControlOptions = ControlOptions()
    log: LogOptions = LogOptions()
    file: Path | None = None
    origins: Mapping[str, Origin] = {}


# Every option, by section and name.
OPTIONS: Mapping[str, Mapping[str, Field]] = {
    section.name: fields_of(section.type) for section in fields(Config) if section.name not in ("file", "origins")
}
