# SPDX-License-Identifier: MIT
"""config.txt and cmdline.txt with what kneemon needs, and without it again. Pure: text in, text out.

cmdline.txt is one line of words. Three of them say how cloud-init begins, and stand there once: Raspberry Pi Imager
writes `ds=nocloud;i=...`, which counts more than the instance in meta-data, so it is replaced.
"""

from __future__ import annotations

import re

FRAGMENT = re.compile(r"^# >>> kneemon.*?^# <<< kneemon[^\n]*\n?", re.DOTALL | re.MULTILINE)
WIFI_OFF = "# Wi-Fi is off for good.\ndtoverlay=disable-wifi\ndtoverlay=\n"
END = "# <<< kneemon"
NO_WIFI = "module_blacklist=brcmfmac"  # Debian's kernel takes no overlay; Raspberry Pi OS gets both
NO_HDMI = "video=HDMI-A-1:d"
ONCE = ("ds=", "cfg80211.ieee80211_regdom=", "cloud-init=")
OPTIONAL = (NO_WIFI, NO_HDMI)


def with_fragment(config: str, fragment: str, *, wifi_off: bool) -> str:
    """Appended anew where it is there already."""
    if wifi_off:
        fragment = fragment.replace(END, WIFI_OFF + END)
    without = without_fragment(config)
    return without + ("" if not without or without.endswith("\n") else "\n") + fragment


def without_fragment(config: str) -> str:
    return FRAGMENT.sub("", config)


def with_words(cmdline: str, instance: str, country: str, *, wifi_off: bool, hdmi_off: bool) -> str:
    """instance: cloud-init's; country: "" leaves the Wi-Fi's as it is."""
    words = [word for word in cmdline.split() if word not in OPTIONAL]
    words = _without(words, ("ds=", "cloud-init=", *(["cfg80211.ieee80211_regdom="] if country else [])))
    words.append(f"ds=nocloud;i={instance}")
    words += [f"cfg80211.ieee80211_regdom={country}"] * bool(country)
    words += [NO_WIFI] * wifi_off + [NO_HDMI] * hdmi_off
    return " ".join(words) + "\n"


def without_words(cmdline: str, before: str) -> str:
    """What was there before prepare-card, and stays what it was; what else has come since, stays too."""
    was = before.split()
    words = [word for word in _without(cmdline.split(), ONCE) if word not in OPTIONAL or word in was]
    words += [word for word in was if word.startswith(ONCE)]
    return before if sorted(words) == sorted(was) else " ".join(words) + "\n"


def _without(words: list[str], beginnings: tuple[str, ...]) -> list[str]:
    return [word for word in words if not word.startswith(beginnings)]
