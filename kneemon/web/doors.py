# SPDX-License-Identifier: MIT
"""All pages behind a sign-in, from the modules that have them. It is imported when somebody has signed in."""

from anyio import CapacityLimiter
from starlette.exceptions import HTTPException
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from kneemon.config.options import Config
from kneemon.config.places import Places
from kneemon.web import (
    download_pages,
    live_pages,
    paper_pages,
    plan_edit_pages,
    plan_pages,
    reading_pages,
    settings_pages,
    setup_pages,
    writing_pages,
)
from kneemon.web.behind import Behind
from kneemon.web.reception import Reception
from kneemon.web.sending import Turns
from kneemon.web.visit import Door

THREADS = 4

DOORS: tuple[Door, ...] = (
    *reading_pages.DOORS,
    *writing_pages.DOORS,
    *plan_pages.DOORS,
    *plan_edit_pages.DOORS,
    *setup_pages.DOORS,
    *live_pages.DOORS,
    *settings_pages.DOORS,
    *paper_pages.DOORS,
    *download_pages.DOORS,
)


def opened(reception: Reception, config: Config, places: Places) -> Router:
    """Every door at its address."""
    threads, turns = CapacityLimiter(THREADS), Turns()
    return Router(
        [
            Route(
                door.path,
                Behind(reception, config, places, threads, turns, door),
                methods=["POST" if door.post else "GET"],
            )
            for door in DOORS
        ],
        default=_nothing_there,
    )


async def _nothing_there(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise HTTPException(404)
