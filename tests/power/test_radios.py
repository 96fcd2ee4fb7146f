# SPDX-License-Identifier: MIT
"""Radios off and on by the kernel's own events: only those that were on, exactly those again; and after a death."""

import errno
import logging
import os
import re
from pathlib import Path

import pytest
from fake_rfkill import BLUETOOTH, CHANGE, GPS, WLAN, FakeRfkill
from hypothesis import given
from hypothesis import strategies as st

from kneemon.power.radios import EVENT, KINDS, Op, RfkillRadios

HEADER = Path("/usr/include/linux/rfkill.h")


@pytest.fixture
def pi() -> FakeRfkill:
    """A Pi: Bluetooth and Wi-Fi on, and a third radio of another kind."""
    return FakeRfkill({0: [BLUETOOTH, 0], 1: [WLAN, 0], 2: [GPS, 0]})


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "radios-off"


def test_the_events_are_the_kernels() -> None:
    assert EVENT.pack(0x01020304, KINDS["bluetooth"], Op.CHANGE, True, 0) == bytes.fromhex("04 03 02 01 02 02 01 00")


def test_the_numbers_are_those_of_the_header() -> None:
    text = HEADER.read_text()
    operations = enum_of(text, "rfkill_operation")
    types = enum_of(text, "rfkill_type")
    assert (operations.index("RFKILL_OP_ADD"), operations.index("RFKILL_OP_CHANGE")) == (Op.ADD, Op.CHANGE)
    assert {"wlan": types.index("RFKILL_TYPE_WLAN"), "bluetooth": types.index("RFKILL_TYPE_BLUETOOTH")} == KINDS
    body = re.search(r"struct rfkill_event \{(.*?)\} __attribute__\(\(packed\)\)", text, re.DOTALL)
    assert body is not None
    assert re.findall(r"__u(\d+)\s+(\w+);", body[1]) == [
        ("32", "idx"),
        ("8", "type"),
        ("8", "op"),
        ("8", "soft"),
        ("8", "hard"),
    ]


def enum_of(text: str, name: str) -> list[str]:
    body = re.search(rf"enum {name} \{{(.*?)\}}", text, re.DOTALL)
    assert body is not None
    return re.findall(r"^\s*(RFKILL_\w+)", body[1], re.MULTILINE)


def test_wifi_and_bluetooth_off_and_on(pi: FakeRfkill, note: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    radios = RfkillRadios(note, pi.open)
    radios.off()
    assert pi.settle() == {0: 1, 1: 1, 2: 0}
    assert note.read_text() == "wlan\nbluetooth\n"
    radios.on()
    assert pi.settle() == {0: 0, 1: 0, 2: 0}
    assert not note.exists()
    assert pi.changes == [
        (0, BLUETOOTH, CHANGE, 1, 0),
        (1, WLAN, CHANGE, 1, 0),
        (0, BLUETOOTH, CHANGE, 0, 0),
        (1, WLAN, CHANGE, 0, 0),
    ]
    assert [record.message for record in caplog.records] == [
        "radios off: wlan, bluetooth",
        "radios on: wlan, bluetooth",
    ]


def test_a_newer_kernel_says_more(pi: FakeRfkill, note: Path) -> None:
    pi.extra = b"\0"
    RfkillRadios(note, pi.open).off()
    assert pi.settle() == {0: 1, 1: 1, 2: 0}


def test_what_was_off_before_stays_off(pi: FakeRfkill, note: Path) -> None:
    pi.radios[0][1] = 1
    radios = RfkillRadios(note, pi.open)
    radios.off()
    assert note.read_text() == "wlan\n"
    radios.on()
    assert pi.settle() == {0: 1, 1: 0, 2: 0}


def test_on_without_off_touches_nothing(pi: FakeRfkill, note: Path) -> None:
    radios = RfkillRadios(note, pi.open)
    radios.on()
    radios.off()
    radios.off()
    radios.on()
    radios.on()
    pi.settle()
    assert len(pi.changes) == 4


@given(st.dictionaries(st.integers(0, 20), st.tuples(st.integers(1, 8), st.integers(0, 1)), max_size=8))
def test_off_and_on_is_as_it_was(tmp_path_factory: pytest.TempPathFactory, seen: dict[int, tuple[int, int]]) -> None:
    kernel = FakeRfkill({idx: list(radio) for idx, radio in seen.items()})
    radios = RfkillRadios(tmp_path_factory.mktemp("state") / "radios-off", kernel.open)
    radios.off()
    ours = {idx for idx, (kind, _) in seen.items() if kind in (WLAN, BLUETOOTH)}
    assert kernel.settle() == {idx: 1 if idx in ours else soft for idx, (_, soft) in seen.items()}
    radios.on()
    assert kernel.settle() == {idx: soft for idx, (_, soft) in seen.items()}


def test_who_died_with_radios_off_is_made_up_for(pi: FakeRfkill, note: Path, caplog: pytest.LogCaptureFixture) -> None:
    """After a restart of the machine, with other numbers, and as systemd restored them: still off."""
    RfkillRadios(note, pi.open).off()
    pi.settle()
    caplog.set_level(logging.INFO)
    again = FakeRfkill({4: [WLAN, 1], 5: [BLUETOOTH, 1], 6: [GPS, 1]})
    RfkillRadios(note, again.open)
    assert again.settle() == {4: 0, 5: 0, 6: 1}
    assert not note.exists()
    assert [r.message for r in caplog.records] == ["radios on again, that the kneemon before left off: wlan, bluetooth"]


def test_a_kind_that_was_not_left_off_stays_as_it_is(pi: FakeRfkill, note: Path) -> None:
    note.write_text("wlan\n")
    pi.radios.update({0: [BLUETOOTH, 1], 1: [WLAN, 1]})
    RfkillRadios(note, pi.open)
    assert pi.settle() == {0: 1, 1: 0, 2: 0}


def test_what_cannot_be_made_up_for_at_the_start_is_tried_before_the_next_walk(pi: FakeRfkill, note: Path) -> None:
    note.write_text("wlan\n")
    pi.radios[1][1] = 1
    pi.refuse = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "/dev/rfkill")
    radios = RfkillRadios(note, pi.open)
    assert note.exists()
    pi.refuse = None
    radios.off()
    assert note.read_text() == "wlan\nbluetooth\n"
    radios.on()
    assert pi.settle() == {0: 0, 1: 0, 2: 0}
    assert not note.exists()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "[Errno 13] Permission denied: '/dev/rfkill'"),
        (errno.ENOENT, "[Errno 2] No such file or directory: '/dev/rfkill'"),
    ],
)
def test_no_right_or_no_device_is_said_once(
    pi: FakeRfkill, note: Path, caplog: pytest.LogCaptureFixture, number: int, said: str
) -> None:
    radios = RfkillRadios(note, pi.open)
    pi.refuse = OSError(number, os.strerror(number), "/dev/rfkill")
    for _ in range(3):
        radios.off()
        radios.on()
    assert [(r.levelname, r.message) for r in caplog.records] == [
        ("WARNING", f"the radios cannot be switched off: {said}")
    ]
    assert not note.exists()


def test_without_a_note_nothing_is_switched_off(pi: FakeRfkill, tmp_path: Path) -> None:
    """Who dies then would leave a device that nobody reaches any more."""
    RfkillRadios(tmp_path / "no such folder" / "radios-off", pi.open).off()
    assert pi.settle() == {0: 0, 1: 0, 2: 0}
    assert pi.changes == []


def test_what_failed_is_tried_again(pi: FakeRfkill, note: Path) -> None:
    radios = RfkillRadios(note, pi.open)
    radios.off()
    pi.settle()
    pi.refuse = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    radios.on()
    assert note.exists()
    pi.refuse = None
    radios.on()
    assert pi.settle() == {0: 0, 1: 0, 2: 0}
    assert not note.exists()


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"gps\n"])
def test_a_note_that_says_nothing_switches_nothing(pi: FakeRfkill, note: Path, text: bytes) -> None:
    note.write_bytes(text)
    pi.radios.update({1: [WLAN, 1]})
    RfkillRadios(note, pi.open)
    assert pi.settle() == {0: 0, 1: 1, 2: 0}
