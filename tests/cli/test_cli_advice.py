# SPDX-License-Identifier: MIT
"""`kneemon advice`: every tip with its evidence, and which are on."""

from collections.abc import Callable
from typing import Any

from kneemon.config.options import OPTIONS
from kneemon.errors import ExitCode
from kneemon.plan.advice import IN_WORDS, TIPS

Kneemon = Callable[..., Any]


def test_every_tip_has_its_switch() -> None:
    assert {name: option.default for name, option in OPTIONS["advice"].items()} == {tip.key: tip.on for tip in TIPS}


def test_all_of_it(kneemon: Kneemon) -> None:
    told = kneemon("advice")
    assert (told.code, told.err) == (ExitCode.OK, "")
    words = " ".join(told.out.split())
    for tip in TIPS:
        graded = tip.shows or IN_WORDS[tip.strength]
        assert f"{tip.key} ({'on' if tip.on else 'off'}) {tip.text} Evidence {tip.strength.value}, {graded}." in words
        assert f"{graded}. Source: {tip.source}." in words
    assert max(map(len, told.out.splitlines())) <= 110


def test_switched(kneemon: Kneemon) -> None:
    told = kneemon("advice", "--set", "advice.shoes=false", "--set", "advice.posture=true")
    assert told.out.startswith("shoes (off)\n")
    assert "\nposture (on)\n" in told.out
