# SPDX-License-Identifier: MIT
"""Certificates made by openssl, by an authority of the home and by themselves; users and
access lists for Mosquitto; and whether a configuration leads to a broker."""

import os
import subprocess
from pathlib import Path

from mqtt_bench import program

from kneemon.app.broker import broker_settings
from kneemon.clock import SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import places
from kneemon.mqtt.probe import probe_broker

NAMES = "DNS:localhost,IP:127.0.0.1"
ELSEWHERE = "0.0.0.0"  # this machine by an address that kneemon has to take for another one


class Keys:
    """A folder of certificates. An authority as a home has it: without what strict readers want of one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.openssl("req", "-x509", *_key("ca", folder), "-subj", "/CN=Home CA", "-days", "9")
        self.signed("server", "broker.home", NAMES)
        self.signed("elsewhere", "elsewhere.example", "DNS:elsewhere.example")
        self.signed("ab12cd34", "ab12cd34")
        self.openssl("req", "-x509", *_key("self", folder), "-subj", "/CN=alone", "-days", "9", *_names(NAMES))
        self.openssl("req", "-x509", *_key("foreign", folder), "-subj", "/CN=other CA", "-days", "9")
        self.openssl("ec", "-in", folder / "server.key", "-out", folder / "locked.key", "-aes128", "-passout", "pass:x")

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def signed(self, name: str, owner: str, names: str = "") -> None:
        """A certificate by the home's authority."""
        folder = self.folder
        self.openssl("req", *_key(name, folder, "csr"), "-subj", f"/CN={owner}")
        extensions = folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\n" if names else "")
        self.openssl(
            *("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key"),
            *("-CAcreateserial", "-out", folder / f"{name}.pem", "-days", "9", "-extfile", extensions),
        )

    def fingerprint(self, name: str) -> str:
        """As a person compares it at the broker."""
        told = self.openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", self.folder / f"{name}.pem")
        return told.partition("=")[2].strip()

    @staticmethod
    def openssl(*words: str | Path) -> str:
        done = subprocess.run([program("openssl"), *words], check=True, capture_output=True, text=True)
        return done.stdout


def _key(name: str, folder: Path, kind: str = "pem") -> tuple[str | Path, ...]:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    return (*curve, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.{kind}")


def _names(names: str) -> tuple[str, str]:
    return "-addext", f"subjectAltName={names}"


def with_users(folder: Path, access: str, *users: str) -> str:
    passwords, access_file = folder / "passwords", folder / "access"
    passwords.touch(mode=0o600)
    for user in (*users, "reader"):
        subprocess.run([program("mosquitto_passwd"), "-b", passwords, user, "secret"], check=True)
    access_file.write_text(f"{access}\nuser reader\ntopic read #\ntopic write kneemon/v1/+/marker\n")
    access_file.chmod(0o600)
    return f"allow_anonymous false\npassword_file {passwords}\nacl_file {access_file}\n"


def reached(file: Path) -> str:
    """What is written lets a kneemon in that knows nothing else."""
    config = load_config(file, environ=os.environ)
    settings = broker_settings(config, places(config, os.environ), {})
    assert settings is not None
    return probe_broker(settings, SystemClock())
