# SPDX-License-Identifier: MIT
"""The pins: what is opened, and what a person reads when they cannot be had."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest
from gpiozero import Buzzer
from gpiozero.pins.mock import MockFactory

from kneemon.errors import ExitCode, PinsError
from kneemon.feedback import pins
from kneemon.feedback.outputs import Output, Sense
from kneemon.feedback.pins import open_outputs, pin_factory


def pretend_lgpio(monkeypatch: pytest.MonkeyPatch, factory: object) -> None:
    """Put a module in the place of the one that is made of lgpio."""
    module = ModuleType("kneemon.feedback.kernel_pins")
    module.KernelEdgeFactory = factory  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kneemon.feedback.kernel_pins", module)


def refuse(text: str) -> object:
    """A factory that fails as lgpio does: with a bare Exception whose text carries quotes."""

    class Error(Exception):
        pass

    def factory() -> None:
        raise Error(f"'{text}'")

    return factory


def test_outputs_are_opened_off(mock_pins: MockFactory) -> None:
    outputs = open_outputs(mock_pins, buzzer=17, motor=23, led=24)
    assert len(outputs) == 3
    for bcm in (17, 23, 24):
        pin = mock_pins.pin(bcm)
        assert pin.function == "output"
        assert not pin.state
    for output, bcm in zip(outputs, (17, 23, 24), strict=True):
        output.on()
        assert mock_pins.pin(bcm).state
        output.close()


def test_what_is_not_wired_is_not_opened(mock_pins: MockFactory) -> None:
    assert open_outputs(mock_pins) == ()
    (light,) = open_outputs(mock_pins, led=24)
    assert set(mock_pins.pins) == {mock_pins.pin(24).info}
    light.close()


def test_an_active_low_buzzer_is_silent_when_high(mock_pins: MockFactory) -> None:
    (buzzer,) = open_outputs(mock_pins, buzzer=17, buzzer_active_high=False)
    assert mock_pins.pin(17).state
    buzzer.on()
    assert not mock_pins.pin(17).state
    buzzer.close()


def test_a_piezo_sounds_at_half_duty_and_its_own_tone(mock_pins: MockFactory) -> None:
    (piezo,) = open_outputs(mock_pins, piezo=18, piezo_hz=2300)
    pin = mock_pins.pin(18)
    assert (pin.state, pin.frequency) == (0.0, 2300)
    assert piezo.on()
    assert pin.state == 0.5
    assert piezo.off()
    assert pin.state == 0.0
    piezo.close()
    assert (pin.state, pin.frequency) == (0.0, None)


def test_a_piezo_can_sound_lower_and_comes_back_to_its_own_tone(mock_pins: MockFactory) -> None:
    (piezo,) = open_outputs(mock_pins, piezo=18, piezo_hz=2400)
    pin = mock_pins.pin(18)
    assert piezo.on(0.75)
    assert (pin.state, pin.frequency) == (0.5, 1800)
    assert piezo.off()
    assert piezo.on()
    assert (pin.state, pin.frequency) == (0.5, 2400)
    piezo.close()


def test_one_that_cannot_be_tuned_is_not_on(mock_pins: MockFactory) -> None:
    def broken(pitch: float) -> None:
        raise OSError(f"no {pitch}")

    output = Output(Sense.HEARD, Buzzer(17, pin_factory=mock_pins), broken)
    assert not output.on(0.75)
    assert not mock_pins.pin(17).state
    output.close()


def test_what_has_no_pitch_is_on_all_the_same(mock_pins: MockFactory) -> None:
    (buzzer,) = open_outputs(mock_pins, buzzer=17)
    assert buzzer.on(0.75)
    assert mock_pins.pin(17).state
    buzzer.close()


def test_a_pin_without_pwm_cannot_have_a_piezo() -> None:
    factory = MockFactory()
    factory.reset()
    with pytest.raises(PinsError, match="GPIO 18 for the piezo"):
        open_outputs(factory, piezo=18)
    factory.reset()


def test_each_output_knows_its_sense(mock_pins: MockFactory) -> None:
    outputs = open_outputs(mock_pins, buzzer=17, piezo=18, motor=23, led=24)
    assert [output.sense for output in outputs] == [Sense.HEARD, Sense.HEARD, Sense.FELT, Sense.SEEN]
    for output in outputs:
        output.close()


def test_the_mock_pins_of_the_configuration_bear_every_output() -> None:
    factory = pin_factory("mock")
    assert isinstance(factory, MockFactory)
    for output in open_outputs(factory, buzzer=17, piezo=18, motor=23, led=24):
        assert output.on()
        output.close()
    factory.reset()


def test_two_parts_on_one_pin(mock_pins: MockFactory) -> None:
    with pytest.raises(PinsError) as caught:
        open_outputs(mock_pins, buzzer=17, led=17)
    assert str(caught.value).startswith(
        "GPIO 17 for the light: expected a free pin of the header, saw pin GPIO17 is already"
    )
    assert caught.value.remedy == "Give each part a pin of its own in the configuration."
    assert caught.value.exit_code is ExitCode.PINS
    (buzzer,) = open_outputs(mock_pins, buzzer=17)  # the first one was let go again
    buzzer.close()


def test_no_such_pin(mock_pins: MockFactory) -> None:
    with pytest.raises(PinsError, match=r"GPIO 99 for the motor: .* 99 is not a valid .* GPIO pin, 4 to 27,"):
        open_outputs(mock_pins, motor=99)


def test_a_pin_that_another_program_holds(mock_pins: MockFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: object, **kwargs: object) -> None:
        raise Exception("'GPIO busy'")  # what lgpio says

    monkeypatch.setattr(pins, "LED", busy)
    with pytest.raises(PinsError, match=r"GPIO 24 for the light: .*, saw GPIO busy. Another program holds it"):
        open_outputs(mock_pins, led=24)


def test_mock_pins_only_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    assert isinstance(pin_factory("mock"), MockFactory)
    with pytest.raises(PinsError):
        pin_factory("lgpio")


def test_lgpio_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    with pytest.raises(PinsError) as caught:
        pin_factory("lgpio")
    assert str(caught.value) == (
        "the pins of the header: expected the lgpio library, saw import of lgpio halted; None in sys.modules. "
        "Run `sudo apt install python3-lgpio`, and use a virtual environment made with --system-site-packages. "
        'On a machine without pins: feedback.pins = "none".'
    )


def test_lgpio_finds_no_folder_for_its_pipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The package fails as the real one does in a folder that it may not write into."""
    (tmp_path / "lgpio.py").write_text("open('.lgd-nfy-3', 'rb')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    with pytest.raises(PinsError, match=r"may make its pipe, saw .*\.lgd-nfy-3.*Set LG_WD to a folder"):
        pin_factory("lgpio")


def test_no_pins_on_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend_lgpio(monkeypatch, refuse("can not open gpiochip"))
    monkeypatch.setattr(pins, "DEVICES", tmp_path)
    with pytest.raises(PinsError) as caught:
        pin_factory("lgpio")
    assert str(caught.value) == (
        f"the pins of the header: expected a GPIO device in {tmp_path}, saw none (can not open gpiochip). "
        'Pins exist on a Raspberry Pi only; elsewhere try `kneemon demo`, or set pins = "none" under [feedback].'
    )


def test_no_leave_to_use_the_pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").touch()
    pretend_lgpio(monkeypatch, refuse("can not open gpiochip"))
    monkeypatch.setattr(pins, "DEVICES", tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(
        PinsError, match=r"leave to use .*gpiochip0, saw can not open gpiochip. Join .* -aG gpio \$USER"
    ):
        pin_factory("lgpio")


def test_pins_of_another_board(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").touch()
    pretend_lgpio(monkeypatch, refuse("unable to locate Pi revision"))
    monkeypatch.setattr(pins, "DEVICES", tmp_path)
    with pytest.raises(PinsError, match=r"expected a Raspberry Pi, saw unable to locate Pi revision. kneemon knows"):
        pin_factory("lgpio")
