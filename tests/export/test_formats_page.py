# SPDX-License-Identifier: MIT
"""The page of the formats says which programs read the files, and what the code writes."""

import re

from foreign import ELSEWHERE, PAGE, READERS, renewed, table

from kneemon.export import fhir, fit_profile
from kneemon.export.xlsx import ABOUT

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_table_of_readers_is_what_the_tests_read_with():
    assert renewed(TEXT) == TEXT, "run `python tests/export/foreign.py` and look at what changed"
    assert table() in TEXT


def test_the_other_readers_are_in_the_tests_that_are_named():
    calls = {"7-Zip": '"7z"', "bsdtar (libarchive)": '"bsdtar"', "Info-ZIP": '"unzip"', "poppler": '"pdf'}
    for _, name, _, _, test in ELSEWHERE:
        text = (PAGE.parents[1] / "tests" / test).read_text(encoding="utf-8")
        assert calls.get(name, name.replace("-", "_")) in text or name in text, (name, test)


def test_every_format_has_more_than_one_reader():
    for form in ("FIT", "FIT workout", "FHIR", "XLSX"):
        assert len([reader for reader in READERS if reader.format == form]) > 1


def test_a_reader_taken_away_makes_the_page_stale(monkeypatch):
    monkeypatch.setattr("foreign.READERS", READERS[1:])
    assert renewed(TEXT) != TEXT


def test_every_developer_field_is_told():
    named = re.findall(r"`(\w+)`", TEXT)
    assert set(fit_profile._OWN) <= set(named)


def test_every_code_is_told():
    for _, code, _ in (fhir.DURATION, fhir.KIND, fhir.STEPS, fhir.CADENCE, fhir.PAIN, fhir.PANEL, fhir.WALKING):
        assert code in TEXT


def test_the_workbook_tells_what_it_does_not_say():
    assert any("says that a knee is safe" in line for line in ABOUT)
