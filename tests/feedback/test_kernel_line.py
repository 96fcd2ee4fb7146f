# SPDX-License-Identifier: MIT
"""The kernel's line: the words it is asked with are those of its own header, and edges come as they were."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import current_thread
from threading import enumerate as threads

import pytest
from pretended import PATIENCE_S, packed

from kneemon.config.pins import claiming
from kneemon.errors import PinsError
from kneemon.feedback import kernel_line
from kneemon.feedback.kernel_line import CONSUMER, LINE_EVENT, LINE_REQUEST, LINE_VALUES, Edge, Flag, KernelLine

NAME = "gpio-27"
REQUEST_IN_C = """
#include <stdio.h>
#include <string.h>
#include <linux/gpio.h>
int main(void) {
    struct gpio_v2_line_request r;
    memset(&r, 0, sizeof r);
    r.offsets[0] = 27;
    strcpy(r.consumer, "kneemon");
    r.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_UP
        | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING;
    r.config.num_attrs = 1;
    r.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_DEBOUNCE;
    r.config.attrs[0].attr.debounce_period_us = 30000;
    r.config.attrs[0].mask = 1;
    r.num_lines = 1;
    r.event_buffer_size = 64;
    r.fd = -1;
    fwrite(&r, sizeof r, 1, stdout);
    struct gpio_v2_line_event e = {123456789012345, GPIO_V2_LINE_EVENT_FALLING_EDGE, 27, 7, 7, {0}};
    fwrite(&e, sizeof e, 1, stdout);
    struct gpio_v2_line_values v = {1, 3};
    fwrite(&v, sizeof v, 1, stdout);
    return 0;
}
"""


def of_c(folder: Path, source: str) -> bytes:
    (folder / "said.c").write_text(source)
    subprocess.run(["cc", "-o", folder / "said", folder / "said.c"], check=True)
    return subprocess.run([folder / "said"], check=True, capture_output=True).stdout


def test_names_and_numbers_are_the_headers(tmp_path: Path) -> None:
    numbers = {f"GPIO_V2_LINE_FLAG_{flag.name}": int(flag) for flag in Flag}
    numbers |= {f"GPIO_V2_LINE_EVENT_{edge.name}_EDGE": int(edge) for edge in Edge}
    numbers |= {
        "GPIO_V2_LINE_ATTR_ID_DEBOUNCE": kernel_line.DEBOUNCE,
        "GPIO_V2_GET_LINE_IOCTL": kernel_line.GET_LINE,
        "GPIO_V2_LINE_GET_VALUES_IOCTL": kernel_line.GET_VALUES,
        "sizeof(struct gpio_v2_line_request)": LINE_REQUEST.size,
        "sizeof(struct gpio_v2_line_values)": LINE_VALUES.size,
        "sizeof(struct gpio_v2_line_event)": LINE_EVENT.size,
    }
    lines = "".join(f'printf("%llu\\n", (unsigned long long)({name}));' for name in numbers)
    said = of_c(tmp_path, f"#include <stdio.h>\n#include <linux/gpio.h>\nint main(void) {{ {lines} return 0; }}\n")
    assert dict(zip(numbers, map(int, said.split()), strict=True)) == numbers


def test_each_field_lies_where_c_puts_it(tmp_path: Path) -> None:
    flags = Flag.INPUT | Flag.BIAS_PULL_UP | Flag.EDGE_RISING | Flag.EDGE_FALLING
    request = LINE_REQUEST.pack(27, CONSUMER, flags, 1, kernel_line.DEBOUNCE, 30_000, 1, 1, 64, -1)
    said = of_c(tmp_path, REQUEST_IN_C)
    assert said[: len(request)] == request
    event, values = said[len(request) : -LINE_VALUES.size], said[-LINE_VALUES.size :]
    assert LINE_EVENT.unpack(event) == (123_456_789_012_345, Edge.FALLING)
    assert LINE_VALUES.unpack(values) == (1, 3)


class Watched:
    """A line that is a pipe, and what it told."""

    def __init__(self) -> None:
        self.told: SimpleQueue[tuple[int, bool]] = SimpleQueue()
        self.on: SimpleQueue[str] = SimpleQueue()
        self.descriptor, self.wire = os.pipe()
        self.line = KernelLine(self.descriptor, self.changed, NAME)

    def changed(self, at_ns: int, high: bool) -> None:
        self.on.put(current_thread().name)
        if at_ns == 13:
            raise RuntimeError("a fault of ours")
        if at_ns == 99:
            self.line.close()
        self.told.put((at_ns, high))

    def heard(self) -> tuple[int, bool]:
        return self.told.get(timeout=PATIENCE_S)


def watching() -> list[str]:
    return [thread.name for thread in threads() if thread.name == NAME]


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.line.close()
    os.close(watched.wire)
    assert not watching()


def test_edges_are_told_in_their_order_on_one_thread(watched: Watched) -> None:
    os.write(watched.wire, packed((5, Edge.FALLING), (8, Edge.RISING)))
    os.write(watched.wire, packed((11, Edge.FALLING)))
    assert [watched.heard() for _ in range(3)] == [(5, False), (8, True), (11, False)]
    assert {watched.on.get(timeout=PATIENCE_S) for _ in range(3)} == {NAME}


def test_of_edges_that_were_lost_the_last_one_is_the_level(watched: Watched) -> None:
    """The kernel dropped those between: two that rise, and no fall."""
    os.write(watched.wire, packed((5, Edge.RISING), (900, Edge.RISING), (901, Edge.FALLING)))
    assert [watched.heard() for _ in range(3)] == [(5, True), (900, True), (901, False)]


def test_closed_its_thread_is_gone_and_its_descriptor_given_back(watched: Watched) -> None:
    assert watching() == [NAME]
    watched.line.close()
    assert watching() == []
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(watched.descriptor)
    watched.line.close()


def test_who_hears_an_edge_may_close_the_line(watched: Watched) -> None:
    (thread,) = (thread for thread in threads() if thread.name == NAME)
    os.write(watched.wire, packed((99, Edge.RISING), (100, Edge.FALLING)))
    assert watched.heard() == (99, True)
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert watched.told.empty()


def test_what_fails_after_an_edge_is_logged_and_the_next_edge_told(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    os.write(watched.wire, packed((13, Edge.RISING), (14, Edge.FALLING)))
    assert watched.heard() == (14, False)
    assert "gpio-27: what follows an edge failed" in caplog.text


def test_a_chip_that_goes_away_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    watched = Watched()
    (thread,) = (thread for thread in threads() if thread.name == NAME)
    os.close(watched.wire)
    thread.join(PATIENCE_S)
    watched.line.close()
    assert [record.message for record in caplog.records] == ["gpio-27: no edge is told any more: the chip is gone"]


def test_a_line_that_cannot_be_read_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    line = KernelLine(os.open("/proc/self/mem", os.O_RDONLY), lambda *_: None, NAME)
    for thread in [thread for thread in threads() if thread.name == NAME]:
        thread.join(PATIENCE_S)
    line.close()
    assert [record.message for record in caplog.records] == [
        "gpio-27: no edge is told any more: [Errno 5] Input/output error"
    ]


def test_a_kernel_without_such_lines_is_named() -> None:
    """/dev/null takes no such question either: the answer is the kernel's own."""
    with pytest.raises(OSError, match=r"tells no edges of line 27 of /dev/null, which takes GPIO uAPI v2 \(Linux"):
        kernel_line.request_line(Path("/dev/null"), 27, Flag.EDGE_RISING)


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        (errno.EBUSY, "line 27 of /dev/null is busy. Another program holds it"),
        (errno.EPERM, "Operation not permitted"),
    ],
)
def test_a_line_that_is_refused(monkeypatch: pytest.MonkeyPatch, number: int, seen: str) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(kernel_line, "ioctl", refuse)
    with (
        pytest.raises(PinsError, match=rf"GPIO 27 for the button: .* saw \[Errno {number}\] {seen}"),
        claiming("button", 27),
    ):
        kernel_line.request_line(Path("/dev/null"), 27, Flag.EDGE_RISING)
