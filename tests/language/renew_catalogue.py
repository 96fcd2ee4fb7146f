# SPDX-License-Identifier: MIT
"""`python tests/language/renew_catalogue.py`: takes the texts out of code and templates into kneemon.pot, brings each
language's kneemon.po up to date, and makes kneemon.mo of it. Nothing that was translated is lost or guessed.

Two kinds of texts: those that pages and papers ask for by gettext; and sentences that kneemon makes in English, with
their values in them, which are taken apart by their patterns when a page shows them (kneemon.language.sentences).
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kneemon.config.plan_fields import EXERCISES_FIELDS, PLAN_FIELDS, RULES_FIELDS, WEEK_FIELDS
from kneemon.language import FOLDER, LANGUAGES
from kneemon.plan.rulebook import RULES
from kneemon.web.plan_words import plain_help

PACKAGE = FOLDER.parent
KEYWORDS = {"_": None, "say": None, "gettext": None, "several": (1, 2), "ngettext": (1, 2)}
SEVERAL = re.compile(r'language\.several\(\s*"([^"]+)",\s*"([^"]+)"')  # in templates
ASKED = ("app", "chart", "export", "language", "web")  # rooms that ask for texts

# Where kneemon makes sentences that a page may show.
SAYING = (
    "plan/advice.py",
    "plan/colours.py",
    "plan/decide.py",
    "plan/exercises.py",
    "plan/gate.py",
    "plan/growth.py",
    "plan/limits.py",
    "plan/moves.py",
    "plan/told.py",
    "plan/week.py",
    "app/asked.py",
    "app/asked_diary.py",
    "app/asked_home.py",
    "app/asked_records.py",
    "app/backups.py",
    "app/exercising.py",
    "app/hatch.py",
    "app/household.py",
    "app/interview.py",
    "app/programme.py",
    "app/recorder.py",
    "app/status.py",
    "app/told.py",
    "config/plan_file.py",
    "export/packed.py",
    "export/paper.py",
    "export/fit_workout.py",
    "web/access.py",
)
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # the same texts make the same files
ERROR = "{what}: expected {expected}, saw {seen}."  # KneemonError; its remedy follows
# The figures of a decision, by their names.
VALUES = (
    "cause",
    "plan rev",
    "plan start",
    "whole step",
    "minutes",
    "sessions",
    "ceiling spm",
    "at baseline",
    "week",
    "usual pain",
    "days walked",
    "days planned",
    "walked min",
    "days at dose",
    "colours",
    "late red",
    "mornings now",
    "mornings before",
    "walks without morning",
    "bucklings",
    "facts",
    "growth cap min",
    "load cap weekly min",
    "variable",
    "minutes before",
    "sessions before",
    "ceiling spm before",
    "at baseline before",
    "last walk",
    "idle days",
    "fact",
    "steps back",
)
# What a line of a plan may hold.
RANGES = (
    "{low} to {high}",
    "{range_} (over {limit} with physio = true)",
    "{range_} (true with physio = true)",
    "{range_} (false with physio = true)",
    "{range_}, or 0",
    "true or false",
    "{number} h",
    "{number} days",
    "{number} steps/min",
    "{number} steps",
    "{hour} o'clock",
    "A, indirect",
    "A: weak",
)
# What the code puts together of parts that no single text holds.
MADE = (
    ERROR,
    "at most {minutes} minutes a day, at most {pace} steps/min",
    "Pain before the walk is not known; it can still be told.",
    "{one} or {two}",
    "a number from {range_}",
    "a whole number from {range_}",
    "a date such as {day}",
    "{what} in quotation marks",
    "{what}, not empty",
    (
        "at most {most}; more takes physio = true above the first [[week]], which says that a physiotherapist set the "
        "numbers"
    ),
    "at most {most}, or a higher {name} above the first [[week]]",
    "{what}: expected no mistake, saw {number}:",
    "{what}: expected {expected}, saw {seen}",
    "That is all of them.",
    (
        "Look at that line and the one before: text stands in straight quotation marks, a decimal has a point, every "
        "bracket is closed, and no name comes twice."
    ),
    "end of document",
    'lines such as name = 5 or name = "text"',
    "the weight",
    "text",
    "The knee gave way {times} times within {days} days: arrange a review.",
    "The knee gave way.",
    "{number} walks were RED.",
    "1 walk was RED.",
    "{number} walks were RED, before this week.",
    "1 walk was RED, before this week.",
    "{number} walks were",
    "1 walk was",
    "{number} days",
    "1 day",
    "1 minute",
    "{minutes} minutes {seconds} seconds",
    "Today, {day} ({place})",
    "{day}: {dose} of walking.",
    "begins",
    "same-day",
    "SAME-DAY",
    "EMERGENCY",
)


def texts() -> Catalog:
    """Every text there is to translate."""
    catalogue = Catalog(project="kneemon", charset="utf-8", creation_date=NO_DATE, revision_date=NO_DATE)
    for path in sorted(each for room in ASKED for each in (PACKAGE / room).rglob("*.py")):
        _take(catalogue, path, "python")
    for path in sorted((PACKAGE / "web" / "templates").glob("*.html")):
        _take(catalogue, path, "jinja2.ext:babel_extract")
        for one, many in SEVERAL.findall(path.read_text(encoding="utf-8")):
            catalogue.add((one, many), locations=[(str(path.relative_to(PACKAGE.parent)), 1)])
    for name in SAYING:
        path = PACKAGE / name
        for line, text in sentences(path.read_text(encoding="utf-8")):
            catalogue.add(text, locations=[(f"kneemon/{name}", line)], auto_comments=["sentence"])
    for rule in RULES.values():
        for text in (rule.when, rule.then):
            catalogue.add(text, locations=[("kneemon/plan/rulebook.py", 1)], auto_comments=["sentence"])
    for fields in (PLAN_FIELDS, WEEK_FIELDS, RULES_FIELDS, EXERCISES_FIELDS):
        for field in fields.values():
            catalogue.add(plain_help(field), locations=[("kneemon/config/plan_fields.py", 1)])
    for text in (*VALUES, *RANGES, *MADE):
        catalogue.add(text, auto_comments=["sentence"])
    return catalogue


def _take(catalogue: Catalog, path: Path, method: str) -> None:
    with path.open("rb") as file:
        for line, message, comments, context in extract(method, file, KEYWORDS, options={"newstyle_gettext": "true"}):
            place = str(path.relative_to(PACKAGE.parent))
            catalogue.add(message, locations=[(place, line)], auto_comments=comments, context=context)


def sentences(code: str) -> Iterator[tuple[int, str]]:
    """Line and pattern of each text that a person may be shown, of a module that makes sentences."""
    tree = ast.parse(code)
    silent = {id(each) for node in ast.walk(tree) for each in _silent(node)}
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        text = None
        if isinstance(node, ast.JoinedStr) and id(node) in inner:
            text = _pattern(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value if id(node) not in inner or _in_an_expression(node, tree) else None
        if text is not None and _is_said(text):
            yield node.lineno, text.strip()


def _silent(node: ast.AST) -> Iterable[ast.AST]:
    """What nobody is shown: docstrings, the log, faults of our own, annotations."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
        yield from ast.walk(node.body[0])
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        if name.split(".")[0] in ("log", "logger") or name in ("TypeError", "ValueError", "RuntimeError", "about"):
            yield from ast.walk(node)
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield from ast.walk(node.annotation)


def _in_an_expression(node: ast.AST, tree: ast.AST) -> bool:
    """A text within the braces of an f-string, such as the branch of an `if` there."""
    for formatted in ast.walk(tree):
        if isinstance(formatted, ast.FormattedValue) and any(each is node for each in ast.walk(formatted.value)):
            return True
    return False


def _pattern(node: ast.JoinedStr) -> str:
    """The f-string with a name in each of its places."""
    pieces, taken = [], set()
    for part in node.values:
        if isinstance(part, ast.Constant):
            pieces.append(str(part.value).replace("{", "(").replace("}", ")"))
        elif isinstance(part, ast.FormattedValue):
            words = re.findall(r"[a-z_]+", ast.unparse(part.value).lower())
            name = next((word for word in reversed(words) if len(word) > 2), "value")
            while name in taken:
                name += "_"
            taken.add(name)
            pieces.append(f"{{{name}}}")
    return "".join(pieces)


def _is_said(text: str) -> bool:
    """Words, not a name in a program."""
    bare = re.sub(r"\{\w+\}", " ", text)
    return bool(re.search(r"[A-Za-z]{2,}", bare)) and (" " in text.strip() or text[:1].isupper()) and "://" not in text


def renew() -> None:
    fresh = texts()
    with (FOLDER / "kneemon.pot").open("wb") as file:
        write_po(file, fresh, width=120, sort_output=True, include_lineno=False)
    for code in LANGUAGES:
        if code != "en":
            _renew_language(code, fresh)


def _renew_language(code: str, fresh: Catalog) -> None:
    po = FOLDER / code / "LC_MESSAGES" / "kneemon.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    known = read_po(io.BytesIO(po.read_bytes()), locale=code) if po.exists() else Catalog(locale=code)
    known.update(fresh, no_fuzzy_matching=True)
    known.obsolete.clear()
    known.creation_date = known.revision_date = NO_DATE
    with po.open("wb") as file:
        write_po(file, known, width=120, sort_output=True, include_lineno=False)
    with po.with_suffix(".mo").open("wb") as file:
        write_mo(file, known)


if __name__ == "__main__":
    renew()
