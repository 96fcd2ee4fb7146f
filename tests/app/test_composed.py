# SPDX-License-Identifier: MIT
"""The composition root: a whole kneemon from its configuration, and nothing left open whatever goes wrong."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from app_bench import Notifier, wait_until
from gpiozero import LED, GPIOPinInUse
from gpiozero.pins.mock import MockFactory

import kneemon.app.compose
from kneemon.app.broker import broker_settings
from kneemon.app.compose import chip_options, composed, engine_params, sample_source
from kneemon.app.loop import App
from kneemon.clock import PacedClock, SystemClock
from kneemon.config.loader import load_config
from kneemon.config.options import Config
from kneemon.config.pins import PINS
from kneemon.config.places import Places, places
from kneemon.controls.socket import ask
from kneemon.drivers.chip import ChipOptions
from kneemon.errors import (
    BusAbsentError,
    ConfigError,
    ControlError,
    KneemonError,
    PinsError,
    PlanError,
    RecordingError,
    StoreError,
)
from kneemon.model.samples import SampleBlock
from kneemon.model.sessions import EndReason
from kneemon.sensor.fifo import FifoSource
from kneemon.sensor.iio import IioSource
from kneemon.sensor.paced import PacedSource
from kneemon.sensor.simulated import SimulatedSource
from kneemon.store import Store, StoreReader
from kneemon.virtual.bus import EmulatedBus
from kneemon.virtual.gauges import VirtualMax17048

Configured = Callable[..., tuple[Config, Places]]
LONG_S = 20.0


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    """Options by their dotted names -> configuration and places, all files in the test's own folder."""

    def read(**options: str) -> tuple[Config, Places]:
        environ = {"STATE_DIRECTORY": str(tmp_path), "RUNTIME_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)}
        defaults = {"sensor__source": "simulated", "feedback__pins": "none"}
        words = {name.replace("__", "."): word for name, word in (defaults | options).items()}
        config = load_config(overrides=words, environ=environ)
        return config, places(config, environ)

    return read


@pytest.fixture
def recording(tmp_path: Path, outing: tuple[Any, list[SampleBlock]]) -> Path:
    """The first 20 s of the outing."""
    path = tmp_path / "walk.csv"
    rows = [(t, *xyz) for block in outing[1][:80] for t, xyz in zip(block.t_s, block.acc_g, strict=True)]
    path.write_text("t,ax,ay,az\n" + "".join(f"{t:.2f},{x:.5f},{y:.5f},{z:.5f}\n" for t, x, y, z in rows))
    return path


def run(parts: tuple[Config, Places], clock: Any = None) -> AbstractContextManager[App]:
    return composed(*parts, clock or SystemClock(), Notifier())


def free(parts: tuple[Config, Places]) -> bool:
    """Whether another could take the store and the socket."""
    store = parts[1].store
    Store.open(store, documents_of=lambda *_: (), clock=SystemClock()).close()
    return not parts[1].socket.exists()


class TestWhole:
    def test_it_runs_and_answers_and_lets_go(self, configured: Configured) -> None:
        threads = set(threading.enumerate())
        parts = configured()
        with run(parts) as app:
            running = threading.Thread(target=app.run)
            running.start()
            assert wait_until(lambda: ask(parts[1].socket, "status"))["session"] == "idle"
            assert ask(parts[1].socket, "start")["ok"]
            assert ask(parts[1].socket, "status")["session"] == "resting"
            app.stop()
            running.join(LONG_S)
        assert set(threading.enumerate()) == threads
        assert free(parts)
        with StoreReader(parts[1].store) as reader:
            assert reader.session().summary.end_reason is EndReason.SHUTDOWN
            assert reader.session().sensor == "simulated walker, worn at the waist"
            assert reader.outbox().documents == 0, "no broker: nothing goes out, so nothing piles up"

    def test_the_button_and_the_outputs_are_wired(
        self, configured: Configured, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pins = MockFactory()
        monkeypatch.setattr(kneemon.app.compose, "pin_factory", lambda name: pins if name == "mock" else None)
        parts = configured(feedback__pins="mock", feedback__outputs="buzzer,motor,led", button__hold_s="1.5")
        button, outputs = pins.pin(PINS["button"].bcm), ("buzzer", "motor", "led")
        with run(parts) as app:
            running = threading.Thread(target=app.run)
            running.start()
            button.drive_low()
            threading.Event().wait(0.1)
            button.drive_high()
            wait_until(lambda: ask(parts[1].socket, "status")["session"] != "idle")
            button.drive_low()
            wait_until(lambda: ask(parts[1].socket, "status")["session"] == "idle")
            button.drive_high()
            wait_until(lambda: all(pulses(pins, part) >= 5 for part in outputs))
            app.stop()
            running.join(LONG_S)
            assert [pulses(pins, part) for part in outputs] == [5, 5, 5], (
                "a tick each press, one pulse for the start, two for the end"
            )
        for part in (*outputs, "button"):
            LED(PINS[part].bcm, pin_factory=pins).close()  # it can be had again
        assert free(parts)

    def test_without_a_button_its_pin_stays_free(self, configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
        pins = MockFactory()
        monkeypatch.setattr(kneemon.app.compose, "pin_factory", lambda _: pins)
        with run(configured(feedback__pins="mock", feedback__outputs="led", button__enabled="false")):
            LED(PINS["button"].bcm, pin_factory=pins).close()
            with pytest.raises(GPIOPinInUse):
                LED(PINS["led"].bcm, pin_factory=pins)

    def test_pins_none_asks_for_no_pins(self, configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(kneemon.app.compose, "pin_factory", lambda _: pytest.fail("pins were asked for"))
        with run(configured(feedback__pins="none", button__enabled="true")):
            pass

    def test_a_recording_is_a_walk_as_if_it_were_now(self, configured: Configured, recording: Path) -> None:
        parts = configured(sensor__source="recording", sensor__recording=str(recording), session__start="walking",
                           session__start_after_s="10")  # fmt: skip
        clock = PacedClock()
        with composed(*parts, clock, Notifier()) as app:
            app._edges.source._clock = clock.leader  # the recording leads the clock
            app.run()
        with StoreReader(parts[1].store) as reader:
            record = reader.session()
        assert record.summary.end_reason is EndReason.SHUTDOWN
        assert record.summary.steps == pytest.approx(27, abs=3)
        assert record.summary.started_s == pytest.approx(1004.0, abs=1.5)

    def test_a_second_one_is_refused(self, configured: Configured) -> None:
        with run(configured()), pytest.raises(StoreError, match="another running kneemon"), run(configured()):
            pass

    def test_documents_go_out_when_there_is_a_broker(self, configured: Configured) -> None:
        """It is away here: they are kept."""
        parts = configured(mqtt__host="127.0.0.1", mqtt__port="1")
        with run(parts) as app:
            running = threading.Thread(target=app.run)
            running.start()
            ask(parts[1].socket, "start")
            assert wait_until(lambda: "127.0.0.1:1" in str(ask(parts[1].socket, "status")["mqtt"]))
            ask(parts[1].socket, "stop")
            app.stop()
            running.join(LONG_S)
        with StoreReader(parts[1].store) as reader:
            assert reader.outbox().documents == 1


def pulses(pins: MockFactory, part: str) -> int:
    return sum(bool(state.state) for state in pins.pin(PINS[part].bcm).states)


class TestRefusal:
    """What cannot be had is told at once, and everything that was opened before is closed again."""

    @pytest.fixture(autouse=True)
    def nothing_stays(self) -> Any:
        threads = set(threading.enumerate())
        yield
        assert set(threading.enumerate()) == threads

    def test_a_socket_that_cannot_be_made(self, configured: Configured, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        parts = configured(control__socket=str(tmp_path / "file" / "control.sock"), mqtt__host="127.0.0.1")
        with pytest.raises(ControlError), run(parts):
            pytest.fail("it was composed")
        assert free(configured())

    def test_pins_that_cannot_be_had(self, configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
        pins = MockFactory()
        monkeypatch.setattr(kneemon.app.compose, "pin_factory", lambda _: pins)
        parts = configured(feedback__pins="mock")
        holder = LED(PINS["button"].bcm, pin_factory=pins)
        with pytest.raises(PinsError, match="GPIO 27 for the button"), run(parts):
            pytest.fail("it was composed")
        for part in ("buzzer", "led"):
            LED(PINS[part].bcm, pin_factory=pins).close()
        holder.close()
        assert free(configured())

    def test_a_machine_without_pins(self, configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_pins(_: str) -> None:
            raise PinsError("the pins of the header", expected="a GPIO device", seen="none", remedy="Use a Pi.")

        monkeypatch.setattr(kneemon.app.compose, "pin_factory", no_pins)
        with pytest.raises(PinsError), run(configured(feedback__pins="lgpio")):
            pytest.fail("it was composed")
        assert free(configured())

    @pytest.mark.parametrize(
        ("options", "content", "error"),
        [
            ({"plan__path": "it"}, None, PlanError),
            ({"plan__path": "it"}, "minutes = 10", PlanError),
            ({"sensor__source": "recording", "sensor__recording": "it"}, None, RecordingError),
            ({"sensor__source": "recording", "sensor__recording": "it"}, "nonsense", RecordingError),
            ({"store__path": "it/kneemon.db"}, "a file where a folder should be", StoreError),
            ({"store__path": "it"}, "not a database, but long enough to look like one" * 100, StoreError),
            ({"mqtt__host": "broker.lan", "mqtt__username": "me", "mqtt__password_file": "it"}, None, ConfigError),
        ],
        ids=[
            "plan gone",
            "plan wrong",
            "recording gone",
            "recording wrong",
            "store nowhere",
            "store foreign",
            "no password",
        ],
    )
    def test_a_file_that_cannot_be_used(
        self,
        options: dict[str, str],
        content: str | None,
        error: type[KneemonError],
        configured: Configured,
        tmp_path: Path,
    ) -> None:
        path = tmp_path / "there"
        if content is not None:
            path.write_text(content)
        paths = {
            name: word.replace("it", str(path), 1) if word.startswith("it") else word for name, word in options.items()
        }
        with pytest.raises(error) as raised, run(configured(**paths)):
            pytest.fail("it was composed")
        assert str(path) in str(raised.value)
        assert free(configured())


class TestParts:
    def test_the_engine_is_as_configured(self, configured: Configured) -> None:
        config, _ = configured(
            session__start="walking",
            session__start_after_s="45",
            session__rest_after_s="7",
            session__end_after_min="3",
            coach__grace_s="20",
            coach__repeat_s="90",
            coach__most_repeats="2",
            coach__hysteresis_spm="4",
            coach__near_end_s="120",
        )
        params = engine_params(config)
        assert (params.session.start_by_walking, params.session.start_after_s) == (True, 45.0)
        assert (params.session.rest_after_s, params.session.end_after_s) == (7.0, 180.0)
        coach = params.coach
        assert (coach.grace_s, coach.repeat_s, coach.most_repeats) == (20.0, 90.0, 2)
        assert (coach.hysteresis_spm, coach.near_end_s) == (4.0, 120.0)

    @pytest.mark.parametrize(
        ("chip", "described"),
        [
            ("auto", "any known chip on bus 97"),
            ("adxl345", "adxl345 at 0x53 on bus 97"),
            ("mpu6050", "mpu6050 at 0x69 on bus 97"),
            ("lis3dh", "lis3dh at 0x18 on bus 97"),
        ],
    )
    def test_the_live_source_is_the_chip_that_is_configured(
        self, chip: str, described: str, configured: Configured
    ) -> None:
        source = sample_source(
            *configured(sensor__source="fifo", sensor__chip=chip, sensor__bus="97"), SystemClock(), None
        )
        assert isinstance(source, FifoSource)
        assert source.describe == described
        report = source.read()
        source.close()
        assert "I2C bus 97: expected /dev/i2c-97" in report.text  # type: ignore[union-attr]
        with pytest.raises(BusAbsentError):
            source._open_bus()

    def test_an_address_of_its_own(self, configured: Configured) -> None:
        source = sample_source(*configured(sensor__source="fifo", sensor__address="0x1d"), SystemClock(), None)
        assert source.describe == "any known chip at 0x1d on bus 1"

    def test_the_other_sources(self, configured: Configured, recording: Path) -> None:
        simulated = sample_source(*configured(device__worn="other"), SystemClock(), None)
        assert isinstance(simulated, SimulatedSource)
        assert simulated.describe == "simulated walker, worn at the pocket"
        played = sample_source(
            *configured(sensor__source="recording", sensor__recording=str(recording)), SystemClock(), None
        )
        assert isinstance(played, PacedSource)
        assert played.describe == f"recording {recording}"
        played.close()
        assert played.read() is None
        kernels = sample_source(*configured(sensor__source="iio"), SystemClock(), None)
        assert isinstance(kernels, IioSource)

    def test_the_interrupt_has_its_pin(self, configured: Configured) -> None:
        parts = configured(sensor__source="fifo", sensor__interrupt="true", feedback__pins="mock")
        pins = MockFactory()
        source = sample_source(*parts, SystemClock(), pins)
        assert pins.pin(PINS["sensor_int"].bcm).function == "input"
        source.close()

    def test_a_chip_is_set_up_as_configured(self, configured: Configured) -> None:
        config, _ = configured(sensor__chip="mpu6500", sensor__accept_identity="0x99", sensor__rate_hz="50")
        assert chip_options(config) == ChipOptions(50, interrupt=False, accept_identity=0x99)
        assert chip_options(configured()[0]) == ChipOptions()

    def test_a_battery_that_is_watched_is_told(self, configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
        gauge = VirtualMax17048(volts=3.9)
        monkeypatch.setattr(kneemon.app.compose, "open_bus", lambda _: EmulatedBus({0x36: gauge}).open())
        with run(configured(power__gauge="max17048")) as app:
            running = threading.Thread(target=app.run)
            running.start()
            battery = wait_until(lambda: app.control("status", {}).get("battery"))
            app.stop()
            running.join(LONG_S)
        assert battery.startswith("good, 3.90 V")

    def test_the_broker(self, configured: Configured, tmp_path: Path) -> None:
        assert broker_settings(*configured(), {}) is None
        assert broker_settings(*configured(mqtt__host="broker.lan", mqtt__publish="off"), {}) is None
        password = tmp_path / "password"
        password.write_text("secret\n")
        password.chmod(0o600)
        settings = broker_settings(
            *configured(mqtt__host="broker.lan", mqtt__username="me", mqtt__password_file=str(password)), {}
        )
        assert settings is not None
        assert (settings.host, settings.port, settings.tls) == ("broker.lan", 8883, True)
        assert (settings.username, settings.password) == ("me", "secret")
        assert "secret" not in repr(settings)

    def test_a_password_that_cannot_be_read(self, configured: Configured, tmp_path: Path) -> None:
        options = {"mqtt__host": "broker.lan", "mqtt__username": "me", "mqtt__password_file": str(tmp_path / "none")}
        with pytest.raises(ConfigError) as caught:
            broker_settings(*configured(**options), {})
        assert caught.value.remedy == (
            "Make it readable for the user kneemon runs as, and for nobody else: "
            "`sudo install -m 640 -g kneemon FILE /etc/kneemon/`."
        )
