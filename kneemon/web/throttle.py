# SPDX-License-Identifier: MIT
"""How often somebody may try a pass phrase. A try that is refused here costs nothing and counts for nothing.

Each address has three tries at each role, then waits 1 s, 2 s, 4 s … up to five minutes. All together have ten, and
one more every half minute, so that many addresses are no way around. A browser that has signed in as that role before
counts for itself alone: nobody else's tries can lock it out. To know one role's phrase buys no try at another's. Kept
in memory: who waits until the service rests, which takes longer than the wait, gains nothing.
"""

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from threading import Lock

from kneemon.ports import Clock

FREE, LONGEST_S, FORGOTTEN_S = 3, 300.0, 3600.0
TOGETHER, EACH_S = 10.0, 30.0
REMEMBERED = 256
SUBNET_BITS = 64  # who has one address of IPv6 has all of these


@dataclass(slots=True)
class _Tries:
    count: int
    free_at_s: float
    last_s: float


class Throttle:
    """Asked by the pages' threads, too. known: the browser's name, where it has signed in as that role before."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: OrderedDict[str, _Tries] = OrderedDict()
        self._left = TOGETHER
        self._counted_at_s = clock.now_s()
        self._lock = Lock()

    def wait_s(self, address: str, role: str, known: str | None = None) -> float:
        """0: go on, and this is a try, until `forgive`. Else how long to wait."""
        with self._lock:
            return self._wait_s(_who(address, role, known), together=not known)

    def forgive(self, address: str, role: str, known: str | None = None) -> None:
        """It was the right one."""
        with self._lock:
            self._tries.pop(_who(address, role, known), None)
            if not known:
                self._left = min(TOGETHER, self._left + 1.0)

    def _wait_s(self, who: str, *, together: bool) -> float:
        now_s = self._clock.now_s()
        tries = self._tries.get(who)
        if tries and now_s - tries.last_s > FORGOTTEN_S:
            tries = None
        if tries and now_s < tries.free_at_s:
            return tries.free_at_s - now_s
        if together:
            self._left = min(TOGETHER, self._left + (now_s - self._counted_at_s) / EACH_S)
            self._counted_at_s = now_s
            if self._left < 1.0:
                return (1.0 - self._left) * EACH_S
            self._left -= 1.0
        count = tries.count + 1 if tries else 1
        pause_s = min(LONGEST_S, 2.0 ** (count - FREE)) if count >= FREE else 0.0
        self._tries[who] = _Tries(count, now_s + pause_s, now_s)
        self._tries.move_to_end(who)
        if len(self._tries) > REMEMBERED:
            self._tries.popitem(last=False)
        return 0.0


def _who(address: str, role: str, known: str | None) -> str:
    return f"{role} by browser {known}" if known else f"{role} from {place(address)}"


def place(address: str) -> str:
    """The address as far as one visitor cannot change it."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{int(found) >> (128 - SUBNET_BITS):x}::/{SUBNET_BITS}"
