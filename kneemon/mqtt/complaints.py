# SPDX-License-Identifier: MIT
"""What is wrong while the link is up, told once: a topic that is refused, an outbox that cannot be read.

Of many topics that are forbidden, one sentence is made, with what to do about them.
"""

import logging

MANY = 3  # forbidden topics: fewer are told one by one
_FORBIDDEN = "(Not authorized)"  # how MQTT 5 calls it, at the end of a complaint

log = logging.getLogger(__name__)


def user_named(device: str) -> str:
    """What the access list that kneemon ships asks for."""
    return f"with the access list of `kneemon mqtt files` the user must be named {device}"


class Complaints:
    """`words` and `denied` may be asked by any thread, the rest is for one."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._denied: frozenset[str] = frozenset()
        self._advice = ""

    def tell(self, subject: str, text: str, *, denied: bool = False) -> None:
        """Log it unless this was the last thing said about the subject. denied: the broker does not let us."""
        if denied:
            self._denied |= {subject}
        if self._texts.get(subject) != text:
            self._texts = {**self._texts, subject: text}
            forbidden = len(self._forbidden())
            if not text.endswith(_FORBIDDEN) or forbidden < MANY:
                log.warning("MQTT: %s", text)
            elif forbidden == MANY:
                log.warning("MQTT: %s", self._summary())

    def over(self, subject: str) -> None:
        self._denied -= {subject}
        if subject in self._texts:
            self._texts = {other: text for other, text in self._texts.items() if other != subject}
            log.info("MQTT: %s is well again", subject)

    def another_link(self, advice: str = "") -> None:
        """What was denied may be allowed now; what is not will be heard of again, and not be told again.

        advice: for somebody of whom much is forbidden, as the end of a sentence.
        """
        self._denied = frozenset()
        self._advice = advice

    @property
    def denied(self) -> bool:
        """The broker keeps a topic from us."""
        return bool(self._denied)

    def words(self) -> str:
        """All that is wrong now, "" when nothing is."""
        texts = [*self._texts.values()]
        if len(self._forbidden()) >= MANY:
            texts = [self._summary(), *(text for text in texts if not text.endswith(_FORBIDDEN))]
        return "; ".join(texts)

    def _forbidden(self) -> list[str]:
        return [text for text in self._texts.values() if text.endswith(_FORBIDDEN)]

    def _summary(self) -> str:
        first, *others = self._forbidden()
        told = f"{first}, and {len(others)} other topics"
        return f"{told}: {self._advice}" if self._advice else told
