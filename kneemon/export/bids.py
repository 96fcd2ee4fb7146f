# SPDX-License-Identifier: MIT
"""Raw samples as BIDS-Motion, the form that gait researchers exchange: one subject without a name, one BIDS session a
walk.

Acceleration including gravity in m/s² in the sensor's own axes, time as latency in seconds after the first sample. What
happened stands in events.tsv, a walk's figures in sessions.tsv. Nothing of the diary but pain during the walk is in it.
BIDS 1.10; https://bids-specification.readthedocs.io, modality "motion".
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from kneemon import __version__
from kneemon.model.records import EventRow, SessionRecord
from kneemon.model.samples import SampleBlock

BIDS_VERSION = "1.10.0"
G_M_S2 = 9.80665  # the standard gravity, by which a chip's g is defined
SUBJECT = "sub-01"
TASK = "task-walk"
SYSTEM = "tracksys-kneemon"
NOT_KNOWN = "n/a"
LASTING = ("gap", "pause", "bout")  # events whose value is how long they lasted, seconds

File = tuple[str, Iterable[bytes]]

CHANNELS = (
    # name, component, type, units
    ("latency", NOT_KNOWN, "LATENCY", "s"),
    ("acc_x", "x", "ACCEL", "m/s^2"),
    ("acc_y", "y", "ACCEL", "m/s^2"),
    ("acc_z", "z", "ACCEL", "m/s^2"),
    ("motor", NOT_KNOWN, "MISC", NOT_KNOWN),
)
CHANNEL_COLUMNS = ("name", "component", "type", "tracked_point", "units", "reference_frame", "description")
DESCRIPTIONS = {
    "latency": "time after the first sample",
    "motor": "1 where the device's own vibration motor shook the sensor",
}
EVENT_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "onset": {"Description": "Time after the first sample of the motion file.", "Units": "s"},
    "duration": {"Description": "How long it lasted; 0 for an instant.", "Units": "s"},
    "trial_type": {
        "Description": "walk: the walk as the walker began and ended it; bout: walking without a break of 3 s; pause: "
        "taken out by the walker; gap: no signal; pain: marked by the walker; gave_way: the knee gave way; others are "
        "cues that the walker felt."
    },
    "value": {"Description": "Of pain: 0 to 10, numeric rating scale. Of a cue: what it was about."},
    "unit": {"Description": "Of the value."},
}
SESSION_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "acq_time": {"Description": "When the walk began, UTC."},
    "walk": {"Description": "The walk's name in kneemon."},
    "revision": {"Description": "Of the walk's figures; a correction or a better count makes a new one."},
    "steps": {"Description": "Initial contacts of either foot, as counted by kneemon."},
    "walking": {"Description": "Time walked, without rests and pauses.", "Units": "s"},
    "cadence": {"Description": "Steps per minute, the mean over walking.", "Units": "1/min"},
    "time_quality": {"Description": "ntp: known within a second; estimated, unsynced: the clock may have been wrong."},
}
README = """Walks recorded by kneemon, a walking monitor for people with painful knees.

One subject, one session a walk. The samples are what the step counter got: acceleration including gravity, in the
sensor's own axes, however the box was worn. A hole in the time means that samples were lost; none were invented.
Figures in the sessions file are estimates. They diagnose nothing.
"""


@dataclass(frozen=True, slots=True)
class MotionWalk:
    """A walk that has raw samples. blocks: reads them, from the first; at least one."""

    record: SessionRecord
    events: Sequence[EventRow]
    blocks: Callable[[], Iterable[SampleBlock]]


def bids_files(walks: Sequence[MotionWalk]) -> Iterator[File]:
    """Paths below the data set's folder and what is in them; a file is to be read before the next is asked for.

    Samples are read when their file is, a block at a time.
    """
    yield "dataset_description.json", [_json(_description())]
    yield "README", [README.encode()]
    yield "participants.tsv", [_table(("participant_id",), [(SUBJECT,)])]
    yield "participants.json", [_json({"participant_id": {"Description": "The one walker, who is not named."}})]
    if not walks:
        return
    columns = ("session_id", *SESSION_COLUMNS)
    yield f"{SUBJECT}/{SUBJECT}_sessions.tsv", [_table(columns, map(_session, walks))]
    described = {"session_id": {"Description": "One walk."}, **SESSION_COLUMNS}
    yield f"{SUBJECT}/{SUBJECT}_sessions.json", [_json(described)]
    for walk in walks:
        yield from _of_walk(walk)


class _Samples:
    """The lines of a motion file, and what is known when they were read."""

    def __init__(self, blocks: Iterable[SampleBlock]) -> None:
        self._blocks = blocks
        self.count = 0
        self.first_s = self.last_s = 0.0
        self.rates_hz: list[float] = []

    def lines(self) -> Iterator[bytes]:
        for block in self._blocks:
            if not self.count:
                self.first_s = float(block.t_s[0])
            self.count += len(block)
            self.last_s = float(block.t_s[-1])
            if block.rate_hz is not None:
                self.rates_hz.append(block.rate_hz)
            motor = np.zeros(len(block)) if block.shaken is None else block.shaken
            table = np.column_stack([block.t_s - self.first_s, block.acc_g * G_M_S2, motor])
            rows = table.tolist()
            yield "".join(f"{t:.6f}\t{x:.4f}\t{y:.4f}\t{z:.4f}\t{m:.0f}\n" for t, x, y, z, m in rows).encode()

    @property
    def lasts_s(self) -> float:
        return self.last_s - self.first_s

    @property
    def effective_hz(self) -> float:
        return (self.count - 1) / self.lasts_s if self.lasts_s > 0 else 0.0


def _of_walk(walk: MotionWalk) -> Iterator[File]:
    record, label = walk.record, _label(walk.record)
    folder = f"{SUBJECT}/{label}"
    name = f"{folder}/motion/{SUBJECT}_{label}_{TASK}_{SYSTEM}"
    samples = _Samples(walk.blocks())
    yield f"{name}_motion.tsv", samples.lines()
    yield f"{name}_motion.json", [_json(_sidecar(record, samples))]
    channels = [_channel(record, *channel) for channel in CHANNELS]
    yield f"{name}_channels.tsv", [_table(CHANNEL_COLUMNS, channels)]
    frame = {
        "Description": f"The sensor's own axes. The box was worn at: {record.worn}; how it was turned is not known."
    }
    yield f"{name}_channels.json", [_json({"reference_frame": {"Levels": {"sensor": frame}}})]
    yield f"{name}_events.tsv", [_table(tuple(EVENT_COLUMNS), _events(walk, samples.first_s))]
    yield f"{name}_events.json", [_json(EVENT_COLUMNS)]
    began = record.started_at + timedelta(seconds=samples.first_s - record.summary.started_s)
    scan = (f"motion/{name.rsplit('/', 1)[1]}_motion.tsv", f"{began:%Y-%m-%dT%H:%M:%S.%fZ}")
    yield f"{folder}/{SUBJECT}_{label}_scans.tsv", [_table(("filename", "acq_time"), [scan])]


def _label(record: SessionRecord) -> str:
    return "ses-" + "".join(letter for letter in record.session_id if letter.isalnum())


def _description() -> dict[str, object]:
    return {
        "Name": "Walks recorded by kneemon",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "kneemon", "Version": __version__}],
    }


def _session(walk: MotionWalk) -> tuple[object, ...]:
    record, summary = walk.record, walk.record.summary
    return (
        _label(record),
        f"{record.started_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        record.session_id,
        record.revision,
        summary.steps,
        f"{summary.walking_s:.3f}",
        NOT_KNOWN if summary.cadence_mean_spm is None else f"{summary.cadence_mean_spm:.2f}",
        record.time_quality.value,
    )


def _channel(record: SessionRecord, name: str, component: str, kind: str, units: str) -> tuple[object, ...]:
    about = DESCRIPTIONS.get(name, "acceleration including gravity")
    return name, component, kind, record.worn, units, "sensor" if kind == "ACCEL" else NOT_KNOWN, about


def _sidecar(record: SessionRecord, samples: _Samples) -> dict[str, object]:
    """The measured rate where the source measured it, else the samples' own mean."""
    rates_hz = samples.rates_hz
    kinds = [kind for _, _, kind, _ in CHANNELS]
    return {
        "TaskName": "walk",
        "TaskDescription": "Walking outdoors or indoors as in daily life, by a plan against knee pain or freely.",
        "TrackingSystemName": record.sensor,
        "DeviceSerialNumber": record.device,
        "SoftwareVersions": f"kneemon {record.software}",
        "SamplingFrequency": round(rates_hz[-1] if rates_hz else samples.effective_hz, 4),
        "SamplingFrequencyEffective": round(samples.effective_hz, 4),
        "RecordingDuration": round(samples.lasts_s, 6),
        "RecordingType": "continuous",
        "MissingValues": NOT_KNOWN,
        "MotionChannelCount": len(CHANNELS),
        "TrackedPointsCount": 1,
        **{f"{kind}ChannelCount": kinds.count(kind) for kind in dict.fromkeys(kinds)},
    }


def _events(walk: MotionWalk, first_s: float) -> list[tuple[object, ...]]:
    """In order of time."""
    summary = walk.record.summary
    before_s = summary.started_s - first_s
    rows: list[tuple[float, float, str, object, str]] = [(before_s, summary.duration_s, "walk", NOT_KNOWN, NOT_KNOWN)]
    for event in walk.events:
        lasting = event.kind in LASTING and event.value is not None
        lasts_s = event.value if lasting and event.value is not None else 0.0
        value: object = NOT_KNOWN if lasting or event.value is None else f"{event.value:g}"
        unit = NOT_KNOWN if lasting or not event.unit else event.unit
        rows.append((before_s + event.at_s, lasts_s, str(event.kind), value, unit))
    rows.sort(key=lambda row: row[0])
    return [(f"{onset_s:.6f}", f"{lasts_s:.6f}", *rest) for onset_s, lasts_s, *rest in rows]


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    lines = [columns, *rows]
    return "".join("\t".join(map(str, line)) + "\n" for line in lines).encode()


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
