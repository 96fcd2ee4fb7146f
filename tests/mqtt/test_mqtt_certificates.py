# SPDX-License-Identifier: MIT
"""A broker that wants a certificate of ours: with the right one we are in, with any other we are told what to do."""

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mqtt_bench import BRISK, Mosquitto, SqliteOutbox, document, program, wait_until

from kneemon.clock import SystemClock
from kneemon.errors import BrokerError
from kneemon.mqtt.probe import probe_broker
from kneemon.mqtt.publisher import MqttPublisher
from kneemon.mqtt.settings import BrokerSettings

Publish = Callable[..., MqttPublisher]

# paho drops its socket after a handshake that failed
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def openssl(*words: str | Path) -> None:
    subprocess.run([program("openssl"), *words], check=True, capture_output=True)


def signed(folder: Path, name: str, authority: str | None, *more: str) -> None:
    """A key and a certificate called `name`, by `authority` or by itself."""
    by = () if authority is None else ("-CA", folder / f"{authority}.pem", "-CAkey", folder / f"{authority}.key")
    openssl(
        *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
        *("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", "-subj", f"/CN={name}", *by, *more),
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, its broker and its device; and a stranger."""
    folder = tmp_path_factory.mktemp("keys")
    signed(folder, "authority", None)
    signed(folder, "broker", "authority", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    signed(folder, "device", "authority")
    signed(folder, "stranger", None)
    openssl("ec", "-in", folder / "device.key", "-aes128", "-passout", "pass:secret", "-out", folder / "locked.key")
    return folder


@pytest.fixture(params=["tlsv1.3", "tlsv1.2"])
def demanding(request: pytest.FixtureRequest, mosquitto: Callable[..., Mosquitto], keys: Path) -> Mosquitto:
    """A broker that lets in whom its authority signed for; in TLS 1.3 it says so after the handshake."""
    return mosquitto(
        f"allow_anonymous true\ncafile {keys / 'authority.pem'}\ncertfile {keys / 'broker.pem'}\n"
        f"keyfile {keys / 'broker.key'}\nrequire_certificate true\ntls_version {request.param}\n"
    ).start()


def settings(broker: Mosquitto, keys: Path, cert: str | None = None, key: str | None = None) -> BrokerSettings:
    own = {} if cert is None else {"cert_file": str(keys / f"{cert}.pem"), "key_file": str(keys / f"{key or cert}.key")}
    return broker.settings(tls=True, ca_file=str(keys / "authority.pem"), **own)


def fault_of(broker: BrokerSettings) -> BrokerError:
    with pytest.raises(BrokerError) as failed:
        probe_broker(broker, SystemClock())
    return failed.value


def test_with_a_certificate_of_its_authority_we_are_in(
    demanding: Mosquitto, keys: Path, outbox: SqliteOutbox, publish: Publish
):
    outbox.add(document(1))
    publish(settings(demanding, keys, "device"))
    wait_until(lambda: outbox.depth() == 0, "delivery")


def test_without_one_it_says_what_to_set(demanding: Mosquitto, keys: Path):
    fault = fault_of(settings(demanding, keys))
    assert fault.seen == "a broker that wants a certificate of yours"
    assert fault.remedy.startswith("Set cert_file and key_file.")


def test_a_stranger_s_certificate_is_not_accepted(demanding: Mosquitto, keys: Path):
    fault = fault_of(settings(demanding, keys, "stranger"))
    assert fault.seen.startswith("a broker that does not accept your certificate (")
    assert "ask who keeps the broker for a new cert_file and key_file" in fault.remedy


def test_without_one_it_is_not_tried_in_a_loop_and_told_once(
    demanding: Mosquitto, keys: Path, publish: Publish, caplog: pytest.LogCaptureFixture
):
    publisher = publish(settings(demanding, keys))
    wait_until(lambda: " min" in publisher.status(), "patience")
    assert publisher.status().startswith("refused: a broker that wants a certificate of yours (127.0.0.1:")
    assert demanding.log().count("New connection from") <= BRISK.patience + 2  # and the bench's own
    assert [entry.levelname for entry in caplog.records] == ["WARNING"]


@contextlib.contextmanager
def curt(keys: Path) -> Iterator[int]:
    """A broker that ends each connection when it has read the CONNECT; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "broker.pem", keys / "broker.key")
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                with contextlib.closing(context.wrap_socket(client, server_side=True)) as talk:
                    talk.recv(4096)

    server = threading.Thread(target=serve)
    server.start()
    yield listening.getsockname()[1]
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    server.join()


@pytest.mark.parametrize(("cert", "remedy"), [(None, "set cert_file and key_file"), ("device", "a new cert_file")])
def test_a_broker_that_hangs_up_without_a_word_names_the_files(cert: str | None, remedy: str, keys: Path):
    """As one does whose alert is lost on the way."""
    with curt(keys) as port:
        fault = fault_of(replace(settings(Mosquitto(keys), keys, cert), port=port))
    assert fault.seen == "a broker that hangs up right after the TLS handshake"
    assert remedy in fault.remedy


def test_a_key_of_another_certificate_is_refused(demanding: Mosquitto, keys: Path):
    fault = fault_of(settings(demanding, keys, "device", "stranger"))
    assert "the key belongs to another certificate" in fault.seen


def test_a_locked_key_is_refused_and_asks_nobody(demanding: Mosquitto, keys: Path):
    fault = fault_of(settings(demanding, keys, "device", "locked"))
    assert "the key is encrypted" in fault.seen
    assert "locked.key" in fault.remedy


def test_a_file_that_has_gone_is_told(demanding: Mosquitto, keys: Path, tmp_path: Path):
    gone = tmp_path / "gone.key"
    gone.write_bytes((keys / "device.key").read_bytes())
    broker = demanding.settings(
        tls=True, ca_file=str(keys / "authority.pem"), cert_file=str(keys / "device.pem"), key_file=str(gone)
    )
    gone.unlink()
    assert fault_of(broker).seen == "a cert_file and key_file that cannot be used (No such file or directory)"
