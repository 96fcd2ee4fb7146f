# SPDX-License-Identifier: MIT
"""firmware/first-boot on a prepared card, with stand-ins for what only a Pi has; the virtual Pi runs it for real."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.appliance.cards import FIRMWARE, SECRETS, STOCK, contents, make_boot, make_bundle, prepare, secret_files

PER_BOOT = "var/lib/cloud/scripts/per-boot/kneemon-first-boot"
CREDENTIAL = "etc/credstore/kneemon.web-passphrase"
GROUPS = ("i2c", "gpio", "netdev", "kneemon")


class Pi:
    """A root folder with a prepared card in it. calls: what was asked of the system, in order."""

    def __init__(self, folder: Path, *options: str, install: str = "echo installed\n", ours: bool = False) -> None:
        self.root = folder / "root"
        (self.root / "boot").mkdir(parents=True)
        (self.root / "etc/default").mkdir(parents=True)
        self.boot = make_boot(self.root / "boot/firmware")
        self.bundle = make_bundle(folder / "bundle", install)
        if ours:
            (self.boot / "kneemon-image.txt").write_text("kneemon 0.1.0\n")
        self.files = secret_files(folder / "secrets")
        self.prepare(*options)
        self._calls = folder / "calls"
        self._programs = folder / "programs"
        self._programs.mkdir()
        for name in ("systemctl", "usermod", "raspi-config", "rfkill", "kneemon", "id"):
            self.program(name, "exit 0")
        self.program("getent", f'case "$2" in {"|".join(GROUPS)}) exit 0;; *) exit 2;; esac')

    def prepare(self, *options: str) -> None:
        secrets = ["--password-file", self.files["password"], "--passphrase-file", self.files["phrase"]]
        wifi = ["--wifi", "Zuhause", "--wifi-password-file", self.files["wifi"], "--country", "AT"]
        named = [] if (self.boot / "kneemon-image.txt").exists() else ["--bundle", self.bundle]
        done = prepare(self.boot, "--user", "anna", "--time-zone", "Europe/Vienna", *named, *secrets, *wifi, *options)
        assert done.returncode == 0, done.stderr
        script = self.root / PER_BOOT
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("as cloud-init writes it\n")

    def program(self, name: str, body: str) -> None:
        path = self._programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self._calls}"\n{body}\n')
        path.chmod(0o755)

    def first_boot(self) -> int:
        self._calls.write_text("")
        environment = {"PATH": f"{self._programs}:{os.environ['PATH']}", "KNEEMON_ROOT": str(self.root)}
        command = ["sh", str(self.boot / "kneemon/first-boot")]
        return subprocess.run(command, env=environment, capture_output=True, timeout=60).returncode

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines()

    @property
    def log(self) -> str:
        return (self.boot / "kneemon-first-boot.log").read_text()

    def words(self) -> list[str]:
        return (self.boot / "cmdline.txt").read_text().split()


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path, "--page", "network")


def test_it_ends_with_kneemon_ready(pi: Pi) -> None:
    assert pi.first_boot() == 0
    assert pi.log.splitlines()[-1].endswith("  done: kneemon is ready")
    assert "installed\n" in pi.log
    order = ["systemctl restart kneemon-web.socket", "systemctl restart kneemon.service", "kneemon cues ready"]
    assert [call for call in pi.calls if call in order] == order
    assert pi.calls[-1] == "kneemon cues ready"
    assert "raspi-config nonint do_wifi_country AT" in pi.calls
    (joined,) = [call.split()[2] for call in pi.calls if call.startswith("usermod -aG ") and call.endswith(" anna")]
    assert set(joined.split(",")) == set(GROUPS)


def test_what_is_not_enabled_is(pi: Pi) -> None:
    pi.program("systemctl", '[ "$1" != is-enabled ]')
    assert pi.first_boot() == 0
    for unit in ("ssh.service", "kneemon-web.socket", "kneemon.service"):
        assert f"systemctl enable --quiet {unit}" in pi.calls


def test_it_does_not_run_again(pi: Pi) -> None:
    pi.first_boot()
    assert not (pi.root / PER_BOOT).exists()
    assert pi.words().count("cloud-init=disabled") == 1
    assert (pi.boot / "cmdline.txt").read_text().count("\n") == 1
    assert not (pi.boot / "kneemon/wheels").exists()


def test_the_bundle_is_installed_offline_and_starts_nothing_itself(tmp_path: Path) -> None:
    pi = Pi(tmp_path, install='echo "install $*"\n')
    assert pi.first_boot() == 0
    assert "install --no-apt --no-start install\n" in pi.log


def test_no_secret_is_left_on_the_boot_partition(pi: Pi) -> None:
    told = yaml.safe_load((pi.boot / "user-data").read_text())
    wifi = yaml.safe_load((pi.boot / "network-config").read_text())["network"]["wifis"]["wlan0"]["access-points"]
    secrets = [*SECRETS.values(), told["users"][0]["hashed_passwd"], wifi["Zuhause"]["password"], "$5$secret"]
    assert pi.first_boot() == 0
    for name, content in contents(pi.boot).items():
        assert not [secret for secret in secrets if secret.encode() in content], name
    for name in ("user-data.before-kneemon", "network-config.before-kneemon", "kneemon/web-passphrase"):
        assert not (pi.boot / name).exists()


def test_it_is_written_over_and_not_only_named_otherwise(pi: Pi) -> None:
    before = {name: (pi.boot / name).stat() for name in ("user-data", "network-config")}
    pi.first_boot()
    for name, was in before.items():
        now = (pi.boot / name).stat()
        assert now.st_ino == was.st_ino
        assert now.st_size > was.st_size


def test_what_is_left_is_still_cloud_inits(pi: Pi) -> None:
    pi.first_boot()
    text = (pi.boot / "user-data").read_text()
    assert text.startswith("#cloud-config\n")
    assert yaml.safe_load(text) == {}
    assert yaml.safe_load((pi.boot / "network-config").read_text())["network"]["ethernets"]["eth0"]["dhcp4"] is True
    assert yaml.safe_load((pi.boot / "meta-data").read_text())["instance-id"].startswith("kneemon-")


def test_the_pass_phrase_is_handed_to_the_page_and_wiped_in_the_whole_system(pi: Pi) -> None:
    handed = pi.root.parent / "handed"
    pi.program("kneemon", f'[ "$2" != passphrase ] || cp "$4" "{handed}"')
    pi.first_boot()
    assert f"kneemon web passphrase --from-file {pi.root}/{CREDENTIAL}" in pi.calls
    assert handed.read_text() == SECRETS["phrase"] + "\n"
    assert not [name for name, content in contents(pi.root).items() if SECRETS["phrase"].encode() in content]


def test_the_page_is_opened_and_closed_as_asked(pi: Pi) -> None:
    drop_in = pi.root / "etc/systemd/system/kneemon-web.socket.d/network.conf"
    pi.first_boot()
    assert drop_in.read_text().endswith("[Socket]\nListenStream=\nListenStream=0.0.0.0:8377\n")
    pi.prepare("--page", "local")
    assert pi.first_boot() == 0
    assert not drop_in.exists()
    assert pi.words().count("cloud-init=disabled") == 1


class TestAFault:
    @pytest.fixture
    def pi(self, tmp_path: Path) -> Pi:
        return Pi(tmp_path, install='echo "no room on the card" >&2\nexit 1\n')

    def test_is_in_the_log_and_felt(self, pi: Pi) -> None:
        assert pi.first_boot() == 1
        assert "no room on the card\n" in pi.log
        assert "FAILED while installing kneemon 0.1.0 (exit 1)." in pi.log
        assert pi.calls[-1] == "kneemon cues fault"
        assert "systemctl restart kneemon.service" not in pi.calls

    def test_leaves_no_secret_all_the_same(self, pi: Pi) -> None:
        pi.first_boot()
        assert not [name for name, content in contents(pi.boot).items() if SECRETS["phrase"].encode() in content]
        credential = pi.root / CREDENTIAL
        assert credential.read_text() == SECRETS["phrase"] + "\n"
        assert (credential.stat().st_mode & 0o777, credential.parent.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_is_tried_again_at_the_next_boot(self, pi: Pi) -> None:
        """As is what a power cut broke off."""
        pi.first_boot()
        assert (pi.root / PER_BOOT).exists()
        assert "cloud-init=disabled" not in pi.words()
        (pi.boot / "kneemon/install").write_text("exit 0\n")
        assert pi.first_boot() == 0
        assert "FAILED" not in pi.log
        assert f"kneemon web passphrase --from-file {pi.root}/{CREDENTIAL}" in pi.calls

    def test_of_the_buzzer_is_none_of_the_first_boot(self, tmp_path: Path) -> None:
        pi = Pi(tmp_path / "other")
        pi.program("kneemon", '[ "$1" != cues ]')
        assert pi.first_boot() == 0
        assert "the tones could not be played" in pi.log

    def test_of_the_user_is_told_and_kneemon_runs(self, tmp_path: Path) -> None:
        pi = Pi(tmp_path / "other")
        pi.program("id", "exit 1")
        assert pi.first_boot() == 0
        assert "there is no user anna: see /var/log/cloud-init.log" in pi.log
        assert not [call for call in pi.calls if call.startswith("usermod")]


class TestOurImage:
    @pytest.fixture
    def pi(self, tmp_path: Path) -> Pi:
        return Pi(tmp_path, "--hdmi", "off", ours=True)

    def test_a_walk_that_has_begun_goes_on(self, pi: Pi) -> None:
        assert pi.first_boot() == 0
        assert "installing" not in pi.log
        assert "systemctl start kneemon.service" in pi.calls
        assert "systemctl restart kneemon.service" not in pi.calls

    def test_debian_keeps_the_words_for_the_next_kernel(self, pi: Pi) -> None:
        (pi.root / "etc/default/raspi-firmware").write_text("")
        extra = pi.root / "etc/default/raspi-extra-cmdline"
        extra.write_text("fsck.mode=force ds=nocloud;i=older\n")
        for _ in range(2):
            assert pi.first_boot() == 0
            told = extra.read_text().split()
            assert told[0] == "fsck.mode=force"
            assert set(told[1:]) == set(pi.words()) - set(STOCK["cmdline.txt"].split())
            assert {"cloud-init=disabled", "video=HDMI-A-1:d", "cfg80211.ieee80211_regdom=AT"} < set(told)


def test_undo_after_it_says_what_is_gone(pi: Pi) -> None:
    pi.first_boot()
    done = prepare(pi.boot, "--undo")
    assert done.returncode == 0
    for name in ("config.txt", "cmdline.txt", "meta-data"):
        assert (pi.boot / name).read_text() == STOCK[name]
    for name in ("user-data", "network-config"):
        assert f"{name} stays as it is: what was there before held secrets, and the first boot wiped it." in done.stdout
    assert set(contents(pi.boot)) == set(STOCK)


def test_it_is_plain_shell() -> None:
    subprocess.run(["sh", "-n", str(FIRMWARE / "first-boot")], check=True, timeout=60)
    assert os.access(FIRMWARE / "first-boot", os.X_OK)
    assert os.access(FIRMWARE / "prepare-card", os.X_OK)
