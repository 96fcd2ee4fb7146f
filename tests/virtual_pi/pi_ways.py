# SPDX-License-Identifier: MIT
"""The three ways in, each from a card that no kneemon has ever run from, to a walk: counted, buzzed, stored, published.

The bare image stands in for the official one: Debian and its cloud-init, reading the same files of the same partition.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from kneemon.model.cues import CueKind
from virtual_pi.board import BUZZER
from virtual_pi.buzzes import drawn, expected
from virtual_pi.conftest import NewMachine
from virtual_pi.machine import BOARD, MQTT, SSH, Machine, Model, Parts
from virtual_pi.outing import first_walk
from virtual_pi.prepared import copied, prepare, source_disk
from virtual_pi.service import Service
from virtual_pi.stage import BUILD
from virtual_pi.stored import fetched, walks
from virtual_pi.table import Table

PAGE = 8377
USER, HOST, ZONE, WIFI = "walker", "kneemon-park", "Europe/Berlin", "Home of ducks"
WIFI_PASSWORD, PHRASE = "quack quack 1999", "seven ducks on a pond"
BROKER = '[mqtt]\nhost = "127.0.0.1"\n'
FIRST_BOOT_S = 1800.0  # real seconds, on a busy machine
SOURCE = "mkdir /run/source && mount -o ro LABEL=SOURCE /run/source"
READY = "done: kneemon is ready"
NAMED_SO = "find /opt /etc /usr/local /var/lib -xdev -iname '*kneemon*' | LC_ALL=C sort"
INSTALLS = Model(ports=(SSH, MQTT, PAGE, BOARD))  # as fast as it can
WALKS = replace(INSTALLS, icount=True)  # no sample is late


@dataclass(frozen=True)
class Card:
    """path: of the raw image, prepared. said: by prepare-card."""

    path: Path
    said: str


@pytest.fixture(scope="module")
def options(pi_parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "wifi").write_text(f"{WIFI_PASSWORD}\n")
    (folder / "page").write_text(f"{PHRASE}\n")
    return [
        *("--user", USER, "--ssh-key", str(pi_parts.key.with_suffix(".pub")), "--host-name", HOST, "--time-zone", ZONE),
        *("--wifi", WIFI, "--wifi-password-file", str(folder / "wifi"), "--country", "DE"),
        *("--passphrase-file", str(folder / "page"), "--page", "network"),
    ]


@pytest.fixture(scope="module")
def official(bare_image: Path, options: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """The official image's stand-in, with the bundle on it."""
    folder = tmp_path_factory.mktemp("official")
    card = copied(bare_image, folder / "card.img")
    yield Card(card, prepare(card, folder, [*options, "--bundle", str(BUILD / "bundle")]))
    card.unlink()


@pytest.fixture(scope="module")
def way_1(new_machine: NewMachine, kneemon_image: Path, official: Card, table: Table) -> Machine:
    pi = new_machine(INSTALLS, official.path).switch_on().up(FIRST_BOOT_S)
    table.add("way 1, prepare-card on the official image's stand-in", f"first boot {_minutes(pi)} of the guest")
    return pi


def test_way_1_the_first_boot_installs_and_ends_with_two_tones(way_1: Machine) -> None:
    log = way_1.run("cat /boot/firmware/kneemon-first-boot.log")
    assert READY in log, log
    assert way_1.run("systemctl is-system-running || true").strip() == "running", way_1.run("systemctl --failed")
    seen = [on_s for _, on_s in way_1.board.pulses(BUZZER)]
    ready = expected([CueKind.READY])
    found = [seen[place : place + len(ready)] for place in range(len(seen) - len(ready) + 1)]
    # on a busy machine, with real time, a pulse may be late; a short one and a long one stay what they are
    assert any(each == pytest.approx(ready, abs=0.25) for each in found), drawn(seen)


def test_way_1_is_as_the_answers_said(way_1: Machine) -> None:
    assert _logged_in(way_1, "id -un; groups; hostname; date +%Z").split()[0] == USER
    assert {"kneemon", "i2c", "gpio"} <= set(_logged_in(way_1, "groups").split())
    assert way_1.run("hostname").strip() == HOST
    assert way_1.run("readlink -f /etc/localtime").strip().endswith(ZONE)
    netplan = way_1.run("cat /etc/netplan/*.yaml; stat -c %a /etc/netplan/*.yaml")
    assert WIFI in netplan
    assert WIFI_PASSWORD not in netplan  # its key is
    assert set(netplan.split()[-1:]) == {"600"}


def test_way_1_leaves_no_secret_on_the_boot_partition(way_1: Machine, official: Card) -> None:
    netplan = way_1.run("cat /etc/netplan/*.yaml")
    (key,) = {word.strip("\"'") for word in netplan.split() if len(word.strip("\"'")) == 64}
    way_1.run("sync; echo 3 > /proc/sys/vm/drop_caches")
    for secret in (PHRASE, key):
        before = subprocess.run(["grep", "-c", "-a", "-F", secret, str(official.path)], capture_output=True, text=True)
        assert int(before.stdout) > 0
        found = way_1.run(f"grep -c -a -F '{secret}' /dev/disk/by-label/RASPIFIRM || true", FIRST_BOOT_S)
        assert found.strip() == "0"


def test_way_1_the_second_boot_asks_cloud_init_no_more(way_1: Machine, table: Table) -> None:
    way_1.off().model = WALKS
    way_1.start()
    assert "cloud-init=disabled" in way_1.run("cat /proc/cmdline")
    assert way_1.run("cloud-init status || true").split()[1] == "disabled"
    assert way_1.run("systemctl is-system-running || true").strip() == "running"
    table.add("way 1, the second boot", f"{_minutes(way_1)} of the guest")


def test_way_1_the_page_takes_the_pass_phrase_of_the_card(way_1: Machine) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{way_1.port(PAGE)}", timeout=FIRST_BOOT_S) as browser:
        browser.headers["host"] = "localhost"
        token = browser.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
        entered = browser.post("/sign-in", data={"csrf": token, "role": "walker", "phrase": PHRASE, "next": "/walks"})
        assert entered.status_code == 303, entered.text
        assert browser.get("/walks").status_code == 200


def test_way_1_ends_in_a_walk(way_1: Machine, table: Table, tmp_path: Path) -> None:
    Service(way_1).configure(BROKER)
    table.add("way 1, the first walk", first_walk(way_1, tmp_path).told)
    way_1.off()


@pytest.fixture(scope="module")
def way_2(
    new_machine: NewMachine, kneemon_image: Path, bare_image: Path, tmp_path_factory: pytest.TempPathFactory
) -> Machine:
    folder = tmp_path_factory.mktemp("source")
    disk = source_disk(folder, BUILD / "bundle")
    drive = (f"if=none,id=source,format=raw,readonly=on,file={disk}", "virtio-blk-device,drive=source")
    model = replace(INSTALLS, qemu=("-drive", drive[0], "-device", drive[1]))
    pi = new_machine(model, bare_image).switch_on().up(FIRST_BOOT_S)
    pi.run(f"{SOURCE} && cp -r /run/source/kneemon /root/kneemon")
    pi.run(f"{NAMED_SO} > /root/before")  # the image has files of that name, which belong to the image
    return pi


def test_way_2_make_install_ends_in_a_walk(way_2: Machine, table: Table, tmp_path: Path) -> None:
    said = _installer(way_2, "install")
    way_2.off().model = replace(way_2.model, icount=True)
    way_2.start()
    way_2.run(SOURCE)
    Service(way_2).configure(BROKER)
    table.add("way 2, sudo make install", _result(said))
    table.add("way 2, the first walk", first_walk(way_2, tmp_path).told)


def test_way_2_upgrade_keeps_the_walk(way_2: Machine, table: Table, tmp_path: Path) -> None:
    before = way_2.run("readlink /opt/kneemon").strip()
    way_2.board.unplug()  # what the chip's stand-in takes of the processor, the installer may have
    said = _installer(way_2, "upgrade")
    way_2.board.plug()
    assert way_2.run("readlink /opt/kneemon").strip() != before
    assert way_2.run("ls /opt/kneemon-releases").split() == [Path(way_2.run("readlink /opt/kneemon").strip()).name]
    assert Service(way_2).is_up()
    assert len(walks(fetched(way_2, tmp_path / "kneemon.db"))) == 1
    table.add("way 2, make upgrade", f"{_result(said)}; the walk is there")


def test_way_2_uninstall_leaves_the_walks_unless_told_otherwise(way_2: Machine, table: Table) -> None:
    said = _installer(way_2, "uninstall")
    left = way_2.run(f"{NAMED_SO} | LC_ALL=C comm -13 /root/before -").split()
    kept = {path for path in left if path.startswith(("/var/lib/kneemon", "/etc/kneemon"))}
    assert {"/var/lib/kneemon", "/var/lib/kneemon/kneemon.db", "/etc/kneemon", "/etc/kneemon/kneemon.toml"} <= kept
    assert not [path for path in left if path not in kept and not path.startswith("/var/lib/systemd")], left
    assert "/var/lib/kneemon" in said
    _installer(way_2, "uninstall --erase-walks --yes")
    stays = way_2.run("ls -d /var/lib/kneemon /etc/kneemon 2>/dev/null || true; getent passwd kneemon || true")
    assert stays.split() == ["/etc/kneemon"]
    table.add("way 2, make uninstall", "walks and configuration kept, all else gone; then walks and user, too")
    way_2.off()


def test_way_3_the_image_carries_no_key_and_no_password(kneemon_image: Path, tmp_path: Path, table: Table) -> None:
    with kneemon_image.open("rb") as raw:
        entry = raw.read(512)[446 + 16 : 446 + 32]
    root = f"{kneemon_image}?offset={int.from_bytes(entry[8:12], 'little') * 512}"

    def debugfs(command: str) -> str:
        done = subprocess.run(["debugfs", "-R", command, root], capture_output=True, text=True, check=True, timeout=120)
        return done.stdout

    assert "kneemon:x:" in debugfs("cat /etc/passwd")  # so that what is not there was looked for in the right place
    assert [line for line in debugfs("cat /etc/shadow").splitlines() if line.split(":")[1][:1] not in ("!", "*")] == []
    assert "ssh_host" not in debugfs("ls /etc/ssh")
    assert "authorized_keys" not in debugfs("ls /root/.ssh")
    assert debugfs("cat /etc/machine-id").strip() in ("", "uninitialized")
    table.add("way 3, the image as it lies", "no password, no key, no ssh host key, no machine-id")


def test_way_3_unprepared_it_grows_and_ends_in_a_walk(new_machine: NewMachine, table: Table, tmp_path: Path) -> None:
    pi = new_machine(Model(icount=True)).start()
    size_mb = int(pi.run("df -BM --output=size / | tail -n 1").strip().rstrip("M"))
    assert size_mb > 3000  # of a card of 4 GB; the image has 2
    assert pi.run("ls /home").split() == []
    Service(pi).configure(BROKER)
    table.add("way 3, our image, unprepared", f"grown to {size_mb} MB; {first_walk(pi, tmp_path).told}")
    pi.off()


def test_way_3_prepared_it_knows_its_user(
    new_machine: NewMachine, kneemon_image: Path, options: list[str], table: Table, tmp_path: Path
) -> None:
    card = copied(kneemon_image, tmp_path / "card.img")
    prepare(card, tmp_path, options)
    pi = new_machine(WALKS, card).switch_on().up(FIRST_BOOT_S)
    assert READY in pi.run("cat /boot/firmware/kneemon-first-boot.log")
    assert {"kneemon", "i2c", "gpio"} <= set(_logged_in(pi, "groups").split())
    assert pi.run("hostname").strip() == HOST
    assert Service(pi).is_up()
    table.add("way 3, our image, prepared", f"first boot {_minutes(pi)} of the guest; user, Wi-Fi, page as asked")
    pi.off()


def _installer(pi: Machine, verb: str) -> str:
    """What `sudo make install` runs; the image has no make. pip's index is a folder."""
    offline = "PIP_NO_INDEX=1 PIP_FIND_LINKS=/run/source/wheels"
    script = "sh /root/kneemon/firmware/install --no-apt --wheels /run/source/lgpio"
    return pi.run(f"env {offline} {script} {verb}", FIRST_BOOT_S)


def _result(said: str) -> str:
    (line,) = [line for line in said.splitlines() if " is installed in " in line]
    return line.removeprefix("kneemon: ")


def _logged_in(pi: Machine, command: str) -> str:
    """As the user of the card, with the key of the card."""
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    ssh = ["ssh", "-F", "/dev/null", "-i", str(pi.parts.key), "-p", str(pi.port(SSH)), *options, f"{USER}@127.0.0.1"]
    done = subprocess.run([*ssh, command], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _minutes(pi: Machine) -> str:
    """From power-on until now as the guest has it."""
    up_s = float(pi.run("cut -d' ' -f1 /proc/uptime"))
    return f"{up_s / 60:.1f} min"
