# SPDX-License-Identifier: MIT
"""The clinic's broker, set up by the lines of docs/clinic.md: included by Debian's own file, run as Debian's user.

Of the shipped files only places differ: the folder for /etc/mosquitto, and the listener, which is on loopback.
"""

import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clinic.clinic_bench import CLINIC
from tests.mqtt.mqtt_bench import LOOPBACK, free_port, program, wait_until

PAGE = CLINIC.parent / "clinic.md"
ETC = "/etc/mosquitto/"
USER = "mosquitto"
DEBIANS = """\
pid_file {0}/run/mosquitto.pid

persistence true
persistence_location {0}/lib/

log_dest file {0}/log/mosquitto.log

include_dir {0}/etc/conf.d
"""


def page_lines(start: str) -> list[str]:
    """The commands of the page that begin so, whole also where they go on in the next line."""
    found = re.findall(rf"^ {{4,}}({re.escape(start)}(?:.*\\\n)*.*)$", PAGE.read_text(), re.MULTILINE)
    assert found, start
    return found


class Central:
    """One broker and its `folder`; `here` the technician stands, in a copy of docs/clinic with the authority."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)  # the broker's user comes by
        self._folder = folder
        self.folder = folder / "etc" / "clinic"
        self.port = free_port()
        self.here = folder / "here"
        self._log = folder / "log" / "mosquitto.log"
        self._complaints = folder / "complaints"  # what it says before it can open its log
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copytree(CLINIC, self.here)
        for name in ("run", "lib", "log"):
            (folder / name).mkdir()
            if os.geteuid() == 0:
                shutil.chown(folder / name, USER, USER)
        (folder / "etc" / "conf.d").mkdir(parents=True)
        (folder / "mosquitto.conf").write_text(DEBIANS.format(folder))
        (folder / "etc" / "conf.d" / "words.conf").write_text("log_type all\n")  # the tests read who has subscribed
        for file in (self.here / "mosquitto.conf", self.here / "mosquitto-bridge.conf"):
            file.write_text(self.placed(file.read_text()))

    @property
    def authority(self) -> Path:
        return self.here / "ca"

    def placed(self, text: str) -> str:
        text = text.replace("listener 8883\n", f"listener {self.port} {LOOPBACK}\n")
        text = text.replace("broker.example:8883", f"{LOOPBACK}:{self.port}").replace("broker.example", LOOPBACK)
        return text.replace(ETC, f"{self._folder}/etc/")

    def do(self, start: str) -> None:
        """What the page says in lines that begin so, as root does it; another user keeps the files himself."""
        for line in page_lines(start):
            told = self.placed(line).replace("sudo ", "")
            if os.geteuid() != 0:
                told = re.sub(r" -[og] \w+", "", told)
            done = subprocess.run(["sh", "-euc", told], cwd=self.here, capture_output=True, text=True)
            assert done.returncode == 0, f"{told}\n{done.stderr}"

    def start(self) -> None:
        command = [program("mosquitto"), "-c", str(self._folder / "mosquitto.conf")]
        with self._complaints.open("wb") as complaints:
            self._process = subprocess.Popen(command, stderr=complaints)
        wait_until(self._answers, "the clinic's broker answers")
        if os.geteuid() == 0:
            assert Path(f"/proc/{self._process.pid}").stat().st_uid == pwd.getpwnam(USER).pw_uid

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def forget(self) -> None:
        """All that it keeps for those who are away."""
        for file in (self._folder / "lib").iterdir():
            file.unlink()

    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._complaints.read_text() + self.log()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), 1):
            return True
        return False


@contextmanager
def central_broker() -> Iterator[Central]:
    """Set up, with certificates of the page and of no others; not started."""
    with tempfile.TemporaryDirectory(prefix="kneemon-clinic-") as folder:
        broker = Central(Path(folder))
        broker.do("./certificate.sh ca authority")
        broker.do("./certificate.sh ca broker")
        broker.do("./certificate.sh ca client")
        broker.do("sudo install -d")
        broker.do("sudo install -o mosquitto")
        broker.do("sudo install -m 0644 mosquitto.conf")
        try:
            yield broker
        finally:
            broker.stop()
