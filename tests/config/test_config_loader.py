# SPDX-License-Identifier: MIT
"""Who wins, and what a person is told when something is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kneemon.config.layers import NAMES
from kneemon.config.loader import load_config
from kneemon.config.options import Config, Origin
from kneemon.config.toml_text import as_toml
from kneemon.errors import ConfigError, ExitCode

AFTER = "Expected newline or end of document after a statement"


def refused(path: Path | None = None, *, environ: Mapping[str, str], **overrides: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(
            path, overrides={name.replace("__", "."): word for name, word in overrides.items()}, environ=environ
        )
    assert caught.value.exit_code is ExitCode.CONFIG
    return str(caught.value)


def test_without_a_file_all_is_default(environ):
    assert load_config(environ=environ) == Config()


def test_option_over_environment_over_file_over_default(write, environ):
    path = write('[sensor]\nchip = "mpu6050"\nrate_hz = 50\nbus = 3\n')
    environ |= {"KNEEMON_SENSOR_RATE_HZ": "200", "KNEEMON_SENSOR_BUS": "4"}
    config = load_config(path, overrides={"sensor.bus": "5"}, environ=environ)
    assert (config.sensor.source, config.sensor.chip, config.sensor.rate_hz, config.sensor.bus) == (
        "fifo",
        "mpu6050",
        200,
        5,
    )
    assert config.file == path
    assert config.origins == {
        "sensor.chip": Origin.FILE,
        "sensor.rate_hz": Origin.ENVIRONMENT,
        "sensor.bus": Origin.OPTION,
    }


def test_where_the_file_is_looked_for(write, environ, system_file, tmp_path):
    def bus() -> int:
        return load_config(environ=environ).sensor.bus

    assert bus() == 1
    write("[sensor]\nbus = 2", "home/.config/kneemon/kneemon.toml")
    assert bus() == 2
    write("[sensor]\nbus = 3", "xdg/kneemon/kneemon.toml")
    environ["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    assert bus() == 3
    write("[sensor]\nbus = 4", system_file)
    assert bus() == 4
    environ["KNEEMON_CONFIG"] = str(write("[sensor]\nbus = 5", "mine.toml"))
    assert bus() == 5
    assert load_config(write("[sensor]\nbus = 6", "named.toml"), environ=environ).sensor.bus == 6


def test_a_user_without_a_home_has_the_defaults():
    assert load_config(environ={}) == Config()


def test_addresses_may_be_written_in_hexadecimal(write, environ):
    assert load_config(write("[sensor]\naddress = 0x1D"), environ=environ).sensor.address == 29


def test_a_file_from_a_windows_editor_is_read(tmp_path, environ):
    path = tmp_path / "kneemon.toml"
    path.write_bytes(b'\xef\xbb\xbf[device]\r\nworn = "thigh"\r\n')
    assert load_config(path, environ=environ).device.worn == "thigh"


def test_one_mistake_is_one_sentence(write, environ):
    path = write("[sensor]\nrate_hz = 75")
    assert refused(path, environ=environ) == (
        f"{path}: [sensor] rate_hz: expected 50, 100 or 200 Hz, saw 75. "
        "docs/configuration.md lists every option with what it may be."
    )


def test_all_mistakes_of_all_origins_are_told_at_once(write, environ):
    path = write(
        """
        chip = "mpu6050"
        log = "debug"
        [sensors]
        bus = 1
        [sensor]
        chp = "mpu6050"
        rate_hz = 75
        address = "0x53"
        drain_s = nan
        [coach]
        grace_s = 4.5
        most_repeats = 1.5
        [feedback]
        outputs = ["buzzer", "siren"]
        active_high = 1
        [store]
        path = 2026-11-23
        """
    )
    environ |= {"KNEEMON_COACH_GRACES": "20", "KNEEMON_BUTTON_PIN": "twelve"}
    text = refused(path, environ=environ, sensor__chips="adxl345", coach__repeat_s="10")
    assert text.startswith("The configuration: expected no mistake, saw 16:\n")
    assert text.endswith("\nThat is all of them. docs/configuration.md lists every option with what it may be.")
    number = "a whole number from"
    assert text.splitlines()[1:-1] == [
        (
            f"  - {path}: chip: expected a section with its options under it, "
            "saw an unknown name (did you mean sensor.chip?)"
        ),
        f'  - {path}: log: expected a section, [log], saw "debug"',
        (
            f"  - {path}: sensors: expected a section with its options under it, "
            "saw an unknown name (did you mean sensor?)"
        ),
        f"  - {path}: [sensor] chp: expected an option of [sensor], saw an unknown name (did you mean sensor.chip?)",
        f"  - {path}: [sensor] rate_hz: expected 50, 100 or 200 Hz, saw 75",
        f'  - {path}: [sensor] address: expected {number} 0 to 0x77, saw "0x53"',
        f"  - {path}: [sensor] drain_s: expected a number from 0.02 to 0.25 s, saw nan",
        f"  - {path}: [coach] grace_s: expected a number from 5 to 60 s, saw 4.5",
        f"  - {path}: [coach] most_repeats: expected {number} 0 to 10, saw 1.5",
        (
            f"  - {path}: [feedback] outputs: expected a list, in square brackets, "
            'with any of "buzzer", "piezo", "motor", "haptic" or "led", saw "siren"'
        ),
        f"  - {path}: [feedback] active_high: expected true or false, saw 1",
        f"  - {path}: [store] path: expected text in quotation marks, saw 2026-11-23",
        (
            "  - environment variable KNEEMON_COACH_GRACES: expected the name of an option, "
            "saw an unknown name (did you mean KNEEMON_COACH_GRACE_S?)"
        ),
        f'  - environment variable KNEEMON_BUTTON_PIN: expected {number} 4 to 27 BCM number, saw "twelve"',
        "  - option sensor.chips: expected the name of an option, saw an unknown name (did you mean sensor.chip?)",
        "  - option coach.repeat_s: expected a number from 30 to 300 s, saw 10.0",
    ]


def test_what_an_unknown_option_held_is_never_told(write, environ):
    held = "s3cret"
    path = write(f'[mqtt]\npassword = "{held}"')
    environ["KNEEMON_MQTT_PASSWORD"] = held
    text = refused(path, environ=environ, mqtt__password=held)
    assert held not in text
    assert text.count("password_file?") + text.count("PASSWORD_FILE?") == 3


def test_a_long_value_is_cut(write, environ):
    text = refused(write(f'[log]\nlevel = "{"x" * 5000}"'), environ=environ)
    assert len(text) < 300


@pytest.mark.parametrize(
    ("text", "place", "line", "reason"),
    [
        ("[sensor]\r\nchip = mpu6050\r\n", "line 2, column 8", "chip = mpu6050", "Invalid value"),
        ("[sensor\nbus = 1\n", "line 1, column 8", "[sensor", "Expected ']' at the end of a table declaration"),
        ('[sensor]\nchip = "mpu6050', "end of document", 'chip = "mpu6050', "Unterminated string"),
        ("[sensor]\nchip =\n\n", "line 2, column 7", "chip =", "Invalid value"),
        ("[coach]\n  grace_s = 7,5 # s\n", "line 2, column 14", "grace_s = 7,5 # s", AFTER),
        ("[mqtt]\nhost = 192.168.1.5\n", "line 2, column 15", "host = 192.168.1.5", AFTER),
        ("[mqtt]\npassword = 53cret\n", "line 2, column 14", "password = …", AFTER),
        ("[mqtt]\nhost = me:53cret@lan\n", "line 2, column 8", "host = …", "Invalid value"),
        ("[mqtt]\nme:53cret@lan\n", "line 2, column 3", "…", "Expected '=' after a key in a key/value pair"),
        ("x = \x1b[31m" + 99 * "y", "line 1, column 5", "x = ·[31m" + 48 * "y" + "…", "Invalid value"),
    ],
)
def test_broken_toml_shows_the_line_and_what_to_do(write, environ, text, place, line, reason):
    path = write(text)
    assert refused(path, environ=environ) == (
        f'{path}, {place}: expected lines such as name = 5 or name = "text", saw `{line}` ({reason}). '
        "Look at that line and the one before: text stands in straight quotation marks, a decimal has a point, "
        "every bracket is closed, and no name comes twice."
    )


@pytest.mark.parametrize(
    ("text", "place", "line", "name"),
    [
        ("[sensor]\nbus = 1\nbus = 2\n", "line 3, column 8", "bus = 2", "bus"),
        ("[sensor]\nbus = 1\nbus = 2", "end of document", "bus = 2", "bus"),
        ("[sensor]\n[coach]\n[sensor]\nbus = 1", "line 3, column 8", "[sensor]", "[sensor]"),
    ],
)
def test_what_comes_twice_is_named(write, environ, text, place, line, name):
    path = write(text)
    assert refused(path, environ=environ) == (
        f"{path}, {place}: expected each name once, saw `{line}`. `{name}` comes twice: take one of the two out."
    )


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
def test_what_the_parser_cannot_hold_is_told(write, environ, value):
    path = write(f"[sensor]\nbus = {value}\n")
    assert refused(path, environ=environ).startswith(f"{path}: expected lines such as name = 5")


def test_variables_of_no_section_are_none_of_its_business(environ):
    assert load_config(environ=environ | {"KNEEMON_DEBUG": "1"}) == Config()


def test_a_file_asked_for_by_name_must_be_there(tmp_path, environ):
    path = tmp_path / "mine.toml"
    told = f"{path}: expected a file, saw none of that name. Check the name, or make the file."
    assert refused(path, environ=environ) == told
    assert refused(environ=environ | {"KNEEMON_CONFIG": str(path)}) == told


def test_a_folder_is_no_file(tmp_path, environ):
    told = f"{tmp_path}: expected a file, saw a folder. Name the file in the folder, ending in .toml."
    assert refused(tmp_path, environ=environ) == told


def test_other_encodings_are_told(tmp_path, environ):
    path = tmp_path / "kneemon.toml"
    path.write_bytes('[device]\nworn = "thigh"  # größer\n'.encode("latin-1"))
    assert refused(path, environ=environ) == (
        f"{path}, line 2: expected text in UTF-8, saw the byte 0xf6, which is none. "
        "Save the file again with the encoding UTF-8; editors offer it under Save as."
    )


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (PermissionError(13, "Permission denied"), "one that is closed to this user"),
        (OSError(5, "I/O error"), "I/O error"),
    ],
)
def test_a_file_that_cannot_be_read(write, environ, monkeypatch, fault, seen):
    path = write("")

    def closed(_: Path) -> bytes:
        raise fault

    monkeypatch.setattr(Path, "read_bytes", closed)
    assert f"saw {seen}" in refused(path, environ=environ)


def test_a_closed_system_folder_is_told_and_not_passed_over(environ, monkeypatch):
    def closed(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", closed)
    monkeypatch.setattr(Path, "read_bytes", closed)
    assert "saw one that is closed to this user" in refused(environ=environ)


VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-300, 300), st.floats(), st.dates(), st.text(max_size=9)),
    lambda values: st.lists(values, max_size=3),
    max_leaves=4,
)
FITTING = st.sampled_from(["auto", "off", "walking", "recording", "localhost", 17, 24, 100, 10.0, True, ["led"], "x"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(NAMES)), VALUES | FITTING, max_size=8))
def test_any_file_is_a_configuration_or_a_told_mistake(tmp_path, values):
    path = tmp_path / "any.toml"
    sections: dict[str, list[str]] = {}
    for name, value in values.items():
        section, _, option = name.partition(".")
        sections.setdefault(section, [f"[{section}]"]).append(f"{option} = {as_toml(value)}")
    path.write_text("\n".join(line for lines in sections.values() for line in lines), encoding="utf-8", newline="")
    try:
        config = load_config(path, environ={})
    except ConfigError as refusal:
        told = str(refusal)
    else:
        assert config.origins == dict.fromkeys(values, Origin.FILE)
        return
    assert any(name.partition(".")[2] in told for name in [*values, "recording"])
