# SPDX-License-Identifier: MIT
"""The physio's limits hold on the page, too, where the home may raise them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from web_bench import Running, Served

from kneemon.model.diary import LimitWish
from kneemon.store.reader import StoreReader
from kneemon.web.visit import Role

REFUSED = "you may set lower ones than the plan"
RAISES = "[mqtt]\nallow_remote_raise = true"


def with_its_plan(site: Served) -> None:
    """The file that the life was lived by, beside the configuration."""
    with StoreReader(site.places.store) as reader:
        (site.folder / "plan.toml").write_text(reader.plan_versions()[-1].text, encoding="utf-8")


def wishes(site: Served) -> list[LimitWish]:
    """As the store has them."""
    with StoreReader(site.places.store) as reader:
        return [entry.fact for entry in reader.diary() if isinstance(entry.fact, LimitWish)]


@pytest.mark.parametrize("high", [{"pace": "135"}, {"minutes": "300"}, {"minutes": "300", "pace": "60"}])
def test_the_walker_does_not_raise_what_the_physio_set(
    serve: Callable[..., Served], kneemon: Callable[..., Running], lives: Callable[[int], Path], high: dict[str, str]
) -> None:
    site = serve(lives(2), options=RAISES)
    with_its_plan(site)
    kneemon(options=RAISES)
    walker, physio = site.as_(Role.WALKER), site.as_(Role.PHYSIO)
    walker.submit("/plan/limits", high)
    assert REFUSED in walker.get("/plan").text
    assert wishes(site) == []
    walker.submit("/plan/limits", {"minutes": "6", "pace": "70"})  # lower is the walker's
    assert REFUSED not in walker.get("/plan").text
    assert wishes(site) == [LimitWish(6.0, 70.0)]
    physio.submit("/plan/limits", high)
    assert REFUSED not in physio.get("/plan").text
    too_much = "minutes" in high  # 300 are more than a day may have, whoever asks
    assert wishes(site)[-1] == (LimitWish(6.0, 70.0) if too_much else LimitWish(None, 135.0))


def test_without_a_physio_the_limits_are_the_walkers(
    serve: Callable[..., Served], kneemon: Callable[..., Running], lives: Callable[[int], Path]
) -> None:
    site = serve(lives(2), options=RAISES, roles=(Role.WALKER,))
    kneemon(options=RAISES)
    walker = site.as_(Role.WALKER)
    walker.submit("/plan/limits", {"pace": "135"})
    assert REFUSED not in walker.get("/plan").text
