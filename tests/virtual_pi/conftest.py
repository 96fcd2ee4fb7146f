# SPDX-License-Identifier: MIT
"""What scenarios ask for: machines, and the table. `make test-virtual-pi` runs the files pi_*.py, in this order."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from virtual_pi.card import overlay
from virtual_pi.machine import Machine, Model, Parts
from virtual_pi.stage import BUILD, OWN, booted_once, image, parts
from virtual_pi.table import Table, as_markdown, as_text, read

ORDER = (  # what lasts longest begins first, after the machine itself: two may run at once
    *("pi_smoke", "pi_ways", "pi_upgrade", "pi_power_cuts", "pi_power_cuts_again", "pi_faults"),
    *("pi_walk", "pi_footprint", "pi_raspi3b", "pi_security"),
)
MOST_S = 5400  # the first test may have to build the image
LINES = OWN / "table.jsonl"
LAST = 3000  # characters of a console that are worth reading
RUNNING: list[Machine] = []


class NewMachine(Protocol):
    """A Pi that is off. image: put in as it is, never booted; None: the installed kneemon after its first boot."""

    def __call__(self, model: Model = ..., image: Path | None = None) -> Machine: ...


@pytest.fixture(scope="session")
def kneemon_image() -> Path:
    """The flashable image, byte for byte."""
    return image("kneemon.img")


@pytest.fixture(scope="session")
def pi_parts(kneemon_image: Path) -> Parts:
    """What fits the image: its kernel, modules for that."""
    return parts()


@pytest.fixture(scope="session")
def bare_image() -> Path:
    """The same Debian without kneemon, which stands in for the official image."""
    return image("bare.img")


@pytest.fixture(scope="session")
def used_card(kneemon_image: Path, pi_parts: Parts) -> Path:
    """kneemon.img after its first boot; only for overlays."""
    return booted_once(kneemon_image, pi_parts)


@pytest.fixture(scope="module")
def new_machine(
    request: pytest.FixtureRequest, pi_parts: Parts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewMachine]:
    """Machines that end with the file that asked for them."""
    made: list[Machine] = []

    def new(model: Model = Model(), image: Path | None = None) -> Machine:  # noqa: B008 - it is frozen
        folder = tmp_path_factory.mktemp("pi")
        card = overlay(image or request.getfixturevalue("used_card"), folder / "card.qcow2")
        made.append(Machine(pi_parts, card, folder, model))
        RUNNING.append(made[-1])
        return made[-1]

    yield new
    for machine in made:
        machine.close()
        RUNNING.remove(machine)


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Table:
    return Table(LINES, request.path.stem.removeprefix("pi_"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """A new table, where scenarios are to run; the workers of xdist add to it."""
    if _of_scenarios(session.config) and not hasattr(session.config, "workerinput"):
        LINES.unlink(missing_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order above, and with time enough."""
    here = Path(__file__).parent
    ours = [item for item in items if here in item.path.parents and item.path.stem.startswith("pi_")]
    for item in ours:
        item.add_marker(pytest.mark.timeout(MOST_S))
    places = [place for place, item in enumerate(items) if item in ours]
    ours.sort(key=lambda item: (*ORDER, item.path.stem).index(item.path.stem))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections.extend((f"console of {machine.folder}", machine.console()[-LAST:]) for machine in RUNNING)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Even when something failed."""
    lines = read(LINES)
    if lines and _of_scenarios(config):
        terminalreporter.section("what was tried on the virtual Pi, and what was seen")
        terminalreporter.line(as_text(lines))
        (BUILD / "table.md").write_text(as_markdown(lines))


def _of_scenarios(config: pytest.Config) -> bool:
    """`make test-virtual-pi`, not the quick tests of this folder."""
    return "pi_*.py" in config.getini("python_files")
