# SPDX-License-Identifier: MIT
"""Templates and the files that go with them. Every text is escaped unless a template says otherwise.

A static file's address has its content's hash, so that a browser may keep it for a year.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kneemon.language import LANGUAGES

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

HERE = Path(__file__).parent
TEMPLATES, STATIC = HERE / "templates", HERE / "static"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    media_type: str
    mark: str


class Templates:
    """Drawn with the values given, and no others."""

    def __init__(self) -> None:
        self.files = {
            path.name: StaticFile(found, MEDIA_TYPES[path.suffix], hashlib.sha256(found).hexdigest()[:16])
            for path in sorted(STATIC.iterdir())
            if path.suffix in MEDIA_TYPES
            for found in (path.read_bytes(),)
        }

    def static(self, name: str) -> str:
        return f"/static/{name}?v={self.files[name].mark}"

    @cached_property
    def _environment(self) -> "Environment":
        from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context  # 2 MB, when there is a page

        made = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        made.globals |= {"static": self.static, "languages": LANGUAGES}
        made.filters["sentence"] = pass_context(_sentence)
        return made

    def draw(self, template: str, values: Mapping[str, object]) -> str:
        return self._environment.get_template(template).render(values)


def _sentence(context: "Context", text: object) -> str:
    """What kneemon itself has said, in the visitor's language."""
    said: str = context["language"].sentence(str(text))
    return said
