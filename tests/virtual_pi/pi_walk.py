# SPDX-License-Identifier: MIT
"""A walk with a plan, from the first press to the paper for the physio, on the installed kneemon.

The box is handled by its one button alone; the samples come out of an ADXL345's FIFO in bursts. By `-icount` the guest
has all the time that it needs between two samples, so nothing here depends on how busy this machine is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from kneemon.feedback.patterns import PATTERNS
from kneemon.model.cues import CueKind
from kneemon.model.records import SessionRecord
from kneemon.model.sessions import EndReason
from kneemon.mqtt.documents import detail_documents
from kneemon.mqtt.topics import SESSION_DETAIL
from kneemon.store.reader import StoreReader
from kneemon.virtual.script import Stand, Turn, Walk
from virtual_pi.board import BUTTON, BUZZER, MOTOR
from virtual_pi.buzzes import TICK, drawn, expected, same
from virtual_pi.conftest import NewMachine
from virtual_pi.machine import BOARD, MQTT, SSH, Machine, Model
from virtual_pi.service import USED, Service
from virtual_pi.stored import fetched, told_of, walk
from virtual_pi.subscriber import Subscriber
from virtual_pi.table import Table
from virtual_pi.walks import Outing, made_up, recorded, replayed_steps, written

PAGE = 8377
PHRASE = "seven ducks on a pond"
CEILING_SPM, GRACE_S = 112, 15.0
BRISK_S = 90.0  # when the walker begins to be too brisk
SCRIPT = (Stand(30.0), Walk(60.0, 100.0), Walk(45.0, 122.0), Turn(2.5), Walk(50.0, 98.0), Stand(20.0))
CONFIG = """\
[feedback]
outputs = ["buzzer", "motor"]

[mqtt]
host = "127.0.0.1"
publish = "detail"
"""
PLAN = f"""\
schema = 1
name = "Round the park"
start = 2027-03-01
warm_up_min = 0
cool_down_min = 0
cadence_ceiling_spm = {CEILING_SPM}

[[week]]
minutes = 10
"""
TO_NETWORK = f"""\
[Socket]
ListenStream=
ListenStream=0.0.0.0:{PAGE}
"""
# What a walker does at the button, (seconds after the walk's signal began, how long it is down), and what it means.
START, PAIN_3, NOTHING_NEW = [(2.0, 0.2)], [(7.0, 0.2), (7.5, 0.2), (8.0, 0.2)], [(16.0, 0.2)]
HOLD, PAIN_2 = [(197.5, 2.6)], [(206.0, 0.2), (206.5, 0.2)]
PRESSES = START + PAIN_3 + NOTHING_NEW + HOLD + PAIN_2
FELT = (
    *(TICK, CueKind.ASK_PAIN, TICK, TICK, TICK, 3, CueKind.ASK_SIGNS, TICK, 1, CueKind.STARTED),
    CueKind.PACE_HIGH,
    *(TICK, CueKind.STOPPED, CueKind.ASK_PAIN, TICK, TICK, 2),
)
REAL = "oxford_optimisation/ox_Pixel_J_Hard_FrontPocket_1.csv.gz"
BUSY_S = 900.0  # real seconds for what takes minutes in the guest


@dataclass(frozen=True)
class Walked:
    """Everything that is known about the walk with the plan."""

    outing: Outing
    began_s: float
    replayed: int
    buzzer: list[tuple[float, float]]
    motor: list[tuple[float, float]]
    overruns: int
    longest_pause_s: float
    store: Path
    record: SessionRecord


@pytest.fixture(scope="module")
def pi(new_machine: NewMachine) -> Machine:
    machine = new_machine(Model(icount=True, words=USED, ports=(SSH, MQTT, PAGE, BOARD))).start()
    Service(machine).configure(CONFIG, PLAN)
    return machine


@pytest.fixture(scope="module")
def home(pi: Machine) -> Iterator[Subscriber]:
    with Subscriber(pi.port(MQTT)) as home:
        home.wait(lambda: home.messages, "anything of kneemon")
        yield home


@pytest.fixture(scope="module")
def walked(pi: Machine, home: Subscriber, tmp_path_factory: pytest.TempPathFactory) -> Walked:
    folder = tmp_path_factory.mktemp("walk")
    outing = made_up(SCRIPT)
    replayed = replayed_steps(written(outing, folder / "walk.csv"))
    board = pi.board
    board.stats(start_again=True)
    began = board.walk(outing.acc_g)
    board.do("press", answer_s=BUSY_S, line=BUTTON, presses=PRESSES)
    Service(pi).pass_time(15.0)
    stats = board.stats()
    store = fetched(pi, folder / "kneemon.db")
    return Walked(
        outing,
        began.at_s,
        replayed,
        board.pulses(BUZZER, began.at_s),
        board.pulses(MOTOR, began.at_s),
        stats["overruns"],
        stats["longest_pause_s"],
        store,
        walk(store),
    )


def test_steps_are_those_of_the_same_walk_replayed_from_a_file(walked: Walked, table: Table) -> None:
    steps, true_steps = walked.record.summary.steps, walked.outing.true_steps
    table.add(
        "walk, made up, by button and with a plan",
        f"{steps} steps; replayed {walked.replayed}, truly {true_steps}; {walked.overruns} overruns, "
        f"longest pause between two reads {walked.longest_pause_s * 1000:.0f} ms",
    )
    assert abs(steps - walked.replayed) <= walked.replayed / 100
    assert true_steps is not None
    assert abs(steps - true_steps) <= true_steps / 50


def test_no_sample_was_lost(walked: Walked) -> None:
    summary = walked.record.summary
    assert walked.overruns == 0
    assert summary.gaps == 0


def test_begun_by_a_press_and_ended_by_a_hold(walked: Walked) -> None:
    summary = walked.record.summary
    assert summary.end_reason is EndReason.COMMAND
    assert summary.started_s == pytest.approx(walked.began_s + START[0][0], abs=0.3)
    held_s = walked.began_s + HOLD[0][0]  # what was told before it was long enough stays told
    assert held_s - 0.1 <= summary.ended_s <= held_s + HOLD[0][1]
    told = walked.record.pain_told
    assert (told.before, told.after) == (3, 2)


def test_each_pulse_is_as_the_tables_have_it(walked: Walked, table: Table) -> None:
    wanted = expected(FELT)
    table.add(
        "buzzer's and motor's line over that walk",
        f"{len(walked.buzzer)} pulses, {len(wanted)} expected: ticks, questions, read-backs, begun, too brisk, over",
    )
    assert same(walked.buzzer, wanted), drawn(on_s for _, on_s in walked.buzzer)
    assert same(walked.motor, wanted), drawn(on_s for _, on_s in walked.motor)


def test_too_brisk_is_told_twice_after_its_grace(walked: Walked, table: Table) -> None:
    brisk = PATTERNS[CueKind.PACE_HIGH]
    seen = [pulse for pulse in walked.buzzer if BRISK_S < pulse[0] - walked.began_s < HOLD[0][0]]
    assert len(seen) == brisk.times * len(brisk.pulses)
    assert all(on_s == pytest.approx(brisk.pulses[0].on_s, abs=0.05) for _, on_s in seen)
    again_s = seen[len(brisk.pulses)][0] - sum(seen[len(brisk.pulses) - 1])
    assert again_s == pytest.approx(brisk.pulses[-1].off_s + brisk.again_after_s, abs=0.1)
    first_s = seen[0][0] - walked.began_s - BRISK_S
    table.add("ceiling of the plan crossed", f"told {first_s:.1f} s after the pace rose; the grace is {GRACE_S:.0f} s")
    assert GRACE_S <= first_s <= GRACE_S + 6.0
    assert [alert.kind for alert in walked.record.summary.alerts] == [CueKind.PACE_HIGH]


def test_what_arrives_outside_is_what_is_stored(walked: Walked, home: Subscriber, table: Table) -> None:
    record = walked.record
    came = home.said(record.session_id, record.revision)
    assert came == told_of(record)
    with StoreReader(walked.store) as reader:
        rows = detail_documents(record, reader.seconds(record.session_id))
    for chunk, wanted in enumerate(rows, 1):
        topic = SESSION_DETAIL.path(record.device, session_id=record.session_id, chunk=chunk)
        home.wait(lambda t=topic, w=wanted: any(m.topic == t and m.payload == w for m in home.messages), topic)
    kinds = {message.topic.split("/", 3)[3].partition("/")[0] for message in home.messages}
    table.add(
        "documents at a subscriber outside",
        f"the walk's in {record.revision} revisions, {len(rows)} of its rows: as stored. Topics: {_list(kinds)}",
    )


def test_a_real_walk_too(pi: Machine, home: Subscriber, table: Table, tmp_path: Path) -> None:
    outing = recorded(REAL)
    if outing is None:
        table.add("walk, recorded", "not tried: there is no ../shared/recordings")
        return
    replayed = replayed_steps(written(outing, tmp_path / "real.csv"))
    service, board = Service(pi), pi.board
    board.stats(start_again=True)
    board.walk(outing.acc_g, after_s=5.0)
    service.done("start", pain=2, signs=1)
    service.pass_time(outing.lasts_s + 10.0)
    service.done("stop")
    record = walk(fetched(pi, tmp_path / "kneemon.db"))
    steps, overruns = record.summary.steps, board.stats()["overruns"]
    table.add(
        "walk, recorded (trouser pocket)",
        f"{steps} steps; replayed {replayed}, truly {outing.true_steps}; {overruns} overruns",
    )
    assert abs(steps - replayed) <= max(2.0, replayed / 100)
    assert overruns == 0
    home.said(record.session_id)


def test_the_paper_for_the_physio(pi: Machine, walked: Walked, table: Table) -> None:
    said = pi.run("cd /run && kneemon report --out /run/report.pdf", BUSY_S)
    paper = pi.get("/run/report.pdf")
    table.add("kneemon report in the guest", f"a PDF of {len(paper) // 1024} KiB")
    assert "/run/report.pdf" in said
    assert paper.startswith(b"%PDF-")
    assert b"%%EOF" in paper[-64:]


def test_the_page_shows_the_walk_and_rests_when_nobody_asks(pi: Machine, walked: Walked, table: Table) -> None:
    pi.put("/etc/credstore/kneemon.web-passphrase", f"{PHRASE}\n", "600")
    pi.put("/etc/systemd/system/kneemon-web.socket.d/network.conf", TO_NETWORK)
    pi.run("systemctl daemon-reload; systemctl stop kneemon-web.service; systemctl restart kneemon-web.socket")
    service = Service(pi)
    assert service.shown("ActiveState", unit="kneemon-web.service")["ActiveState"] == "inactive"
    with httpx.Client(
        base_url=f"http://127.0.0.1:{pi.port(PAGE)}", headers={"host": "localhost"}, timeout=BUSY_S
    ) as browser:
        refused = browser.get("/walks")
        assert refused.status_code == 303
        assert "/sign-in" in refused.headers["location"]
        token = browser.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
        entered = browser.post("/sign-in", data={"csrf": token, "role": "walker", "phrase": PHRASE, "next": "/walks"})
        assert entered.status_code == 303, entered.text
        shown = browser.get("/walks")
    assert shown.status_code == 200
    assert walked.record.session_id in shown.text
    assert service.shown("ActiveState", unit="kneemon-web.service")["ActiveState"] == "active"
    pi.run("systemctl stop kneemon")  # nothing to do for the guest: its ten minutes are over soon
    service.pass_time(640.0)
    told = service.shown("ActiveState", "Result", unit="kneemon-web.service")
    pi.run("systemctl start kneemon", BUSY_S)
    assert told == {"ActiveState": "inactive", "Result": "success"}
    table.add("page", "started by the first who asked, pass phrase taken, walk shown; gone ten minutes after")


def _list(words: set[str]) -> str:
    return ", ".join(sorted(words))
