# SPDX-License-Identifier: MIT
"""`kneemon replay`: recordings through the same engine that counts live."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from kneemon.app.replay import Replayed, replay
from kneemon.cli.replay_picture import Wanted, draw, wanted
from kneemon.cli.words import minutes, several, spm
from kneemon.config.plan_file import load_plan
from kneemon.errors import ExitCode, RecordingError
from kneemon.feedback.patterns import MEANINGS
from kneemon.model.cues import LIMIT_CUES
from kneemon.model.plans import Prescription
from kneemon.plan.prescribe import prescribe
from kneemon.sensor.recording import RecordingSource


def run(args: argparse.Namespace) -> int:
    picture = wanted(args)
    if isinstance(picture, str):
        print(f"kneemon: {picture}", file=sys.stderr)
        return ExitCode.USAGE
    prescription = _prescription(args)
    bad = 0
    for number, path in enumerate(args.files, start=1):
        try:
            done = _replay(path, prescription, f"{number}/{len(args.files)}", picture, drawn=not args.json)
        except RecordingError as error:
            bad += 1
            if args.json:
                print(json.dumps({"file": path, "error": str(error), "exit_code": int(error.exit_code)}), flush=True)
            print(f"kneemon: {error}", file=sys.stderr)
            continue
        print(_line(path, done) if args.json else _summary(path, done, prescription), flush=True)
        if picture is not None:
            complaint = draw(picture, done, prescription)
            if complaint is not None:
                print(f"kneemon: {complaint}", file=sys.stderr)
                return ExitCode.USAGE
            print(f"  picture: {picture.path}", file=sys.stderr if args.json else sys.stdout, flush=True)
    return ExitCode.RECORDING if bad else ExitCode.OK


def _prescription(args: argparse.Namespace) -> Prescription | None:
    if args.plan is None:
        return None
    plan = load_plan(args.plan)
    return prescribe(plan, args.day or plan.start)


def _replay(
    path: str, prescription: Prescription | None, place: str, picture: Wanted | None, *, drawn: bool
) -> Replayed:
    with closing(RecordingSource(path)) as source, _progress(source, place, drawn=drawn and sys.stderr.isatty()):
        return replay(source, prescription, keep_signal=picture is not None)


@contextmanager
def _progress(source: RecordingSource, place: str, *, drawn: bool) -> Iterator[None]:
    """A bar on standard error that follows the bytes read."""
    if not drawn:
        yield
        return
    from threading import Event, Thread

    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task, done = bar.add_task(f"reading {place}", total=1.0), Event()

        def follow() -> None:
            while not done.wait(0.1):
                bar.update(task, completed=source.progress)

        follower = Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            done.set()
            follower.join()


def _line(path: str, done: Replayed) -> str:
    return json.dumps(
        {
            "file": path,
            "steps": len(done.step_times_s),
            "step_times": [round(t, 4) for t in done.step_times_s],
            "credited_at": [round(t, 4) for t in done.credited_at_s],
            "cadence": [[round(t, 4), None if c is None else round(c, 2)] for t, c in done.cadence],
            "cadence_sd": [None if r.sd_spm is None else round(r.sd_spm, 2) for r in done.readings],
            "bouts": [
                {
                    "start": round(bout.start_s, 4),
                    "end": round(bout.end_s, 4),
                    "steps": bout.steps,
                    "cadence": None if bout.cadence_spm is None else round(bout.cadence_spm, 2),
                }
                for bout in done.bouts
            ],
            "cues": [
                {"t": round(cue.t_s, 4), "kind": cue.kind, "value": cue.value, "limit": cue.limit, "unit": cue.unit}
                for cue in done.cues
            ],
            "gaps": [{"start": round(gap.start_s, 4), "end": round(gap.end_s, 4)} for gap in done.gaps],
        }
    )


def _summary(path: str, done: Replayed, prescription: Prescription | None) -> str:
    summary = done.summary
    if summary is None:
        return f"{path}\n  nothing in it"
    bouts = several(summary.bouts, "bout")
    lines = [
        path,
        f"  {minutes(summary.duration_s)} long, {minutes(summary.walking_s)} of it walked in {bouts}",
        f"  {summary.steps} steps, {spm(summary.cadence_mean_spm)} steps/min on average",
    ]
    if summary.gaps:
        lines.append(f"  {several(summary.gaps, 'gap')} in the signal, {summary.gaps_s:.1f} s together")
    if prescription is not None:
        ceiling = prescription.cadence_ceiling_spm
        lines.append(
            f"  plan: {minutes(summary.main_s)} of {minutes(prescription.dose_s)} walked in the main part"
            + (f", {minutes(summary.over_pace_s)} above {ceiling:.0f} steps/min" if ceiling else ""),
        )
        lines += [
            f"  {minutes(cue.t_s - summary.started_s):>6}  {MEANINGS[cue.kind]}"
            for cue in done.cues
            if cue.kind in LIMIT_CUES
        ]
    return "\n".join(lines)
