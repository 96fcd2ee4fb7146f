# SPDX-License-Identifier: MIT
"""Made-up devices for a test of load: what each of them says, and what it takes to run N of them.

Nobody walks here. The walks are dice with plausible figures, and every id begins with `sim`. Each walk is told in live
states, then as a document, and a second time with the pain told after it. What is said of walks is real in form: made
by the functions that the device uses.
"""

import random
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from kneemon import __version__
from kneemon.errors import BrokerError
from kneemon.model.cues import CueKind
from kneemon.model.home import About, LiveState
from kneemon.model.plans import Prescription
from kneemon.model.records import PainTold, SessionRecord, TimeQuality
from kneemon.model.sessions import Alert, EndReason, SessionSummary
from kneemon.mqtt.crowd_member import Moment, Said, Script
from kneemon.mqtt.documents import news_document, state_document, summary_message
from kneemon.mqtt.settings import BrokerSettings

MOST_DEVICES = 20_000  # one machine has some 28 000 ports to call a broker from
FILES_BESIDES = 64
SENSOR, WORN = "made up", "waist"
PLAN = "made-up"
LIVE_S = 5.0
PAUSE_S = (60.0, 600.0)  # between two walks of a device
ANSWER_S = 30.0  # after the walk


@dataclass(frozen=True, slots=True)
class CrowdOptions:
    """walks: of each device. minutes: the longest walk. speed: times real time, the walks only, never the patience."""

    devices: int
    walks: int = 1
    minutes: float = 10.0
    speed: float = 10.0


@dataclass(frozen=True, slots=True)
class Walk:
    """One made-up walk. Times in walking time, seconds after the crowd began."""

    device: str
    session_id: str
    boot_id: str
    begin_s: float
    lasts_s: float
    cadence_spm: float
    limit_s: float
    pain_before: int
    pain_after: int

    def steps(self, elapsed_s: float) -> int:
        return int(self.cadence_spm * elapsed_s / 60)


def device_id(number: int) -> str:
    """Seen at a glance to be made up: number 7 is sim000000007."""
    return f"sim{number:09d}"


def scripts(options: CrowdOptions, settings: BrokerSettings, at: datetime, seed: int) -> list[Script]:
    """Every device with all that it will say. at: now (aware). seed: other walks, and other session ids."""
    tail = f"{seed & 0xFFFFFFFF:08x}"
    ids = [device_id(number) for number in range(1, options.devices + 1)]
    return [
        Script(device, _info(device, settings, at), _moments(options, number, tail))
        for number, device in enumerate(ids, start=1)
    ]


def allow_files(devices: int) -> None:
    """Have as many files open as there are devices; raises BrokerError when the system forbids it."""
    needed = devices + FILES_BESIDES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BrokerError(
            "The limit of open files",
            expected=f"at least {needed}, for each of the {devices} made-up devices has a connection of its own",
            seen=str(hard),
            remedy=f"Raise it (`ulimit -Hn {needed}` as root, or LimitNOFILE= of a systemd unit), or take "
            f"--devices {max(1, hard - FILES_BESIDES)}.",
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _moments(options: CrowdOptions, number: int, tail: str) -> Iterator[Moment]:
    dice = random.Random(f"{tail}-{number}")  # noqa: S311 - dice for a test of load, no secret
    device, begin_s = device_id(number), dice.uniform(0.0, 60.0)
    for walk_number in range(1, options.walks + 1):
        limit_s = 60.0 * options.minutes * 0.9
        walk = Walk(
            device=device,
            session_id=f"b1-{walk_number}-{tail}",
            boot_id=f"made-up-{number}",
            begin_s=begin_s,
            lasts_s=60.0 * options.minutes * dice.uniform(0.6, 1.0),
            cadence_spm=dice.gauss(101.0, 6.0),
            limit_s=limit_s,
            pain_before=dice.randint(0, 4),
            pain_after=dice.randint(0, 6),
        )
        yield from _told(walk, options.speed)
        begin_s += walk.lasts_s + dice.uniform(*PAUSE_S)


def _told(walk: Walk, speed: float) -> Iterator[Moment]:
    def moment(elapsed_s: float, say: Callable[[datetime], Said]) -> Moment:
        return Moment((walk.begin_s + elapsed_s) / speed, say)

    for seq in range(int(walk.lasts_s / LIVE_S) + 1):
        elapsed_s = seq * LIVE_S
        yield moment(elapsed_s, partial(_live, walk, seq, elapsed_s))
    yield moment(walk.lasts_s, partial(_ended, walk))
    yield moment(walk.lasts_s + ANSWER_S, partial(_answered, walk, speed))


def _live(walk: Walk, seq: int, elapsed_s: float, at: datetime) -> Said:
    over = elapsed_s > walk.limit_s
    state = LiveState(
        "over_limit" if over else "walking",
        session_id=walk.session_id,
        steps=walk.steps(elapsed_s),
        cadence_spm=walk.cadence_spm,
        elapsed_s=elapsed_s,
        remaining_s=max(0.0, walk.limit_s - elapsed_s),
        limit_s=walk.limit_s,
        over=("over_limit",) if over else (),
    )
    changed = seq == 0 or (over and elapsed_s - LIVE_S <= walk.limit_s)
    return Said(state_document(state, at=at, boot_id=walk.boot_id, seq=seq), changed=changed)


def _ended(walk: Walk, at: datetime) -> Said:
    idle = state_document(LiveState("idle"), at=at, boot_id=walk.boot_id, seq=int(walk.lasts_s / LIVE_S) + 1)
    return Said(idle, changed=True, documents=(summary_message(_record(walk, at)),))


def _answered(walk: Walk, speed: float, at: datetime) -> Said:
    record = _record(walk, at - timedelta(seconds=ANSWER_S / speed))
    told = PainTold(before=walk.pain_before, after=walk.pain_after)
    return Said(documents=(summary_message(replace(record, revision=2, pain_told=told)),))


def _record(walk: Walk, ended_at: datetime) -> SessionRecord:
    over_s = max(0.0, walk.lasts_s - walk.limit_s)
    alerts = (Alert(CueKind.LIMIT_REACHED, walk.limit_s),) if over_s else ()
    started_at = ended_at - timedelta(seconds=walk.lasts_s)
    plan = Prescription(
        plan=PLAN,
        day=started_at.date(),
        week=1,
        dose_s=walk.limit_s,
        limit_s=walk.limit_s,
        warm_up_s=0.0,
        cool_down_s=0.0,
        cadence_ceiling_spm=115.0,
        pain_stop=6,
    )
    summary = replace(
        SessionSummary.begun(walk.begin_s, plan),
        ended_s=walk.begin_s + walk.lasts_s,
        steps=walk.steps(walk.lasts_s),
        walking_s=walk.lasts_s,
        main_s=walk.lasts_s - over_s,
        over_limit_s=over_s,
        bouts=1,
        cadence_mean_spm=walk.cadence_spm,
        cadence_p95_spm=walk.cadence_spm + 4.0,
        alerts=alerts,
        end_reason=EndReason.STILLNESS,
        pain_before=walk.pain_before,
    )
    return SessionRecord(
        device=walk.device,
        session_id=walk.session_id,
        revision=1,
        boot_id=walk.boot_id,
        started_at=started_at,
        ended_at=ended_at,
        tz="UTC",
        time_quality=TimeQuality.NTP,
        worn=WORN,
        sensor=SENSOR,
        software=__version__,
        summary=summary,
        final=True,
    )


def _info(device: str, settings: BrokerSettings, at: datetime) -> bytes:
    return news_document(About(__version__, SENSOR, WORN), at=at, device=device, settings=settings)
