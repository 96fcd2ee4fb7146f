# SPDX-License-Identifier: MIT
"""The physio's limits hold on the page, too, where the home may raise them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from web_bench import Running, Served

from kneemon.web.visit import Role

REFUSED = "you may set lower ones than the plan"
RAISES = "[mqtt]\nallow_remote_raise = true"


@pytest.mark.parametrize("high", [{"pace": "135"}, {"minutes": "300"}, {"minutes": "300", "pace": "60"}])
def test_the_walker_does_not_raise_what_the_physio_set(
    serve: Callable[..., Served], kneemon: Callable[..., Running], lives: Callable[[int], Path], high: dict[str, str]
) -> None:
    site = serve(lives(2), options=RAISES)
    kneemon(options=RAISES)
    walker, physio = site.as_(Role.WALKER), site.as_(Role.PHYSIO)
    walker.submit("/plan/limits", high)
    assert REFUSED in walker.get("/plan").text
    walker.submit("/plan/limits", {"minutes": "6", "pace": "70"})  # lower is the walker's
    assert REFUSED not in walker.get("/plan").text
    physio.submit("/plan/limits", high)
    assert REFUSED not in physio.get("/plan").text


def test_without_a_physio_the_limits_are_the_walkers(
    serve: Callable[..., Served], kneemon: Callable[..., Running], lives: Callable[[int], Path]
) -> None:
    site = serve(lives(2), options=RAISES, roles=(Role.WALKER,))
    kneemon(options=RAISES)
    walker = site.as_(Role.WALKER)
    walker.submit("/plan/limits", {"pace": "135"})
    assert REFUSED not in walker.get("/plan").text
