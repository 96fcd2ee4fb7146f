# SPDX-License-Identifier: MIT
"""How well kneemon counts in real recordings: as they are, once more, and as another device would have written them.

`scorer` judges, `groups` puts together. Error in %, delays in s, cadence in steps/min.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import agreement, device, groups, scorer
from tests.bench.agreement import Agreement
from tests.bench.groups import Group, Peers
from tests.bench.scorer import Answer, Figures, Row, Scorer
from tests.bench.targets import BRISK, brisk
from tests.bench.telling import BenchError, progress


@dataclass(frozen=True, slots=True)
class Inputs:
    """What has to be there: a folder of recordings, the scorer, the published counters' figures on the recordings."""

    recordings: Path
    score: Path
    peers: Path

    def missing(self) -> Path | None:
        """The first that is not there; a folder counts when it holds an index.csv somewhere."""
        if not any(self.recordings.glob("**/index.csv")):
            return self.recordings
        return next((path for path in (self.score, self.peers) if not path.is_file()), None)


@dataclass(frozen=True, slots=True)
class Judged:
    """All recordings, by the scorer's groups and by the rest of what they are looked at for.

    brisk: the scorer's groups, but of their recordings above 75 steps/min alone; brisk_all: these recordings together.
    """

    sources: tuple[Group, ...]
    bands: tuple[Group, ...]
    walked: tuple[Group, ...]
    unwalked: tuple[Group, ...]
    brisk: tuple[Group, ...]
    brisk_all: Figures

    def figures(self) -> Mapping[str, Figures]:
        """kneemon's, by the names that targets use."""
        return {BRISK: self.brisk_all} | {group.name: group.kneemon for group in self.sources}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """device: no published counter has run on its recordings. digests: of the two runs over the plain recordings."""

    recordings: int
    hours: float
    plain: Judged
    device: Judged
    digests: tuple[str, str]
    agreements: list[Agreement]


def measure(inputs: Inputs, cores: int) -> Accuracy:
    """Raises BenchError when the scorer or kneemon fails, or the inputs have another form."""
    judge, peers = scorer.load(inputs.score), groups.read_peers(inputs.peers)
    rows = _recordings(judge, inputs.recordings)
    first = _answers(judge, rows, cores, "counting in the recordings")
    second = _answers(judge, rows, cores, "counting in them once more")
    with TemporaryDirectory() as folder:
        with progress("writing the recordings as another device would have"):
            device.write_all(inputs.recordings, Path(folder), cores)
        other_rows = _recordings(judge, Path(folder))
        other = _answers(judge, other_rows, cores, "counting in those")
    with progress("judging"):
        return Accuracy(
            recordings=len(rows),
            hours=sum(row["seconds"] for row in rows) / 3600,
            plain=together(judge, scorer.judged(judge, rows, first), peers),
            device=together(judge, scorer.judged(judge, other_rows, other), {}),
            digests=(scorer.digest(rows, first), scorer.digest(rows, second)),
            agreements=agreement.agreements(rows, first),
        )


def together(judge: Scorer, rows: list[Row], peers: Peers) -> Judged:
    """Judged recordings in their groups."""
    of_brisk = [row for row in rows if brisk(row)]
    return Judged(
        sources=groups.grouped(judge, rows, groups.source, peers),
        bands=groups.grouped(judge, rows, groups.band, peers),
        walked=groups.grouped(judge, rows, groups.place_walked, peers),
        unwalked=groups.grouped(judge, rows, groups.place_unwalked, peers),
        brisk=groups.grouped(judge, of_brisk, groups.source, {}),
        brisk_all=scorer.figures(judge, of_brisk) if of_brisk else {},
    )


def _recordings(judge: Scorer, folder: Path) -> list[Row]:
    rows = judge.recordings([str(folder)])
    if not rows:
        raise BenchError(f"no index.csv below {folder} names a recording that is there")
    return rows


def _answers(judge: Scorer, rows: list[Row], cores: int, doing: str) -> Mapping[str, Answer]:
    with progress(f"{doing}, one or two minutes"):
        return scorer.answers(judge, rows, cores)
