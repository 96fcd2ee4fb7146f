# SPDX-License-Identifier: MIT
"""What each origin says: the file, the environment, the command line, each brought into sections of options.

Only names are checked here; whether values fit is checked in one place for all, in the loader.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kneemon.config.fields import did_you_mean
from kneemon.config.mistakes import Mistake
from kneemon.config.options import OPTIONS, Origin
from kneemon.config.toml_text import glimpse, read_toml
from kneemon.errors import ConfigError

NAMES: Mapping[str, tuple[str, str]] = {
    f"{section}.{name}": (section, name) for section, options in OPTIONS.items() for name in options
}
VARIABLES = {f"KNEEMON_{section}_{name}".upper(): (section, name) for section, name in NAMES.values()}
_VARIABLE = re.compile("KNEEMON_[^_]+_")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one origin says. where: the place of an option of a section, for the reader."""

    origin: Origin
    where: Callable[[str, str], str]
    tables: dict[str, dict[str, object]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)


def from_file(path: Path) -> Layer:
    """The file's sections; ConfigError when it cannot be read at all."""
    layer = Layer(Origin.FILE, lambda section, name: f"{path}: [{section}] {name}")
    for section, table in read_toml(path, ConfigError).items():
        if section in OPTIONS and isinstance(table, dict):
            layer.tables[section] = table
        elif section in OPTIONS:
            layer.mistakes.append(Mistake(f"{path}: {section}", f"a section, [{section}]", glimpse(table)))
        else:
            known = OPTIONS if isinstance(table, dict) else NAMES
            seen = f"an unknown name{did_you_mean(section, known)}"
            layer.mistakes.append(Mistake(f"{path}: {section}", "a section with its options under it", seen))
    return layer


def from_environment(environ: Mapping[str, str]) -> Layer:
    """The variables named like KNEEMON_SECTION_OPTION; those of one word, like KNEEMON_CONFIG, are no options."""
    named = {name: word for name, word in environ.items() if _VARIABLE.match(name)}
    return _from_words(Origin.ENVIRONMENT, "environment variable", named, VARIABLES)


def from_command_line(overrides: Mapping[str, str]) -> Layer:
    """Words by dotted name."""
    return _from_words(Origin.OPTION, "option", overrides, NAMES)


def _from_words(origin: Origin, what: str, words: Mapping[str, str], known: Mapping[str, tuple[str, str]]) -> Layer:
    spelled = {option: name for name, option in known.items()}
    layer = Layer(origin, lambda section, name: f"{what} {spelled[section, name]}")
    for name, word in words.items():
        if name in known:
            section, option = known[name]
            layer.tables.setdefault(section, {})[option] = OPTIONS[section][option].from_word(word)
        else:
            seen = f"an unknown name{did_you_mean(name, known)}"
            layer.mistakes.append(Mistake(f"{what} {name}", "the name of an option", seen))
    return layer
