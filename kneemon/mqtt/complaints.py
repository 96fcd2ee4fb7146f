# SPDX-License-Identifier: MIT
"""What is wrong while the link is up, told once: a topic that is refused, an outbox that cannot be read."""

import logging

log = logging.getLogger(__name__)


class Complaints:
    """`words` may be asked by any thread, the rest is for one."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def tell(self, subject: str, text: str) -> None:
        """Log it unless this was the last thing said about the subject."""
        if self._texts.get(subject) != text:
            self._texts = {**self._texts, subject: text}
            log.warning("MQTT: %s", text)

    def over(self, subject: str) -> None:
        if subject in self._texts:
            self._texts = {other: text for other, text in self._texts.items() if other != subject}
            log.info("MQTT: %s is well again", subject)

    def words(self) -> str:
        """All that is wrong now, "" when nothing is."""
        return "; ".join(self._texts.values())
