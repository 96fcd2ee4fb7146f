# SPDX-License-Identifier: MIT
"""A Pi that exists in QEMU alone: switched on and off, unplugged in the middle of something, asked from outside.

The card is an overlay on the image under test, which is never written. Hands, wires and root's throw-away key come from
outside (kit.py): a second disk and the kernel's command line. All ports are of 127.0.0.1, the guest sees no network.
Nothing waits for ever, and QEMU dies with the tests, however they end.
"""

import shlex
import signal
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from virtual_pi.board import Board, BoardError
from virtual_pi.card import command_line
from virtual_pi.device_tree import make_raspi3b, make_virt
from virtual_pi.kit import AT, LABEL, UNITS
from virtual_pi.qmp import Monitor
from virtual_pi.shell import Shell, ShellError

SSH, MQTT, PAGE, BOARD = 22, 1883, 8080, 7053
UP_S = 900.0  # raspi3b on a busy machine
OFF_S = 120.0
LAST = 4000  # characters of the console that are worth reading
A_DAY = "2027-03-01T08:00:00"
# QEMU's Pi 3 has its network at a USB adapter that Linux calls usb0, where the image knows a Pi's own eth0.
USB_NETWORK = """\
[Unit]
DefaultDependencies=no
Before=systemd-networkd.service

[Service]
Type=oneshot
ExecStart=mkdir -p /run/systemd/network
ExecStart=sh -c 'printf "[Match]\\nName=usb0\\n[Network]\\nDHCP=yes\\n" >/run/systemd/network/usb0.network'
"""


class MachineError(Exception):
    """It does not do what a Pi does; with the end of its console."""


@dataclass(frozen=True)
class Parts:
    """What every machine is made of. key: an ssh key, its public half beside it."""

    kernel: Path
    initrd: Path
    kit: Path
    key: Path
    raspi3b_tree: Path


@dataclass(frozen=True)
class Model:
    """Which Pi.

    icount: time goes by the instructions done, 2 ns each, about half of a Zero 2 W's, so that a busy host makes nothing
    late; and idle time is skipped. clock: what the battery clock says at the start, which a Pi has not: something long
    ago is what a Pi believes without a network. words, qemu, network: more for the kernel's command line, QEMU's and
    its -netdev. disk: what stands in the card's -drive instead of its file. ports: of the guest, to be reached.
    """

    board: str = "virt"
    icount: bool = False
    memory_mb: int = 512
    cpus: int = 1
    clock: str = A_DAY
    words: tuple[str, ...] = ()
    qemu: tuple[str, ...] = ()
    network: str = ""
    disk: str = ""
    ports: tuple[int, ...] = (SSH, MQTT, PAGE, BOARD)


@dataclass
class Machine:
    """One Pi with the card `card`, a qcow2 of its own.

    folder: of its own, for console and device tree.
    """

    parts: Parts
    card: Path
    folder: Path
    model: Model = field(default_factory=Model)

    def __post_init__(self) -> None:
        self._sockets = Path(mkdtemp(prefix="pi-"))  # short: the name of a socket has at most 107 characters
        self._process: subprocess.Popen[bytes] | None = None
        self._forwards: dict[int, int] = {}
        self.shell: Shell
        self.starts = 0

    # Power

    def switch_on(self) -> "Machine":
        """Power to the box; returns before the guest is up."""
        if self.alive():
            raise MachineError("it is on already")
        (self._sockets / "qmp").unlink(missing_ok=True)
        command = self._command()
        self.starts += 1
        with self.console_file.open("ab") as console:
            console.write(f"\n--- start {self.starts}: {shlex.join(command)}\n".encode())
        with (self.folder / "qemu.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.until((self._sockets / "qmp").exists, "QEMU's monitor", 120.0)
        with self.monitor() as monitor:
            self._forwards = monitor.forwards()
        self.shell = Shell(self.port(SSH), self.parts.key, self._sockets)
        return self

    def start(self) -> "Machine":
        """On, and all the way up."""
        return self.switch_on().up()

    def up(self, within_s: float = UP_S) -> "Machine":
        """The board is there, ssh answers, and systemd has nothing more to start."""
        if self.model.board == "virt":
            self.until(self._board_answers, "the board answers", within_s)
        self.until(self._ssh_answers, "ssh answers", within_s)
        self.run("systemctl is-system-running --wait || true", within_s)
        return self

    def cut(self) -> "Machine":
        """The power goes, this instant: QEMU is killed with all that was in memory."""
        self._kill()
        return self

    def off(self) -> "Machine":
        """A shutdown as a user does it, to the end."""
        self.shell.run("systemctl poweroff", check=False)
        self.until(lambda: not self.alive(), "the guest is off", OFF_S)
        self.shell.close()
        return self

    def close(self) -> None:
        """Whatever it does, no more of it."""
        self._kill()
        for path in self._sockets.iterdir():
            path.unlink(missing_ok=True)
        self._sockets.rmdir()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    # Asking and telling

    def run(self, command: str, within_s: float = 120.0, *, check: bool = True, stdin: str | bytes = b"") -> str:
        """What a command of root's in the guest prints. Raises MachineError unless it ends well in time."""
        try:
            return self.shell.run(command, within_s, check=check, stdin=stdin)
        except ShellError as fault:
            raise self._in_words(str(fault)) from fault

    def put(self, path: str, content: str | bytes, mode: str = "644") -> None:
        """A file in the guest, whole."""
        where = shlex.quote(path)
        self.run(f'mkdir -p "$(dirname {where})"; cat > {where}; chmod {mode} {where}', stdin=content)

    def get(self, path: str) -> bytes:
        return self.shell.fetch(f"cat {shlex.quote(path)}")

    def set_clock(self, utc: str) -> None:
        """The right time, 2027-03-01T08:00:00, as if the network had told it."""
        self.run(
            f"date -u -s {shlex.quote(utc)} >/dev/null; mkdir -p /run/systemd/timesync; "
            "touch /run/systemd/timesync/synchronized"
        )

    @property
    def board(self) -> Board:
        return Board(self.port(BOARD))

    def port(self, of_guest: int) -> int:
        """The port of 127.0.0.1 that leads to this one of the guest."""
        return self._forwards[of_guest]

    def monitor(self) -> Monitor:
        return Monitor(self._sockets / "qmp")

    @property
    def console_file(self) -> Path:
        return self.folder / "console.txt"

    def console(self) -> str:
        """What kernel and systemd said on the serial line, all starts."""
        return self.console_file.read_text(errors="replace")

    def until(self, condition: Callable[[], Any], what: str, within_s: float = 120.0) -> Any:
        """The condition's first true value; real seconds. Raises MachineError when they are over, or QEMU is."""
        deadline = time.monotonic() + within_s
        while True:
            alive = self.alive()
            if value := condition():
                return value
            if not alive:
                raise self._in_words(f"QEMU ended: {(self.folder / 'qemu.log').read_text()[-LAST:]}")
            if time.monotonic() > deadline:
                raise self._in_words(f"waited {within_s:.0f} s in vain: {what}")
            time.sleep(0.25)

    def _board_answers(self) -> bool:
        try:
            return self.board.do("hello", 10.0)["bus"] is not None
        except BoardError:
            return False

    def _ssh_answers(self) -> bool:
        try:
            self.shell.run("true", 150.0)
        except ShellError:
            return False
        return True

    def _kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(30)
        if hasattr(self, "shell"):
            self.shell.close()

    def _in_words(self, what: str) -> MachineError:
        return MachineError(f"{what}\n--- the end of the console:\n{self.console()[-LAST:]}")

    # What QEMU is told

    def _command(self) -> list[str]:
        model = self.model
        forwards = "".join(f",hostfwd=tcp:127.0.0.1:0-:{port}" for port in model.ports)
        accel = ["-accel", "tcg,thread=single", "-icount", "shift=1,sleep=off"] if model.icount else ["-accel", "tcg"]
        machine = [
            *("qemu-system-aarch64", "-M", model.board, *accel, "-display", "none", "-monitor", "none"),
            *("-netdev", f"user,id=net,restrict=on{forwards}{model.network}"),
        ]
        if model.board == "virt":
            size = ["-cpu", "cortex-a53", "-smp", str(model.cpus), "-m", str(model.memory_mb)]
            tree = make_virt(self.folder / "virt.dtb", ["qemu-system-aarch64", "-M", "virt", "-display", "none", *size])
            machine += [*size, "-device", "virtio-rng-device", "-rtc", f"base={model.clock},clock=vm"]
            machine += ["-drive", "if=none,id=card," + (model.disk or f"file={self.card}")]
            machine += ["-device", "virtio-blk-device,drive=card"]
            machine += ["-drive", f"if=none,id=kit,format=raw,readonly=on,file={self.parts.kit}"]
            machine += ["-device", "virtio-blk-device,drive=kit", "-device", "virtio-net-device,netdev=net"]
        else:
            tree = make_raspi3b(self.folder / "raspi3b.dtb", self.parts.raspi3b_tree)
            machine += ["-drive", f"if=sd,file={self.card}", "-device", "usb-net,netdev=net", "-serial", "null"]
        return [
            *machine,
            *("-kernel", str(self.parts.kernel), "-initrd", str(self.parts.initrd), "-dtb", str(tree)),
            *("-append", " ".join(self._words())),
            *("-chardev", f"file,id=console,append=on,path={self.console_file}", "-serial", "chardev:console"),
            *("-qmp", f"unix:{self._sockets / 'qmp'},server=on,wait=off"),
            *model.qemu,
        ]

    def _words(self) -> list[str]:
        """The kernel's command line: what stands on the card, what lets us in, and on virt the kit."""
        key = self.parts.key.with_suffix(".pub").read_text().encode()
        words = [word for word in command_line(self.card) if not word.startswith("console=")]
        # loglevel 3: the adapter's driver calls every transfer that nobody acknowledges an error
        words += ["loglevel=3", "systemd.show_status=1", _credential("ssh.authorized_keys.root", key)]
        if self.model.board == "virt":  # whose disk is no SD card
            words = ["root=LABEL=RASPIROOT" if word.startswith("root=/dev/mmcblk") else word for word in words]
            # KASLR brings page table isolation with it, which costs emulation much at each system call.
            words += ["console=ttyAMA0", "nokaslr", f"systemd.mount-extra=LABEL={LABEL}:{AT}:ext4:ro"]
            for name, unit in UNITS.items():
                words.append(_credential(f"systemd.extra-unit.{name}.service", unit.encode()))
                words.append(f"systemd.wants={name}.service")
        else:
            words.append("console=ttyS1,115200")
            words.append("systemd.watchdog_sec=off")  # QEMU's bcm2835 takes its start for a reset
            words.append(_credential("systemd.extra-unit.usb-network.service", USB_NETWORK.encode()))
            words.append("systemd.wants=usb-network.service")
        if self.model.icount:  # idle time is skipped from one tick to the next, not from one timer to the next
            words.append("nohz=off")
        words += self.model.words
        if len(" ".join(words)) >= 2048:  # COMMAND_LINE_SIZE of arm64; the kernel would cut it silently
            raise MachineError("the kernel's command line is too long")
        return words


def _credential(name: str, content: bytes) -> str:
    return f"systemd.set_credential_binary={name}:{b64encode(content).decode()}"
