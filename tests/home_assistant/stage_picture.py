# SPDX-License-Identifier: MIT
"""Opens a page of Home Assistant in Chromium, says as JSON what stands there, and takes a picture.

A program of its own, run by the Python that has playwright: picture.py CHROMIUM URL TOKEN PATH WIDTH HEIGHT PICTURE
"""

import json
import sys
import time

from playwright.sync_api import sync_playwright

LONG_MS = 90_000
SETTLE_MS = 6_000  # charts are drawn a while after their cards
FOR_EVER = 10**11
TEXT = """(function read(node) {
    if (node.nodeType === Node.TEXT_NODE) return node.textContent.trim();
    if (['STYLE', 'SCRIPT'].includes(node.nodeName)) return '';
    const within = [...(node.shadowRoot ? node.shadowRoot.childNodes : []), ...node.childNodes];
    return within.map(read).filter(Boolean).join(' ');
})(document.body)"""  # through the shadows in which each card lives


def main() -> None:
    chromium, url, token, path, width, height, picture = sys.argv[1:]
    login = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": FOR_EVER,
        "expires": int(time.time() * 1000) + FOR_EVER,
        "hassUrl": url,
        "clientId": f"{url}/",
        "refresh_token": "",
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": int(width), "height": int(height)}, device_scale_factor=1)
        context.add_init_script(f"localStorage.setItem('hassTokens', {json.dumps(json.dumps(login))})")
        context.add_init_script("localStorage.setItem('dockedSidebar', '\"always_hidden\"')")
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url + path)
        page.wait_for_selector("hui-tile-card, hui-statistics-graph-card", timeout=LONG_MS)
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=picture)
        told = {
            "tiles": page.locator("hui-tile-card").count(),
            "charts": page.locator("hui-statistics-graph-card").count(),
            "error_cards": page.locator("hui-error-card").count(),
            "warnings": page.locator("hui-warning").all_inner_texts(),
            "text": page.evaluate(TEXT),
            "wider_than_the_screen": page.evaluate("document.documentElement.scrollWidth > window.innerWidth"),
            "errors": errors,
        }
        browser.close()
    sys.stdout.write(json.dumps(told))


main()
