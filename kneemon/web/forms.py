# SPDX-License-Identifier: MIT
"""What a form has sent, read whole and within a time. Nothing else than a plain form is understood."""

from urllib.parse import parse_qsl

from anyio import fail_after
from starlette.requests import ClientDisconnect, Request

from kneemon.web.guard import TooMuchError
from kneemon.web.visit import Form

PLAIN_FORM = "application/x-www-form-urlencoded"
FIELDS = 2000
SENT_WITHIN_S = 20.0


class UnreadableError(Exception):
    """status: what is answered."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


async def sent(request: Request) -> Form:
    """Raises UnreadableError."""
    if request.headers.get("content-type", PLAIN_FORM).partition(";")[0].strip().lower() != PLAIN_FORM:
        raise UnreadableError(415, "Only plain forms are read.")
    parts: list[bytes] = []
    try:
        with fail_after(SENT_WITHIN_S):
            async for part in request.stream():
                parts.append(part)  # noqa: PERF401  an asynchronous one
    except TooMuchError:
        raise UnreadableError(413, "That is more than is read at once.") from None
    except TimeoutError:
        raise UnreadableError(408, "The form did not arrive in time.") from None
    except ClientDisconnect:
        raise UnreadableError(400, "The form did not arrive whole.") from None
    return form(b"".join(parts))


def form(text: str | bytes) -> Form:
    """Of a query, too. Raises UnreadableError for one with too many fields, or that is no text."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        told = text if isinstance(text, str) else text.decode()
        pairs = parse_qsl(told, keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError:
        raise UnreadableError(400, "What was sent cannot be read.") from None
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value.replace("\r\n", "\n").replace("\0", ""))
    return Form(found)
