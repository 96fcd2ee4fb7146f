# SPDX-License-Identifier: MIT
"""The configuration file: only [mqtt] is touched, the rest to the letter; what was there is kept; who may read what."""

import os
import stat
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kneemon.app.mqtt_setup import Change, changed, configuration_file, write
from kneemon.config.loader import load_config
from kneemon.config.options import Config
from kneemon.errors import ConfigError

VALUES: dict[str, object] = {
    "host": "hub.local", "port": 0, "username": "ab12cd34", "password_file": "mqtt-password", "tls": "auto",
    "ca_file": "", "insecure": False, "cert_file": "", "key_file": "",
}  # fmt: skip
WRITTEN = 'host = "hub.local"\nusername = "ab12cd34"\npassword_file = "mqtt-password"\n'


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def edited(folder: Path, text: str) -> str:
    file = folder / "kneemon.toml"
    file.write_bytes(text.encode())
    return changed(file, VALUES, {}).after


BELT = '# and this\n[device]\nworn = "waist" # at the belt\n'
ADDED = 'username = "ab12cd34"\npassword_file = "mqtt-password"\n'
OLD = '# mine\n[mqtt]\nhost = "old"  # the old one\nport = 1884\n\n'
NEW = f'# mine\n[mqtt]\nhost = "hub.local"  # the old one\nport = 0\n{ADDED}\n'
DOTTED = 'mqtt.host = "hub.local"\nmqtt.username = "ab12cd34"\nmqtt.password_file = "mqtt-password"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"[mqtt]\n{WRITTEN}"),
        ('[device]\nworn = "waist"', f'[device]\nworn = "waist"\n\n[mqtt]\n{WRITTEN}'),
        (f"{OLD}{BELT}", f"{NEW}{BELT}"),
        ('mqtt.host = "old"\n', DOTTED),
    ],
)
def test_only_what_must_change_does(tmp_path: Path, before: str, after: str):
    assert edited(tmp_path, before) == after


def test_the_manual_itself(tmp_path: Path):
    """default.toml has every option: nothing is added, a few lines change."""
    manual = (Path(__file__).parents[2] / "kneemon/config/default.toml").read_text()
    after = edited(tmp_path, manual)
    old, new = manual.splitlines(), after.splitlines()
    assert len(old) == len(new)
    assert [line for line, was in zip(new, old, strict=True) if line != was] == WRITTEN.splitlines()


COMMENTS = some.text(some.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), max_size=20)
SECTIONS = some.sampled_from(
    ('[device]\nworn = "pocket"', "[power]\ncells   =   2", "[log]", "[feedback]\nsilent=false")
)


@given(some.lists(some.tuples(COMMENTS, SECTIONS), unique_by=lambda part: part[1]), some.integers(0, 4), COMMENTS)
def test_whatever_else_stands_there_stays(parts: list[tuple[str, str]], at: int, remark: str):
    blocks = [f"#{comment}\n{section}\n\n" for comment, section in parts]
    mine = f"[mqtt]\nport = 1884 #{remark}\n"
    for before in ("".join(blocks), "".join((*blocks[:at], mine, *blocks[at:]))):
        after = _after(before)
        read = tomllib.loads(after)
        mqtt = read.pop("mqtt")
        was = tomllib.loads(before)
        was.pop("mqtt", None)
        assert read == was
        assert (mqtt["host"], mqtt.get("port", 0)) == ("hub.local", 0)
        lines = after.splitlines()
        assert all(line in lines for line in before.splitlines() if "port = 1884" not in line)
        assert f"#{remark}" in after or "port = 1884" not in before
        assert _after(after) == after, "the second time nothing changes"


def _after(text: str) -> str:
    with TemporaryDirectory() as folder:
        return edited(Path(folder), text)


def test_it_can_be_loaded_again(tmp_path: Path):
    file = tmp_path / "kneemon.toml"
    write(changed(file, VALUES, {}), "secret", None)
    config = load_config(file, environ={})
    assert (config.mqtt.host, config.mqtt.username, config.mqtt.encrypted) == ("hub.local", "ab12cd34", True)
    assert (tmp_path / "mqtt-password").read_text() == "secret\n"
    assert mode_of(tmp_path / "mqtt-password") == 0o600
    assert mode_of(file) == 0o644


def test_what_would_contradict_itself_is_not_written(tmp_path: Path):
    file = tmp_path / "kneemon.toml"
    with pytest.raises(ConfigError, match="tls"):
        changed(file, VALUES | {"tls": "off"}, {})
    assert not file.exists()


def test_a_broken_file_is_told_in_kneemon_s_words(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"kneemon\.toml, line 1"):
        edited(tmp_path, "[mqtt\n")


def test_what_was_there_is_kept_with_its_mode_and_its_owner(tmp_path: Path):
    file = tmp_path / "kneemon.toml"
    file.write_text("# mine\n")
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 1, 1)
    backup = write(changed(file, VALUES, {}), None, "-----BEGIN CERTIFICATE-----\n")
    assert backup == tmp_path / "kneemon.toml.bak"
    for path in (file, backup):
        assert mode_of(path) == 0o640
        assert (path.stat().st_uid, path.stat().st_gid) == ((1, 1) if os.geteuid() == 0 else (os.getuid(), os.getgid()))
    assert backup.read_text() == "# mine\n"
    assert mode_of(tmp_path / "mqtt-ca.pem") == 0o644
    assert not (tmp_path / "mqtt-password").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kneemon.toml", "kneemon.toml.bak", "mqtt-ca.pem"]


def test_on_the_device_the_service_may_read_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As in /etc/kneemon: for the group, which is the service's; whoever else is there may not."""
    monkeypatch.setattr("kneemon.app.mqtt_setup.SYSTEM_FILE", tmp_path / "kneemon.toml")
    monkeypatch.setattr("kneemon.app.mqtt_setup.GROUP", "no-such-group")
    write(changed(tmp_path / "kneemon.toml", VALUES, {}), "secret", None)
    assert mode_of(tmp_path / "mqtt-password") == mode_of(tmp_path / "kneemon.toml") == 0o640


def test_a_password_from_before_is_replaced_and_never_open(tmp_path: Path):
    (tmp_path / "mqtt-password").write_text("old\n")
    (tmp_path / "mqtt-password").chmod(0o666)
    (tmp_path / "mqtt-password.new").write_text("left behind by a power cut")
    write(changed(tmp_path / "kneemon.toml", VALUES, {}), "new", None)
    assert (tmp_path / "mqtt-password").read_text() == "new\n"
    assert mode_of(tmp_path / "mqtt-password") == 0o600


def test_a_place_that_cannot_be_written(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="The configuration is as it was"):
        write(Change(tmp_path / "file/kneemon.toml", None, "[mqtt]\n"), None, None)


class TestWhere:
    def test_the_file_in_force(self, tmp_path: Path):
        file = tmp_path / "k.toml"
        file.write_text("")
        assert configuration_file(load_config(file, environ={}), {}) == file

    def test_the_user_s_own(self, tmp_path: Path):
        assert configuration_file(Config(), {"HOME": str(tmp_path)}) == tmp_path / ".config/kneemon/kneemon.toml"

    def test_through_a_link(self, tmp_path: Path):
        (tmp_path / "real.toml").write_text("")
        (tmp_path / "link.toml").symlink_to("real.toml")
        config = load_config(tmp_path / "link.toml", environ={})
        assert configuration_file(config, {}) == tmp_path / "real.toml"

    def test_one_that_may_not_be_changed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        """Root may everything: the system call is made to say no."""
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(ConfigError, match=r"put sudo before the command\. Nothing was written"):
            configuration_file(Config(), {"HOME": str(tmp_path)})
