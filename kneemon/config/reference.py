# SPDX-License-Identifier: MIT
"""The pages a reader looks options up in, made from the same tables that check them.

`python -m kneemon.config.reference` writes default.toml and renews what stands between the marks in configuration.md
and plan.md of the folder docs (or the one named); a test holds the pages to it. It knows no other page.
"""

import re
import sys
from collections.abc import Iterable
from inspect import getdoc
from pathlib import Path
from textwrap import wrap

from kneemon import errors
from kneemon.config.fields import Field
from kneemon.config.options import OPTIONS, Config
from kneemon.config.plan_file import EXAMPLE, PLAN_FIELDS, WEEK_FIELDS, PlanTable, WeekTable
from kneemon.errors import ExitCode

DEFAULT_FILE = Path(__file__).with_name("default.toml")
PAGES = ("configuration.md", "plan.md")

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
    """The lines of a plan's file: above the weeks, and of a week."""
    above = ["### Above the weeks", "", _doc(PlanTable), "", *_table(PLAN_FIELDS.values()), ""]
    week = ["### Under each `[[week]]`", "", _doc(WeekTable), "", *_table(WEEK_FIELDS.values()), ""]
    return "\n".join(above + week)


def exit_codes() -> str:
    """What a shell script may go by."""
    tree = [error for error in errors.KneemonError.__subclasses__() if error.__module__ == errors.__name__]
    meanings = {error.exit_code: _doc(error) for error in tree} | _OTHER_CODES
    rows = [f"| {code.value} | `{code.name.lower()}` | {meanings[code]} |" for code in ExitCode]
    return "\n".join(["| Code | Name | Meaning |", "| --- | --- | --- |", *rows, ""])


def example_plan() -> str:
    """The plan that comes along."""
    return f"```toml\n{EXAMPLE.read_text(encoding='utf-8')}```\n"


def renewed(page: str) -> str:
    """The page, every generated part of it made anew."""
    return _PART.sub(lambda part: f"{part[1]}\n{_PARTS[part['name']]()}\n{part[3]}", page)


def main(folder: Path) -> None:
    """Write default.toml, and renew the pages in `folder`."""
    DEFAULT_FILE.write_text(default_toml(), encoding="utf-8")
    for name in PAGES:
        page = folder / name
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")


_PARTS = {"options": option_tables, "exit codes": exit_codes, "plan": plan_tables, "example plan": example_plan}


def _section_help(section: str) -> str:
    return _doc(type(getattr(Config(), section)))


def _doc(table: type) -> str:
    return getdoc(table) or ""


def _table(fields: Iterable[Field]) -> list[str]:
    return ["| Name | Default | May be | What it is for |", "| --- | --- | --- | --- |", *map(_row, fields)]


def _row(field: Field) -> str:
    if field.required:
        default = "must be given"
    else:
        default = "none" if field.default is None else f"`{field.shown(field.default)}`"
    return f"| `{field.name}` | {default} | {field.values} | {field.help} |"


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["docs"]))
