# SPDX-License-Identifier: MIT
"""The configuration in force as TOML text, each value with where it came from.

It holds no secret, because the configuration holds none: a password is a file's name here. Read as a file, the text
gives the same configuration again.
"""

from kneemon.config.options import OPTIONS, Config, Origin


def describe(config: Config) -> str:
    """Every option in force, section by section; the comment behind a value names its origin."""
    lines = [f"# file: {config.file}" if config.file else "# no configuration file"]
    for section, options in OPTIONS.items():
        lines += ["", f"[{section}]"]
        for name, option in options.items():
            value = f"{name} = {option.shown(getattr(getattr(config, section), name))}"
            lines.append(f"{value:<40} # {config.origins.get(f'{section}.{name}', Origin.DEFAULT)}")
    return "\n".join(lines) + "\n"
