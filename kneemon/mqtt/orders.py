# SPDX-License-Identifier: MIT
"""Commands and wishes from the home: which are taken, done one after the other, and each answered.

A message reaches us only while we are connected, since every link begins with an empty session; so a command is new,
unless somebody keeps it: a retained one is refused. One that names its end is refused after it, and also while the
civil clock is not known to be right: its sender would rather not be heard than be heard late. A wish is retained by
nature: of each setting the newest counts, and its topic is cleared once it is judged.
"""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Lock, Thread

from kneemon.errors import KneemonError
from kneemon.mqtt.commands import COMMANDS, MOST_NAME, Ack, Code, Command, Meaning, ack_document, read
from kneemon.mqtt.documents import rfc3339
from kneemon.mqtt.news import Heard
from kneemon.mqtt.remembered import BEFORE, Remembered
from kneemon.mqtt.settings import BrokerSettings
from kneemon.mqtt.shapes import Status
from kneemon.mqtt.topics import ABOUT_PAIN, ACK, COMMAND, DESIRED, DESIRED_RESULT, ROOT, CommandName, Desired, Topic
from kneemon.mqtt.wishes import MOST_TEXT, Wish, readable
from kneemon.ports import Clock, ControlHandler, Notes

log = logging.getLogger(__name__)

MOST_WAITING = 8  # commands; with a handler that takes 4 s each, the last one waits half a minute
MOST_REPLIES = 32
MOST_CLEARINGS = 64
MOST_TRIES = 3  # of a wish that nobody has the time to judge
MOST_ADDRESS = 256  # characters of a response topic, and bytes of correlation data
WISHES = DESIRED.name.partition("{")[0]
# Refusals whose words tell of what was asked, not of how the walker does.
PLAIN = frozenset(Code) - {Code.NOT_ALLOWED}
STAYS = "Where the wish is retained, kneemon looks at it again when it connects anew."
WITHHELD = "kneemon refuses; it says why on the device itself: `kneemon status`."


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be published: an answer, or the emptiness that clears a wish. correlation: for MQTT 5."""

    topic: str
    payload: bytes
    retained: bool
    expiry_s: int | None
    qos: int
    correlation: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    """A command and where its answer goes."""

    command: Command
    to: str
    correlation: bytes | None


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: Status
    words: str
    code: str | None = None


class Orders:
    """`take`, `flooded` and `reply` are for the thread that converses, the rest for any. Nothing here waits.

    live_walk: the walk that is on. nudge: wakes the thread that converses, for there is a reply. Below the level
    `summary` nothing is taken; where pain stays at home, nothing about it is taken and none of its words leave.
    """

    def __init__(
        self,
        clock: Clock,
        live_walk: Callable[[], str | None],
        settings: BrokerSettings,
        notes: Notes,
        nudge: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._live_walk = live_walk
        self._settings = settings
        self._nudge = nudge
        self._remembered = Remembered(clock, notes)
        self._handler: ControlHandler | None = None
        self._waiting: SimpleQueue[_Order | str | None] = SimpleQueue()  # commands, and topics of wishes
        self._lock = Lock()
        self._wishes: dict[str, Wish] = {}  # that wait, by topic
        self._clearings: OrderedDict[str, None] = OrderedDict()  # topics to be emptied
        self._replies: deque[tuple[float, Reply]] = deque(maxlen=MOST_REPLIES)  # and when each was given
        self._told: set[str] = set()
        self._closed = False

    @property
    def obeyed(self) -> bool:
        """Somebody is there to do what is asked."""
        return self._handler is not None and not self._closed

    def filters(self, device: str) -> tuple[str, ...]:
        """What to subscribe to; nothing where the home is told too little to ask for anything."""
        return tuple(topic.filter(device) for topic in (COMMAND, DESIRED) if self._settings.level >= topic.level)

    def obey(self, handler: ControlHandler) -> None:
        """From now on commands are taken. The handler is called on a thread of ours and may take its time."""
        if self._handler is None:
            self._handler = handler
            Thread(target=self._work, args=(handler,), name="kneemon-mqtt-commands", daemon=True).start()

    def close(self) -> None:
        """Take no more, forget what waits (a wish stays at the broker); what is being done is not waited for."""
        self._closed = True
        self._waiting.put(None)

    def take(self, message: Heard) -> None:
        """Put what is asked for into the queue, or refuse it; what is not for us is ignored."""
        if not message.payload:  # this is how a retained message is cleared away, by us for one
            return
        device, _, name = message.topic.removeprefix(f"{ROOT}/").partition("/")
        if name == COMMAND.name and self._settings.level >= COMMAND.level:
            self._take_command(device, message)
        elif name.startswith(WISHES) and self._settings.level >= DESIRED.level:
            self._take_wish(device, name.removeprefix(WISHES), message.payload)

    def flooded(self) -> None:
        self._tell("MQTT: commands come faster than they can be read, and some are lost; look for who sends them")

    def reply(self) -> Reply | None:
        """The oldest answer that nobody has got yet and that still matters to somebody; then what is to be cleared."""
        now_s = self._clock.now_s()
        while self._replies:
            given_s, reply = self._replies.popleft()
            if reply.expiry_s is None or now_s - given_s < reply.expiry_s:
                return reply
        with self._lock:
            topic = self._clearings.popitem(last=False)[0] if self._clearings else None
        return None if topic is None else Reply(topic, b"", retained=True, expiry_s=None, qos=DESIRED.qos)

    # What comes in

    def _take_command(self, device: str, message: Heard) -> None:
        to, correlation = self._address(device, message)
        command = read(message.payload)
        refusal = command if isinstance(command, Ack) else self._refusal(command, retained=message.retained)
        if refusal is not None:
            self._acknowledge(refusal, to, correlation)
        elif isinstance(command, Command):
            self._remembered.taken(command.id)
            self._waiting.put(_Order(command, to, correlation))

    def _take_wish(self, device: str, key: str, payload: bytes) -> None:
        if not 0 < len(key) <= MOST_NAME or "/" in key or not _publishable(key):
            self._tell("MQTT: somebody wishes for settings whose names cannot be answered: empty, far too long, odd")
            return
        text = readable(payload)
        wish = Wish(device, key, payload[:MOST_TEXT].decode(errors="replace") if text is None else text)
        if key not in tuple(Desired):
            words = f"There is no setting {key!r}; there are {', '.join(Desired)}."
            self._judged(wish, _Outcome(Status.REJECTED, words, Code.UNKNOWN_SETTING))
        elif text is None:
            words = f"A wish is plain text of at most {MOST_TEXT} bytes; this is none."
            self._judged(wish, _Outcome(Status.REJECTED, words, Code.BAD_ARGS))
        else:
            self._put(wish)

    def _put(self, wish: Wish) -> None:
        """It waits, in place of an older one, and is not cleared before it is judged; one that was tried before gives
        way to a newer one."""
        with self._lock:
            waits = wish.topic in self._wishes
            if waits and wish.tried:
                return
            self._clearings.pop(wish.topic, None)
            self._wishes[wish.topic] = wish
        if not waits:
            self._waiting.put(wish.topic)

    def _refusal(self, command: Command, *, retained: bool) -> Ack | None:
        """Why the command is not taken; None when it is."""
        if retained:
            return command.rejected(
                Code.RETAINED_COMMAND,
                "A command must not be retained: publish an empty retained message to clear it, then send it anew.",
            )
        if command.cmd not in COMMANDS:
            return command.rejected(
                Code.UNKNOWN_COMMAND, f"There is no command {command.cmd!r}; there are {', '.join(COMMANDS)}."
            )
        if (words := self._remembered.duplicate(command.id)) is not None:
            return command.answered(Status.DUPLICATE, words if self._settings.publish_pain else BEFORE)
        if not self._settings.publish_pain and _about_pain(command):
            return command.rejected(
                Code.NOT_ALLOWED, "This device does not speak of pain over MQTT: [mqtt] publish_pain is false there."
            )
        if (late := self._late(command)) is not None:
            return late
        if self._waiting.qsize() - len(self._wishes) >= MOST_WAITING:
            return command.rejected(Code.BUSY, f"{MOST_WAITING} commands are waiting already; try again later.")
        return None

    def _late(self, command: Command) -> Ack | None:
        if command.expires_at is None:
            return None
        anchor = self._clock.anchor()
        if not anchor.synchronised:
            return command.rejected(
                Code.EXPIRED,
                "This device does not know the time yet, so it cannot tell whether the command still counts; "
                "send it without expires_at.",
            )
        if anchor.utc >= command.expires_at:
            until, now = command.expires_at.isoformat(), rfc3339(anchor.utc)
            return command.rejected(Code.EXPIRED, f"The command counted until {until}; here it is {now}.")
        return None

    def _address(self, device: str, message: Heard) -> tuple[str, bytes | None]:
        """Where the answer goes: nobody makes us publish beside our own answers."""
        ours, wanted, correlation = ACK.path(device), message.response_topic, message.correlation
        if wanted is not None and not (
            f"{wanted}/".startswith(f"{ours}/")
            and not wanted.endswith("/")
            and len(wanted) <= MOST_ADDRESS
            and _publishable(wanted)
        ):
            self._tell("MQTT: somebody wants answers at %r; they go to %s, or below it", wanted[:MOST_ADDRESS], ours)
            wanted = None
        if correlation is not None and len(correlation) > MOST_ADDRESS:
            self._tell("MQTT: correlation data of more than %d bytes is left out of answers", MOST_ADDRESS)
            correlation = None
        return wanted or ours, correlation

    # What is done

    def _work(self, handler: ControlHandler) -> None:
        while (item := self._waiting.get()) is not None and not self._closed:
            try:
                if isinstance(item, _Order):
                    self._do(handler, item)
                else:
                    self._judge(handler, item)
            except Exception:
                log.exception("MQTT: %s was not answered", item.command.cmd if isinstance(item, _Order) else item)
            self._nudge()

    def _do(self, handler: ControlHandler, order: _Order) -> None:
        command = order.command
        ack = self._late(command)
        if ack is None:
            self._remembered.begun(command.id)
            outcome = self._done(handler, command)
            ack = command.answered(outcome.status, outcome.words, outcome.code)
        if ack.code == Code.BUSY:
            self._remembered.forget(command.id)  # it was not done: the sender is told to try again, and may
        else:
            self._remembered.ended(command.id, ack.message)
        self._acknowledge(ack, order.to, order.correlation)

    def _done(self, handler: ControlHandler, command: Command) -> _Outcome:
        meaning: Meaning = COMMANDS[CommandName(command.cmd)]
        try:
            args = meaning.args(command.args, self._live_walk())
        except KneemonError as error:
            return _Outcome(Status.REJECTED, str(error), Code.BAD_ARGS)
        return self._asked(handler, meaning.request, args, meaning.done)

    def _judge(self, handler: ControlHandler, topic: str) -> None:
        with self._lock:
            wish = self._wishes.pop(topic)
        outcome = self._asked(handler, "wish", {"key": wish.key, "value": wish.value})
        if outcome.code not in (Code.BUSY, Code.STORAGE):
            self._judged(wish, outcome)
        elif wish.tried + 1 < MOST_TRIES:
            self._put(replace(wish, tried=wish.tried + 1))
        else:
            self._judged(wish, replace(outcome, words=f"{outcome.words} {STAYS}"), consumed=False)

    def _asked(
        self, handler: ControlHandler, request: str, args: Mapping[str, object], done: str | None = None
    ) -> _Outcome:
        try:
            reply = handler(request, args)
        except KneemonError as error:
            return _Outcome(Status.FAILED, _words(error) if self._settings.publish_pain else WITHHELD)
        except Exception:
            log.exception("MQTT: the request %s failed", request)
            return _Outcome(Status.FAILED, "kneemon stumbled over it; its log says more.")
        if reply.get("ok"):
            words = _words(reply.get("done", "Done.")) if self._settings.publish_pain else "Done."
            return _Outcome(Status.DONE, done or words)
        code, words = str(reply.get("code", Code.NOT_ALLOWED)), _words(reply.get("error", "It gave no reason."))
        status = Status.FAILED if code in (Code.BUSY, Code.STORAGE) else Status.REJECTED
        return _Outcome(status, words if self._settings.publish_pain or code in PLAIN else WITHHELD, code)

    # What goes out

    def _acknowledge(self, ack: Ack, to: str, correlation: bytes | None) -> None:
        self._answer(ACK, to, ack_document(ack, at=self._clock.anchor().utc), correlation)

    def _judged(self, wish: Wish, outcome: _Outcome, *, consumed: bool = True) -> None:
        """Tell its result and clear its topic, unless a newer wish is in it."""
        accepted = outcome.status is Status.DONE
        result = wish.judged(outcome.code, outcome.words, accepted=accepted, at=self._clock.anchor().utc)
        self._answer(DESIRED_RESULT, wish.result_topic, result)
        with self._lock:
            known = wish.key in tuple(Desired)
            if consumed and wish.topic not in self._wishes and (known or len(self._clearings) < MOST_CLEARINGS):
                self._clearings[wish.topic] = None

    def _answer(self, topic: Topic, path: str, payload: bytes, correlation: bytes | None = None) -> None:
        reply = Reply(path, payload, topic.retained, topic.expiry_s, topic.qos, correlation)
        self._replies.append((self._clock.now_s(), reply))

    def _tell(self, words: str, *of: object) -> None:
        """Once, whoever it was."""
        if words not in self._told:
            self._told.add(words)
            log.warning(words, *of)


def _words(given: object) -> str:
    """A file's name may hold what UTF-8 cannot carry."""
    return str(given).encode(errors="replace").decode()


def _publishable(name: str) -> bool:
    """No broker hangs up on who publishes to a topic with this in it."""
    return name.isprintable() and not set(name) & set("+#")


def _about_pain(command: Command) -> bool:
    """It tells of pain, be it beside something else."""
    if command.cmd in ABOUT_PAIN:
        return True
    told = ("pain", "signs") if command.cmd == CommandName.SESSION_START else ()
    return any(command.args.get(name) is not None for name in told)
