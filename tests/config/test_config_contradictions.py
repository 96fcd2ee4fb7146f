# SPDX-License-Identifier: MIT
"""Options that cannot be meant together, each in the words a person sees."""

import pytest

from kneemon.config.loader import load_config
from kneemon.config.options import Config
from kneemon.errors import ConfigError

CONTRADICTIONS = {
    "a zone that there is not": (
        {"device.time_zone": "Europe/Nowhere"},
        'option device.time_zone: expected a time zone such as "Europe/Berlin", or "", saw "Europe/Nowhere".',
    ),
    "recording without a file": (
        {"sensor.source": "recording"},
        '[sensor] recording: expected the file to play, because sensor.source is "recording", saw no file.',
    ),
    "an output twice": (
        {"feedback.outputs": "led,led"},
        'option feedback.outputs: expected each output once, saw ["led", "led"].',
    ),
    "two outputs on one pin": (
        {"feedback.outputs": "motor,led", "feedback.led_pin": "23"},
        "option feedback.led_pin: expected a pin of its own, saw 23, which is feedback.motor_pin as well.",
    ),
    "an output on the button's pin": (
        {"button.pin": "17"},
        "option button.pin: expected a pin of its own, saw 17, which is feedback.buzzer_pin as well.",
    ),
    "another machine without encryption": (
        {"mqtt.host": "homeassistant.local", "mqtt.tls": "off"},
        (
            'option mqtt.tls: expected "auto" or "on" for a broker on another machine, or mqtt.insecure = true beside '
            'it, saw "off", so that everybody on the way could read and change what is sent.'
        ),
    ),
    "insecure but encrypted": (
        {"mqtt.host": "192.168.1.5", "mqtt.insecure": "true"},
        'option mqtt.insecure: expected false, because mqtt.tls = "auto" means encryption here, saw true.',
    ),
    "a certificate without encryption": (
        {"mqtt.host": "localhost", "mqtt.ca_file": "ca.pem"},
        'option mqtt.ca_file: expected mqtt.tls = "on" beside it, saw "auto", which means no encryption here.',
    ),
    "a password without a name": (
        {"mqtt.host": "localhost", "mqtt.password_file": "secret"},
        "[mqtt] username: expected a name that goes with the password, saw none.",
    ),
    "a broker with a scheme": (
        {"mqtt.host": "mqtt://homeassistant.local"},
        (
            "option mqtt.host: expected a name or an address alone, without mqtt:// and without a port "
            '(the port goes to [mqtt] port), saw "mqtt://homeassistant.local".'
        ),
    ),
    "a broker with a port": (
        {"mqtt.host": "192.168.1.5:1883"},
        (
            "option mqtt.host: expected a name or an address alone, without mqtt:// and without a port "
            '(the port goes to [mqtt] port), saw "192.168.1.5:1883".'
        ),
    ),
    "a broker with a login, which is not told": (
        {"mqtt.host": "kneemon:s3cret@homeassistant.local"},
        (
            "option mqtt.host: expected a name or an address alone, without mqtt:// and without a port "
            '(the port goes to [mqtt] port), saw "homeassistant.local".'
        ),
    ),
}

AT_PEACE = [
    {"sensor.source": "recording", "sensor.recording": "walk.csv"},
    {"feedback.led_pin": "17", "feedback.outputs": "led"},
    {"feedback.led_pin": "17", "feedback.pins": "none"},
    {"button.pin": "17", "button.enabled": "false"},
    {"feedback.motor_pin": "17"},
    {"mqtt.tls": "off"},
    {"mqtt.host": "localhost", "mqtt.tls": "off"},
    {"mqtt.host": "::1", "mqtt.insecure": "true"},
    {"mqtt.host": "homeassistant.local", "mqtt.tls": "off", "mqtt.insecure": "true"},
    {"mqtt.host": "homeassistant.local", "mqtt.ca_file": "ca.pem"},
    {"mqtt.host": "fe80::1", "mqtt.username": "kneemon", "mqtt.password_file": "secret"},
    {"mqtt.host": "my_broker-2.lan", "mqtt.username": "kneemon"},
]


def load(overrides: dict[str, str]) -> Config:
    return load_config(overrides=overrides, environ={})


@pytest.mark.parametrize(("overrides", "told"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction_is_told(overrides, told):
    with pytest.raises(ConfigError) as caught:
        load(overrides)
    assert str(caught.value) == f"{told} docs/configuration.md lists every option with what it may be."


@pytest.mark.parametrize("overrides", AT_PEACE, ids=str)
def test_what_goes_together_is_taken(overrides):
    assert set(load(overrides).origins) == set(overrides)


def test_three_on_one_pin_are_told_twice():
    overrides = {"feedback.led_pin": "17", "button.pin": "17"}
    with pytest.raises(ConfigError) as caught:
        load(overrides)
    assert str(caught.value).count("which is feedback.buzzer_pin as well") == 2


def test_a_contradiction_stands_beside_other_mistakes_but_not_on_one():
    overrides = {
        "sensor.source": "recording",
        "mqtt.host": "a b",
        "mqtt.tls": "never",
        "mqtt.ca_file": "x",
        "log.level": "all",
    }
    with pytest.raises(ConfigError) as caught:
        load(overrides)
    told = [line.partition(":")[0] for line in str(caught.value).splitlines()[1:-1]]
    assert told == ["  - option mqtt.tls", "  - option log.level", "  - [sensor] recording", "  - option mqtt.host"]


def test_the_place_of_a_contradiction_is_where_the_option_was_set(write):
    path = write('[mqtt]\nhost = "homeassistant.local"\ntls = "off"')
    with pytest.raises(ConfigError) as caught:
        load_config(path, environ={})
    assert str(caught.value).startswith(f"{path}: [mqtt] tls: expected ")
