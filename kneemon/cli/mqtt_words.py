# SPDX-License-Identifier: MIT
"""What the verbs of `kneemon mqtt` share: questions at the terminal, and a step as a line."""

import re
import sys
import textwrap
from getpass import getpass

from kneemon.errors import ControlError
from kneemon.mqtt.steps import How, Step

# What the fault tells in the words of the configuration, in those of the command.
_OPTIONS = (
    (re.compile('set `tls = "(on|off)"`'), r"say `--tls \1`"),
    (re.compile("`insecure = true`"), "`--insecure`"),
    (re.compile(r"\b(ca|cert|key)_file\b"), r"--\1-file"),
)
_INDENT = " " * 18
_WIDTH = 110


def tell(step: Step) -> None:
    """As `kneemon check` prints a finding."""
    word = step.how.upper() if step.how is How.FAULT else step.how
    lines = [step.text] if step.remedy is None else [step.text, f"try: {in_options(step.remedy)}"]
    wrapped = [part for line in lines for part in textwrap.wrap(line, _WIDTH, break_long_words=False)]
    print(f"{word:<5}  {step.part:<9}  {wrapped[0]}", flush=True)
    for line in wrapped[1:]:
        print(f"{_INDENT}{line}", flush=True)


def in_options(advice: str) -> str:
    """For somebody who gives options, and has not written a configuration as yet."""
    for words, option in _OPTIONS:
        advice = words.sub(option, advice)
    return advice


def asked(question: str, usual: str = "") -> str:
    """A line from the terminal; Enter takes `usual`. Raises ControlError at the end of the input."""
    bracket = f" [{usual}]" if usual else ""
    try:
        return input(f"{question}{bracket}: ").strip() or usual
    except EOFError as error:
        raise _ended() from error


def hidden(question: str) -> str:
    """A secret, which the terminal does not show. Raises ControlError at the end of the input."""
    try:
        return getpass(question)
    except EOFError as error:
        raise _ended() from error


def agreed(question: str) -> bool:
    """Only a yes is one: Enter, and the end of the input, are a no."""
    while True:
        try:
            word = asked(f"{question} yes or no", "no").lower()
        except ControlError:
            print()
            return False
        if word in ("yes", "y", "no", "n"):
            return word in ("yes", "y")
        print(f"  Expected yes or no, saw {word!r}.")


def at_terminal() -> bool:
    return sys.stdin.isatty()


def _ended() -> ControlError:
    return ControlError(
        "The questions", expected="an answer, or Enter", seen="the end of the input", remedy="Nothing was written."
    )
