# SPDX-License-Identifier: MIT
"""A machine of its own for each test: a home folder, and no system configuration unless the test writes one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kneemon.config import places

Write = Callable[..., Path]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A user's environment."""
    home = tmp_path / "home"
    home.mkdir()
    return {"HOME": str(home)}


@pytest.fixture(autouse=True)
def system_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system's configuration would be; it is not there."""
    path = tmp_path / "etc" / "kneemon.toml"
    monkeypatch.setattr(places, "SYSTEM_FILE", path)
    return path


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write text into a file, kneemon.toml unless another is named, and give its path."""

    def _write(text: str, path: Path | str = "kneemon.toml") -> Path:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return _write
