# SPDX-License-Identifier: MIT
"""Every mistake kneemon can explain: what was expected, what was seen, what to do.

The command line prints such an error as one sentence and leaves with the named exit code of its class. A fault that an
edge survives (a loose wire, a broker away) is carried as data and told once; it is raised only where the user asked for
that very thing.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What a shell sees; the same names stand in `kneemon --help`."""

    OK = 0
    FAILURE = 1  # a fault of kneemon's own
    USAGE = 2  # argparse's own code
    CONFIG = 3
    PLAN = 4
    RECORDING = 5
    SENSOR = 6
    PINS = 7
    STORE = 8
    BROKER = 9
    CONTROL = 10
    EXPORT = 11
    CHECK = 12  # `kneemon check` found something to mend
    CALIBRATION = 13
    WEB = 14
    BACKUP = 15
    INTERRUPTED = 130


class KneemonError(Exception):
    """One sentence for the reader: `what`: expected …, saw …. Then what to do."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILURE

    def __init__(self, what: str, *, expected: str, seen: str, remedy: str) -> None:
        super().__init__(what, expected, seen, remedy)
        self.what = what
        self.expected = expected
        self.seen = seen
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, saw {self.seen}. {self.remedy}"


class ConfigError(KneemonError, ValueError):
    """The configuration file, an option or an environment variable is wrong."""

    exit_code = ExitCode.CONFIG


class PlanError(KneemonError, ValueError):
    """The plan file is wrong or contradicts itself."""

    exit_code = ExitCode.PLAN


class RecordingError(KneemonError, ValueError):
    """A recording cannot be read as acceleration in g over seconds."""

    exit_code = ExitCode.RECORDING


class SensorError(KneemonError):
    """The bus or the chip does not answer as it should."""

    exit_code = ExitCode.SENSOR


class BusAbsentError(SensorError):
    """There is no such I2C bus, or we may not open it."""


class ChipAbsentError(SensorError):
    """Nothing answers at the address."""


class ForeignChipError(SensorError):
    """Something answers, but it is not the chip that was asked for."""


class ReadbackError(SensorError):
    """A register does not hold what was written into it."""


class CalibrationError(KneemonError):
    """A calibration cannot be made, read or kept."""

    exit_code = ExitCode.CALIBRATION


class PinsError(KneemonError):
    """The header's pins cannot be used."""

    exit_code = ExitCode.PINS


class StoreError(KneemonError):
    """The database cannot be opened, read or written."""

    exit_code = ExitCode.STORE


class StoreEmptyError(StoreError):
    """Nothing was ever stored there."""


class StoreNewerError(StoreError):
    """The database was written by a newer kneemon."""


class BrokerError(KneemonError):
    """The MQTT broker cannot be reached, or refuses us."""

    exit_code = ExitCode.BROKER


class ControlError(KneemonError):
    """The running kneemon cannot be spoken to, or refuses the command."""

    exit_code = ExitCode.CONTROL


class RefusalError(ControlError):
    """What was asked for is not granted. code: why, for programs."""

    def __init__(self, what: str, *, code: str = "not_allowed", expected: str, seen: str, remedy: str) -> None:
        super().__init__(what, expected=expected, seen=seen, remedy=remedy)
        self.code = code


class ExportError(KneemonError):
    """A log cannot be written where it was asked for."""

    exit_code = ExitCode.EXPORT


class WebError(KneemonError):
    """The page cannot be served, or a pass phrase cannot be set."""

    exit_code = ExitCode.WEB


class BackupError(KneemonError):
    """A backup cannot be made, checked or restored."""

    exit_code = ExitCode.BACKUP
