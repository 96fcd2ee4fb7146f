# SPDX-License-Identifier: MIT
"""Each stored database as an old version left it, and today's command line upon it."""

import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from left_behind import Left, Told
from old_versions import OLD_VERSIONS, OldVersion

from kneemon.app.store_at_rest import store_at_rest
from kneemon.cli import main
from kneemon.clock import SystemClock
from kneemon.config.loader import load_config
from kneemon.config.places import places


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration, store or environment of this machine's user is seen."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "KNEEMON_CONFIG", "KNEEMON_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=OLD_VERSIONS, ids=lambda version: version.name)
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Left:
    version: OldVersion = request.param
    with tarfile.open(version.stored) as archive:
        archive.extractall(tmp_path / "store", filter="data")
    return Left(version, tmp_path / "store" / "kneemon.db", json.loads(version.said.read_text()))


@pytest.fixture
def kneemon(left: Left, capfd: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """A verb of today's command line upon that store."""

    def kneemon_(*words: str) -> Told:
        capfd.readouterr()
        code = main([*words, "--store", str(left.path)])
        return Told(code, *capfd.readouterr())

    return kneemon_


@pytest.fixture
def upgraded(left: Left) -> Left:
    """As the installer has it migrated, then opened to be written, as the service does when it starts."""
    assert main(["migrate", "--store", str(left.path)]) == 0
    config = load_config(None, overrides={"mqtt.host": "127.0.0.1"}, environ=os.environ)
    with store_at_rest(config, places(config, os.environ), left.path, SystemClock()):
        pass
    return left
