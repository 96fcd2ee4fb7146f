# SPDX-License-Identifier: MIT
"""The dashboard in a real browser, with a real kneemon on a walk: no error card, on a desk and on a phone.

KNEEMON_HOME_PICTURE=FILE keeps the desk's picture of the new Home Assistant.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from stage_driver import Home
from stage_install import HERE, NEW, Edition, program, venv_with
from stage_kneemon import Kneemon
from stage_processes import FILES, Broker, HomeAssistant

LOOK_S = 240.0
PHONE_WIDE = 412
TILES = (FILES / "dashboard.yaml").read_text().count("type: tile")


@pytest.fixture(scope="module")
def walking(
    broker: Broker, edition: Edition, house: HomeAssistant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kneemon]:
    """A kneemon on a walk, its earlier weeks in Home Assistant's statistics; forgotten afterwards."""
    home = house.home
    assert home is not None
    kneemon = Kneemon(tmp_path_factory.mktemp("kneemon"), broker, edition.form)
    kneemon.start()
    home.becomes("sensor.kneemon_session", "idle")
    home.press("start_walk")
    home.until(lambda: home.number("sensor.kneemon_session_steps") >= 20, "twenty steps", 90.0)
    _remember(home, kneemon)
    yield kneemon
    kneemon.stop()
    kneemon.configured("mqtt", "forget", "--yes")
    home.until(lambda: not home.entities(), "no entity is left")


@pytest.mark.parametrize(("width", "height"), [(1500, 1640), (PHONE_WIDE, 3000)], ids=["desk", "phone"])
def test_the_dashboard_stands_without_an_error(
    home: Home, house: HomeAssistant, walking: Kneemon, edition: Edition, tmp_path: Path, width: int, height: int
) -> None:
    _show(house, walking)
    picture = tmp_path / "dashboard.png"
    seen = look(home, "/kneemon-home/walking", width, height, picture)
    assert (seen["error_cards"], seen["warnings"], seen["errors"]) == (0, [], [])
    assert not seen["wider_than_the_screen"]
    assert seen["tiles"] == TILES
    assert seen["charts"] == 3
    for words in ("Now", "Today", "Plan and pain", "Last 14 days", "Device", "Last walk", "steps in"):
        assert words in seen["text"], words
    if edition is NEW and (kept := os.environ.get("KNEEMON_HOME_PICTURE")):
        target = Path(kept)
        shutil.copy(picture, target if width > PHONE_WIDE else target.with_stem(f"{target.stem}-phone"))


def test_every_walk_has_a_page_of_its_own(home: Home, house: HomeAssistant, walking: Kneemon, tmp_path: Path) -> None:
    _show(house, walking)
    seen = look(home, "/kneemon-home/every-walk", 1500, 1150, tmp_path / "every-walk.png")
    assert (seen["error_cards"], seen["warnings"], seen["errors"], seen["charts"]) == (0, [], [], 2)
    assert "kneemon ha-import" in seen["text"]


def look(home: Home, path: str, width: int, height: int, picture: Path) -> dict[str, Any]:
    """What the browser sees."""
    python = venv_with("picture", sys.executable, HERE / "pins" / "picture.txt")
    chromium = program("chromium", "chromium")
    words = [chromium, home.url, str(home.token), path, str(width), str(height), str(picture)]
    done = subprocess.run(
        [str(python), str(HERE / "stage_picture.py"), *words],
        capture_output=True,
        text=True,
        timeout=LOOK_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _show(house: HomeAssistant, kneemon: Kneemon) -> None:
    """The dashboard as `kneemon mqtt files` writes it for this device."""
    text = (FILES / "dashboard.yaml").read_text().replace("@ID@", kneemon.device)
    shown = house.folder / "dashboard.yaml"
    if shown.read_text() != text:  # a page that is open is told of every change
        shown.write_text(text)


def _remember(home: Home, kneemon: Kneemon) -> None:
    """What Home Assistant would have seen of the weeks before, had it been there: made-up walks, as in the store."""
    today = datetime.now(UTC).date()
    with_pain: dict[str, list[dict[str, object]]] = {"steps": [], "minutes": [], "pain": []}
    steps = minutes = 0.0
    for day, (walked, minutes_walked, pain) in sorted(kneemon.days().items()):
        if day == today:
            continue
        steps += walked
        minutes += minutes_walked
        start = datetime.combine(day, time(12), UTC).isoformat()
        with_pain["steps"].append({"start": start, "sum": steps, "state": walked})
        with_pain["minutes"].append({"start": start, "sum": minutes, "state": minutes_walked})
        if pain is not None:
            with_pain["pain"].append({"start": start, "mean": pain, "min": pain, "max": pain})
    for entity, unit, kind in (
        ("steps_today", "steps", "steps"),
        ("walking_today", "min", "minutes"),
        ("last_walk_pain", None, "pain"),
    ):
        about = {"has_mean": kind == "pain", "has_sum": kind != "pain", "unit_of_measurement": unit}
        whole = {**about, "name": None, "source": "recorder", "statistic_id": f"sensor.kneemon_{entity}"}
        home.ask("recorder/import_statistics", metadata=whole, stats=with_pain[kind])
    start = (datetime.now(UTC) - timedelta(weeks=4)).isoformat()
    home.until(lambda: home.statistics("sensor.kneemon_steps_today", start, "day"), "the weeks before")
