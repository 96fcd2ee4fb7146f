# SPDX-License-Identifier: MIT
"""Recordings as the engine's resampler sees them: even 50 Hz, with what is known of the walking in them.

A recording is one of the scorer's rows. Where its signal has a gap it falls into several signals, as the engine begins
anew there. Everything that is changed or made up is made at this rate. Times in seconds since the signal's begin, g
with gravity; sample i stands for the instant (i + 0.5) / 50 s.
"""

import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from kneemon.dsp.resample import Resampler, ResamplerParams
from kneemon.model.samples import Array
from kneemon.sensor.recording import read_recording
from tests.bench.scorer import Row

RATE_HZ = ResamplerParams().rate_hz
SHORTEST_S = 4.0  # a look takes 3.5 s
MARGIN_S = 0.5  # by which the scorer shrinks a labelled span without walking on either side

# Never trained on: daily activities of old people in short bouts, kept to judge by.
HELD_OUT = ("mobilise_d",)
# Activities that are walking, but for labelled standing, though nobody counted the steps, by the begin of the group.
WALKED = {"dsa": ("stairs", "treadmill", "car park"), "umafall": ("stairs", "walk"), "voisard_semiogram": ("walk",)}

Spans = tuple[tuple[float, float], ...]


class Kind(StrEnum):
    """What is known of a signal."""

    COUNTED = "counted"  # when each foot met the ground
    WALKED = "walked"  # that all of it is walking, but for its quiet spans
    NONE = "none"  # that nobody walks
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """group, person and activity are the scorer's; made: how it was changed or made up, empty as it was recorded.

    acc_g: shape (n, 3). contacts_s: initial contacts, empty where they are not known. quiet_s: spans without walking,
    each MARGIN_S shorter on either side than it was.
    """

    name: str
    group: str
    person: str
    activity: str
    kind: Kind
    acc_g: Array
    contacts_s: Array
    quiet_s: Spans = ()
    made: str = ""

    @property
    def seconds(self) -> float:
        return len(self.acc_g) / RATE_HZ

    @property
    def called(self) -> str:
        """The group, and how the signal was made."""
        return f"{self.made} {self.group}".strip()


def read(row: Row) -> list[Signal]:
    """The signals of one recording."""
    t_s, acc_g = read_recording(row["path"])
    found, contacts_s = [], np.array(row["truth"] or ())
    for number, (origin_s, piece_g) in enumerate(_pieces(t_s, acc_g)):
        end_s = origin_s + len(piece_g) / RATE_HZ
        if end_s - origin_s >= SHORTEST_S:
            inside = (contacts_s >= origin_s) & (contacts_s < end_s)
            found.append(
                Signal(
                    name=f"{row['file']}#{number}",
                    group=row["group"],
                    person=row["subject"],
                    activity=row["activity"],
                    kind=kind_of(row),
                    acc_g=piece_g,
                    contacts_s=contacts_s[inside] - origin_s,
                    quiet_s=tuple((start_s - origin_s, stop_s - origin_s) for start_s, stop_s in row["quiet"]),
                )
            )
    return found


def kind_of(row: Row) -> Kind:
    """What the scorer's truth says of a recording, and where it has none, what the activity says."""
    if row["truth"]:
        return Kind.COUNTED
    if row["true"] == 0:
        return Kind.NONE
    for begin, words in WALKED.items():
        if row["group"].startswith(begin) and any(word in row["activity"] for word in words):
            return Kind.WALKED
    return Kind.UNKNOWN


def held_out(group: str) -> bool:
    return group.startswith(HELD_OUT)


def chance(seed: int, name: str) -> np.random.Generator:
    """Drawn from the seed and the name alone: the order of the work is no matter."""
    return np.random.default_rng((seed, zlib.crc32(name.encode())))


def instants_s(samples: int) -> Array:
    """When the samples are."""
    return (np.arange(samples) + 0.5) / RATE_HZ


def smooth(acc_g: Array, sigma_s: float) -> Array:
    """A Gaussian mean along the samples of (n, columns); the ends are held."""
    reach = int(3.0 * sigma_s * RATE_HZ)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (sigma_s * RATE_HZ)) ** 2)
    held = np.pad(acc_g, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(column, kernel / kernel.sum(), "valid") for column in held.T], axis=1)


def _pieces(t_s: Array, acc_g: Array) -> list[tuple[float, Array]]:
    """Where each begins, and its samples."""
    pieces: list[tuple[float, list[Array]]] = []
    for stretch in Resampler().feed(t_s, acc_g):
        if stretch.first == 0 and not len(stretch.acc_g):
            pieces.append((stretch.origin_s, []))
        else:
            pieces[-1][1].append(stretch.acc_g)
    return [(origin_s, np.concatenate(parts)) for origin_s, parts in pieces if parts]
