# SPDX-License-Identifier: MIT
"""The pages that are read agree with the store, on the real site; whatever the store holds, they tell it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from reading_bench import HOSTILE, hand_made, now, set_up, tell
from web_bench import Running, Served, Visitor, wait_until

from kneemon.app.diary_words import sentence
from kneemon.app.opened import opened
from kneemon.app.reading import Reading
from kneemon.cli import main
from kneemon.clock import PacedClock, SystemClock
from kneemon.config.presets import preset_text
from kneemon.controls.socket import ask
from kneemon.language import Language
from kneemon.model.diary import ExerciseSet, Struck
from kneemon.model.plans import Decision, Prescription
from kneemon.model.records import TimeAnchor
from kneemon.plan.gate import RED_FLAG_LISTS
from kneemon.store import Store
from kneemon.web.visit import Role

PAGES = ("/", "/walks", "/weeks", "/pain", "/diary", "/exercises", "/device", "/about")
EN = Language("en")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Twelve weeks of a life with exercises."""
    folder = tmp_path_factory.mktemp("lived")
    assert main(["simulate", "life", "--weeks", "12", "--store", str(folder / "kneemon.db")]) == 0
    served = Served(folder)
    yield served
    served.close()


@pytest.fixture(scope="module")
def walker(lived: Served) -> Visitor:
    return lived.as_(Role.WALKER)


@pytest.fixture(scope="module")
def physio(lived: Served) -> Visitor:
    return lived.as_(Role.PHYSIO)


@pytest.fixture
def reading(lived: Served) -> Iterator[Reading]:
    with opened(lived.places.store, SystemClock()) as found:
        yield found


def rows_of(page: Any, caption: str) -> list[list[str]]:
    """The cells of the table with that caption, as they are read."""
    (table,) = [each for each in page.iter("table") if each.findtext("caption") == caption]
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in table.iter("tr")
        if row.find("td") is not None
    ]


def text_of(page: Any) -> str:
    return " ".join(page.find(".//main").text_content().split())


def paged(visitor: Visitor, path: str) -> Iterator[Any]:
    """The page and all older ones."""
    while True:
        page = visitor.page(path)
        yield page
        older = page.xpath("//a[@rel='next']/@href")
        if not older:
            return
        path = older[0]


def named(walk: Any) -> str:
    start = walk.local_start
    return f"{EN.weekday(start.date())}, {EN.day(start.date())}, {EN.time(start)}"


def planned(dose: Prescription) -> str:
    """A later walk of a day had less to do."""
    whole = f"{dose.dose_s / 60:.0f}"
    return whole if dose.limit_s == dose.dose_s else f"{whole}, {dose.limit_s / 60:.1f} left"


def test_the_list_tells_every_walk_once_with_its_figures(walker: Visitor, reading: Reading) -> None:
    rows = [row for page in paged(walker, "/walks") for row in rows_of(page, "Walks, newest first")]
    walks = reading.walks(1000)
    assert len(rows) == len(walks) > 20
    for row, walk in zip(rows, walks, strict=True):
        summary = walk.record.summary
        assert row[0].startswith(named(walk))
        assert row[1].split()[-1].lower() == (walk.judged.colour.value if walk.judged else "judged")
        assert row[2:7] == [
            f"{summary.main_s / 60:.1f}",
            planned(summary.prescription) if summary.prescription else "–",
            f"{summary.walking_s / 60:.1f}",
            str(summary.steps),
            f"{summary.cadence_mean_spm:.0f}" if summary.cadence_mean_spm else "–",
        ]
        told = (walk.outcome.p0, walk.outcome.pk, walk.outcome.p2, walk.outcome.pm)
        assert row[8] == " / ".join("–" if score is None else str(score) for score in told)


def test_the_list_of_some_weeks_ends_there(walker: Visitor, reading: Reading) -> None:
    rows = [row for page in paged(walker, "/walks?weeks=4") for row in rows_of(page, "Walks, newest first")]
    since = reading.today - timedelta(weeks=4)
    assert [row[0].split(" date")[0] for row in rows] == [
        named(walk) for walk in reading.walks(1000) if walk.outcome.day > since or not walk.outcome.certain
    ]


def test_each_walk_s_parts_and_signals_add_up(walker: Visitor, reading: Reading) -> None:
    for walk in reading.walks(6):
        name = walk.record.session_id
        page = walker.page(f"/walk/{name}")
        assert page.findtext(".//h1") == f"Walk on {named(walk)}"
        parts = rows_of(page, "Parts of the walk")
        seconds = reading.seconds(name)
        assert sum(int(row[4]) for row in parts) == sum(row.steps for row in seconds)
        assert len(parts) == len({row.part for row in seconds})
        happened = rows_of(page, "Signals, pain and gaps")
        assert len(happened) == sum(event.kind != "bout" for event in reading.events(name))
        figures = dict(zip(page.xpath("//dt/text()"), page.xpath("//dd/text()"), strict=False))
        assert figures["Steps"] == str(walk.record.summary.steps)
        assert figures["Main part, minutes"] == f"{walk.outcome.walked_min:.1f}"
        drawn = page.xpath("//figure//svg")
        assert [each.get("role") for each in drawn] == ["img"]
        told = rows_of(page, "Entries of the diary, in order") if reading.about(name) else []
        assert [row[1] for row in told] == [sentence(entry.fact) for entry in reading.about(name)]


def test_the_weeks_are_those_of_the_reading(physio: Visitor, reading: Reading) -> None:
    rows = rows_of(physio.page("/weeks?weeks=12"), "Weeks against the plan, newest first")
    weeks = reading.weeks(12)[::-1]
    assert [row[0] for row in rows] == [EN.day(week.first) for week in weeks]
    assert [row[4] for row in rows] == [f"{week.walked_min:.1f}" for week in weeks]
    assert [row[7] for row in rows] == [str(week.steps) for week in weeks]
    assert sum(int(row[7]) for row in rows) > 0


def test_every_decision_is_told_with_its_reason_and_its_rule(physio: Visitor, reading: Reading) -> None:
    page = physio.page("/pain?weeks=26")
    rows = rows_of(page, "Decisions of the plan, newest first")
    kept = [entry.fact for entry in reading.decisions(1000) if isinstance(entry.fact, Decision)]
    assert [(row[1], row[2]) for row in rows] == [(fact.rule, fact.reason) for fact in kept]
    ids = set(page.xpath("//@id"))
    links = page.xpath("//table//a[starts-with(@href, '#rule-')]/@href")
    assert links
    assert all(link.removeprefix("#") in ids for link in links)
    colours = [row[1].split()[-1].lower() for row in rows_of(page, "Pain and colour of each walk, newest first")]
    assert colours == [walk.judged.colour.value for walk in reading.walks(1000) if walk.judged]


def test_earlier_weeks_of_pain_are_reached_by_links(walker: Visitor, reading: Reading) -> None:
    count, found = 0, []
    path: str | None = "/pain?weeks=4"
    while path and count < 4:
        page = walker.page(path)
        if page.xpath("//caption[.='Pain and colour of each walk, newest first']"):
            found += rows_of(page, "Pain and colour of each walk, newest first")
        path = next(iter(page.xpath("//a[@rel='next']/@href")), None)
        count += 1
    assert len(found) == reading.count()


def test_the_diary_tells_every_entry_once(walker: Visitor, reading: Reading) -> None:
    rows = [row for page in paged(walker, "/diary") for row in rows_of(page, "Entries, newest first")]
    entries = reading.diary(10_000)
    assert len(rows) == len(entries) > 100
    for row, entry in zip(rows, entries, strict=True):
        assert row[1].startswith(sentence(entry.fact))


def test_the_exercises_are_all_there(walker: Visitor, reading: Reading) -> None:
    rows = rows_of(walker.page("/exercises?sets=2000"), "Sets, newest first")
    done = [entry.fact for entry in reading.exercises(2000) if isinstance(entry.fact, ExerciseSet)]
    assert len(rows) == len(done) > 0
    for row, fact in zip(rows, done, strict=True):
        assert row[5] == (f"{fact.reps} times" if fact.held_s is None else f"{fact.held_s:.0f} seconds")


def test_the_walker_s_first_page_says_the_dose_and_the_physio_s_the_report_s_figures(
    walker: Visitor, physio: Visitor
) -> None:
    assert "minutes of walking" in text_of(walker.page("/"))
    overview = physio.page("/")
    assert len(overview.xpath("//dl[@class='figures-row']/div")) == 5
    assert len(overview.xpath("//figure//svg")) == 4


def test_a_walk_that_is_not_there_is_missing(walker: Visitor) -> None:
    answer = walker.get("/walk/no-such")
    assert answer.status_code == 404
    assert "there is no walk" in answer.text


ODD = (
    "weeks=9999999999",
    "weeks=x",
    "before=nobody",
    "before=-1",
    "before=99999999999999",
    "until=2026-13-45",
    "until=0001-01-01",
    "until=9999-12-31",
    "sets=-5",
    "deleted=yes",
)


@pytest.mark.parametrize("query", ODD)
def test_odd_queries_are_survived(walker: Visitor, query: str) -> None:
    for path in PAGES:
        assert walker.get(f"{path}?{query}").status_code == 200, path


@pytest.mark.parametrize("role", list(Role))
def test_an_empty_store_is_told_on_every_page(serve: Callable[..., Served], role: Role) -> None:
    visitor = serve().as_(role)
    first = visitor.get("/")
    if role is Role.WALKER:
        assert (first.status_code, first.headers["location"]) == (303, "/setup"), "the first set-up comes first"
    for path in PAGES[0 if role is not Role.WALKER else 1 :]:
        page = visitor.page(path)
        assert page.find(".//h1") is not None, path
    assert "No walk was stored yet" in text_of(visitor.page("/walks"))
    assert "Nothing was told yet" in text_of(visitor.page("/diary"))
    assert "No exercise was done yet" in text_of(visitor.page("/exercises"))


def test_a_knee_that_is_known_and_no_plan(serve: Callable[..., Served], tmp_path: Path) -> None:
    set_up(tmp_path / "kneemon.db")
    visitor = serve().as_(Role.WALKER)
    assert "There is no plan yet." in text_of(visitor.page("/"))
    assert "No plan is followed yet" in text_of(visitor.page("/weeks"))


@pytest.fixture
def by_hand(serve: Callable[..., Served], tmp_path: Path) -> Served:
    hand_made(tmp_path / "kneemon.db")
    return serve()


def test_a_gap_is_told_as_a_gap(by_hand: Served) -> None:
    page = by_hand.as_(Role.PHYSIO).page("/walk/plain")
    assert ["0:40", "No signal", "for 0:30 minutes"] in rows_of(page, "Signals, pain and gaps")
    (row,) = rows_of(page, "Parts of the walk")
    assert row[:3] == ["Walk without a plan", "0:01", "1:30"], "seconds without signal are not walked"
    assert "1 gap" in text_of(page)


def test_times_are_those_of_the_walk_s_zone(by_hand: Served) -> None:
    began = now() - timedelta(days=1)
    there = began.astimezone(ZoneInfo("Asia/Tokyo"))
    title = by_hand.as_(Role.READER).page("/walk/plain").findtext(".//h1")
    assert EN.day(there.date()) in title
    assert f"{there:%H:}" in title


def test_a_walk_without_the_time_says_so(by_hand: Served) -> None:
    visitor = by_hand.as_(Role.WALKER)
    assert "did not know the time on this walk" in text_of(visitor.page("/walk/lost"))
    assert "did not know the time" not in text_of(visitor.page("/walk/plain"))
    rows = {row[0].endswith("date not sure") for row in rows_of(visitor.page("/walks"), "Walks, newest first")}
    assert rows == {True, False}


@pytest.mark.parametrize("role", list(Role))
def test_hostile_words_are_words(by_hand: Served, role: Role) -> None:
    visitor = by_hand.as_(role)
    for path in (*PAGES[1:], "/walk/plain", "/walk/lost"):
        answer = visitor.get(path, follow_redirects=True)
        assert "<script>alert" not in answer.text, path
    assert HOSTILE in text_of(visitor.page("/walk/plain"))
    assert HOSTILE in text_of(visitor.page("/diary"))


def test_a_deleted_walk_is_hidden_until_asked_for(serve: Callable[..., Served], tmp_path: Path) -> None:
    path = tmp_path / "kneemon.db"
    hand_made(path)
    clock = PacedClock(start=TimeAnchor("later", 10.0, now(), synchronised=True))
    store = Store.open(path, documents_of=lambda *_: (), clock=clock)
    tell(store, now(), Struck("plain", why=HOSTILE, author="walker"))
    store.close()
    visitor = serve().as_(Role.WALKER)
    listed = visitor.page("/walks")
    assert not listed.xpath("//a[@href='/walk/plain']")
    (more,) = listed.xpath("//a[contains(@href, 'deleted=1')]/@href")
    shown = visitor.page(more)
    assert shown.xpath("//tr[@class='struck-out']//a[@href='/walk/plain']")
    words = text_of(visitor.page("/walk/plain"))
    assert "Deleted. This walk does not count. Deleted by: walker." in words
    assert HOSTILE in words
    crossed = visitor.page("/diary").xpath("//del/text()")
    assert "Pain before the walk: 2 of 10." in crossed


def test_the_device_page_says_whether_kneemon_runs(
    kneemon: Callable[..., Running], serve: Callable[..., Served], tmp_path: Path
) -> None:
    running = kneemon()
    visitor = serve().as_(Role.PHYSIO)
    page = visitor.page("/device")
    facts = {row[0]: row[1] for row in rows_of(page, "How the device does")}
    assert "kneemon is running." in text_of(page)
    assert facts["Version of kneemon that runs"] == running.status()["version"]
    assert running.status()["sensor"].split(":")[0] in facts["Sensor"]
    running.close()
    words = text_of(visitor.page("/device"))
    assert "kneemon is not running." in words
    assert "systemctl status kneemon" in words


@pytest.mark.parametrize("role", list(Role))
def test_no_link_of_the_frame_leads_nowhere(lived: Served, role: Role) -> None:
    visitor = lived.as_(role)
    links = set(visitor.page("/").xpath("//nav//a/@href | //footer//a/@href"))
    assert len(links) > 8
    assert {link: visitor.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_what_waits_for_an_answer_is_on_the_walker_s_first_page(
    kneemon: Callable[..., Running], serve: Callable[..., Served], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(preset_text("six_week", SystemClock().today()))
    running = kneemon(options=f'[plan]\npath = "{plan}"')
    assert ask(running.socket, "start", {"pain": 2})["ok"] is True
    assert ask(running.socket, "stop", {})["ok"] is True
    wait_until(lambda: [each for each in running.status()["questions"] if each["ask"] == "pain_end"])
    visitor = serve().as_(Role.WALKER)
    page = visitor.page("/")
    (form,) = [each for each in page.forms if "How much did it hurt at the end" in each.text_content()]
    assert form.action == "/answer"
    assert len(form.xpath(".//button[@name='value']")) == 11
    answered = visitor.post("/answer", data={**dict(form.fields), "value": "4"})
    assert answered.headers["location"] == "/"
    again = visitor.page("/")
    assert "Pain 4 of 10 is noted." in text_of(again)
    assert "at the end of the walk?" not in text_of(again)
    ask(running.socket, "answer", {"ask": "signs", "value": 2})
    assert "No walk starts until you say which list it is on." in text_of(visitor.page("/"))


def test_about_says_what_it_is_not_and_every_sign(walker: Visitor) -> None:
    words = text_of(walker.page("/about"))
    assert "It makes no diagnosis, and it treats nothing." in words
    assert "That it is silent does not mean that it is safe to walk on." in words
    assert all(sign in words for signs in RED_FLAG_LISTS.values() for sign in signs)


def test_an_overview_without_a_plan_ends_its_sentence_once(tmp_path: Path, serve: Callable[..., Served]) -> None:
    hand_made(tmp_path / "kneemon.db")
    told = text_of(serve().as_(Role.PHYSIO).page("/"))
    assert "No plan has been followed. The report" in told


def test_older_pages_of_the_diary_are_reached_past_entries_of_a_newer_kneemon(
    tmp_path: Path, serve: Callable[..., Served], lived: Served
) -> None:
    served = serve(store=lived.places.store)
    with closing(sqlite3.connect(tmp_path / "kneemon.db")) as store, store:
        (newest,) = store.execute("SELECT max(seq) FROM diary").fetchone()
        store.execute("UPDATE diary SET kind = 'from_the_future' WHERE seq = ?", (newest - 5,))
        (count,) = store.execute("SELECT count(*) FROM diary").fetchone()
    pages = list(paged(served.as_(Role.WALKER), "/diary"))
    assert sum(len(rows_of(page, "Entries, newest first")) for page in pages) == count - 1 > 50
