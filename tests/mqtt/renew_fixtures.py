# SPDX-License-Identifier: MIT
"""`python tests/mqtt/renew_fixtures.py` writes the newest folder of fixtures anew: one example of each document.

After a release its folder is never written again: a version that adds a key gets a folder of its own beside it, and
must still be able to read the old one.
"""

import json
from pathlib import Path

from kneemon.mqtt.examples import examples
from kneemon.mqtt.schemas import file_of
from kneemon.mqtt.topics import TOPICS

FIXTURES = Path(__file__).with_name("fixtures")
NEWEST = FIXTURES / "v1"


def name_of(topic_document: type) -> str:
    """The fixture of a document, such as state-1.json."""
    return file_of(topic_document).replace(".schema", "")


def made() -> dict[str, str]:
    """The fixtures of this version by name."""
    shown = examples()
    return {
        name_of(topic.document): json.dumps(json.loads(shown[topic]), indent=2, ensure_ascii=False) + "\n"
        for topic in TOPICS
        if topic.document is not None
    }


if __name__ == "__main__":
    for name, text in made().items():
        (NEWEST / name).write_text(text, encoding="utf-8")
