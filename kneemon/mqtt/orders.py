# SPDX-License-Identifier: MIT
"""Commands from the home: which are taken, done one after the other, and each answered.

A message reaches us only while we are connected, since every link begins with an empty session; so it is new, unless
somebody keeps it: a retained one is refused. One that names its end is refused after it, and also while the civil clock
is not known to be right: its sender would rather not be heard than be heard late. Without an end it is always taken.
"""

import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread

from kneemon.errors import KneemonError
from kneemon.mqtt.commands import COMMANDS, Ack, Code, Command, Status, ack_document, read
from kneemon.mqtt.documents import rfc3339
from kneemon.mqtt.live import Live
from kneemon.mqtt.news import Heard
from kneemon.mqtt.topics import ACK
from kneemon.ports import Clock, ControlHandler

log = logging.getLogger(__name__)

MOST_WAITING = 8  # commands; with a handler that takes 4 s each, the last one waits half a minute
MOST_IDS = 64
MOST_ACKS = 32


class Orders:
    """`take`, `flooded` and `ack` are for the thread that converses, the rest for any. Nothing here waits.

    pain False: what is told here would be about pain, which is not to be spoken of to the broker; all is refused.
    nudge: wakes the thread that converses, for there is an ack.
    """

    def __init__(self, clock: Clock, live: Live, *, pain: bool, nudge: Callable[[], None]) -> None:
        self._clock = clock
        self._live = live
        self._pain = pain
        self._nudge = nudge
        self._handler: ControlHandler | None = None
        self._waiting: SimpleQueue[Command | None] = SimpleQueue()
        self._lock = Lock()
        self._outcomes: OrderedDict[str, str] = OrderedDict()  # by id, oldest first; "" while it is being done
        self._acks: deque[tuple[float, Ack]] = deque(maxlen=MOST_ACKS)  # and when it was given
        self._told_of_flood = False
        self._closed = False

    @property
    def obeyed(self) -> bool:
        """Somebody is there to do what is asked."""
        return self._handler is not None and not self._closed

    def obey(self, handler: ControlHandler) -> None:
        """From now on commands are taken. The handler is called on a thread of ours and may take its time."""
        if self._handler is None:
            self._handler = handler
            Thread(target=self._work, args=(handler,), name="kneemon-mqtt-commands", daemon=True).start()

    def close(self) -> None:
        """Take no more commands, forget those that wait; one that is being done is not waited for."""
        self._closed = True
        self._waiting.put(None)

    def take(self, message: Heard) -> None:
        """Put what is asked for into the queue, or refuse it."""
        if not message.payload:  # this is how a retained command is cleared away
            return
        command = read(message.payload)
        refusal = command if isinstance(command, Ack) else self._refusal(command, retained=message.retained)
        if refusal is not None:
            self._answer(refusal)

    def flooded(self) -> None:
        if not self._told_of_flood:
            self._told_of_flood = True
            log.warning("MQTT: commands come faster than they can be read, and some are lost; look for who sends them")

    def ack(self) -> bytes | None:
        """The oldest answer that nobody has got yet and that still matters to somebody."""
        now_s = self._clock.now_s()
        while self._acks:
            given_s, ack = self._acks.popleft()
            if ACK.expiry_s is None or now_s - given_s < ACK.expiry_s:
                return ack_document(ack, at=self._clock.anchor().utc)
        return None

    def _refusal(self, command: Command, *, retained: bool) -> Ack | None:
        """Why the command is not taken; None when it is, and waits in the queue."""
        if retained:
            return command.rejected(
                Code.RETAINED_COMMAND,
                "A command must not be retained: publish an empty retained message to clear it, then send it anew.",
            )
        if command.cmd not in COMMANDS:
            return command.rejected(
                Code.UNKNOWN_COMMAND, f"There is no command {command.cmd!r}; there are {', '.join(COMMANDS)}."
            )
        if command.id is not None and (outcome := self._outcome(command.id)) is not None:
            return command.answered(Status.DUPLICATE, f"Taken before, not again. {outcome}".rstrip())
        if not self._pain:
            return command.rejected(
                Code.NOT_ALLOWED, "This device does not speak of pain over MQTT: [mqtt] publish_pain is false there."
            )
        if (late := self._late(command)) is not None:
            return late
        if self._waiting.qsize() >= MOST_WAITING:
            return command.rejected(Code.BUSY, f"{MOST_WAITING} commands are waiting already; try again later.")
        self._remember(command, "")
        self._waiting.put(command)
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

    def _work(self, handler: ControlHandler) -> None:
        while (command := self._waiting.get()) is not None and not self._closed:
            ack = self._late(command) or self._done(handler, command)
            if ack.code == Code.BUSY:
                self._forget(command)  # the sender is told to try again, and may
            else:
                self._remember(command, ack.message)
            self._answer(ack)
            self._nudge()

    def _done(self, handler: ControlHandler, command: Command) -> Ack:
        try:
            reply = handler("answer", COMMANDS[command.cmd](command.args, self._live.walking))
        except KneemonError as error:
            return command.answered(Status.FAILED, str(error))
        except Exception:
            log.exception("MQTT: the command %s failed", command.cmd)
            return command.answered(Status.FAILED, "kneemon stumbled over it; its log says more.")
        if reply.get("ok"):
            return command.answered(Status.DONE, str(reply.get("done", "Done.")))
        code, words = str(reply.get("code", Code.BAD_ARGS)), str(reply.get("error", "It gave no reason."))
        return command.answered(Status.FAILED if code == Code.BUSY else Status.REJECTED, words, code)

    def _answer(self, ack: Ack) -> None:
        self._acks.append((self._clock.now_s(), ack))

    def _outcome(self, command_id: str) -> str | None:
        with self._lock:
            return self._outcomes.get(command_id)

    def _remember(self, command: Command, outcome: str) -> None:
        if command.id is not None:
            with self._lock:
                self._outcomes[command.id] = outcome
                while len(self._outcomes) > MOST_IDS:
                    self._outcomes.popitem(last=False)

    def _forget(self, command: Command) -> None:
        if command.id is not None:
            with self._lock:
                self._outcomes.pop(command.id, None)
