# SPDX-License-Identifier: MIT
"""Files from the page: every link that is offered, read back; days, one walk, the sealed bundle, the backup."""

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from web_bench import Served, Visitor

from kneemon.store.reader import StoreReader
from kneemon.web.visit import Role


@pytest.fixture(scope="module")
def physio(site: Served) -> Visitor:
    return site.as_(Role.PHYSIO)


def links(visitor: Visitor, path: str = "/downloads") -> dict[str, str]:
    """Of the files on the page, by the first part of their path after /download/."""
    found = visitor.page(path).xpath("//a[@download]/@href")
    return {re.split(r"[/?]", link)[2]: link for link in found}


def names_in(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def walks_of(site: Served) -> list[str]:
    with StoreReader(site.places.store) as reader:
        return [record.session_id for record in reader.walks()]


def test_everything_that_is_offered_comes(physio: Visitor, site: Served) -> None:
    offered = links(physio)
    assert set(offered) == {"xlsx", "csv", "fit", "fhir", "workout", "json"}, "no samples were recorded, no backup"
    files = {name: physio.get(link) for name, link in offered.items()}
    assert {name: answer.status_code for name, answer in files.items()} == dict.fromkeys(offered, 200)
    walks = walks_of(site)
    assert set(names_in(files["fit"].content)) == {f"{walk}.fit" for walk in walks}
    assert len(names_in(files["csv"].content)) == 4 * len(walks) + 2
    assert json.loads(files["fhir"].content)["resourceType"] == "Bundle"
    assert len(json.loads(files["json"].content)["walks"]) == len(walks)
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"].content))
    assert book.worksheets[0].max_row - 1 >= len(walks)
    assert files["workout"].content[8:12] == b".FIT"
    assert all("attachment" in answer.headers["content-disposition"] for answer in files.values())


def test_one_walk(physio: Visitor, site: Served) -> None:
    walk = walks_of(site)[-1]
    offered = links(physio, f"/downloads?walk={walk}")
    assert set(offered) == {"xlsx", "csv", "fit", "fhir"}
    assert physio.get(offered["fit"]).content[8:12] == b".FIT"
    assert all(name.startswith(walk) for name in names_in(physio.get(offered["csv"]).content))
    assert walk in physio.get(offered["xlsx"]).headers["content-disposition"]


def test_some_days(physio: Visitor, site: Served) -> None:
    with StoreReader(site.places.store) as reader:
        middle = reader.walks()[len(reader.walks()) // 2]
    day = middle.started_at.date().isoformat()
    taken = names_in(physio.get(links(physio, f"/downloads?from={day}&to={day}")["fit"]).content)
    assert taken == [f"{middle.session_id}.fit"]


@pytest.mark.parametrize(
    "query",
    ["from=yesterday", "from=2026-13-45&to=", "to=0001-01-01", "from=9999-12-31", "from=0001-01-01&to=9999-12-31"],
)
def test_days_that_are_none_break_nothing(physio: Visitor, query: str) -> None:
    for link in links(physio, f"/downloads?{query}").values():
        assert physio.get(link).status_code in (200, 400), link


@pytest.mark.parametrize("path", ["/downloads?walk=b1-1-none", "/downloads?walk=%3Cscript%3E"])
def test_a_walk_that_is_none_is_told(physio: Visitor, path: str) -> None:
    answer = physio.get(path)
    assert answer.status_code in (404, 503)
    assert "there is no walk" in answer.text
    assert "<script>" not in answer.text


def test_an_address_works_for_its_own_visitor_alone(physio: Visitor, site: Served) -> None:
    link = links(physio)["fit"]
    assert site.as_(Role.READER).get(link).status_code in (403, 410)
    assert site.visitor().get(link).status_code in (303, 403)
    assert physio.get(link.split("?")[0]).status_code in (403, 410)


def test_the_bundle_opens_with_its_phrase(physio: Visitor, tmp_path: Path) -> None:
    page = physio.page("/downloads")
    (phrase,) = page.xpath("//input[@name='phrase']/@value")
    answer = physio.submit("/download/bundle", {"phrase": phrase, "from": "", "to": ""}, seen_on="/downloads")
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(answer.raise_for_status().content)
    subprocess.run(["7z", "x", f"-p{phrase}", f"-o{tmp_path / 'out'}", bundle], check=True, capture_output=True)
    endings = {file.suffix for file in (tmp_path / "out").iterdir()}
    assert endings == {".pdf", ".xlsx", ".fit", ".json"}
    assert subprocess.run(["7z", "t", "-pwrong and wrong", bundle], capture_output=True).returncode != 0


def test_a_short_phrase_is_told(physio: Visitor) -> None:
    answer = physio.submit("/download/bundle", {"phrase": "short"}, seen_on="/downloads")
    assert answer.status_code == 400
    assert "at least 12 characters" in answer.text


def test_the_owner_takes_a_backup_and_the_running_kneemon_notes_it(
    serve: Callable[..., Served], kneemon: Callable[..., Any], lives: Callable[[int], Path]
) -> None:
    site, _daemon = serve(lives(4)), kneemon()
    owner = site.as_(Role.WALKER)
    answer = owner.get(links(owner)["backup"])
    assert "kneemon.db" in names_in(answer.raise_for_status().content)
    with StoreReader(site.places.store) as reader:
        assert reader.note("backup") is not None


def test_nothing_stored_yet(serve: Callable[..., Served]) -> None:
    page = serve().as_(Role.READER).page("/downloads")
    assert "No walk has been stored yet" in page.text_content()
    assert not page.xpath("//a[@download]")
