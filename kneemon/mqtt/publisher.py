# SPDX-License-Identifier: MIT
"""The publisher that survives every broker: dial, converse until the link ends, rest, dial again.

One worker thread does all of it, but for commands, which are done on a thread of their own. The methods called by
others leave a note and return: no broker, be it absent, frozen or hostile, is ever waited for, except by `close`, and
there not for long.
"""

import logging
import traceback
from collections import Counter, deque
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from kneemon.model.home import Health, LiveState, Moment, News
from kneemon.mqtt import faults
from kneemon.mqtt.announcer import Announcer
from kneemon.mqtt.board import Board
from kneemon.mqtt.complaints import Complaints
from kneemon.mqtt.conversation import Conversation, LinkEndedError, Subjects
from kneemon.mqtt.delivery import Delivery
from kneemon.mqtt.diagnosis import Diagnosis
from kneemon.mqtt.dialler import Dialler
from kneemon.mqtt.faults import Fault, Kind
from kneemon.mqtt.live import Live
from kneemon.mqtt.moments import Moments
from kneemon.mqtt.news import Will
from kneemon.mqtt.orders import Orders
from kneemon.mqtt.pace import Backoff, Pace
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.topics import AVAILABILITY, OFFLINE, STATE
from kneemon.ports import Clock, ControlHandler, Notes, Outbox

if TYPE_CHECKING:
    from kneemon.mqtt.link import Link

log = logging.getLogger(__name__)

FAREWELL_S = 1.5  # for a hurried good-bye, on top of Pace.close_s


class MqttPublisher:
    """Fulfils ports.Publisher, from its construction until `close`. device: the id in every topic."""

    def __init__(
        self,
        settings: BrokerSettings,
        device: str,
        outbox: Outbox,
        notes: Notes,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._settings = settings
        self._client_id = f"kneemon-{device}"
        self._clock = clock
        self._pace = pace = pace or Pace()
        complaints = self._complaints = Complaints()
        live = self._live = Live(pace.live_s)
        self._board = Board(device, settings)
        self._diagnosis = Diagnosis(pace)
        self._moments = Moments(settings, clock, pace.moment_s)
        self._orders = Orders(clock, lambda: live.walking, settings, notes, self._nudge)
        self._subjects = Subjects(
            device,
            settings,
            live,
            self._board,
            self._diagnosis,
            self._moments,
            Announcer(device, settings, notes, clock, pace),
            Delivery(outbox, settings, clock, complaints, pace),
            self._orders,
            complaints,
        )
        self._backoff = Backoff(pace)
        self._own_backoff = Backoff(pace)
        self._stumbles: Counter[str] = Counter()
        will = Will(AVAILABILITY.path(device), OFFLINE, pace.will_delay_s, pace.session_s)
        self._dialler = Dialler(settings, self._client_id, will, dial_s=pace.dial_s, connack_s=pace.connack_s)
        self._link: Link | None = None
        self._cuts = 0
        self._away_since: str | None = None
        self._faults_told: deque[Fault] = deque(maxlen=16)  # while away
        self._situation = _Situation(f"connecting to {settings.where}")
        self._closing = Event()
        self._hurry = Event()
        self._worker = Thread(target=self._work, name="kneemon-mqtt", daemon=True)
        self._worker.start()

    def tell(self, news: News) -> None:
        match news:
            case LiveState():
                if STATE.level > self._settings.level:
                    return
                self._live.offer(news)
                new = self._live.due(self._clock.now_s()) is not None  # mere progress is sent now and then
            case Health():
                new = self._diagnosis.offer(news)
            case _:
                new = self._board.offer(news)
        if new:
            self._nudge()

    def happened(self, moment: Moment) -> None:
        if self._link is not None:
            self._moments.happened(moment)
            self._nudge()

    def obey(self, handler: ControlHandler) -> None:
        self._orders.obey(handler)
        self._nudge()

    def wake(self) -> None:
        self._nudge()

    def status(self) -> str:
        situation = self._situation
        words = situation.words
        if situation.next_try_s is not None:
            words += f", next try in {_span(situation.next_try_s - self._clock.now_s())}"
        return "; ".join(filter(None, (words, self._complaints.words(), self._stumbled_words())))

    def close(self) -> None:
        """Say what is left to say and good-bye, for about two seconds; three and a half if the broker hangs."""
        self._closing.set()
        self._orders.close()
        self._dialler.interrupt()
        self._nudge()
        self._worker.join(self._pace.close_s)
        self._hurry.set()
        self._nudge()
        self._worker.join(FAREWELL_S)

    def _nudge(self) -> None:
        if (link := self._link) is not None:
            link.news.put(None)

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                link = self._dialler.dial()
                fault = link if isinstance(link, Fault) else self._converse(link)
            except Exception as error:  # noqa: BLE001 - it is logged, and must not end the news for good
                fault = self._stumbled(error)
            if fault is not None and not self._closing.is_set():
                self._rest(fault)
        self._situation = _Situation("closed")

    def _converse(self, link: "Link") -> Fault | None:
        """Use the link until it ends, which is why; None after our own good-bye."""
        began_s = self._clock.now_s()
        try:
            self._arrived(link)
            Conversation(link, self._subjects, self._clock, self._pace, self._closing, self._hurry).run()
        except LinkEndedError as ended:
            link.hang_up()
            return self._why(ended.fault, self._clock.now_s() - began_s)
        except Exception:
            link.cut()  # we have not said that we go, so the broker shall
            raise
        finally:
            self._link = None
        link.hang_up()
        return None

    def _stumbled(self, error: Exception) -> Fault:
        """Survived, and logged in full the first time."""
        *_, place = traceback.extract_tb(error.__traceback__)
        kind = f"{type(error).__name__} at {place.filename}:{place.lineno}"
        self._stumbles[kind] += 1
        if self._stumbles[kind] == 1:
            log.error("MQTT: kneemon stumbled over itself; it goes on after a rest", exc_info=error)
        return faults.stumbled(error)

    def _stumbled_words(self) -> str:
        times = self._stumbles.total()
        return "" if not times else f"it stumbled over itself {times} times: the log says more"

    def _why(self, fault: Fault, lasted_s: float) -> Fault:
        """The fault, or what it means when it happens again and again."""
        if lasted_s >= self._pace.short_s:
            self._cuts = 0
            self._backoff.settled()
            self._own_backoff.settled()
        elif fault.kind is Kind.CUT:
            self._cuts += 1
            if self._cuts > self._pace.cuts:
                return faults.taken_over(fault, self._client_id)
        return fault

    def _arrived(self, link: "Link") -> None:
        self._backoff.connected()
        self._away_since = None
        self._faults_told.clear()
        self._situation = _Situation(f"connected to {self._settings.where}, {link.version.value}")
        log.info("MQTT: %s", self._situation.words)
        self._moments.forget()
        self._link = link

    def _rest(self, fault: Fault) -> None:
        """Leave the broker, and the radio, alone for a while."""
        if fault.kind is Kind.TAKEN_OVER:
            delay_s = self._backoff.after_refusal(patience=0)
        elif fault.kind is Kind.REFUSED:
            delay_s = self._backoff.after_refusal(patience=self._pace.patience)
        else:
            backoff = self._own_backoff if fault.kind is Kind.OWN else self._backoff
            delay_s = backoff.after_failure()
        if self._away_since is None:
            self._away_since = f"{self._clock.anchor().utc:%Y-%m-%d %H:%M} UTC"
        refused = fault.kind in (Kind.REFUSED, Kind.TAKEN_OVER)
        words = f"refused: {fault.seen}" if refused else f"away since {self._away_since}: {fault.seen}"
        self._situation = _Situation(f"{words} ({self._settings.where})", self._clock.now_s() + delay_s)
        if fault not in self._faults_told and fault.kind is not Kind.OWN:
            self._faults_told.append(fault)
            log.warning("MQTT: %s: %s. %s", self._settings.where, fault.seen, fault.remedy)
        self._closing.wait(delay_s)


@dataclass(frozen=True, slots=True)
class _Situation:
    """What `status` says; next_try_s on the clock's monotonic axis."""

    words: str
    next_try_s: float | None = None


def _span(seconds: float) -> str:
    seconds = max(0.0, seconds)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
