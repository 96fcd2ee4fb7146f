# SPDX-License-Identifier: MIT
"""Home Assistant's WebSocket API, as far as statistics need it; https://developers.home-assistant.io/docs/api/websocket.

Every step has its time; whatever goes wrong is an ExportError, and never holds the token. Home Assistant answers an
import before it has written it, so `write` is done only when the rows can be read again. The package `websockets` is in
the extra `home`, and loaded only when it is used.
"""

import errno
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from socket import IPPROTO_TCP, TCP_USER_TIMEOUT
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from kneemon.errors import ConfigError, ExportError
from kneemon.home.access import Access
from kneemon.home.statistics import SOURCE, HourRow, Statistic
from kneemon.ports import Clock

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

PATIENCE_S = 30.0  # for one answer: Home Assistant may run on a small machine, too
WRITTEN_WITHIN_S = 120.0  # the recorder works through what was asked before
LOOK_AGAIN_S = 0.5
ENDED = (errno.EBADF, errno.EPIPE)  # what a connection says that has just been closed
MOST_WORDS = 200  # of what it says
MOST_ROWS = 5000  # in one message; Home Assistant takes 4 MB, a row is 100 bytes
MOST_BYTES = 64 * 2**20
TELLS_MORE = (2025, 11)  # from this release on the kind of mean and the class of the unit are wanted
LATEST = (9999,)
BEGINNING = "1970-01-01T00:00:00+00:00"


class _Refusal(msgspec.Struct):
    code: str | int = ""
    message: str = ""


class _Message(msgspec.Struct):
    """What Home Assistant says; more than is used here may stand in it."""

    type: str
    id: int = 0
    success: bool = False
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Refusal | None = None
    ha_version: str = ""


class _Row(msgspec.Struct):
    start: float | datetime  # milliseconds; a time in the versions before 2023.3
    sum: float | None = None
    mean: float | None = None
    min: float | None = None
    max: float | None = None


class _RefusedError(Exception):
    """Home Assistant has understood, and does not do it."""

    def __init__(self, refusal: _Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class HomeAssistant:
    """One connection, logged in; a context manager. version: Home Assistant's own."""

    def __init__(self, access: Access, clock: Clock, *, patience_s: float = PATIENCE_S) -> None:
        self.version = ""
        self._where = access.url
        self._clock = clock
        self._patience_s = patience_s
        self._numbers = count(1)
        with self._explained():
            self._socket = _connected(access, patience_s)
        try:
            with self._explained():
                self._log_in(access.token)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def rows(self, statistic_id: str) -> list[HourRow]:
        """Every hour that Home Assistant has of it, in order; none of a statistic that it does not know."""
        with self._explained():
            found = self._ask(
                "recorder/statistics_during_period",
                start_time=BEGINNING,
                statistic_ids=[statistic_id],
                period="hour",
                types=["sum", "mean", "min", "max"],
            )
            rows = msgspec.json.decode(found, type=dict[str, list[_Row]]).get(statistic_id, [])
            return sorted((_hour_row(row) for row in rows), key=lambda row: row.start)

    def write(self, statistic: Statistic, rows: Sequence[HourRow]) -> None:
        """Write these hours over what is there, and wait until they can be read again."""
        with self._explained():
            for first in range(0, len(rows), MOST_ROWS):
                self._import(statistic, rows[first : first + MOST_ROWS])
        patient_until_s = self._clock.now_s() + max(self._patience_s, WRITTEN_WITHIN_S * self._patience_s / PATIENCE_S)
        while self._missing(statistic, rows):
            if self._clock.now_s() >= patient_until_s:
                raise self._fault(
                    f"the {len(rows)} hours of {statistic.statistic_id} that it has accepted",
                    "not all of them in its statistics",
                    "Look into Home Assistant's log for the recorder; then do the same again, which does no harm.",
                )
            self._clock.wait(LOOK_AGAIN_S)

    def _missing(self, statistic: Statistic, rows: Sequence[HourRow]) -> bool:
        has = {row.start: row for row in self.rows(statistic.statistic_id)}
        return not all(row.says_as(has.get(row.start)) for row in rows)

    def _import(self, statistic: Statistic, rows: Sequence[HourRow]) -> None:
        """Versions differ in what they want to know of a statistic; each refuses, and logs, what it does not know."""
        common = {
            "has_sum": statistic.summed,
            "name": statistic.name,
            "source": SOURCE,
            "statistic_id": statistic.statistic_id,
            "unit_of_measurement": statistic.unit,
        }
        newer = {"mean_type": int(not statistic.summed), "unit_class": statistic.unit_class}
        forms = [common | {"has_mean": not statistic.summed}, common | newer]
        if self._release() >= TELLS_MORE:
            forms.reverse()
        stats = [_told(row, summed=statistic.summed) for row in rows]
        try:
            self._ask("recorder/import_statistics", metadata=forms[0], stats=stats)
        except _RefusedError as refused:
            if refused.refusal.code != "invalid_format":
                raise
            self._ask("recorder/import_statistics", metadata=forms[1], stats=stats)

    def _release(self) -> tuple[int, ...]:
        """(2025, 11) of "2025.11.2"; the newest there can be where it says nothing of the kind."""
        parts = self.version.split(".")[:2]
        return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else LATEST

    def _log_in(self, token: str) -> None:
        first = self._next(self._clock.now_s() + self._patience_s)
        if first.type != "auth_required":
            raise self._stranger()
        self._socket.send(msgspec.json.encode({"type": "auth", "access_token": token}).decode())
        answer = self._next(self._clock.now_s() + self._patience_s)
        if answer.type == "auth_invalid":
            raise self._fault(
                "a token that it knows",
                "it refuses this one",
                'Make a new one there: your profile, "Security", "Long-lived access tokens". It bans an address that '
                "tries too often.",
            )
        if answer.type != "auth_ok":
            raise self._stranger()
        self.version = answer.ha_version

    def _ask(self, command: str, **more: object) -> msgspec.Raw:
        number = next(self._numbers)
        self._socket.send(msgspec.json.encode({"id": number, "type": command, **more}).decode())
        until_s = self._clock.now_s() + self._patience_s
        while True:
            answer = self._next(until_s)
            if answer.id == number and answer.type == "result":
                if not answer.success:
                    raise _RefusedError(answer.error or _Refusal())
                return answer.result

    def _next(self, until_s: float) -> _Message:
        text = self._socket.recv(timeout=max(0.0, until_s - self._clock.now_s()))
        return msgspec.json.decode(text, type=_Message)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What goes wrong within, in words."""
        exceptions = _websockets("exceptions")
        try:
            yield
        except (ExportError, ConfigError):
            raise
        except _RefusedError as refused:
            raise self._refused(refused.refusal) from refused
        except TimeoutError as fault:
            raise self._fault(
                "an answer", f"none within {self._patience_s:g} s", "Try again when it is not busy or starting."
            ) from fault
        except ssl.SSLError as fault:
            raise self._fault(
                "a certificate that this machine trusts, for that very name",
                getattr(fault, "verify_message", "") or fault.reason or str(fault),
                "Name its authority's certificate with --ca-file, or look whether the address is right.",
            ) from fault
        except exceptions.InvalidStatus as fault:
            raise self._no_websocket(fault.response.status_code) from fault
        except exceptions.ConnectionClosed as fault:
            raise self._closed() from fault
        except (  # and what websockets itself did not expect
            exceptions.WebSocketException,
            msgspec.MsgspecError,
            ValueError,
            OverflowError,
            AssertionError,
        ) as fault:
            raise self._stranger() from fault
        except (OSError, EOFError) as fault:
            if getattr(fault, "errno", None) in ENDED:
                raise self._closed() from fault
            raise self._fault(
                "a Home Assistant",
                getattr(fault, "strerror", None) or "a connection that was cut off",
                "Look whether it is on, and whether address and port are right; the usual port is 8123.",
            ) from fault

    def _closed(self) -> ExportError:
        return self._fault(
            "an answer", "it closed the connection", "Look whether it is starting again; then try again."
        )

    def _refused(self, refusal: _Refusal) -> ExportError:
        words = f"{refusal.code}: {refusal.message}".strip(": ")[:MOST_WORDS]
        said = "".join(each if each.isprintable() else " " for each in words) or "a refusal without a reason"
        remedies = {
            "unauthorized": "Make the token as an administrator of Home Assistant.",
            "unknown_command": "Its recorder must be on, and it must be 2022.11 or newer; is it still starting?",
        }
        return self._fault(
            "statistics to be taken",
            said,
            remedies.get(str(refusal.code), "Please report this, with the version of Home Assistant."),
        )

    def _no_websocket(self, status: int) -> ExportError:
        banned = " It may have banned this machine: look into its ip_bans.yaml." if status == 403 else ""
        return self._fault(
            "its WebSocket API",
            f"HTTP status {status}",
            f"Give the address that a browser has, up to the port. A proxy must pass WebSockets.{banned}",
        )

    def _stranger(self) -> ExportError:
        return self._fault(
            "what Home Assistant says",
            "something else",
            "Another program may answer there: look whether address and port are right, and whether http or https.",
        )

    def _fault(self, expected: str, seen: str, remedy: str) -> ExportError:
        version = f" {self.version}" if self.version else ""
        return ExportError(f"Home Assistant{version} at {self._where}", expected=expected, seen=seen, remedy=remedy)


def _websockets(part: str) -> Any:
    try:
        return import_module(f"websockets.{part}")
    except ModuleNotFoundError as missing:
        raise ExportError(
            "ha-import",
            expected="the Python package websockets",
            seen="none",
            remedy="In the folder of the repository: `sudo /opt/kneemon/bin/pip install --constraint constraints.txt "
            "'.[home]'`.",
        ) from missing


def _connected(access: Access, patience_s: float) -> "ClientConnection":
    context = _trusting(access) if access.websocket.startswith("wss:") else None
    connection: ClientConnection = _websockets("sync.client").connect(
        access.websocket,
        ssl=context,
        proxy=None,  # it is at home
        open_timeout=patience_s,
        close_timeout=min(2.0, patience_s),
        max_size=MOST_BYTES,
    )
    # Sending waits for a reader otherwise, for ever.
    connection.socket.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, round(patience_s * 1000))
    return connection


def _trusting(access: Access) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=access.ca_file)
    except OSError as fault:  # SSLError, too: no certificate in it
        raise ConfigError(
            "--ca-file",
            expected="a file with certificates (PEM)",
            seen=f"{access.ca_file}: {fault.strerror or 'none in it'}",
            remedy="Give the certificate of the authority that signed Home Assistant's.",
        ) from fault


def _hour_row(row: _Row) -> HourRow:
    start = row.start if isinstance(row.start, datetime) else datetime.fromtimestamp(row.start / 1000, UTC)
    return HourRow(start.astimezone(UTC), sum=row.sum, mean=row.mean, min=row.min, max=row.max)


def _told(row: HourRow, *, summed: bool) -> dict[str, object]:
    values = {"sum": row.sum, "state": row.sum} if summed else {"mean": row.mean, "min": row.min, "max": row.max}
    told = {name: value for name, value in values.items() if value is not None}
    return {"start": row.start.isoformat(), **told}
