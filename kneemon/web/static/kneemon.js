// SPDX-License-Identifier: MIT
// Comforts only: every page works without. Closes the menu; reads a chart's points by pointer and by arrow keys.
"use strict";

(() => {
  const SVG = "http://www.w3.org/2000/svg";

  // An open menu closes by Escape, and when something else is tapped.
  const menu = document.querySelector(".more details");
  if (menu) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // A chart's points have data-x (in the drawing's own units, sorted) and data-say (what is to be read).
  for (const figure of document.querySelectorAll("figure.chart")) {
    const drawing = figure.querySelector(".drawing");
    const svg = drawing.querySelector("svg");
    const points = svg
      ? [...svg.querySelectorAll("[data-say]")].map((each) => ({ x: Number(each.dataset.x), say: each.dataset.say }))
      : [];
    if (!points.length) continue;
    const reading = figure.querySelector(".reading");
    const box = svg.viewBox.baseVal;
    const line = document.createElementNS(SVG, "line");
    line.setAttribute("y1", String(box.y));
    line.setAttribute("y2", String(box.y + box.height));
    line.setAttribute("stroke", "currentColor");
    line.setAttribute("visibility", "hidden");
    line.setAttribute("aria-hidden", "true");
    svg.append(line);
    let at = -1;

    const show = (number) => {
      at = Math.max(0, Math.min(points.length - 1, number));
      line.setAttribute("x1", String(points[at].x));
      line.setAttribute("x2", String(points[at].x));
      line.setAttribute("visibility", "visible");
      reading.textContent = points[at].say;
    };
    const hide = () => line.setAttribute("visibility", "hidden");

    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", drawing.dataset.keys);
    drawing.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 };
      if (!(event.key in steps)) return;
      event.preventDefault();
      show(steps[event.key]);
    });
    drawing.addEventListener("blur", hide);
    svg.addEventListener("pointermove", (event) => {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      let nearest = 0;
      points.forEach((point, number) => {
        if (Math.abs(point.x - place.x) < Math.abs(points[nearest].x - place.x)) nearest = number;
      });
      show(nearest);
    });
    svg.addEventListener("pointerleave", hide);
  }
})();
