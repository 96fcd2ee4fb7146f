# SPDX-License-Identifier: MIT
"""The effective configuration: command line over environment over file over default.

Every mistake of all three is told at once, with its place, what was expected and what was seen. Environment variables
are KNEEMON_<SECTION>_<OPTION>; KNEEMON_CONFIG names the file. Nothing is asked of the machine beyond that one file.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from kneemon.config.contradictions import contradictions
from kneemon.config.fields import did_you_mean, read_table
from kneemon.config.layers import NAMES, Layer, from_command_line, from_environment, from_file
from kneemon.config.mistakes import Mistake, refusal
from kneemon.config.options import OPTIONS, Config, Origin
from kneemon.config.places import config_file
from kneemon.errors import ConfigError


def load_config(
    path: Path | None = None, *, overrides: Mapping[str, str] | None = None, environ: Mapping[str, str]
) -> Config:
    """The configuration in force; ConfigError tells all that is wrong with it.

    path: the file asked for by name; else KNEEMON_CONFIG names it; else the system's or the user's is read if there.
    overrides: words of the command line by dotted name, such as {"sensor.chip": "mpu6050"}.
    """
    file = path or config_file(environ)
    layers = [from_environment(environ), from_command_line(overrides or {})]
    if file is not None:
        layers.insert(0, from_file(file))

    values: dict[str, dict[str, Any]] = {section: {} for section in OPTIONS}
    origins: dict[str, Origin] = {}
    mistakes: list[Mistake] = []
    doubtful: set[str] = set()
    for layer in layers:
        mistakes += layer.mistakes
        for section, table in layer.tables.items():
            fitting, wrong = _read(layer, section, table)
            mistakes += wrong
            values[section] |= fitting
            origins |= {f"{section}.{name}": layer.origin for name in fitting}
            doubtful |= {f"{section}.{name}" for name in table.keys() - fitting.keys()}

    config = _config(values, file, origins)
    where = {Origin.DEFAULT: _plainly} | {layer.origin: layer.where for layer in layers}
    for names, expected, seen in contradictions(config):
        if doubtful.isdisjoint(names):
            place = where[origins.get(names[0], Origin.DEFAULT)]
            mistakes.append(Mistake(place(*NAMES[names[0]]), expected, seen))
    if mistakes:
        remedy = "docs/configuration.md lists every option with what it may be."
        raise refusal(ConfigError, "The configuration", mistakes, remedy)
    return config


def _read(layer: Layer, section: str, table: Mapping[str, object]) -> tuple[dict[str, Any], list[Mistake]]:
    return read_table(
        table,
        OPTIONS[section],
        where=partial(layer.where, section),
        known=f"an option of [{section}]",
        hint=lambda name: did_you_mean(f"{section}.{name}", NAMES),
    )


def _config(values: Mapping[str, Mapping[str, Any]], file: Path | None, origins: Mapping[str, Origin]) -> Config:
    defaults = Config()
    sections = {section: replace(getattr(defaults, section), **given) for section, given in values.items()}
    return Config(**sections, file=file, origins=origins)


def _plainly(section: str, name: str) -> str:
    return f"[{section}] {name}"
