# SPDX-License-Identifier: MIT
"""What happens now, as server-sent events: one look a second at the running kneemon, for all who watch together.

Nobody watches: nobody asks. A stream ends after a quarter of an hour; the browser comes back by itself, and is then
asked again who it is.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.concurrency import run_in_threadpool

from kneemon.errors import ControlError

EACH_S, LASTS_S = 1.0, 900.0
WATCHERS = 8
AGAIN_MS = 3000


class Live:
    """look: asks the running kneemon; raises ControlError when nobody answers."""

    def __init__(self, look: Callable[[], Mapping[str, object]]) -> None:
        self._look = look
        self._watchers: set[asyncio.Queue[str]] = set()
        self._task: asyncio.Task[None] | None = None
        self.looks = 0

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    @property
    def full(self) -> bool:
        return len(self._watchers) >= WATCHERS

    async def events(self) -> AsyncIterator[str]:
        """For one who watches. Who reads too slowly misses some."""
        news: asyncio.Queue[str] = asyncio.Queue(2)
        self._watchers.add(news)
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        try:
            yield f"retry: {AGAIN_MS}\n\n"
            async with asyncio.timeout(LASTS_S):
                while True:
                    yield await news.get()
        except TimeoutError:
            return
        finally:
            self._watchers.discard(news)
            if not self._watchers and self._task is not None:
                self._task.cancel()
                self._task = None

    async def _watch(self) -> None:
        while True:
            event = await run_in_threadpool(self._seen)
            for news in self._watchers:
                if not news.full():
                    news.put_nowait(event)
            await asyncio.sleep(EACH_S)

    def _seen(self) -> str:
        self.looks += 1
        try:
            return f"data: {json.dumps(dict(self._look()))}\n\n"
        except ControlError as error:
            return f"event: gone\ndata: {json.dumps({'error': str(error)})}\n\n"
