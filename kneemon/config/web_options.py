# SPDX-License-Identifier: MIT
"""The options of the page for walker and physio, as `options` holds the others."""

from typing import Annotated, Literal

from msgspec import Struct

from kneemon.config.fields import about


class WebOptions(Struct, frozen=True):
    """The page for walker and physio. Nothing is served before `kneemon web passphrase` has set a first pass phrase."""

    listen: Annotated[
        str,
        about(
            "The address the page listens at. 127.0.0.1 is this machine alone; 0.0.0.0 is every network that it is in: "
            "then everybody there can try pass phrases and, without a certificate, read along."
        ),
    ] = "127.0.0.1"
    port: Annotated[int, about("The page's port.", 1, 65535)] = 8377
    names: Annotated[
        tuple[str, ...],
        about(
            "The names or addresses that a browser may call the page by, beside localhost and the machine's own name "
            "and NAME.local; others are refused."
        ),
    ] = ()
    cert_file: Annotated[str, about("Your certificate, for https; empty = plain http.")] = ""
    key_file: Annotated[str, about("The private key that belongs to cert_file.")] = ""
    language: Annotated[
        Literal["en", "de"], about("The page's language for who has not chosen one: en English, de German.")
    ] = "en"
    signed_in_h: Annotated[int, about("How long somebody stays signed in without asking for a page.", 1, 720, "h")] = 12
