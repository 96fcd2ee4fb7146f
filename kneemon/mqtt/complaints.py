# SPDX-License-Identifier: MIT
"""What is wrong while the link is up, told once: a topic that is refused, an outbox that cannot be read."""

import logging

log = logging.getLogger(__name__)


class Complaints:
    """`words` and `denied` may be asked by any thread, the rest is for one."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._denied: frozenset[str] = frozenset()

    def tell(self, subject: str, text: str, *, denied: bool = False) -> None:
        """Log it unless this was the last thing said about the subject. denied: the broker does not let us."""
        if denied:
            self._denied |= {subject}
        if self._texts.get(subject) != text:
            self._texts = {**self._texts, subject: text}
            log.warning("MQTT: %s", text)

    def over(self, subject: str) -> None:
        self._denied -= {subject}
        if subject in self._texts:
            self._texts = {other: text for other, text in self._texts.items() if other != subject}
            log.info("MQTT: %s is well again", subject)

    def another_link(self) -> None:
        """What was denied may be allowed now; what is not will be heard of again, and not be told again."""
        self._denied = frozenset()

    @property
    def denied(self) -> bool:
        """The broker keeps a topic from us."""
        return bool(self._denied)

    def words(self) -> str:
        """All that is wrong now, "" when nothing is."""
        return "; ".join(self._texts.values())
