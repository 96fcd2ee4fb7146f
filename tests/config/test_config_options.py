# SPDX-License-Identifier: MIT
"""The table of options is complete, and each bound is told as it is kept."""

from math import nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import ValidationError

from kneemon.config.fields import Field, did_you_mean
from kneemon.config.layers import NAMES
from kneemon.config.options import OPTIONS, MqttOptions
from kneemon.config.pins import PINS
from kneemon.config.plan_fields import EXERCISES_FIELDS, PLAN_FIELDS, RULES_FIELDS, WEEK_FIELDS
from kneemon.config.presets import NEW_FIELDS

EVERY = {f"{section}.{name}": field for section, fields in OPTIONS.items() for name, field in fields.items()}
for table, listed in {
    "plan file": PLAN_FIELDS,
    "week": WEEK_FIELDS,
    "rules": RULES_FIELDS,
    "exercises": EXERCISES_FIELDS,
    "new plan": NEW_FIELDS,
}.items():
    EVERY |= {f"{table} {name}": field for name, field in listed.items()}
NUMBERS = {name: field for name, field in EVERY.items() if field.kind in (int, float) and not field.choices}


@pytest.mark.parametrize("field", EVERY.values(), ids=EVERY)
def test_every_option_says_what_it_is_for(field: Field) -> None:
    assert field.help[0].isalpha()
    assert field.help.endswith(".")
    assert "|" not in field.help + field.values  # it stands in a Markdown table
    assert field.expected


@pytest.mark.parametrize("field", EVERY.values(), ids=EVERY)
def test_every_default_fits_its_own_option(field: Field) -> None:
    if field.required:
        return
    value = list(field.default) if field.many else field.default
    assert field.fit(value) == field.default


@pytest.mark.parametrize("field", NUMBERS.values(), ids=NUMBERS)
def test_every_number_has_bounds_that_are_kept_and_told(field: Field) -> None:
    assert field.low is not None
    assert field.high is not None
    step = (lambda x, to: x + (1 if to > x else -1)) if field.kind is int else nextafter
    low, high = field.kind(field.low), field.kind(field.high)
    assert field.fit(low) == low
    assert field.fit(high) == high
    for outside in (step(low, low - 1), step(high, high + 1), float("nan"), float("inf"), True, "5"):
        with pytest.raises(ValidationError):
            field.fit(outside)
    for bound in (low, high):
        told = f"0x{bound:x}" if field.base == 16 and bound else f"{bound:g}"
        assert told in field.expected.replace(",", "").split()


def test_zero_is_meant_where_it_is_said() -> None:
    assert [name for name, field in EVERY.items() if field.or_zero] == ["rules prompt_min"]
    prompt = RULES_FIELDS["prompt_min"]
    assert prompt.values == "5 to 20 min, or 0"
    assert prompt.fit(0) == 0.0
    for between in (nextafter(0.0, 1.0), 4.9, -1.0):
        with pytest.raises(ValidationError):
            prompt.fit(between)


def test_what_takes_a_physio() -> None:
    assert {name: field.values for name, field in EVERY.items() if field.physio is not None} == {
        "rules pain_acceptable_max": "3 to 6 (over 5 with physio = true)",
        "rules pain_no_start": "4 to 8 (over 6 with physio = true)",
        "rules no_start_above_usual": "true or false (true with physio = true)",
        "rules rise_rule": "true or false (false with physio = true)",
        "rules bout_cap_min": "5 to 60 min (over 45 with physio = true)",
        "exercises push_off_sets": "1 to 5 (over 3 with physio = true)",
        "exercises push_off_level_max": "1 to 4 (over 3 with physio = true)",
    }
    assert not any(field.beyond_walker(field.default) for field in EVERY.values() if not field.required)


@given(st.sampled_from(sorted(NUMBERS)), st.data())
def test_a_word_means_what_the_number_means(name: str, data: st.DataObject) -> None:
    field = NUMBERS[name]
    if field.kind is int:
        value = data.draw(st.integers(int(field.low or 0), int(field.high or 0)))
        assert field.from_word(hex(value)) == value
    else:
        value = data.draw(st.floats(field.low, field.high))
    assert field.fit(field.from_word(str(value))) == value


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("button.enabled", "no", False),
        ("button.enabled", "TRUE", True),
        ("button.enabled", "0", False),
        ("button.enabled", "perhaps", "perhaps"),
        ("feedback.outputs", "motor, led", ["motor", "led"]),
        ("feedback.outputs", "", []),
        ("sensor.rate_hz", "200", 200),
        ("sensor.address", "0x1D", 29),
        ("sensor.address", "1d", "1d"),
        ("coach.grace_s", "20", 20.0),
        ("coach.grace_s", "", ""),
        ("store.path", "12", "12"),
    ],
)
def test_words_of_the_command_line(name: str, word: str, value: object) -> None:
    section, option = NAMES[name]
    meant = OPTIONS[section][option].from_word(word)
    assert meant == value
    assert type(meant) is type(value)


def test_the_pins_are_those_of_the_wiring() -> None:
    defaults = {name: OPTIONS["feedback"][f"{name}_pin"].default for name in ("buzzer", "motor", "led")}
    defaults["button"] = OPTIONS["button"]["pin"].default
    assert defaults == {name: PINS[name].bcm for name in defaults}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sensor.chp", "sensor.chip"),
        ("sensor.grace_s", "coach.grace_s"),
        ("chip", "sensor.chip"),
        ("mqtt.password", "mqtt.password_file"),
        ("Sensor.Rate_Hz", "sensor.rate_hz"),
        ("feedback.pin", "feedback.pins"),
        ("zzz.qqq", None),
    ],
)
def test_the_nearest_name(name: str, meant: str | None) -> None:
    assert did_you_mean(name, NAMES) == (f" (did you mean {meant}?)" if meant else "")


@pytest.mark.parametrize(
    ("host", "tls", "encrypted", "port"),
    [
        ("homeassistant.local", "auto", True, 8883),
        ("192.168.1.5", "off", False, 1883),
        ("localhost", "auto", False, 1883),
        ("LOCALHOST.", "auto", False, 1883),
        ("127.0.0.2", "auto", False, 1883),
        ("::1", "auto", False, 1883),
        ("localhost", "on", True, 8883),
        ("localhost.example.org", "auto", True, 8883),
    ],
)
def test_encryption_and_port_follow_the_host(host: str, tls: str, encrypted: bool, port: int) -> None:
    mqtt = MqttOptions(host=host, tls=tls)
    assert mqtt.encrypted is encrypted
    assert mqtt.broker_port == port
    assert MqttOptions(host=host, tls=tls, port=12345).broker_port == 12345
