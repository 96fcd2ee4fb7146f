# SPDX-License-Identifier: MIT
"""Whatever answers in the place of Home Assistant, or does not: one sentence, in time, without the token."""

import json
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from door import GREETING, TOKEN, WELCOME, Door
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection

from kneemon.errors import ConfigError, ExitCode, ExportError
from kneemon.home.client import HomeAssistant
from kneemon.home.statistics import HourRow, steps_of, walking_of

Serving = Callable[..., str]
Opened = Callable[..., HomeAssistant]
STEPS = steps_of("ab12cd34")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROW = HourRow(NINE, sum=900.0)
AT_NINE = {"start": NINE.timestamp() * 1000, "end": 0, "sum": 900.0, "max": None}


def fault_of(what: Callable[[], object], kind: type[ExportError | ConfigError] = ExportError) -> ExportError:
    with pytest.raises(kind) as caught:
        what()
    told, link = str(caught.value), caught.value
    while link is not None:  # neither in the sentence nor in what it came from
        assert TOKEN not in str(link)
        link = link.__cause__ or link.__context__
    assert told.count("expected") == 1
    return caught.value


class TestNobodyThere:
    def test_a_port_where_nothing_listens(self, opened: Opened) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        fault = fault_of(lambda: opened(f"http://127.0.0.1:{port}"))
        assert fault.exit_code is ExitCode.EXPORT
        assert str(fault) == (
            f"Home Assistant at http://127.0.0.1:{port}: expected a Home Assistant, saw Connection refused. "
            "Look whether it is on, and whether address and port are right; the usual port is 8123."
        )

    def test_a_server_that_never_says_anything(self, opened: Opened, raw: Serving) -> None:
        fault = fault_of(lambda: opened(raw(None)))
        assert (fault.expected, fault.seen) == ("an answer", "none within 0.5 s")

    def test_a_server_that_hangs_up(self, opened: Opened, raw: Serving) -> None:
        assert "something else" in fault_of(lambda: opened(raw(b""))).seen

    @pytest.mark.parametrize(
        ("words", "seen", "remedy"),
        [
            (b"SSH-2.0-OpenSSH_9.2\r\n", "something else", "Another program may answer"),
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP status 404", "that a browser has"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP status 200", "must pass WebSockets"),
            (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "HTTP status 403", "ip_bans.yaml"),
            (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "HTTP status 302", "browser has"),
        ],
    )
    def test_another_program(self, opened: Opened, raw: Serving, words: bytes, seen: str, remedy: str) -> None:
        fault = fault_of(lambda: opened(raw(words)))
        assert seen in fault.seen
        assert remedy in fault.remedy


class TestLogin:
    def test_a_wrong_token(self, opened: Opened, serving: Serving) -> None:
        door = Door(GREETING, {"type": "auth_invalid", "message": f"Invalid access token {TOKEN}"})
        fault = fault_of(lambda: opened(serving(door)))
        assert (fault.expected, fault.seen) == ("a token that it knows", "it refuses this one")
        assert "Long-lived access tokens" in fault.remedy
        assert door.heard == [{"type": "auth", "access_token": TOKEN}]

    @pytest.mark.parametrize("said", ["no JSON", b"\xff\xfe", "[]", "17", '{"type": 17}', {"type": "hello"}])
    def test_garbage_for_a_greeting_gets_no_token(self, opened: Opened, serving: Serving, said: object) -> None:
        door = Door(said)
        assert fault_of(lambda: opened(serving(door))).seen == "something else"
        assert door.heard == []

    @pytest.mark.parametrize("said", ["no JSON", {"type": "pong"}])
    def test_garbage_after_the_token(self, opened: Opened, serving: Serving, said: object) -> None:
        assert fault_of(lambda: opened(serving(Door(GREETING, said)))).seen == "something else"

    @pytest.mark.parametrize("door", [Door(None), Door(GREETING, None)])
    def test_silence(self, opened: Opened, serving: Serving, door: Door) -> None:
        assert fault_of(lambda: opened(serving(door))).seen == "none within 0.5 s"

    @pytest.mark.parametrize("door", [Door(EOFError()), Door(GREETING, EOFError())])
    def test_the_connection_ends(self, opened: Opened, serving: Serving, door: Door) -> None:
        assert fault_of(lambda: opened(serving(door))).seen == "it closed the connection"

    def test_the_version_is_known_then(self, opened: Opened, serving: Serving) -> None:
        with opened(serving(Door())) as home:
            assert home.version == "2024.3.3"


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "seen"),
        [
            (None, "none within 0.5 s"),
            ("no JSON", "something else"),
            (EOFError(), "it closed the connection"),
            ({"result": 17}, "something else"),
            ({"result": {STEPS.statistic_id: [{"start": 1e300}]}}, "something else"),
            ({"result": {STEPS.statistic_id: [{"start": "yesterday"}]}}, "something else"),
            ({"success": False}, "a refusal without a reason"),
            (
                {"success": False, "error": {"code": "unknown_command", "message": "Unknown command."}},
                "unknown_command",
            ),
        ],
    )
    def test_broken_ones(self, opened: Opened, serving: Serving, answer: object, seen: str) -> None:
        with opened(serving(Door(GREETING, WELCOME, answer))) as home:
            fault = fault_of(lambda: home.rows(STEPS.statistic_id))
        assert seen in fault.seen
        assert fault.what.startswith("Home Assistant 2024.3.3 at http://127.0.0.1:")

    def test_chatter_without_an_end_is_no_answer(self, opened: Opened, serving: Serving) -> None:
        def chatter(connection: ServerConnection) -> None:
            connection.send(json.dumps(GREETING))
            connection.recv()
            connection.send(json.dumps(WELCOME))
            with suppress(ConnectionClosed):
                while True:
                    connection.send('{"type": "event", "id": 1}')

        with opened(serving(chatter)) as home:
            assert fault_of(lambda: home.rows(STEPS.statistic_id)).seen == "none within 0.5 s"

    def test_a_home_assistant_without_a_recorder(self, opened: Opened, serving: Serving) -> None:
        refusal = {"success": False, "error": {"code": "unknown_command", "message": "Unknown command."}}
        with opened(serving(Door(GREETING, WELCOME, refusal))) as home:
            fault = fault_of(lambda: home.rows(STEPS.statistic_id))
        assert fault.seen == "unknown_command: Unknown command."
        assert fault.remedy.startswith("Its recorder must be on")

    def test_a_token_of_somebody_who_may_not(self, opened: Opened, serving: Serving) -> None:
        refusal = {"success": False, "error": {"code": "unauthorized", "message": "Unauthorized"}}
        door = Door(GREETING, WELCOME, refusal)
        with opened(serving(door)) as home:
            fault = fault_of(lambda: home.write(STEPS, [ROW]))
        assert fault.remedy == "Make the token as an administrator of Home Assistant."
        assert len(door.heard) == 2, "it was tried once"

    def test_rows_of_every_version(self, opened: Opened, serving: Serving) -> None:
        before_2023_3 = {"start": "2026-11-20T10:00:00+01:00", "sum": 900.0}
        answers = ({"result": {STEPS.statistic_id: [each]}} for each in (AT_NINE, before_2023_3))
        with opened(serving(Door(GREETING, WELCOME, *answers, {"result": {}}))) as home:
            assert home.rows(STEPS.statistic_id) == home.rows(STEPS.statistic_id) == [ROW]
            assert home.rows(STEPS.statistic_id) == []


class TestWriting:
    def test_accepted_but_never_written(self, opened: Opened, serving: Serving) -> None:
        with opened(serving(Door(GREETING, WELCOME, {"result": None}, {"result": {}}))) as home:
            fault = fault_of(lambda: home.write(STEPS, [ROW]))
        assert fault.seen == "not all of them in its statistics"

    @pytest.mark.parametrize(
        ("version", "told"),
        [("2024.3.3", False), ("2025.4.4", False), ("2025.11.0b1", True), ("2026.11.2", True), ("dev", True)],
    )
    def test_each_version_is_told_what_it_wants_to_know(
        self, opened: Opened, serving: Serving, version: str, told: bool
    ) -> None:
        door = Door(
            GREETING, WELCOME | {"ha_version": version}, {"result": None}, {"result": {STEPS.statistic_id: [AT_NINE]}}
        )
        with opened(serving(door)) as home:
            home.write(STEPS, [ROW])
        _, wrote, read = door.heard
        assert wrote["type"] == "recorder/import_statistics"
        assert wrote["stats"] == [{"start": "2026-11-20T09:00:00+00:00", "sum": 900.0, "state": 900.0}]
        kind = {"mean_type": 0, "unit_class": None} if told else {"has_mean": False}
        assert wrote["metadata"] == kind | {
            "has_sum": True,
            "name": "Kneemon steps",
            "source": "kneemon",
            "statistic_id": "kneemon:steps_ab12cd34",
            "unit_of_measurement": "steps",
        }
        assert read["type"] == "recorder/statistics_during_period"

    def test_what_one_form_of_the_message_is_refused_for_the_other_is_tried(
        self, opened: Opened, serving: Serving
    ) -> None:
        refusal = {"success": False, "error": {"code": "invalid_format", "message": "extra keys not allowed"}}
        door = Door(GREETING, WELCOME, refusal, {"result": None}, {"result": {"kneemon:walking_ab12cd34": [AT_NINE]}})
        with opened(serving(door)) as home:
            home.write(walking_of("ab12cd34"), [ROW])
        first, second = (set(each["metadata"]) for each in door.heard[1:3])
        assert first ^ second == {"has_mean", "mean_type", "unit_class"}

    def test_both_forms_refused(self, opened: Opened, serving: Serving) -> None:
        refusal = {"success": False, "error": {"code": "invalid_format", "message": "extra keys not allowed"}}
        door = Door(GREETING, WELCOME, refusal)
        with opened(serving(door)) as home:
            fault = fault_of(lambda: home.write(STEPS, [ROW]))
        assert fault.seen == "invalid_format: extra keys not allowed"
        assert len(door.heard) == 3

    def test_many_rows_go_in_several_messages(self, opened: Opened, serving: Serving) -> None:
        door = Door(GREETING, WELCOME, {"result": None}, {"result": None}, {"result": None}, {"result": {}})
        rows = [HourRow(NINE + timedelta(hours=n), sum=float(n)) for n in range(12_000)]
        with opened(serving(door)) as home:
            fault_of(lambda: home.write(STEPS, rows))  # this server never shows them
        sent = [row["start"] for heard in door.heard[1:4] for row in heard["stats"]]
        assert sent == [row.start.isoformat() for row in rows]

    def test_a_server_that_stops_reading(self, opened: Opened, serving: Serving) -> None:
        over = Event()

        def asleep(connection: ServerConnection) -> None:
            connection.send(json.dumps(GREETING))
            connection.recv()
            connection.send(json.dumps(WELCOME))
            over.wait()

        with opened(serving(asleep, max_queue=1)) as home:
            for _ in range(3):  # as many as the server takes in before it reads no more
                assert fault_of(lambda: home.rows(STEPS.statistic_id)).seen == "none within 0.5 s"
            much = [HourRow(NINE + timedelta(hours=n), sum=float(n)) for n in range(5000)]
            seen = [fault_of(lambda: home.write(STEPS, much)).seen for _ in range(30)]  # more than buffers hold
            over.set()
        assert seen[0] == "none within 0.5 s"
        assert seen[-1] == "it closed the connection"


class TestEncrypted:
    def context(self, keys: Path, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(keys / f"{name}.pem", keys / f"{name}.key")
        return context

    def test_with_the_certificate_of_its_authority(self, opened: Opened, serving: Serving, keys: Path) -> None:
        with opened(serving(Door(), self.context(keys, "here")), keys / "here.pem", 30.0) as home:
            assert home.version == "2024.3.3"

    @pytest.mark.parametrize(
        ("name", "ca", "seen"),
        [
            ("here", None, "self-signed certificate"),
            ("here", "elsewhere", "self-signed certificate"),
            ("elsewhere", "elsewhere", "not valid for '127.0.0.1'"),
        ],
    )
    def test_a_certificate_that_cannot_be_trusted(
        self, opened: Opened, serving: Serving, keys: Path, name: str, ca: str | None, seen: str
    ) -> None:
        door = Door()
        url = serving(door, self.context(keys, name))
        fault = fault_of(lambda: opened(url, ca and keys / f"{ca}.pem", 30.0))
        assert seen in fault.seen
        assert "--ca-file" in fault.remedy
        assert door.heard == []

    def test_https_to_a_server_that_speaks_http(self, opened: Opened, serving: Serving) -> None:
        url = serving(Door()).replace("http:", "https:")
        assert (
            fault_of(lambda: opened(url, None, 30.0)).expected
            == "a certificate that this machine trusts, for that very name"
        )

    @pytest.mark.parametrize("content", [None, "", "no certificate"])
    def test_a_ca_file_that_is_none(self, opened: Opened, tmp_path: Path, content: str | None) -> None:
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_text(content)
        fault = fault_of(lambda: opened("https://127.0.0.1:1", file), ConfigError)
        assert str(file) in fault.seen


def test_without_the_package_websockets(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "websockets.exceptions", None)
    assert fault_of(lambda: opened("http://127.0.0.1:1")).remedy.endswith(
        "`sudo /opt/kneemon/bin/pip install --constraint constraints.txt '.[home]'`."
    )
