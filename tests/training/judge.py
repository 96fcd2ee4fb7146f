# SPDX-License-Identifier: MIT
"""Gates judged live: the whole engine with a gate's weights, over signals as a poor device would have written them.

Recordings at their own rate, and what is changed or made up at 50 Hz, with other chance than in the learning set; all
of them turned anyhow, their clock off by up to 5 %, noisy, in coarse steps (`tests.bench.device`), in blocks of 0.25 s.
Each is read once and judged by as many gates as are asked. Seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kneemon.gait.detector import GaitDetector
from kneemon.gait.gate_weights import GateWeights
from kneemon.gait.params import GaitParams
from kneemon.model.gait import CadenceEstimate, GaitEvent, InitialContact
from kneemon.model.samples import Array, SampleBlock
from kneemon.sensor.recording import read_recording
from tests.bench.device import Device
from tests.bench.scorer import Answer, Row
from tests.training.changes import impaired
from tests.training.disturbances import KINDS, disturbance
from tests.training.signals import Kind, Signal, chance, held_out, instants_s, read
from tests.training.walkers import simulated

SEED = 99  # of all that is made here
BLOCK_S = 0.25
SIMULATED = 100  # outings
DISTURBANCES = 10  # of each kind
DISTURBANCE_S = 120.0

Gates = Mapping[str, GateWeights]  # by a name that the answers have, too
Made = tuple[str, int]  # a kind of made-up signal, and its number


@dataclass(frozen=True, slots=True)
class Task:
    """One signal to judge. row: of the recording, or none for a made-up one; changed: not itself, but its impaired
    copy. gates: those that never saw the person."""

    of: Row | Made
    changed: bool
    gates: Gates


def changes(row: Row) -> bool:
    """Whether an impaired copy is judged; the stretched recordings are changed already."""
    return bool(row["truth"]) and not held_out(row["group"]) and not row["group"].startswith("slow_")


def made_up() -> list[Made]:
    """All that is made up to judge by."""
    walkers = [("simulated", number) for number in range(SIMULATED)]
    return walkers + [(kind, number) for kind in KINDS for number in range(DISTURBANCES)]


def made_up_signal(kind: str, number: int) -> Signal:
    rng = chance(SEED, f"{kind} {number}")
    return simulated(rng, number) if kind == "simulated" else disturbance(kind, rng, number, DISTURBANCE_S)


def judge(task: Task) -> list[tuple[str, Row, Answer]]:
    """Of each gate: its name, the truth as the scorer's row, the engine's answer as `kneemon replay` gives it."""
    return [
        (name, row, answer(blocks, weights)) for row, blocks in _measured(task) for name, weights in task.gates.items()
    ]


def answer(blocks: Sequence[SampleBlock], weights: GateWeights) -> Answer:
    """What the engine with these weights says, block by block."""
    usual = GaitParams()
    detector = GaitDetector(replace(usual, gate=replace(usual.gate, weights=weights)))
    told: list[tuple[float, GaitEvent]] = []
    for block in blocks:
        now_s = float(block.t_s[-1])
        told += ((now_s, event) for event in detector.feed(block))
    told += ((float(blocks[-1].t_s[-1]), event) for event in detector.flush())
    steps = [(event.t_s, now_s) for now_s, event in told if isinstance(event, InitialContact)]
    return {
        "steps": len(steps),
        "step_times": [t_s for t_s, _ in steps],
        "credited_at": [now_s for _, now_s in steps],
        "cadence": [(now_s, event.cadence_spm) for now_s, event in told if isinstance(event, CadenceEstimate)],
    }


def _measured(task: Task) -> Iterator[tuple[Row, list[SampleBlock]]]:
    if isinstance(task.of, tuple):
        yield _of_signal(made_up_signal(*task.of))
    elif not task.changed:
        row = task.of
        t_s, acc_g = read_recording(row["path"])
        yield _by_device(row, t_s, acc_g)
    else:
        for signal in read(task.of):
            yield _of_signal(impaired(signal, chance(SEED, signal.name)))


def _of_signal(signal: Signal) -> tuple[Row, list[SampleBlock]]:
    row = {
        "group": signal.called,
        "file": signal.name,
        "seconds": signal.seconds,
        "true": 0.0 if signal.kind is Kind.NONE else float(len(signal.contacts_s)),
        "truth": signal.contacts_s.tolist() or None,
        "quiet": signal.quiet_s,
    }
    return _by_device(row, instants_s(len(signal.acc_g)), signal.acc_g)


def _by_device(row: Row, t_s: Array, acc_g: Array) -> tuple[Row, list[SampleBlock]]:
    """Samples and truth in the device's time."""
    device = Device(row["file"])
    stretch = device.stretch
    t_s, acc_g = t_s * stretch, device.measure(acc_g)
    cuts = np.flatnonzero(np.diff(np.floor((t_s - t_s[0]) / BLOCK_S)) > 0) + 1
    blocks = [SampleBlock(*piece) for piece in zip(np.split(t_s, cuts), np.split(acc_g, cuts), strict=True)]
    told = {
        **row,
        "seconds": row["seconds"] * stretch,
        "truth": None if row["truth"] is None else [contact_s * stretch for contact_s in row["truth"]],
        "quiet": [(start_s * stretch, end_s * stretch) for start_s, end_s in row["quiet"]],
    }
    return told, blocks
