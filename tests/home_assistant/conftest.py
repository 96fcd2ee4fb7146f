# SPDX-License-Identifier: MIT
"""The stage of these tests: each runs in an old and in a new Home Assistant, made and started once.

`make test-home` runs them. What fails is reported with the last lines of Home Assistant's log and Mosquitto's.
"""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from stage_device import DEVICE, TREE, Device
from stage_driver import Home
from stage_install import NEW, OLD, Edition, installed
from stage_phone import Phone
from stage_processes import FILES, HOUSEHOLD, LOOPBACK, PASSWORD, Broker, HomeAssistant

LAST = 6000  # characters of a log that are worth reading
MOST_S = 2400
RUNNING: dict[str, Broker | HomeAssistant] = {}
SHIPPED = {f"blueprints/automation/kneemon/{path.name}": path for path in sorted((FILES / "blueprints").glob("*.yaml"))}


@pytest.fixture(scope="session", params=[OLD, NEW], ids=lambda edition: edition.version)
def edition(request: pytest.FixtureRequest) -> Edition:
    found: Edition = request.param
    return found


@pytest.fixture(scope="session")
def broker(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"), [DEVICE]).start()
    RUNNING["Mosquitto"] = broker
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def house(edition: Edition, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeAssistant]:
    """Home Assistant with its MQTT entry, our dashboard and our blueprints."""
    place = installed(edition)
    folder = place.root / "srv" / "home" if place.root != Path("/") else tmp_path_factory.mktemp("home")
    files = {name: path.read_text() for name, path in SHIPPED.items()}
    files["dashboard.yaml"] = (FILES / "dashboard.yaml").read_text().replace("@ID@", DEVICE)
    house = RUNNING["Home Assistant"] = HomeAssistant(place, folder, files)
    try:
        house.start().add_mqtt(LOOPBACK, broker.port, HOUSEHOLD, PASSWORD)
        yield house
    finally:
        house.stop()


@pytest.fixture
def home(house: HomeAssistant) -> Home:
    assert house.home is not None
    return house.home


@pytest.fixture
def device(broker: Broker, edition: Edition, home: Home) -> Iterator[Device]:
    """A kneemon played by hand; forgotten afterwards."""
    device = Device(broker.port, PASSWORD)
    listening = f"\t{TREE}/event (QoS"
    before = broker.log().count(listening)
    device.announce(edition.form)
    home.until(lambda: home.state("event.kneemon_alert"), "the played kneemon is there")
    home.until(lambda: broker.log().count(listening) > before, "Home Assistant listens to alerts, which are never kept")
    yield device
    device.forget()
    home.until(lambda: not home.entities(), "the played kneemon is forgotten")
    device.close()


@pytest.fixture(scope="session")
def phone(house: HomeAssistant) -> Iterator[Phone]:
    assert house.home is not None
    phone = Phone(house.home)
    yield phone
    phone.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of each kind may have to make a Home Assistant before."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(MOST_S))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        report.sections.extend((f"log of {name}", running.log()[-LAST:]) for name, running in RUNNING.items())
    return report
