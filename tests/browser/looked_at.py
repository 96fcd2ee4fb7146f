# SPDX-License-Identifier: MIT
"""What is held against every page: axe, no sideways scrolling, targets for a thumb, a focus seen and in order."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THUMB_PX, MOUSE_PX = 44, 24
NEARLY_PX = 0.5
FEWEST_STOPS = 4
MOST_STOPS = 600

# Links inside a sentence are as high as its line; a box or a dot is hit by its whole label.
TARGETS = """(least) => [...document.querySelectorAll(
    "button, a[href], select, summary, textarea, input:not([type=hidden])")]
  .map((each) => /^(radio|checkbox)$/.test(each.type) ? each.closest("label") : each)
  .filter((each) => each.checkVisibility({visibilityProperty: true}) && !each.closest(".skip"))
  .filter((each) => !(each.tagName === "A" && getComputedStyle(each).display === "inline"
                      && each.parentElement.textContent.trim() !== each.textContent.trim()))
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 120)])
  .filter(([box]) => Math.min(box.width, box.height) < least)
  .map(([box, html]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)"""
FOCUSED = """() => {
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const before = window.focusedBefore;
  const order = !before || !!(before.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  window.focusedBefore = each;
  const style = getComputedStyle(each);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = each.getBoundingClientRect();
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  return {html: each.outerHTML.slice(0, 120), order, seen, inside};
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((each) => {
  const style = getComputedStyle(each);
  return [style.transitionDuration, style.animationDuration].join().split(",").some((s) => parseFloat(s) > 0.01);
}).map((each) => each.outerHTML.slice(0, 80))"""


def axe_finds(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def sideways_px(page: Page) -> int:
    """How much wider the document is than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def too_small(page: Page, least_px: int) -> list[str]:
    found: list[str] = page.evaluate(TARGETS, least_px - NEARLY_PX)
    return found


def moving(page: Page) -> list[str]:
    found: list[str] = page.evaluate(MOVING)
    return found


def focus_faults(page: Page) -> list[str]:
    """By Tab through the whole page, from its top to its end."""
    faults: list[str] = []
    page.evaluate("document.activeElement.blur(); delete window.focusedBefore; scrollTo(0, 0)")
    for stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            return faults if stop >= FEWEST_STOPS else [*faults, f"only {stop} stops"]
        if stop == 0 and 'class="skip"' not in at["html"]:
            faults.append(f"first is not the skip link: {at['html']}")
        faults.extend(f"not {what}: {at['html']}" for what in ("order", "seen", "inside") if not at[what])
    return [*faults, "never ends"]
