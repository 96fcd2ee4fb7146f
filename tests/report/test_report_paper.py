# SPDX-License-Identifier: MIT
"""The sheet as poppler reads it: one page of A4, tagged, whatever is in the store; no text is ever markup."""

import re
import subprocess
import sys
from datetime import timedelta

import pytest
from handmade import ENGLISH, MONDAY, TODAY, WEEKS, Diary, at, printed, reported
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lived import START

from kneemon.app.opened import opened
from kneemon.app.report import report
from kneemon.app.report_sheet import on_paper, sheet
from kneemon.clock import SystemClock
from kneemon.errors import ExportError
from kneemon.export import paper
from kneemon.language import Language
from kneemon.model.diary import Struck, WalkNote

HOSTILE = (
    '#panic("x")', "*bold* _it_ $x^2$ `raw`", "#include \"/etc/passwd\"", "\\u{41} \\ // /* */", "<b>&amp;</b>",
    "]]]#{[(", "@ref <label>", "= Heading\n- list", "\u202e reversed \u0000 nul \ud800", "'" * 50,
)  # fmt: skip


class LongWinded(Language):
    """Every text half as long again, in words that are hard to break."""

    def say(self, text: str, /, **values: object) -> str:
        said = super().say(text, **values)
        return " ".join(
            word + "heitskeits"[: len(word) // 2 + 1] if word.isalpha() else word for word in said.split(" ")
        )


def one_page(about):
    assert about["Pages"].strip() == "1"
    assert about["Tagged"].strip() == "yes"
    assert about["Page size"].strip().startswith("595.276 x 841.89 pts (A4)")


def test_a_life_on_one_page_with_its_figures(life, tmp_path):
    with reported(life, WEEKS, START + timedelta(weeks=WEEKS)) as (_, shown):
        about, told = printed(shown, tmp_path)
    one_page(about)
    assert about["Title"].strip() == f"{shown.title}, {shown.period}"
    flat, dense = " ".join(told.split()), "".join(told.split())
    for each in shown.figures:
        assert "".join(each.value.split()) in dense
    for chart in shown.charts:
        assert chart.title in flat
    for text in (shown.flags_title, shown.why_title, shown.missing_title, shown.notes_title, "makes no diagnosis"):
        assert text in flat
    assert shown.charts[0].description  # the text for who cannot see it


def test_it_says_that_it_is_pdf_ua_in_its_language(life, tmp_path):
    with reported(life, 4, START + timedelta(weeks=WEEKS)) as (_, shown):
        made = paper.pdf(on_paper(shown))
    (tmp_path / "x.pdf").write_bytes(made)
    meta = subprocess.run(["pdfinfo", "-meta", tmp_path / "x.pdf"], check=True, capture_output=True, text=True).stdout
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert b"/Lang(en)" in made
    tree = subprocess.run(
        ["pdfinfo", "-struct-text", tmp_path / "x.pdf"], check=True, capture_output=True, text=True
    ).stdout
    assert tree.count("Figure") >= 5
    assert "H1" in tree
    assert "H2" in tree


@pytest.mark.parametrize("weeks", [1, 2, 52])
@pytest.mark.parametrize("walks", [0, 1, 2])
def test_however_little_there_is(tmp_path, weeks, walks):
    diary = Diary(tmp_path / "kneemon.db")
    for number in range(walks):
        diary.walk(MONDAY + timedelta(days=number), 10.0, cadence_mean_spm=None, cadence_p95_spm=None)
    with reported(diary.close(), weeks) as (_, shown):
        one_page(printed(shown, tmp_path)[0])


def test_nothing_was_ever_stored(tmp_path):
    with reported(tmp_path / "none.db") as (_, shown):
        about, told = printed(shown, tmp_path)
    one_page(about)
    assert "There is no plan to hold the walks against." in " ".join(told.split())


def test_long_words_and_many_flags_stay_on_one_page(tmp_path):
    diary = Diary(tmp_path / "kneemon.db")
    diary.plan()
    for number in range(14):
        walk = diary.walk(MONDAY + timedelta(days=number), 20.0, over_limit_s=500.0, gave_way_s=(60.0,), gaps_s=90.0)
        for hour, author in ((11, "walker"), (12, "physio")):
            diary.tell(
                WalkNote(walk, f"{number} " + "Kniegelenksbeweglichkeit " * 9, author),
                MONDAY + timedelta(days=number),
                hour,
            )
    with reported(diary.close(), 2, TODAY, LongWinded("en")) as (_, shown):
        about, told = printed(shown, tmp_path)
    one_page(about)
    assert told.count("(14") == 3
    left = int(re.search(r"and (\d+) more", told)[1])  # type: ignore[index]
    assert told.count("Notehei byhe thehe ") == 28 - left > 0


def test_hostile_texts_are_text(tmp_path):
    diary = Diary(tmp_path / "kneemon.db")
    diary.plan(name='#panic("plan").toml')
    for number, text in enumerate(HOSTILE):
        walk = diary.walk(MONDAY + timedelta(days=number))
        diary.tell(WalkNote(walk, text.replace("\ud800", "?"), "walker"), MONDAY + timedelta(days=number), 12)
    gone = diary.walk(MONDAY + timedelta(days=11))
    diary.tell(Struck(gone, why='"); #read("/etc/passwd")', author="physio"), MONDAY + timedelta(days=11), 12)
    with reported(diary.close()) as (_, shown):
        about, told = printed(shown, tmp_path)
    one_page(about)
    flat = " ".join(told.split())
    assert '#panic("x")' in flat
    assert "*bold* _it_ $x^2$ `raw`" in flat
    assert '#include "/etc/passwd"' in flat
    assert '"); #read("/etc/passwd")' in flat
    assert "<b>&amp;</b>" in flat


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=60), min_size=1, max_size=20))
def test_any_text_makes_a_page(tmp_path, texts):
    with opened(tmp_path / "none.db", at(TODAY), "UTC") as reading:
        plain = on_paper(sheet(reading, report(reading, 2), ENGLISH))
    safe = [text.encode("utf-8", "replace").decode() for text in texts]
    flags = [[text, text] for text in safe]
    more = [f"and {left} more" for left in range(len(safe), -1, -1)]
    data = plain | {"flags": flags, "more_flags": more, "why": safe, "missing": safe, "title": safe[0] or "x"}
    data |= {"plan": safe[-1], "last_line": safe[-1], "footer": safe[-1]}
    made = paper.pdf(data)
    (tmp_path / "any.pdf").write_bytes(made)
    about = subprocess.run(["pdfinfo", tmp_path / "any.pdf"], check=True, capture_output=True, text=True).stdout
    assert "Pages:           1\n" in about


def test_the_figures_do_not_say_that_a_knee_is_safe(life):
    with reported(life, WEEKS, START + timedelta(weeks=WEEKS)) as (_, shown):
        assert "makes no diagnosis" in shown.footer
        assert "never says that a knee is safe" in shown.footer


def test_without_typst_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(paper, "can_typeset", lambda: False)
    with pytest.raises(ExportError, match=r"Install kneemon\[web\], or print the page instead"):
        paper.pdf({})


def test_what_typst_complains_of_is_told():
    with pytest.raises(ExportError, match=r"expected a page from typst, saw .*key"):
        paper.pdf({"title": "no more than this"})


def test_typst_is_in_another_process(life, monkeypatch):
    before = set(sys.modules) - {"typst"}  # a test of the manual may have imported it
    monkeypatch.delitem(sys.modules, "typst", raising=False)
    with reported(life, 2, START + timedelta(weeks=WEEKS)) as (_, shown):
        paper.pdf(on_paper(shown))
    assert "typst" not in set(sys.modules) - before


def test_drawing_and_counting_need_no_numpy(tmp_path):
    diary = Diary(tmp_path / "kneemon.db")
    diary.walk(SystemClock().today())
    store = diary.close()
    code = (
        "import sys; from pathlib import Path; from kneemon.cli import report; from argparse import Namespace; "
        "report.run(Namespace(config=None, set=[], store=Path(sys.argv[1]), weeks=4, out=Path(sys.argv[2]), "
        "html=False, language='en')); assert 'numpy' not in sys.modules and 'pygal' in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, store, tmp_path / "x.pdf"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
