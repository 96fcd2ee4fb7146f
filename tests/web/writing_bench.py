# SPDX-License-Identifier: MIT
"""A house: a kneemon that runs as a process of its own, the real site before it, and visitors who fill in its forms.

A visitor sends a form as a browser does: with every field that it has, and the button that was pressed.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx
import lxml.html
from web_bench import LONG_S, PHRASES, Served, wait_until

from kneemon.cli import main
from kneemon.controls.socket import ask
from kneemon.errors import ControlError, StoreEmptyError
from kneemon.model.diary import DiaryEntry
from kneemon.store import StoreReader
from kneemon.web.visit import Role

# As `python -m kneemon`, on a machine where timesyncd has set the clock: what its mark is, is told first.
TIMED = """
import sys
from pathlib import Path
import kneemon.clock
from kneemon.cli import main
kneemon.clock.SYNCHRONISED = Path(sys.argv.pop(1))
sys.exit(main())
"""


class Daemon:
    """`kneemon run` with a simulated walker; it knows the time, whatever this machine does."""

    def __init__(self, folder: Path) -> None:
        self.store, self._config, self._socket = folder / "kneemon.db", folder / "kneemon.toml", folder / "control.sock"
        self._log = folder / "log"
        self._config.write_text(
            '[sensor]\nsource = "simulated"\n[feedback]\npins = "none"\n[store]\npath = "kneemon.db"\ncommit_s = 1\n'
            '[control]\nsocket = "control.sock"\n'
        )
        mark = folder / "synchronized"
        mark.touch()
        with self._log.open("ab") as log:
            command = [sys.executable, "-c", TIMED, str(mark), "run", "--config", str(self._config)]
            environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        wait_until(self._answers)

    def do(self, *words: str) -> int:
        """A verb of the command line asked of it: its exit code."""
        return main([*words, "--config", str(self._config)])

    def status(self) -> Mapping[str, Any]:
        return ask(self._socket, "status")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(LONG_S)

    def _answers(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        with contextlib.suppress(ControlError):
            return bool(self.status())
        return False


class House:
    """One folder, one kneemon, one site. roles: who has a pass phrase."""

    def __init__(self, folder: Path, roles: tuple[Role, ...] = tuple(Role)) -> None:
        self._folder = folder
        self._roles = roles
        self._visitors: list[Visitor] = []

    def __enter__(self) -> Self:
        self.daemon = Daemon(self._folder)
        self._site = Served(self._folder, roles=self._roles)
        self.address, self.access = self._site.url, self._site.access
        return self

    def __exit__(self, *_: object) -> None:
        for visitor in self._visitors:
            visitor.close()
        self._site.close()
        self.daemon.kill()

    def visitor(self, role: Role = Role.WALKER) -> "Visitor":
        """Signed in."""
        visitor = Visitor(self.address)
        self._visitors.append(visitor)
        page = visitor.see("/sign-in")
        page.send("/sign-in", role=role.value, phrase=PHRASES[role])
        return visitor

    def diary(self, kind: type) -> list[Any]:
        """The facts of one kind that the store holds, oldest first."""
        return [entry.fact for entry in self.entries() if isinstance(entry.fact, kind)]

    def entries(self) -> list[DiaryEntry]:
        with contextlib.suppress(StoreEmptyError), StoreReader(self.daemon.store) as reader:
            return reader.diary()
        return []

    def kept(self, kind: type, count: int = 1) -> list[Any]:
        """As `diary`, once so many are on the disk."""
        wait_until(lambda: len(self.diary(kind)) >= count)
        return self.diary(kind)


class Visitor:
    """A browser without scripts."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, follow_redirects=True, timeout=LONG_S)

    def close(self) -> None:
        self._http.close()

    def see(self, path: str) -> "Page":
        return Page(self, self._http.get(path))

    def until(self, path: str, words: str) -> "Page":
        """The page, once it says so."""

        def seen() -> Page | None:
            page = self.see(path)
            return page if words in page.text else None

        found: Page = wait_until(seen)
        return found

    def post(self, path: str, fields: Mapping[str, list[str]]) -> "Page":
        headers = {"Origin": str(self._http.base_url).rstrip("/")}
        return Page(self, self._http.post(path, data=dict(fields), headers=headers))


class Page:
    """What came back. said: the word at its top about what was done."""

    def __init__(self, visitor: Visitor, response: httpx.Response) -> None:
        self._visitor = visitor
        self.status = response.status_code
        self.path = response.url.path
        self.html = lxml.html.fromstring(response.text)

    @property
    def text(self) -> str:
        (main,) = self.html.xpath("//main")
        return _flat(main)

    @property
    def said(self) -> str:
        found = self.html.xpath("//*[contains(@class, 'flash')]")
        return _flat(found[0]) if found else ""

    def form(self, action: str, number: int = 0) -> Any:
        found = [form for form in self.html.forms if form.action == action and form.method == "POST"]
        assert len(found) > number, (action, [form.action for form in self.html.forms])
        return found[number]

    def send(self, action: str, number: int = 0, **typed: str | list[str]) -> "Page":
        """The form of that address, with what it holds and what was typed; a button is typed by its name."""
        fields: dict[str, list[str]] = {}
        for name, value in self.form(action, number).form_values():
            fields.setdefault(name, []).append(value)
        fields |= {name: [value] if isinstance(value, str) else value for name, value in typed.items()}
        return self._visitor.post(action, fields)

    def values(self, name: str) -> list[str]:
        """What stands in the fields of that name."""
        return [found.get("value", "") for found in self.html.xpath(f"//main//input[@name='{name}']")]


def lived(folder: Path, weeks: int) -> Path:
    """The folder with the store of a made-up person, and the plan that they live by."""
    store = folder / "kneemon.db"
    assert main(["simulate", "life", "--weeks", str(weeks), "--store", str(store)]) == 0
    with StoreReader(store) as reader:
        (folder / "plan.toml").write_text(reader.plan_versions()[-1].text)
    return folder


def _flat(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())
