# SPDX-License-Identifier: MIT
"""What is in force, as text that is a configuration again."""

import tomllib

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kneemon.config.effective import describe
from kneemon.config.loader import load_config
from kneemon.config.options import OPTIONS, Config

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_every_value_names_its_origin(write, environ):
    path = write('[sensor]\nchip = "mpu6050"\naddress = 0x69\n')
    environ["KNEEMON_FEEDBACK_OUTPUTS"] = "motor"
    text = describe(load_config(path, overrides={"coach.grace_s": "20"}, environ=environ))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == f"# file: {path}"
    assert 'chip = "mpu6050" # file' in lines
    assert "address = 0x69 # file" in lines
    assert 'outputs = ["motor"] # environment' in lines
    assert "grace_s = 20.0 # option" in lines
    assert "rate_hz = 100 # default" in lines
    assert describe(Config()).startswith("# no configuration file\n")


def test_it_holds_every_option_and_no_more():
    read = tomllib.loads(describe(Config()))
    assert {section: list(table) for section, table in read.items()} == {
        section: list(options) for section, options in OPTIONS.items()
    }


def test_no_secret_is_told(tmp_path, environ):
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    overrides = {"mqtt.host": "localhost", "mqtt.username": "kneemon", "mqtt.password_file": str(secret)}
    text = describe(load_config(overrides=overrides, environ=environ))
    assert str(secret) in text
    assert "s3cret" not in text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=TEXTS, grace_s=st.floats(5, 60), address=st.integers(0, 0x77), pins=st.sampled_from(["mock", "none"]))
def test_read_again_it_is_the_same_configuration(tmp_path, path, grace_s, address, pins):
    overrides = {
        "store.path": path,
        "coach.grace_s": repr(grace_s),
        "sensor.address": str(address),
        "feedback.pins": pins,
        "feedback.outputs": "led,buzzer",
        "button.enabled": "no",
    }
    config = load_config(overrides=overrides, environ={})
    file = tmp_path / "again.toml"
    file.write_text(describe(config), encoding="utf-8", newline="")
    again = load_config(file, environ={})
    assert config.store.path == path
    assert msgspec.structs.replace(again, file=None, origins=config.origins) == config
