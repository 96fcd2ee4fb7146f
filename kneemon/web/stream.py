# SPDX-License-Identifier: MIT
"""What happens now, as server-sent events: one look a second at the running kneemon, for all who watch together.

Nobody watches: nobody asks. A stream ends after a quarter of an hour, and seconds after who watches is not signed in
any more; the browser comes back by itself, and is then asked again who it is.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from itertools import count

from starlette.concurrency import run_in_threadpool

from kneemon.errors import ControlError

EACH_S, LASTS_S = 1.0, 900.0
WATCHERS, EACH_ONES = 8, 2
AGAIN_MS = 3000
ASKED_EACH = 5  # looks
FULL = "event: full\ndata: {}\n\n"


class Live:
    """look: asks the running kneemon; raises ControlError when nobody answers."""

    def __init__(self, look: Callable[[], Mapping[str, object]]) -> None:
        self._look = look
        self._watchers: dict[asyncio.Queue[str], str] = {}
        self._task: asyncio.Task[None] | None = None
        self.looks = 0

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    def _full(self, session: str) -> bool:
        """Is there no room for one more of that session?"""
        return len(self._watchers) >= WATCHERS or Counter(self._watchers.values())[session] >= EACH_ONES

    async def events(self, session: str, still_in: Callable[[], bool]) -> AsyncIterator[str]:
        """For one who watches, while they are `still_in`. Who reads too slowly misses some."""
        if self._full(session):
            yield FULL
            return
        news: asyncio.Queue[str] = asyncio.Queue(2)
        self._watchers[news] = session
        if self._task is None:
            self._task = asyncio.create_task(self._watch())
        try:
            yield f"retry: {AGAIN_MS}\n\n"
            async with asyncio.timeout(LASTS_S):
                for number in count(1):
                    event = await news.get()
                    if number % ASKED_EACH == 0 and not still_in():
                        return
                    yield event
        except TimeoutError:
            return
        finally:
            self._watchers.pop(news, None)
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
