# SPDX-License-Identifier: MIT
"""The real site on a real port, visitors to it, and the real kneemon behind it."""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
from lxml import html as lxml_html

from kneemon.clock import SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import Places, places
from kneemon.controls.socket import ask
from kneemon.errors import ControlError
from kneemon.ports import Clock
from kneemon.web.access import Access
from kneemon.web.server import Server, listening
from kneemon.web.visit import Role

PHRASES = {role: f"a long pass phrase of the {role}" for role in Role}
LONG_S = 60.0


def wait_until(condition: Any, within_s: float = LONG_S) -> Any:
    """The condition's first true value."""
    clock = SystemClock()
    end_s = clock.now_s() + within_s
    while not (value := condition()):
        assert clock.now_s() < end_s, "waited in vain"
        clock.wait(0.02)
    return value


class Visitor(httpx.Client):
    """A browser without scripts: keeps cookies, fills the token into its forms."""

    def token(self, path: str = "/sign-in") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path, follow_redirects=True).text)
        assert found, path
        return found[1]

    def submit(self, path: str, data: dict[str, Any] | None = None, *, seen_on: str = "/nowhere") -> httpx.Response:
        """A POST as a form of ours sends it; redirects are not followed."""
        return self.post(path, data={"csrf": self.token(seen_on), **(data or {})})

    def sign_in(self, role: Role, phrase: str | None = None, onward: str = "/") -> httpx.Response:
        phrase = PHRASES[role] if phrase is None else phrase
        return self.submit("/sign-in", {"role": role.value, "phrase": phrase, "next": onward}, seen_on="/sign-in")

    def page(self, path: str) -> Any:
        """Parsed; it has to be there."""
        answer = self.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:2000])
        return lxml_html.fromstring(answer.text)


class Served:
    """The site in this process upon a folder: kneemon.toml, the store, the pass phrases."""

    def __init__(
        self,
        folder: Path,
        clock: Clock | None = None,
        *,
        options: str = "",
        web: str = "",
        roles: tuple[Role, ...] = tuple(Role),
    ) -> None:
        self.folder = folder
        config_file = folder / "kneemon.toml"
        if not config_file.exists():
            config_file.write_text(
                f'{options}\n[store]\npath = "kneemon.db"\n[control]\nsocket = "control.sock"\n[web]\n{web}\n'
            )
        config = load_config(config_file, overrides={}, environ={})
        self.places: Places = places(config, {})
        self.access = Access(self.places.web_access)
        for role in roles:
            self.access.set(role, PHRASES[role])
        listener = listening(config, port=0)
        self.server = Server(config, self.places, clock or SystemClock(), listener, rests=False)
        self.port: int = listener.getsockname()[1]
        scheme = "https" if self.places.web_cert_file else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._visitors: list[Visitor] = []
        self._thread = Thread(target=self.server.run, name="web")
        self._thread.start()
        wait_until(lambda: self.server.started)

    def visitor(self, **given: Any) -> Visitor:
        """Nobody yet."""
        lines = httpx.Limits(max_keepalive_connections=0)  # many visitors, few lines
        visitor = Visitor(base_url=self.url, timeout=LONG_S, **{"limits": lines, **given})
        self._visitors.append(visitor)
        return visitor

    def as_(self, role: Role) -> Visitor:
        """Signed in."""
        visitor = self.visitor()
        answer = visitor.sign_in(role)
        assert answer.status_code == 303, answer.text
        return visitor

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.close()
        self.server.stop()
        self._thread.join(LONG_S)
        assert not self._thread.is_alive()


class Running:
    """`kneemon run` with a simulated walker, upon the same folder as a Served."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self._folder = folder
        self.socket = folder / "control.sock"
        (folder / "kneemon.toml").write_text(
            f'{options}\n[sensor]\nsource = "simulated"\n[feedback]\npins = "none"\n'
            '[store]\npath = "kneemon.db"\ncommit_s = 1\n[control]\nsocket = "control.sock"\n'
        )
        with (folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "kneemon", "run", "--config", str(folder / "kneemon.toml")]
            environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        wait_until(self._answers)

    def status(self) -> dict[str, Any]:
        return dict(ask(self.socket, "status"))

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(LONG_S)

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text()

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log
        with contextlib.suppress(ControlError):
            return bool(self.status())
        return False
