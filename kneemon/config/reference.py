# SPDX-License-Identifier: MIT
"""The pages a reader looks options up in, made from the same tables that check them.

`python -m kneemon.config.reference` writes default.toml and plan-example.toml and renews what stands between the marks
in configuration.md, plan.md and defaults.md of the folder docs (or the one named); a test holds the pages to it. It
knows no other page.
"""

import re
import sys
from collections.abc import Iterable
from datetime import date
from inspect import getdoc
from pathlib import Path
from textwrap import wrap

from kneemon import errors
from kneemon.config.evidence import DEFAULTS, KEYS
from kneemon.config.evidence_row import Kind, Row
from kneemon.config.fields import Field
from kneemon.config.options import OPTIONS, Config
from kneemon.config.plan_fields import (
    EXERCISES_FIELDS,
    PLAN_FIELDS,
    RULES_FIELDS,
    WEEK_FIELDS,
    ExercisesTable,
    PlanTable,
    RulesTable,
    WeekTable,
)
from kneemon.config.plan_file import EXAMPLE
from kneemon.config.presets import preset_text
from kneemon.errors import ExitCode

DEFAULT_FILE = Path(__file__).with_name("default.toml")
PAGES = ("configuration.md", "plan.md", "defaults.md")
EXAMPLE_START = date(2026, 11, 23)  # a Monday

_HEAD = """\
# Every option of kneemon, with its default, what it may be, and what it is for.
#
# This is the manual; as it stands it changes nothing. Put into your own file only what you want to be different, each
# option under its [section]: /etc/kneemon/kneemon.toml on the device, ~/.config/kneemon/kneemon.toml for yourself.
"""
_OTHER_CODES = {
    ExitCode.OK: "All went well.",
    ExitCode.FAILURE: "A fault of kneemon's own: please report it.",
    ExitCode.USAGE: "The command line was not understood.",
    ExitCode.CHECK: "`kneemon check` found something to mend.",
    ExitCode.INTERRUPTED: "Stopped from the keyboard.",
}
_PART = re.compile(r"(<!-- generated: (?P<name>[a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def default_toml() -> str:
    """The text of default.toml."""
    lines = [_HEAD]
    for section, options in OPTIONS.items():
        lines += [f"\n[{section}]", f"# {_section_help(section)}"]
        for option in options.values():
            lines += ["", *wrap(option.help, 116, initial_indent="# ", subsequent_indent="# ")]
            lines += [f"# May be {option.expected}.", f"{option.name} = {option.shown(option.default)}"]
        lines.append("")
    return "\n".join(lines)


def option_tables() -> str:
    """The options, a table for each section."""
    parts = []
    for section, options in OPTIONS.items():
        parts += [f"### `[{section}]`", "", _section_help(section), "", *_table(options.values()), ""]
    return "\n".join(parts)


def plan_tables() -> str:
    """The lines of a plan's file: above the weeks, of a week, and of the two tables."""
    lines = []
    for heading, table, fields in (
        ("Above the weeks", PlanTable, PLAN_FIELDS),
        ("Under each `[[week]]`", WeekTable, WEEK_FIELDS),
        ("Under `[rules]`", RulesTable, RULES_FIELDS),
        ("Under `[exercises]`", ExercisesTable, EXERCISES_FIELDS),
    ):
        lines += [f"### {heading}", "", _doc(table), "", *_table(fields.values()), ""]
    return "\n".join(lines)


def exit_codes() -> str:
    """What a shell script may go by."""
    tree = [error for error in errors.KneemonError.__subclasses__() if error.__module__ == errors.__name__]
    meanings = {error.exit_code: _doc(error) for error in tree} | _OTHER_CODES
    rows = [f"| {code.value} | `{code.name.lower()}` | {meanings[code]} |" for code in ExitCode]
    return "\n".join(["| Code | Name | Meaning |", "| --- | --- | --- |", *rows, ""])


def example_plan() -> str:
    """The plan that comes along: the six weeks."""
    return preset_text("six_week", EXAMPLE_START)


def example_block() -> str:
    """The same, to be read."""
    return f"```toml\n{example_plan()}```\n"


def choices() -> str:
    """The rows that walker or physio may change, and the lines to do it in."""
    head = "| Row | Parameter | Default | Range | Unit | Source | Grade | Where it is set |"
    rows = [_defaults_row(row, _keys(row)) for row in DEFAULTS if row.kind is Kind.CHOICE]
    return "\n".join([head, f"| {' | '.join(['---'] * 8)} |", *rows, ""])


def no_choices() -> str:
    """The rows that nobody changes here: fixed ones, targets, and what has no feature yet."""
    headings = {
        Kind.FIXED: ("Fixed", "The same for everybody."),
        Kind.TARGET: ("A target", "What the counting is examined by."),
        Kind.LATER: ("Without a feature yet", "kneemon does nothing of this."),
    }
    lines = []
    for kind, (heading, about) in headings.items():
        lines += [f"### {heading}", "", about, ""]
        lines += ["| Row | Parameter | Default | Range | Unit | Source | Grade | Note |", f"| {'--- | ' * 8}".rstrip()]
        lines += [_defaults_row(row, row.note) for row in DEFAULTS if row.kind is kind]
        lines.append("")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page, every generated part of it made anew."""
    return _PART.sub(lambda part: f"{part[1]}\n{_PARTS[part['name']]()}\n{part[3]}", page)


def main(folder: Path) -> None:
    """Write default.toml and plan-example.toml, and renew the pages in `folder`."""
    DEFAULT_FILE.write_text(default_toml(), encoding="utf-8")
    EXAMPLE.write_text(example_plan(), encoding="utf-8")
    for name in PAGES:
        page = folder / name
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


_PARTS = {
    "options": option_tables,
    "exit codes": exit_codes,
    "plan": plan_tables,
    "example plan": example_block,
    "choices": choices,
    "no choices": no_choices,
}


def _section_help(section: str) -> str:
    return _doc(type(getattr(Config(), section)))


def _doc(table: type) -> str:
    return getdoc(table) or ""


def _table(fields: Iterable[Field]) -> list[str]:
    return ["| Name | Default | May be | What it is for |", "| --- | --- | --- | --- |", *map(_row, fields)]


def _row(field: Field) -> str:
    return f"| `{field.name}` | {_default(field)} | {field.values} | {field.help} |"


def _default(field: Field) -> str:
    if field.required:
        return "must be given"
    return "none" if field.default is None else f"`{field.shown(field.default)}`"


def _defaults_row(row: Row, last: str) -> str:
    cells = (str(row.number), row.parameter, row.default, row.range or "–", row.unit or "–")
    return f"| {' | '.join((*cells, row.source, row.grade or '–', last or '–'))} |"


def _keys(row: Row) -> str:
    """Each line with the value it has by default and what it may be; then the note."""
    lines = [f"{_place(key)}: {_default(KEYS[key])}; {KEYS[key].values}" for key in row.keys]
    return "<br>".join([*lines, *([row.note] if row.note else [])])


def _place(key: str) -> str:
    room, *section, name = key.split(".")
    if room == "new":
        return f"`kneemon plan new`, {name.replace('_', ' ')}"
    where = f"[{section[0]}] " if section else ""
    return f"{'plan' if room == 'plan' else 'configuration'}, `{where}{name}`"


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
