# SPDX-License-Identifier: MIT
"""`python -m tests.browser.pictures FOLDER`: every page as a phone and a desk show it, light and dark, to every role.

It looks at nothing: whoever runs it does.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

sys.path.append(str(Path(__file__).parent))
from browser_bench import DESK, FILES, PHONE, chromium, furnished, window
from writing_bench import House, lived

from kneemon.web.doors import DOORS
from kneemon.web.visit import Role


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.browser.pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument("--language", default="en")
    parser.add_argument("--width", type=int, nargs="*", default=[PHONE, DESK])
    parser.add_argument("--only", default="", help="doors that begin so")
    args = parser.parse_args()
    with (
        TemporaryDirectory() as made,
        House(lived(Path(made), args.weeks)) as house,
        sync_playwright() as play,
        chromium(play) as browser,
    ):
        names = furnished(house)
        for role in Role:
            for width in args.width:
                for dark in (False, True):
                    look = f"{role}-{width}{'-dark' if dark else ''}"
                    (args.folder / look).mkdir(parents=True, exist_ok=True)
                    with window(browser, house, role, width=width, dark=dark, language=args.language) as opened:
                        for door in DOORS:
                            if door.post or door.path in FILES or role not in door.roles:
                                continue
                            if not door.path.startswith(args.only):
                                continue
                            for number, path in enumerate(names.pages(door)):
                                opened.to(path)
                                name = (
                                    door.path.strip("/").replace("/", "-").replace("{", "").replace("}", "") or "first"
                                )
                                file = args.folder / look / f"{name}{number or ''}.png"
                                opened.page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    main()
