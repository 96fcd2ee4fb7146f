# SPDX-License-Identifier: MIT
"""The texts that cloud-init and `first-boot` read at the first boot. Pure.

cloud-init takes YAML; JSON is YAML, and quotes whatever a name or a key may hold. The texts hold no password, only the
login's hash and the Wi-Fi's key, and `first-boot` wipes them.
"""

from __future__ import annotations

import json

from card.wishes import Wishes

OURS = "# kneemon: written by prepare-card"
BOOT = "/boot/firmware"
EVERY_BOOT = "/var/lib/cloud/scripts/per-boot/kneemon-first-boot"
GROUPS = "adm,sudo,video,plugdev,users"


def user_data(wishes: Wishes) -> str:
    """first-boot is called at each boot until it has done all: cloud-init's own once would not survive a power cut."""
    user: dict[str, object] = {"name": wishes.user, "gecos": wishes.user, "groups": GROUPS, "shell": "/bin/bash"}
    if wishes.password_hash is None:
        user |= {"lock_passwd": True, "sudo": "ALL=(ALL) NOPASSWD:ALL"}
    else:
        user |= {"lock_passwd": False, "hashed_passwd": wishes.password_hash}
    if wishes.ssh_keys:
        user["ssh_authorized_keys"] = list(wishes.ssh_keys)
    script = f"#!/bin/sh\nexec sh {BOOT}/kneemon/first-boot\n"
    return _cloud_config(
        {
            "hostname": wishes.host_name,
            "preserve_hostname": False,
            "manage_etc_hosts": True,
            "timezone": wishes.time_zone,
            "users": [user],
            "ssh_pwauth": not wishes.ssh_keys,
            "write_files": [{"path": EVERY_BOOT, "permissions": "0755", "content": script}],
        }
    )


def network_config(wishes: Wishes) -> str:
    """optional: no boot waits for a network."""
    network: dict[str, object] = {
        "version": 2,
        "ethernets": {"eth0": {"dhcp4": True, "optional": True}},
    }
    if wishes.wifi is not None:
        point: dict[str, object] = {"password": wishes.wifi.key}
        if wishes.wifi.hidden:
            point["hidden"] = True
        network["wifis"] = {
            "wlan0": {
                "dhcp4": True,
                "optional": True,
                "regulatory-domain": wishes.country,
                "access-points": {wishes.wifi.ssid: point},
            }
        }
    return f"{OURS}\n{_json({'network': network})}"


def meta_data(wishes: Wishes, instance: str) -> str:
    """instance: a new one makes cloud-init begin anew."""
    return f"{OURS}\n{_json({'dsmode': 'local', 'instance-id': instance, 'local-hostname': wishes.host_name})}"


def settings(wishes: Wishes, instance: str) -> str:
    """For first-boot: no secret, and nothing that a shell could take for more than a word."""
    told = {
        "instance": instance,
        "user": wishes.user,
        "page": "network" if wishes.page_for_network else "local",
        "country": wishes.country,
        "wifi": "off" if wishes.wifi_off else "on",
    }
    return "# what the first boot shall do; no secrets\n" + "".join(f"{name}={word}\n" for name, word in told.items())


def _cloud_config(told: dict[str, object]) -> str:
    return f"#cloud-config\n{OURS}\n{_json(told)}"


def _json(told: dict[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
