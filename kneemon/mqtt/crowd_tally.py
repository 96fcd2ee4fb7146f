# SPDX-License-Identifier: MIT
"""What a crowd of made-up devices did: counted, nothing left out. Times in seconds on the crowd's clock."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Storm:
    """Links were lost, and all devices came back. devices: how many had to. peak: most connections in one second."""

    lost_s: float
    back_s: float
    devices: int
    peak: int

    @property
    def lasted_s(self) -> float:
        return self.back_s - self.lost_s


@dataclass(slots=True)
class Tally:
    """devices: how many there are. made: documents; each ends as acknowledged, refused, or still waiting.

    states: live states and other passing news; dropped: the device was away, or the broker slow. again: documents sent
    once more, since the link broke before the broker's answer. refusals: by topic's name and the broker's words.
    behind_s: how late the latest message was made. left_behind: devices that could not take back what the broker keeps.
    """

    devices: int
    began_s: float
    ended_s: float = 0.0
    online: int = 0
    done: int = 0
    made: int = 0
    acknowledged: int = 0
    again: int = 0
    states: int = 0
    states_dropped: int = 0
    states_refused: int = 0
    refused: int = 0
    links: int = 0
    lost_links: int = 0
    behind_s: float = 0.0
    left_behind: int = 0
    all_online_s: float | None = None
    storms: list[Storm] = field(default_factory=list)
    refusals: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    messages: Counter[int] = field(default_factory=Counter)
    connections: Counter[int] = field(default_factory=Counter)
    _lost_s: float | None = None
    _lost: int = 0

    @property
    def lost(self) -> int:
        """Documents that a broker had not taken, nor refused, when the crowd went home."""
        return self.made - self.acknowledged - self.refused

    @property
    def sent(self) -> int:
        return sum(self.messages.values())

    @property
    def reconnects(self) -> int:
        return max(0, self.links - self.devices)

    @property
    def peak_messages(self) -> int:
        return max(self.messages.values(), default=0)

    @property
    def peak_connections(self) -> int:
        return max(self.connections.values(), default=0)

    @property
    def longest_storm(self) -> Storm | None:
        return max(self.storms, key=lambda storm: storm.lasted_s, default=None)

    def said(self, now_s: float) -> None:
        self.messages[int(now_s)] += 1

    def knocked(self, now_s: float) -> None:
        """A connection to the broker came about, which has not been let in yet."""
        self.connections[int(now_s)] += 1

    def came(self, now_s: float) -> None:
        self.online += 1
        self.links += 1
        if self.online < self.devices:
            return
        if self.all_online_s is None:
            self.all_online_s = now_s
        elif self._lost_s is not None:
            seconds = range(int(self._lost_s), int(now_s) + 1)
            peak = max(self.connections[second] for second in seconds)
            self.storms.append(Storm(self._lost_s, now_s, self._lost, peak))
        self._lost_s, self._lost = None, 0

    def went(self, now_s: float) -> None:
        self.online -= 1
        self.lost_links += 1
        self._lost += 1
        if self._lost_s is None:
            self._lost_s = now_s
