# SPDX-License-Identifier: MIT
"""`prepare-card`: all is looked at before anything is written, and cloud-init's new instance is written last."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence

from card import boot_text, first_data
from card.bundle import FIRMWARE, SUMS, Bundle, found
from card.faults import CardError
from card.partition import FOLDER, SECRETS, Partition
from card.questions import Questions, options
from card.wishes import Wishes

SEED = ("user-data", "network-config", "meta-data")
FRAGMENT = FIRMWARE / "boot/kneemon-config.txt"


def main(arguments: Sequence[str]) -> int:
    args = options().parse_args(arguments)
    try:
        partition = Partition(args.mountpoint)
        if args.undo:
            return _undo(partition, dry_run=args.dry_run)
        bundle = None if partition.our_image and args.bundle is None else found(args.bundle)
        partition.needs_room(bundle.size if bundle else 0)
        if bundle is not None:
            bundle.check()
        wishes = Questions(args).answered()
        _show(wishes, partition, bundle)
        if args.dry_run:
            print("Nothing was written.")
            return 0
        if sys.stdin.isatty() and not args.yes and input("Write this? [Y/n] ").strip().lower() not in ("", "y", "yes"):
            print("Nothing was written.")
            return 1
        _write(wishes, partition, bundle)
    except CardError as fault:
        print(f"prepare-card: {fault}", file=sys.stderr)
        return 1
    except OSError as fault:
        told = f"prepare-card: expected the card to take and give its files, saw {fault}. What was written so far does "
        print(told + "no harm: try again, or put it back with --undo.", file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\nprepare-card: broken off.", file=sys.stderr)
        return 1
    return 0


def _show(wishes: Wishes, partition: Partition, bundle: Bundle | None) -> None:
    login = "with the ssh key alone" if wishes.password_hash is None else "with the password"
    if wishes.password_hash and wishes.ssh_keys:
        login = "with the ssh key; the password is for sudo and a keyboard"
    wifi = f"{wishes.wifi.ssid} ({wishes.country})" if wishes.wifi else "off for good" if wishes.wifi_off else "none"
    page = "for all in the network" if wishes.page_for_network else "for the Pi itself and ssh's tunnels"
    installs = f"{bundle.version}, {bundle.size / 1e6:.0f} MB" if bundle else "nothing: kneemon is on this image"
    rows = [
        ("login", f"{wishes.user}@{wishes.host_name}.local, {login}"),
        ("time zone", wishes.time_zone),
        ("Wi-Fi", wifi),
        ("page", page if wishes.passphrase else "shows nothing: no pass phrase yet"),
        ("HDMI", "off" if wishes.hdmi_off else "on"),
        ("installs", installs),
    ]
    changed = ["cmdline.txt", *SEED, f"{FOLDER}/"] + ["config.txt"] * (not partition.our_image)
    print(f"\nOnto {partition.root}:")
    for name, told in (*rows, ("files", ", ".join(changed))):
        print(f"  {name:<10} {told}")


def _write(wishes: Wishes, partition: Partition, bundle: Bundle | None) -> None:
    instance = f"kneemon-{secrets.token_hex(8)}"
    for copy in filter(None, map(partition.keep, ("config.txt", "cmdline.txt", *SEED))):
        print(f"Kept what was there: {copy}")
    if bundle is None:
        partition.write(f"{FOLDER}/first-boot", (FIRMWARE / "first-boot").read_bytes())
    else:
        partition.clear("wheels", "systemd", but=set(bundle.files))
        for name, path in bundle.files.items():
            partition.write(f"{FOLDER}/{name}", path.read_bytes())
        partition.write(f"{FOLDER}/{SUMS}", bundle.sums.encode())
    if not partition.our_image:
        config = boot_text.with_fragment(
            partition.text("config.txt"), FRAGMENT.read_text(encoding="utf-8"), wifi_off=wishes.wifi_off
        )
        partition.write("config.txt", config.encode("latin-1"))
    if wishes.passphrase is None:
        (partition.folder / SECRETS).unlink(missing_ok=True)
    else:
        partition.write(f"{FOLDER}/{SECRETS}", f"{wishes.passphrase}\n".encode())
    partition.write(f"{FOLDER}/settings", first_data.settings(wishes, instance).encode())
    partition.write("user-data", first_data.user_data(wishes).encode())
    partition.write("network-config", first_data.network_config(wishes).encode())
    partition.write("meta-data", first_data.meta_data(wishes, instance).encode())
    (partition.root / "kneemon-first-boot.log").unlink(missing_ok=True)
    words = boot_text.with_words(
        partition.text("cmdline.txt"),
        instance,
        wishes.country,
        wifi_off=wishes.wifi_off,
        hdmi_off=wishes.hdmi_off,
    )
    partition.write("cmdline.txt", words.encode("latin-1"))
    print("Done. Eject the card, put it into the Pi and switch it on. After some minutes it says that it is ready:")
    print("a piezo by two tones, low and then high, a buzzer or a motor by a short pulse and a long one.")


def _undo(partition: Partition, *, dry_run: bool) -> int:
    if not partition.prepared:
        print("Nothing to undo: prepare-card has not been here.")
        return 0
    if dry_run:
        print(f"Would put back config.txt, cmdline.txt, {', '.join(SEED)}, and remove {FOLDER}/. Nothing was written.")
        return 0
    for name, without in (
        ("config.txt", boot_text.without_fragment(partition.text("config.txt"))),
        ("cmdline.txt", boot_text.without_words(partition.text("cmdline.txt"), partition.before("cmdline.txt"))),
    ):
        if without == partition.before(name):
            print(partition.put_back(name))
        else:
            partition.write(name, without.encode("latin-1"))
            print(f"{name} has changed since: only what kneemon wrote is taken out; as it was: {name}.before-kneemon")
    for name in reversed(SEED):
        print(partition.put_back(name))
    partition.forget()
    print("What the Pi itself has on its other partition stays: `kneemon` there goes with `make uninstall`.")
    return 0
