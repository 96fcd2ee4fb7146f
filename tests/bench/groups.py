# SPDX-License-Identifier: MIT
"""Recordings put together: by source, by true cadence, by wearing position; and published counters beside.

Judged recordings in, figures out; the figures are the scorer's.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.scorer import Figures, Row, Scorer, figures
from tests.bench.telling import BenchError

LIVE = ("an2554", "bangle", "kraepelin")  # counters that run on a watch or a chip; the others need the whole recording
MORE_IS_BETTER = ("f1",)

# Names of bands of true cadence, steps/min -> where they begin; each ends where the next begins.
BANDS = {"below 60": 0.0, "60 to 80": 60.0, "80 to 100": 80.0, "100 to 120": 100.0, "120 and more": 120.0}
PLACES = ("waist", "pocket", "thigh", "other")

Peers = Mapping[str, Mapping[str, Row]]  # counter -> file -> what the scorer found


@dataclass(frozen=True, slots=True)
class Group:
    """Some recordings: kneemon's figures, and each published counter's on those of them that it has run on."""

    name: str
    kneemon: Figures
    peers: Mapping[str, Figures]


@dataclass(frozen=True, slots=True)
class Best:
    """The best figure of several counters, and who has it."""

    value: float
    names: tuple[str, ...]


def read_peers(path: Path) -> Peers:
    """Raises BenchError for a file of another form."""
    try:
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
        counters: Mapping[str, Iterable[Row]] = json.loads(text)
        return {counter: {row["file"]: row for row in rows} for counter, rows in counters.items()}
    except (OSError, EOFError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise BenchError(f"the published counters' figures {path} cannot be read: {error}") from error


def grouped(
    scorer: Scorer, rows: Iterable[Row], name_of: Callable[[Row], str | None], peers: Peers
) -> tuple[Group, ...]:
    """By name; a recording without one is in no group, and a group with nothing to judge is left out."""
    parts: dict[str, list[Row]] = {}
    for row in rows:
        name = name_of(row)
        if name is not None:
            parts.setdefault(name, []).append(row)
    found = []
    for name in sorted(parts):
        own = figures(scorer, parts[name])
        if own:
            beside = {
                counter: figures(scorer, [theirs[row["file"]] for row in parts[name] if row["file"] in theirs])
                for counter, theirs in peers.items()
            }
            found.append(Group(name, own, {counter: of for counter, of in beside.items() if of}))
    return tuple(found)


def best(group: Group, figure: str, *, live: bool) -> Best | None:
    """Of the counters that can run live, or of the others; None when none of them has the figure.

    A counter takes part when it ran on all of the group's recordings.
    """
    values = {
        name: figures[figure]
        for name, figures in group.peers.items()
        if (name in LIVE) is live and figure in figures and figures["recordings"] == group.kneemon["recordings"]
    }
    if not values:
        return None
    value = max(values.values()) if figure in MORE_IS_BETTER else min(values.values())
    return Best(value, tuple(name for name in sorted(values) if values[name] == value))


def source(row: Row) -> str:
    """As the scorer calls it."""
    return str(row["group"])


def band(row: Row) -> str | None:
    """The band of the recording's true cadence; None where no step times are known."""
    cadence = row["cadence_spm"]
    return None if cadence is None else next(name for name, begin in reversed(BANDS.items()) if cadence >= begin)


def place_walked(row: Row) -> str | None:
    """The wearing position of a walk with counted steps."""
    return str(row["worn"]) if row["true"] else None


def place_unwalked(row: Row) -> str | None:
    """The wearing position of a recording in which nobody walks."""
    return str(row["worn"]) if row["true"] == 0 else None
