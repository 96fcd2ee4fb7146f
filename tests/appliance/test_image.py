# SPDX-License-Identifier: MIT
"""The recipe of the card's image, as far as it can be tried without building a Debian.

The image itself is booted by tests/virtual_pi.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

IMAGE = Path(__file__).parents[2] / "firmware" / "image"
FILES = IMAGE / "files"
STEPS = ("build", "builder", "card", "lgpio", "root", "tree")
TOOLS = (
    *(IMAGE / step for step in STEPS),
    *(IMAGE.parents[1] / "tests/virtual_pi" / step for step in ("debs", "modules")),
)
CLOUD = FILES / "etc/cloud/cloud.cfg.d/90-kneemon.cfg"
NOBODY = 65534


def packages() -> list[str]:
    lines = (IMAGE / "packages.txt").read_text().splitlines()
    return [line.split("#")[0].strip() for line in lines if line.split("#")[0].strip()]


def common(script: str, tmp_path: Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """What the steps share, with work products in tmp_path."""
    told = {**os.environ, "KNEEMON_BUILD": str(tmp_path), "PATH": path or os.environ["PATH"]}
    return subprocess.run(
        ["/bin/sh", "-euc", f"here={IMAGE}\n. {IMAGE}/common.sh\n{script}"],
        env=told,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("step", TOOLS, ids=lambda step: step.name)
def test_a_step_is_a_script_that_sh_can_read(step: Path) -> None:
    assert os.access(step, os.X_OK)
    assert step.read_text().startswith("#!/bin/sh\n# SPDX-License-Identifier: MIT\n")
    subprocess.run(["/bin/sh", "-n", step], check=True, timeout=10)


def test_nothing_of_the_recipe_is_written_where_python_would_need_a_mirror() -> None:
    for file in IMAGE.rglob("*"):
        if file.is_file():
            assert not re.search(r"https?://|\b(debian|pypi|python)\.org\b", file.read_text()), file


def test_each_package_is_named_once() -> None:
    names = packages()
    assert sorted(names) == sorted(set(names))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in names)


def test_what_the_settings_speak_to_is_installed() -> None:
    needed = {
        "etc/cloud": "cloud-init",
        "etc/ssh": "openssh-server",
        "etc/systemd/resolved.conf.d": "systemd-resolved",
        "etc/systemd/timesyncd.conf.d": "systemd-timesyncd",
        "etc/systemd/zram-generator.conf": "systemd-zram-generator",
    }
    assert all((FILES / place).exists() for place in needed)
    # growpart is cloud-guest-utils'; netplan sets the country by iw.
    assert {*needed.values(), "cloud-guest-utils", "netplan.io", "iw", "wpasupplicant"} <= set(packages())


def test_the_image_brings_no_user_and_no_password() -> None:
    cloud = yaml.safe_load(CLOUD.read_text())
    assert cloud["users"] == []
    assert not {"password", "chpasswd", "ssh_authorized_keys", "ssh_pwauth"} & set(cloud)
    told = "\n".join(file.read_text() for file in FILES.rglob("*") if file.is_file())
    assert not re.search(r"\$6\$|\$y\$|ssh-(ed25519|rsa) AAAA|PRIVATE KEY", told)
    assert "PasswordAuthentication no" in (FILES / "etc/ssh/sshd_config.d/60-kneemon.conf").read_text()


def test_a_prepared_cards_word_about_passwords_is_read_before_the_images() -> None:
    # sshd keeps the first value it meets; cloud-init writes 50-cloud-init.conf.
    (ours,) = (FILES / "etc/ssh/sshd_config.d").iterdir()
    assert ours.name > "50-cloud-init.conf"


def test_the_first_boot_reads_the_boot_partition_and_waits_for_it() -> None:
    cloud = yaml.safe_load(CLOUD.read_text())
    # ds-identify reads this line without a YAML parser.
    assert "datasource_list: [NoCloud, None]\n" in CLOUD.read_text()
    assert cloud["datasource"]["NoCloud"]["seedfrom"] == "file:///boot/firmware/"
    for unit in ("cloud-init-main", "cloud-init-local"):
        drop_in = (FILES / f"etc/systemd/system/{unit}.service.d/kneemon.conf").read_text()
        assert "RequiresMountsFor=/boot/firmware\n" in drop_in


def test_all_that_a_prepared_card_asks_for_is_done() -> None:
    cloud = yaml.safe_load(CLOUD.read_text())
    done = [step for stage in ("init", "config", "final") for step in cloud[f"cloud_{stage}_modules"]]
    asked = "write_files growpart resizefs set_hostname update_etc_hosts users_groups ssh set_passwords timezone locale"
    assert {*asked.split(), "runcmd", "scripts_per_boot", "scripts_user"} <= set(done)
    assert len(done) == len(set(done))


def test_an_unprepared_cards_data_asks_for_nothing() -> None:
    boot = FILES / "boot/firmware"
    assert (boot / "user-data").read_text().startswith("#cloud-config\n")
    assert yaml.safe_load((boot / "user-data").read_text()) == {}
    assert yaml.safe_load((boot / "meta-data").read_text()) == {"instance-id": "kneemon-image", "dsmode": "local"}
    assert yaml.safe_load((boot / "network-config").read_text())["ethernets"]["eth0"]["optional"] is True


def test_labels_are_the_same_wherever_they_are_named() -> None:
    fstab = [line.split() for line in (FILES / "etc/fstab").read_text().splitlines()]
    labels = {line[1]: line[0].removeprefix("LABEL=") for line in fstab}
    card = (IMAGE / "card").read_text()
    assert f"-n {labels['/boot/firmware']} " in card
    assert f"-L {labels['/']} " in card
    assert f"ROOTPART=LABEL={labels['/']}\n" in (IMAGE / "early/etc/default/raspi-firmware").read_text()


def test_the_root_is_checked_at_boot() -> None:
    # mkinitramfs leaves fsck out where it cannot tell the root's kind, and it cannot without a card.
    assert "FSTYPE=ext4\n" in (IMAGE / "early/etc/initramfs-tools/conf.d/kneemon").read_text()
    root, boot = (line.split() for line in (FILES / "etc/fstab").read_text().splitlines())
    assert (root[5], boot[5]) == ("1", "2")


def test_the_pins_are_quiet_at_boot_on_our_image_as_on_the_official_one() -> None:
    official = (IMAGE.parent / "boot/kneemon-config.txt").read_text()
    ours = (IMAGE / "config.txt").read_text()
    pins = re.findall(r"^gpio=.*$", official, re.MULTILINE)
    assert pins
    assert re.findall(r"^gpio=.*$", ours, re.MULTILINE) == pins
    assert ours.startswith("# >>> kneemon")
    assert ours.endswith("# <<< kneemon\n")


def test_the_buss_speed_is_the_same_as_on_the_official_one() -> None:
    (speed,) = re.findall(r"i2c_arm_baudrate=(\d+)", (IMAGE.parent / "boot/kneemon-config.txt").read_text())
    assert f"clock-frequency = <{speed}>;" in (IMAGE / "kneemon.dts").read_text()


def test_missing_packages_are_named_all_at_once(tmp_path: Path) -> None:
    seen = common("need_packages sh:dash no-such-tool:one /no/such/file:two", tmp_path)
    assert seen.returncode == 1
    assert seen.stderr == "image: packages of this machine are missing; install them with: apt-get install one two\n"


def test_others_than_root_are_told_so() -> None:
    # The text instead of the file: nobody need be able to look into this tree.
    script = f"here=/usr/bin\n{(IMAGE / 'common.sh').read_text()}\nneed_root\n"
    as_other = {"user": NOBODY, "group": NOBODY, "extra_groups": ()} if os.getuid() == 0 else {}
    seen = subprocess.run(
        ["/bin/sh", "-euc", script, "build"],
        capture_output=True,
        text=True,
        cwd="/",
        timeout=30,
        check=False,
        **as_other,
    )
    assert seen.returncode == 1
    assert seen.stderr == "image: this makes files that belong to root, so it must run as root: sudo build\n"


def machine_with(known: str, tmp_path: Path) -> str:
    """A PATH on which apt knows these mirrors."""
    apt = tmp_path / "bin" / "apt-get"
    apt.parent.mkdir()
    apt.write_text(f"#!/bin/sh\ncat <<'EOF'\n{known}EOF\n")
    apt.chmod(0o755)
    return f"{apt.parent}:{os.environ['PATH']}"


def test_the_mirror_is_the_machines_own(tmp_path: Path) -> None:
    known = (
        "Debian|Debian|http://mirror.example/debian/\n"
        "Debian|Debian-Security|http://mirror.example/security/\n"
        "Other|Other|http://other.example/\n"
    )
    seen = common("mirrors trixie 'main extra'", tmp_path, machine_with(known, tmp_path))
    signed = "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    assert seen.stdout.splitlines() == [
        f"{signed} http://mirror.example/debian/ trixie main extra",
        f"{signed} http://mirror.example/debian/ trixie-updates main extra",
        f"{signed} http://mirror.example/security/ trixie-security main extra",
    ]


def test_a_machine_without_a_mirror_of_debian_is_refused(tmp_path: Path) -> None:
    seen = common("mirrors trixie main", tmp_path, machine_with("Other|Other|http://other.example/\n", tmp_path))
    assert seen.returncode == 1
    assert "knows no mirror of Debian" in seen.stderr


def test_what_is_unchanged_is_not_made_again(tmp_path: Path) -> None:
    of = tmp_path / "recipe"
    of.write_text("one")
    (tmp_path / "thing").write_text("made")
    again = f'fresh thing "$(hash_of {of})" && echo fresh || echo stale'
    assert common(again, tmp_path).stdout == "stale\n"
    assert common(f'made thing "$(hash_of {of})"; {again}', tmp_path).stdout == "fresh\n"
    of.write_text("two")
    assert common(again, tmp_path).stdout == "stale\n"
    of.write_text("one")
    (tmp_path / "thing").unlink()
    assert common(again, tmp_path).stdout == "stale\n"


def test_a_step_that_fails_shows_what_it_said(tmp_path: Path) -> None:
    seen = common("logged some sh -c 'echo a reason; exit 3'", tmp_path)
    assert seen.returncode == 1
    assert seen.stderr == (
        f"a reason\nimage: this failed (all it said is in {tmp_path}/log/some): sh -c echo a reason; exit 3\n"
    )
    assert common("logged some echo quiet", tmp_path).stdout == ""


def test_a_root_is_removed_with_all_that_is_in_it_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "root" / "etc").mkdir(parents=True)
    (tmp_path / "root-other").mkdir()
    assert common(f"discard {tmp_path}/root", tmp_path).returncode == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["root-other"]


def test_a_broken_off_builds_mounts_do_not_lose_what_is_mounted(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "file").write_text("kept")
    (tmp_path / "root" / "proc").mkdir(parents=True)
    script = f"mount --bind {mine} {tmp_path}/root/proc\nhere={IMAGE}\n. {IMAGE}/common.sh\ndiscard {tmp_path}/root"
    own_mounts = ["unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-euc", script]
    subprocess.run(own_mounts, check=True, capture_output=True, timeout=30)
    assert (mine / "file").read_text() == "kept"
    assert not (tmp_path / "root").exists()
