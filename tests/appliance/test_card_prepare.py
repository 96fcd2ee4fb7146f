# SPDX-License-Identifier: MIT
"""`firmware/prepare-card` on a folder like a card's boot partition: prepared, prepared again, put back, refused."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from tests.appliance.cards import FIRMWARE, SECRETS, STOCK, contents, make_boot, make_bundle, prepare, secret_files

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHh4 anna"
PATIENCE_S = 60.0


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    return make_boot(tmp_path / "bootfs")


@pytest.fixture
def given(tmp_path: Path) -> list[object]:
    """Options that answer everything."""
    files = secret_files(tmp_path / "secrets")
    (tmp_path / "key.pub").write_text(f"{KEY}\n")
    return [
        *("--bundle", make_bundle(tmp_path / "bundle")),
        *("--user", "anna", "--password-file", files["password"], "--ssh-key", tmp_path / "key.pub"),
        *("--wifi", "Zuhause", "--wifi-password-file", files["wifi"], "--country", "de"),
        *("--time-zone", "Europe/Berlin", "--passphrase-file", files["phrase"], "--page", "network"),
    ]


def test_a_prepared_card_has_everything(boot: Path, given: list[object], tmp_path: Path) -> None:
    done = prepare(boot, *given)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"kneemon/wheels/kneemon-0.1.0-py3-none-any.whl", "kneemon/install", "kneemon/first-boot"} <= set(
        contents(boot)
    )
    assert "not for the card" not in (boot / "kneemon/SHA256SUMS").read_text()
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=boot / "kneemon", check=True, timeout=60)
    config = (boot / "config.txt").read_text()
    assert config == STOCK["config.txt"] + (FIRMWARE / "boot/kneemon-config.txt").read_text()
    told = yaml.safe_load((boot / "user-data").read_text())
    assert (told["hostname"], told["timezone"], told["users"][0]["name"]) == ("kneemon", "Europe/Berlin", "anna")
    instance = yaml.safe_load((boot / "meta-data").read_text())["instance-id"]
    assert f"ds=nocloud;i={instance} cfg80211.ieee80211_regdom=DE\n" in (boot / "cmdline.txt").read_text()
    assert (boot / "kneemon/settings").read_text().count(instance) == 1


def test_what_was_there_is_kept_and_told(boot: Path, given: list[object]) -> None:
    done = prepare(boot, *given)
    for name, text in STOCK.items():
        assert (boot / f"{name}.before-kneemon").read_text() == text
        assert f"Kept what was there: {name}.before-kneemon\n" in done.stdout


def test_no_password_is_on_the_card_or_on_the_screen(boot: Path, given: list[object]) -> None:
    """But for the page's pass phrase, in a file of its own."""
    done = prepare(boot, *given)
    written = contents(boot)
    assert written.pop("kneemon/web-passphrase").decode() == SECRETS["phrase"] + "\n"
    for secret in SECRETS.values():
        assert secret not in done.stdout + done.stderr
        assert not [name for name, content in written.items() if secret.encode() in content]


def test_once_more_is_as_once_but_for_the_instance(boot: Path, given: list[object]) -> None:
    prepare(boot, *given)
    once = contents(boot)
    again = prepare(boot, *given)
    assert again.returncode == 0
    assert "Kept" not in again.stdout
    new = {"user-data", "meta-data", "cmdline.txt", "kneemon/settings"}  # the password's salt, the instance
    assert {name for name, content in contents(boot).items() if once.get(name) != content} == new
    assert once.keys() == contents(boot).keys()


def test_of_an_older_bundle_nothing_stays(boot: Path, given: list[object]) -> None:
    prepare(boot, *given)
    older = boot / "kneemon/wheels/kneemon-0.0.9-py3-none-any.whl"
    older.write_bytes(b"")
    prepare(boot, *given)
    assert [path.name for path in older.parent.iterdir()] == ["kneemon-0.1.0-py3-none-any.whl"]


@pytest.mark.parametrize("without", [(), ("user-data", "network-config")])
def test_undo_puts_back_every_byte(tmp_path: Path, given: list[object], without: tuple[str, ...]) -> None:
    boot = make_boot(tmp_path / "card", without=without)
    before = contents(boot)
    prepare(boot, *given, "--hdmi", "off")
    prepare(boot, *given[:6], "--wifi-off", "--no-passphrase")
    undone = prepare(boot, "--undo")
    assert (undone.returncode, undone.stderr) == (0, "")
    assert contents(boot) == before
    assert not (boot / "kneemon").exists()
    assert "config.txt is again what it was." in undone.stdout
    assert prepare(boot, "--undo").stdout == "Nothing to undo: prepare-card has not been here.\n"


def test_undo_keeps_what_others_have_changed_since(boot: Path, given: list[object]) -> None:
    prepare(boot, *given)
    with (boot / "config.txt").open("a") as config:
        config.write("arm_freq=600\n")
    words = (boot / "cmdline.txt").read_text().replace(" resize", "")
    (boot / "cmdline.txt").write_text(words.replace("\n", " cloud-init=disabled\n"))
    undone = prepare(boot, "--undo")
    assert (boot / "config.txt").read_text() == STOCK["config.txt"] + "arm_freq=600\n"
    assert (boot / "cmdline.txt").read_text() == STOCK["cmdline.txt"].replace(" resize", "")
    assert "config.txt has changed since: only what kneemon wrote is taken out" in undone.stdout


def test_a_dry_run_writes_nothing(boot: Path, given: list[object]) -> None:
    before = contents(boot)
    done = prepare(boot, *given, "--dry-run")
    assert done.returncode == 0
    assert "anna@kneemon.local, with the ssh key; the password is for sudo and a keyboard" in done.stdout
    assert "Zuhause (DE)" in done.stdout
    assert done.stdout.endswith("Nothing was written.\n")
    assert contents(boot) == before


def test_on_our_own_image_the_boot_settings_stay(boot: Path, given: list[object]) -> None:
    (boot / "kneemon-image.txt").write_text("kneemon 0.1.0\n")
    done = prepare(boot, *given[2:], "--hdmi", "off")
    assert done.returncode == 0, done.stderr
    assert "nothing: kneemon is on this image" in done.stdout
    assert (boot / "config.txt").read_text() == STOCK["config.txt"]
    assert {path.name for path in (boot / "kneemon").iterdir()} == {"first-boot", "settings", "web-passphrase"}
    assert (boot / "cmdline.txt").read_text().endswith(" video=HDMI-A-1:d\n")
    prepare(boot, "--undo")
    assert (boot / "cmdline.txt").read_text() == STOCK["cmdline.txt"]


def test_our_own_image_can_be_given_a_newer_kneemon(boot: Path, given: list[object]) -> None:
    (boot / "kneemon-image.txt").write_text("kneemon 0.0.9\n")
    assert prepare(boot, *given).returncode == 0
    assert (boot / "kneemon/wheels/kneemon-0.1.0-py3-none-any.whl").exists()
    assert (boot / "config.txt").read_text() == STOCK["config.txt"]


def test_wifi_off_for_good(boot: Path, given: list[object]) -> None:
    user = [*given[:6]]
    done = prepare(boot, *user, "--wifi-off", "--no-passphrase")
    assert done.returncode == 0, done.stderr
    assert "dtoverlay=disable-wifi\n" in (boot / "config.txt").read_text()
    assert " module_blacklist=brcmfmac" in (boot / "cmdline.txt").read_text()
    assert "wifis" not in json.dumps(yaml.safe_load((boot / "network-config").read_text()))
    assert not (boot / "kneemon/web-passphrase").exists()


class TestRefusals:
    """Nothing is written, and each says what was expected, what was seen, what to do."""

    def refused(self, boot: Path, *arguments: object) -> str:
        before = contents(boot)
        done = prepare(boot, *arguments)
        assert done.returncode == 1
        assert contents(boot) == before
        assert done.stderr.startswith("prepare-card: ")
        assert done.stderr.endswith("Nothing was written.\n")
        return done.stderr

    def test_no_boot_partition(self, tmp_path: Path, given: list[object]) -> None:
        told = self.refused(make_boot(tmp_path / "x", without=("cmdline.txt",)), *given)
        assert "expected a Raspberry Pi's boot partition, with config.txt and cmdline.txt, saw no cmdline.txt." in told

    def test_the_other_partition(self, tmp_path: Path, given: list[object]) -> None:
        (tmp_path / "rootfs/etc").mkdir(parents=True)
        (tmp_path / "rootfs/etc/fstab").write_text("")
        assert "saw the Pi's other partition. Name the folder" in self.refused(tmp_path / "rootfs", *given)

    def test_an_image_of_32_bits(self, boot: Path, given: list[object]) -> None:
        (boot / "kernel7.img").write_bytes(b"")
        assert "expected 64-bit Raspberry Pi OS, saw the 32-bit one" in self.refused(boot, *given)

    def test_an_image_before_cloud_init(self, tmp_path: Path, given: list[object]) -> None:
        told = self.refused(make_boot(tmp_path / "x", without=("meta-data", "user-data")), *given)
        assert "expected an image that starts with cloud-init, saw none of its files" in told

    def test_a_torn_bundle(self, boot: Path, given: list[object]) -> None:
        wheel = next((Path(str(given[1])) / "wheels").iterdir())
        wheel.write_bytes(wheel.read_bytes()[:-1])
        assert "expected the file that SHA256SUMS names, saw another one. Get the bundle anew." in self.refused(
            boot, *given
        )

    def test_no_bundle(self, boot: Path, given: list[object], tmp_path: Path) -> None:
        told = self.refused(boot, *given, "--bundle", tmp_path)
        assert f"saw none in {tmp_path}. Take prepare-card from an unpacked release, or run `make bundle`" in told

    def test_a_full_card(self, boot: Path, given: list[object]) -> None:
        wheel = Path(str(given[1])) / "wheels/big.whl"
        with wheel.open("wb") as file:
            file.truncate(shutil.disk_usage(boot).total)  # sparse: it takes no room here
        sums = wheel.parents[1] / "SHA256SUMS"
        # its sum is never asked for: prepare-card looks at the room first
        sums.write_text(sums.read_text() + f"{'0' * 64}  wheels/big.whl\n")
        assert "expected room for" in self.refused(boot, *given)

    def test_nobody_could_log_in(self, boot: Path, given: list[object]) -> None:
        told = self.refused(boot, *given[:4])
        assert "expected --password-file or --ssh-key, saw nothing." in told

    def test_a_page_for_all_without_a_pass_phrase(self, boot: Path, given: list[object]) -> None:
        told = self.refused(boot, *given[:6], "--no-wifi", "--page", "network")
        assert "expected a pass phrase, before the network may see it, saw none." in told

    def test_two_answers_that_exclude_each_other(self, boot: Path, given: list[object]) -> None:
        assert "expected --wifi or --no-wifi, saw both" in self.refused(boot, *given, "--no-wifi")

    def test_a_file_that_is_not_there(self, boot: Path, given: list[object], tmp_path: Path) -> None:
        assert f"{tmp_path / 'gone'}: expected a text file" in self.refused(
            boot, *given[:4], "--password-file", tmp_path / "gone"
        )


class TestAsked:
    """At a terminal, which a pseudo-terminal is."""

    def typed(self, boot: Path, home: Path, options: Sequence[object], answers: Sequence[tuple[str, str]]) -> str:
        """answers: what is waited for, and what is typed then."""
        command = [sys.executable, str(FIRMWARE / "prepare-card"), str(boot), *map(str, options)]
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "HOME": str(home)},
        )
        os.close(theirs)
        seen, at = "", 0
        waiting = list(answers)
        try:
            while select.select([ours], [], [], PATIENCE_S)[0]:
                try:
                    seen += os.read(ours, 4096).decode()
                except OSError:  # the other end is closed
                    break
                while waiting and waiting[0][0] in seen[at:]:
                    at += seen[at:].index(waiting[0][0]) + len(waiting[0][0])
                    os.write(ours, f"{waiting.pop(0)[1]}\n".encode())
        finally:
            process.kill()
            process.wait(PATIENCE_S)
            os.close(ours)
        assert not waiting, f"never asked: {waiting[0][0]}; seen: {seen}"
        return seen

    def test_in_plain_words(self, boot: Path, tmp_path: Path) -> None:
        bundle = make_bundle(tmp_path / "bundle")
        answers = [
            ("Who may log in?", "Root"),
            ("Who may log in?", "anna"),
            ("Type the login's password: ", SECRETS["password"]),
            ("The same once more: ", "something else"),
            ("Type the login's password: ", SECRETS["password"]),
            ("The same once more: ", SECRETS["password"]),
            ("The Pi's name in the network [kneemon]: ", ""),
            ("Your time zone", "Europe/Vienna"),
            ("Your Wi-Fi's name (empty: none): ", "Zuhause"),
            ("Type the Wi-Fi's password: ", SECRETS["wifi"]),
            ("The same once more: ", SECRETS["wifi"]),
            ("Your country, in two letters [AT]: ", ""),
            ("Type a pass phrase for kneemon's page", SECRETS["phrase"]),
            ("The same once more: ", SECRETS["phrase"]),
            ("Open the page to every device in your network? [y/N] ", "n"),
            ("Switch the HDMI socket off?", "y"),
            ("Write this? [Y/n] ", ""),
        ]
        seen = self.typed(boot, tmp_path, ["--bundle", bundle], answers)
        assert "The user's name: expected a small letter" in seen
        assert "The second time: expected the same, saw something else." in seen
        assert "Done. Eject the card" in seen
        assert not [secret for secret in SECRETS.values() if secret in seen]
        told = yaml.safe_load((boot / "network-config").read_text())["network"]["wifis"]["wlan0"]
        assert told["regulatory-domain"] == "AT"
        assert " video=HDMI-A-1:d\n" in (boot / "cmdline.txt").read_text()
        assert "page=local\n" in (boot / "kneemon/settings").read_text()

    def test_a_key_of_ones_own_is_proposed_and_no_is_taken(self, boot: Path, tmp_path: Path) -> None:
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh/id_ed25519.pub").write_text(f"{KEY}\n")
        before = contents(boot)
        answers = [
            ("Who may log in?", "anna"),
            (f"Log in with your ssh key {tmp_path / '.ssh/id_ed25519.pub'}? [Y/n] ", ""),
            ("Type the login's password (empty: none, the key alone): ", ""),
            ("The Pi's name", "knie"),
            ("Your time zone", "Europe/Berlin"),
            ("Your Wi-Fi's name (empty: none): ", ""),
            ("Switch Wi-Fi off for good?", "y"),
            ("Write this? [Y/n] ", "n"),
        ]
        options = ["--bundle", make_bundle(tmp_path / "bundle"), "--hdmi", "on", "--no-passphrase"]
        seen = self.typed(boot, tmp_path, options, answers)
        assert "anna@knie.local, with the ssh key alone" in seen
        assert "off for good" in seen.partition("Onto ")[2]
        assert seen.endswith("Nothing was written.\r\n")
        assert contents(boot) == before
