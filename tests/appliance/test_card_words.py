# SPDX-License-Identifier: MIT
"""What prepare-card makes of its answers: rules, hashes, cloud-init's data, config.txt and cmdline.txt."""

import ast
import json
import re
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kneemon.web import access
from tests.appliance.cards import FIRMWARE, SECRETS, WISHES

from card import boot_text, crypt, first_data, wishes  # isort: skip  found by the line above
from card.faults import CardError  # isort: skip

FRAGMENT = (FIRMWARE / "boot/kneemon-config.txt").read_text()
WIFI = wishes.Wifi('Zuhause "2,4" ü\\😀', "a" * 64, hidden=True)
CMDLINE = "console=tty1 root=PARTUUID=4d8fd085-02 rootwait quiet resize\n"


@pytest.mark.parametrize("path", [FIRMWARE / "prepare-card", *sorted((FIRMWARE / "card").glob("*.py"))], ids=str)
def test_it_runs_on_any_pc_with_python_3_9_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    assert {"card", *sys.stdlib_module_names} >= {name.split(".")[0] for name in imported(tree)}


def imported(tree: ast.AST) -> list[str]:
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return names + [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


class TestHashes:
    def test_a_login_is_hashed_as_drepper_has_it(self) -> None:
        assert crypt.sha512_crypt(b"Hello world!", "saltstringsaltst", 10_000) == (
            "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/"
            "y3RnOaw5v."
        )
        assert crypt.sha512_crypt(b"we have a short salt string but not a short password", "short", 77_777) == (
            "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5CxtgfiAc0"
        )

    def test_two_hashes_of_one_password_differ(self) -> None:
        one, other = crypt.login_hash("sieben Berge"), crypt.login_hash("sieben Berge")
        assert one != other
        assert re.fullmatch(r"\$6\$rounds=100000\$[./0-9A-Za-z]{16}\$[./0-9A-Za-z]{86}", one)

    def test_a_wifi_key_is_that_of_the_standard(self) -> None:
        key = "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
        assert crypt.wifi_key("IEEE", "password") == key
        assert crypt.wifi_key("any", key.upper()) == key


class TestRules:
    @pytest.mark.parametrize("name", ["", "Anna", "anna b", "1a", "root", "kneemon", "systemd-x", "a" * 33, "a;b", "ä"])
    def test_no_user(self, name: str) -> None:
        with pytest.raises(CardError, match=r"The user's name: expected .* saw .* Nothing was written\."):
            wishes.user_name(name)

    @pytest.mark.parametrize("name", ["a", "anna", "anna-b_2", "pi", "a" * 32])
    def test_a_user(self, name: str) -> None:
        assert wishes.user_name(name) == name

    @pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "a_b", "a" * 64])
    def test_no_host(self, name: str) -> None:
        with pytest.raises(CardError, match="The Pi's name"):
            wishes.host_name(name)

    @pytest.mark.parametrize("name", ["", "x" * 33, "ü" * 17, "a\nb"])
    def test_no_wifi(self, name: str) -> None:
        with pytest.raises(CardError, match="1 to 32 bytes"):
            wishes.ssid(name)

    @pytest.mark.parametrize("text", ["", "1234567", "x" * 65, "g" * 64, "grüezi mitenand", "tab\tinside"])
    def test_a_wrong_wifi_password_is_not_repeated(self, text: str) -> None:
        with pytest.raises(CardError, match="8 to 63") as refused:
            wishes.wifi_password(text)
        assert not text or text not in str(refused.value)
        assert f"saw {len(text)} characters" in str(refused.value)

    def test_zone_and_country(self) -> None:
        assert wishes.time_zone("Europe/Berlin", frozenset()) == "Europe/Berlin"
        assert wishes.country("de", frozenset({"DE"})) == "DE"
        for wrong in ("", "Europe/", "a b", "../etc"):
            with pytest.raises(CardError, match="one like Europe/Berlin"):
                wishes.time_zone(wrong, frozenset())
        with pytest.raises(CardError, match="one like Europe/Berlin"):
            wishes.time_zone("Europe/Atlantis", frozenset({"Europe/Berlin"}))
        with pytest.raises(CardError, match="its two letters"):
            wishes.country("QQ", frozenset({"DE"}))

    def test_a_pass_phrase_is_what_the_page_takes(self, tmp_path: Path) -> None:
        assert (wishes.PHRASE_SHORTEST, wishes.PHRASE_LONGEST) == (access.SHORTEST, access.LONGEST)
        assert wishes.PHRASE_DIFFERENT == access.DIFFERENT
        for wrong in ("short", "abcabcabcabc", "x" * 201):
            with pytest.raises(CardError, match="The page's pass phrase"):
                wishes.passphrase(wrong)
        assert wishes.passphrase("drei kluge Worte") == "drei kluge Worte"

    def test_a_private_key_is_refused_and_not_shown(self) -> None:
        with pytest.raises(CardError, match=r"saw a private key\. It is in the file that ends in \.pub"):
            wishes.ssh_key("-----BEGIN OPENSSH PRIVATE KEY-----")
        assert wishes.ssh_key(" ssh-ed25519 AAAAC3 anna\n") == "ssh-ed25519 AAAAC3 anna"


class TestFirstData:
    def test_a_login_by_password(self) -> None:
        told = user_data(WISHES)
        (user,) = told["users"]
        assert user["hashed_passwd"] == WISHES.password_hash
        assert (user["lock_passwd"], told["ssh_pwauth"]) == (False, True)
        assert "sudo" in user["groups"].split(",")
        assert "sudo" not in user

    def test_a_login_by_key_alone_needs_no_password_for_sudo(self) -> None:
        told = user_data(changed(password_hash=None, ssh_keys=("ssh-ed25519 AAAA x",)))
        (user,) = told["users"]
        assert user["ssh_authorized_keys"] == ["ssh-ed25519 AAAA x"]
        assert (user["lock_passwd"], user["sudo"]) == (True, "ALL=(ALL) NOPASSWD:ALL")
        assert told["ssh_pwauth"] is False
        assert "hashed_passwd" not in user

    def test_first_boot_is_called_at_each_boot(self) -> None:
        (file,) = user_data(WISHES)["write_files"]
        assert file["path"].startswith("/var/lib/cloud/scripts/per-boot/")
        assert file["path"].removeprefix("/") in (FIRMWARE / "first-boot").read_text()
        assert file["permissions"] == "0755"
        assert file["content"].endswith("exec sh /boot/firmware/kneemon/first-boot\n")

    def test_cloud_init_knows_them(self) -> None:
        """The first line is what it looks at; each text is YAML that means what the JSON means."""
        assert first_data.user_data(WISHES).startswith("#cloud-config\n")
        texts = (first_data.user_data(WISHES), first_data.network_config(WISHES), first_data.meta_data(WISHES, "i"))
        for text in texts:
            assert yaml.safe_load(text) == json.loads(text[text.index("{") :])

    @given(ssid=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8))
    def test_any_wifi_name_survives_the_way(self, ssid: str) -> None:
        told = yaml.safe_load(first_data.network_config(changed(wifi=wishes.Wifi(ssid, "b" * 64), country="DE")))
        assert told["network"]["wifis"]["wlan0"]["access-points"] == {ssid: {"password": "b" * 64}}

    def test_the_network_is_never_waited_for(self) -> None:
        told = yaml.safe_load(first_data.network_config(changed(wifi=WIFI, country="DE")))["network"]
        assert told["ethernets"]["eth0"]["optional"] is True
        assert told["wifis"]["wlan0"] == {
            "dhcp4": True,
            "optional": True,
            "regulatory-domain": "DE",
            "access-points": {WIFI.ssid: {"password": WIFI.key, "hidden": True}},
        }
        assert "wifis" not in yaml.safe_load(first_data.network_config(WISHES))["network"]

    def test_the_settings_hold_no_secret(self) -> None:
        wanted = changed(wifi=WIFI, country="DE", passphrase=SECRETS["phrase"], page_for_network=True)
        text = first_data.settings(wanted, "kneemon-1")
        assert text.splitlines()[1:] == [
            "instance=kneemon-1",
            "user=anna",
            "page=network",
            "country=DE",
            "wifi=on",
        ]


class TestConfig:
    STOCK = "dtparam=audio=on\ndtoverlay=vc4-kms-v3d\n"

    @pytest.mark.parametrize("stock", ["", STOCK, STOCK[:-1]])
    def test_the_fragment_stands_there_once(self, stock: str) -> None:
        once = boot_text.with_fragment(stock, FRAGMENT, wifi_off=False)
        assert once.count(FRAGMENT) == once.count("# >>> kneemon") == 1
        assert boot_text.with_fragment(once, FRAGMENT, wifi_off=False) == once
        assert boot_text.without_fragment(once) == (stock and stock.rstrip("\n") + "\n")

    def test_wifi_off_stands_between_its_marks(self) -> None:
        off = boot_text.with_fragment(self.STOCK, FRAGMENT, wifi_off=True)
        assert off.endswith("dtoverlay=disable-wifi\ndtoverlay=\n# <<< kneemon\n")
        assert boot_text.without_fragment(off) == self.STOCK
        assert boot_text.with_fragment(off, FRAGMENT, wifi_off=False) == self.STOCK + FRAGMENT

    def test_an_older_fragment_gives_way(self) -> None:
        older = f"{self.STOCK}# >>> kneemon (old)\ngpio=17=op\n# <<< kneemon\nlast=1\n"
        assert boot_text.with_fragment(older, FRAGMENT, wifi_off=False) == f"{self.STOCK}last=1\n{FRAGMENT}"


class TestCmdline:
    def test_imagers_instance_gives_way(self) -> None:
        before = CMDLINE.replace("\n", " ds=nocloud;i=rpi-imager-1 cfg80211.ieee80211_regdom=GB cloud-init=disabled\n")
        after = words(before, "kneemon-1", "DE")
        assert after == f"{CMDLINE.strip()} ds=nocloud;i=kneemon-1 cfg80211.ieee80211_regdom=DE\n"
        assert boot_text.without_words(after, before) == before

    def test_it_stays_one_line_however_often(self) -> None:
        text = CMDLINE
        for number in range(3):
            text = words(text, f"kneemon-{number}", "DE", wifi_off=True, hdmi_off=True)
        assert text == (
            f"{CMDLINE.strip()} ds=nocloud;i=kneemon-2 cfg80211.ieee80211_regdom=DE "
            "module_blacklist=brcmfmac video=HDMI-A-1:d\n"
        )
        assert words(text, "kneemon-3", "") == (
            f"{CMDLINE.strip()} cfg80211.ieee80211_regdom=DE ds=nocloud;i=kneemon-3\n"
        )

    def test_what_the_pi_has_changed_since_stays(self) -> None:
        prepared = words(CMDLINE, "kneemon-1", "DE", hdmi_off=True)
        later = prepared.replace(" resize", "").replace("\n", " cloud-init=disabled\n")
        assert boot_text.without_words(later, CMDLINE) == CMDLINE.replace(" resize", "")


def words(cmdline: str, instance: str, country: str, *, wifi_off: bool = False, hdmi_off: bool = False) -> str:
    return boot_text.with_words(cmdline, instance, country, wifi_off=wifi_off, hdmi_off=hdmi_off)


def user_data(wanted: wishes.Wishes) -> dict:
    return yaml.safe_load(first_data.user_data(wanted))


def changed(**told: object) -> wishes.Wishes:
    return wishes.Wishes(**{**vars(WISHES), **told})
