# SPDX-License-Identifier: MIT
"""A picture's data, made by hand, and a reader of drawn SVG."""

from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest

from kneemon.model.gait import CadenceEstimate, GaitState, SignalGap
from kneemon.plot.picture import ReplayPicture

SVG = "{http://www.w3.org/2000/svg}"


class Drawn:
    """An SVG as its reader's program sees it."""

    def __init__(self, content: bytes) -> None:
        self.text = content.decode("utf-8")
        self.root = ElementTree.fromstring(content)  # noqa: S314  our own
        self.ids = [group.get("id", "") for group in self.root.iter(f"{SVG}g")]

    def group(self, name: str) -> ElementTree.Element:
        (found,) = [group for group in self.root.iter(f"{SVG}g") if group.get("id") == name]
        return found

    def marks(self, name: str) -> int:
        return len(list(self.group(name).iter(f"{SVG}use")))

    def named(self, prefix: str) -> list[str]:
        return [name for name in self.ids if name.startswith(prefix)]

    def points(self, name: str) -> list[tuple[float, float]]:
        """Corners of the group's first line, in px."""
        words = (next(self.group(name).iter(f"{SVG}path")).get("d") or "").split()
        numbers = [float(word) for word in words if word not in "MLz"]
        return list(zip(numbers[::2], numbers[1::2], strict=True))

    @property
    def words(self) -> list[str]:
        return ["".join(text.itertext()).strip() for text in self.root.iter(f"{SVG}text")]


@pytest.fixture
def drawn() -> type[Drawn]:
    return Drawn


@pytest.fixture
def picture() -> Callable[..., ReplayPicture]:
    """20 s: open from 5 s to 12 s with a step every 0.5 s, a gap from 15 s to 17 s; fields may be given."""

    def make(**given: object) -> ReplayPicture:
        t_s = np.concatenate([np.arange(0, 1500), np.arange(1700, 2000)]) / 100.0
        gate = tuple(
            (at / 4, GaitState(20 <= at < 48, 4.0 if at < 48 else None, 0.5))
            for at in range(1, 80)
            if not 60 < at <= 68
        )
        steps_s = tuple(5.0 + 0.5 * k for k in range(14))
        fields: dict[str, object] = {
            "title": "walk.csv",
            "t_s": t_s,
            "norm_g": 0.1 * np.sin(2 * np.pi * t_s / 0.5),
            "gate": gate,
            "open_log_odds": 2.5,
            "close_log_odds": -1.5,
            "steps_s": steps_s,
            "cadence": (CadenceEstimate(7.0, 119.0), CadenceEstimate(8.0, 121.0), CadenceEstimate(12.0, None)),
            "gaps": (SignalGap(15.0, 17.0, None),),
        }
        return ReplayPicture(**{**fields, **given})  # type: ignore[arg-type]

    return make
