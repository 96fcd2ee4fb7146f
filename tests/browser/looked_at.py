# SPDX-License-Identifier: MIT
"""What is held against every page: axe, no sideways scrolling, targets for a thumb, a focus seen and in order."""

from axe_playwright_python.sync_playwright import Axe
from browser_bench import DESK, NARROW, PHONE, Window
from playwright.sync_api import Page

from kneemon.web.visit import Role

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
THUMB_PX, MOUSE_PX = 44, 24
NEARLY_PX = 0.5
WIDTHS = (NARROW, PHONE, DESK)
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
FOCUSED = """async () => {
  await new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)));
  const each = document.activeElement;
  if (!each || each === document.body) return null;
  const before = window.focusedBefore;
  const order = !before || before === each  // parts of a date are one element
    || !!(before.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
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


def looked_at(opened: Window, path: str, role: Role) -> list[str]:
    """What is wrong with the page that is shown."""
    page = opened.page
    least = THUMB_PX if role is Role.WALKER else MOUSE_PX
    size = page.viewport_size or {"width": PHONE, "height": 844}
    faults = [f"axe {each}" for each in axe_finds(page)]
    faults += [f"smaller than {least} px {each}" for each in too_small(page, least)]
    if page.locator("h1").count() != 1:
        faults.append(f"{page.locator('h1').count()} headings of the page")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": size["height"]})
        if (px := sideways_px(page)) > 0:
            faults.append(f"{px} px too wide at {width}")
    page.set_viewport_size(size)
    return [f"{role} {path}: {each}" for each in faults]


def axe_finds(page: Page) -> list[str]:
    """axe is a script itself: it looks where scripts are on."""
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
        if at is None or (stop and 'class="skip"' in at["html"]):  # past the end, or round to the top
            return faults if stop >= FEWEST_STOPS else [*faults, f"only {stop} stops"]
        if stop == 0 and 'class="skip"' not in at["html"]:
            faults.append(f"first is not the skip link: {at['html']}")
        faults.extend(f"not {what}: {at['html']}" for what in ("order", "seen", "inside") if not at[what])
    return [*faults, "never ends"]
