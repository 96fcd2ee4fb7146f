# SPDX-License-Identifier: MIT
"""`kneemon demo`: see it work before you buy a part.

In a terminal a live view, elsewhere a line every ten seconds of the walk and one for each cue.
"""

import argparse
import logging
import os
import shlex
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from kneemon.app.demo import Backstage, DemoOptions, DemoResult, run_demo
from kneemon.app.edges import Listener, Seen
from kneemon.cli.words import minutes, spm
from kneemon.errors import BrokerError, ExitCode, StoreError
from kneemon.feedback.patterns import MEANINGS
from kneemon.model.cues import LIMIT_CUES, Cue, CueKind
from kneemon.model.samples import SensorReport
from kneemon.model.sessions import Progress, SessionEnded, SessionStarted
from kneemon.store.connect import lock

SPEED = 8.0
UNWATCHED_S = 100.0  # without a terminal the demo shall be over in two minutes, on a slow machine too
MQTT_PORT = 1883
SAID = {**MEANINGS, CueKind.STOPPED: "the walk is over"}  # there is nothing else that could be over


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("kneemon.mqtt").setLevel(logging.CRITICAL)  # the view and the summary tell of the broker
    options = DemoOptions(
        store=_store(args.store),
        speed=args.speed or SPEED,
        chip=args.chip,
        worn=args.worn,
        broker=_broker(args.broker) if args.broker is not None else None,
        seed=args.seed,
        most_s=None if sys.stdout.isatty() else UNWATCHED_S,
    )
    if sys.stdout.isatty() or args.picture:
        from kneemon.cli.live_view import watching

        with watching(options, args.picture, shown=sys.stdout.isatty()) as listener:
            result = run_demo(options, listener)
    else:
        print(f"A simulated walker, {options.speed:g} times real time; times are the walk's own.", flush=True)
        result = run_demo(options, _lines)
    _tell(options, result)
    if not result.whole:
        print("\nThe walk broke off early: this machine was too busy for the demo's thumb. Run it again.")
        return ExitCode.FAILURE
    return ExitCode.OK if result.delivered else ExitCode.BROKER


def _store(named: Path | None) -> Path:
    """A new database: the one named, or the demo's own, made anew; a day's dose would be used up by its last run."""
    if named is not None:
        with suppress(PermissionError):  # the store tells it in words
            if named.exists():
                raise StoreError(
                    f"--store {named}",
                    expected="a name for a new file",
                    seen="one that is there already",
                    remedy="The demo writes only into a store that it made; name another file or leave the option out.",
                )
        return named
    path = _state_folder() / "kneemon" / "demo" / "kneemon.db"
    with lock(path):  # another demo may be walking there
        for old in path.parent.glob(f"{path.name}*"):
            old.unlink()
    return path


def _state_folder() -> Path:
    """The user's, on the device too: the demo's walks are nobody's. Without a home, a folder that goes away."""
    state, home = os.environ.get("XDG_STATE_HOME", ""), os.environ.get("HOME", "")
    if state.startswith("/"):
        return Path(state)
    return Path(home) / ".local" / "state" if home else Path(mkdtemp(prefix="kneemon-"))


def _broker(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]") or (":" in host and not host.startswith("[")):
        host, port = text, str(MQTT_PORT)
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BrokerError(
            "--broker", expected="HOST or HOST:PORT", seen=repr(text), remedy="For example: --broker 192.168.1.20:1883"
        )
    return host.strip("[]"), int(port)


def _lines(backstage: Backstage) -> Listener:
    """Without a terminal: lines."""
    began: list[float] = []

    def listen(seen: Seen) -> None:
        line = _line(seen, began[0] if began else 0.0)
        if isinstance(seen, SessionStarted):
            began[:] = [seen.t_s]
            line = f"  0:00  the button is pressed: the walk begins, plan: {_plan_in_words(backstage)}"
        if line:
            print(line, flush=True)

    return listen


def _plan_in_words(backstage: Backstage) -> str:
    plan = backstage.plan
    return (
        f"{minutes(plan.warm_up_s)} warm-up, {minutes(60 * plan.weeks[0].minutes)} main part, "
        f"{minutes(plan.cool_down_s)} cool-down, not over {plan.cadence_ceiling_spm:.0f} steps/min"
    )


def _line(seen: Seen, began_s: float) -> str | None:
    if isinstance(seen, Progress) and abs(seen.elapsed_s - 10 * round(seen.elapsed_s / 10)) < 0.01:
        left = "" if seen.remaining_s is None else f", {minutes(seen.remaining_s)} of the plan to walk"
        part = seen.part.replace("_", "-")
        return (
            f"{minutes(seen.elapsed_s):>6}  {seen.so_far.steps:>4} steps, {spm(seen.cadence_spm):>3} steps/min, "
            f"{seen.activity}, {part}{left}"
        )
    if isinstance(seen, Cue):
        against = f" ({seen.value:.0f} against {seen.limit:.0f} {seen.unit})" if seen.kind is CueKind.PACE_HIGH else ""
        return f"{minutes(seen.t_s - began_s):>6}  BUZZ  {SAID[seen.kind]}{against}"
    if isinstance(seen, SensorReport):
        return f"        sensor: {seen.text}"
    if isinstance(seen, SessionEnded):
        return f"{minutes(seen.summary.duration_s):>6}  the button is held: the walk is over"
    return None


def _tell(options: DemoOptions, result: DemoResult) -> None:
    """The walk beside the truth, and what to do next."""
    record, summary = result.record, result.record.summary
    error = 100.0 * (summary.steps - result.true_steps) / max(result.true_steps, 1)
    alerts = ", ".join(
        f"{minutes(alert.at_s)} {alert.kind.replace('_', ' ')}" for alert in summary.alerts if alert.kind in LIMIT_CUES
    )
    kneemon = [sys.executable, "-m", "kneemon"] if sys.argv[0].endswith("__main__.py") else sys.argv[:1]
    command = shlex.join([*kneemon, "export", "--store", str(options.store), "--out", "."])
    cut_short = f"\nCut short     after {UNWATCHED_S:.0f} s, as there is no terminal" if result.cut_short else ""
    published = "delivered" if result.delivered else "NOT delivered, it waits in the store"
    arrived = ", ".join(f"{count} × {topic}" for topic, count in sorted(result.arrived.items())) or "nothing seen"
    print(
        f"""
The walk      {record.session_id}: {minutes(summary.duration_s)} long, {minutes(summary.walking_s)} walked
Steps         {summary.steps} counted, {result.true_steps} taken by the simulated walker ({error:+.1f} %)
Cadence       {spm(summary.cadence_mean_spm)} steps/min on average, above the ceiling for {minutes(summary.over_pace_s)}
Limit cues    {alerts}
Buzzer pin    {result.buzzes} pulses (gpiozero's mock pin)
Signal        {summary.gaps} gaps{cut_short}
MQTT          the walk's document {published}; {result.mqtt}
Arrived       {arrived}
Stored in     {options.store}
Its log       {command}"""
    )
