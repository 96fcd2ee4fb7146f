# SPDX-License-Identifier: MIT
"""The page and the files beside it are what the tables say: run `make reference` when they are not."""

import re
from pathlib import Path

from kneemon.mqtt.commands import COMMANDS
from kneemon.mqtt.entities import ENTITIES
from kneemon.mqtt.reference import FOLDER, PAGE, files, main, renewed
from kneemon.mqtt.topics import TOPICS, Desired

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_what_the_tables_say():
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    assert renewed(page) == page


def test_the_files_are_what_the_tables_say():
    kept = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / FOLDER).glob("*.json")}
    assert kept == files()


def test_nothing_is_left_out_of_the_page():
    page = (DOCS / PAGE).read_text(encoding="utf-8")
    for topic in TOPICS:
        assert f"| `{topic.name}` |" in page
    for command in COMMANDS:
        assert f"| `{command}` |" in page
    for key in Desired:
        assert f"| `desired/{key}` |" in page
    for entity in ENTITIES:
        assert f"| `{entity.entity_id}` |" in page


def test_the_links_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (DOCS / PAGE).read_text(encoding="utf-8"))
    assert len(links) > 10
    assert [link for link in links if not (DOCS / link).is_file()] == []


def test_it_renews_a_page_and_takes_away_what_is_of_no_document(tmp_path: Path):
    (tmp_path / PAGE).write_text("before\n<!-- generated: wishes -->\nold\n<!-- end -->\nafter\n")
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "mood-1.schema.json").write_text("{}")
    main(tmp_path)
    page = (tmp_path / PAGE).read_text()
    assert page.startswith("before\n<!-- generated: wishes -->\n\n| Topic |")
    assert page.endswith("<!-- end -->\nafter\n")
    assert "old" not in page
    assert {path.name for path in (tmp_path / FOLDER).iterdir()} == set(files())
