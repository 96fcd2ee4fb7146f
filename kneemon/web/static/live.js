// SPDX-License-Identifier: MIT
// The walk as it goes, second by second. What is read aloud is said every 15 s at most, and when the part changes.
"use strict";
(() => {
  const place = document.getElementById("live");
  if (!place || !window.EventSource) return;
  const words = JSON.parse(place.dataset.words);
  const ceiling = place.dataset.ceiling === "" ? null : Number(place.dataset.ceiling);
  const wasOn = place.dataset.on === "yes";
  const ALOUD_MS = 15000;
  let aloudAt = 0;
  let partBefore = null;

  const put = (name, text) => {
    const shown = place.querySelector(`[data-live="${name}"]`);
    if (shown && shown.textContent !== text) shown.textContent = text;
  };
  const known = (value) => (value === null || value === undefined ? words.unknown : String(Math.round(value)));
  const clock = (seconds) => {
    if (seconds === null || seconds === undefined) return words.unknown;
    const whole = Math.round(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  };
  const against = (pace) => {
    if (ceiling === null || pace === null || pace === undefined) return "";
    return pace > ceiling ? words.over : words.under;
  };
  const aloud = (status, part) => {
    const now = performance.now();
    if (part === partBefore && now - aloudAt < ALOUD_MS) return;
    aloudAt = now;
    partBefore = part;
    put("aloud", words.aloud
      .replace("{part}", part)
      .replace("{minutes}", clock(status.remaining_s))
      .replace("{pace}", known(status.cadence_spm))
      .replace("{against}", against(status.cadence_spm)));
  };

  const events = new EventSource("/live/events");
  events.onmessage = (event) => {
    const status = JSON.parse(event.data);
    const on = Boolean(status.session_id);
    put("note", on === wasOn ? "" : words.changed);
    if (!on || !wasOn) return;
    const part = words.parts[status.part] || words.unknown;
    put("part", part);
    put("state", words.states[status.session] || status.session);
    put("remaining", clock(status.remaining_s));
    put("elapsed", clock(status.elapsed_s));
    put("cadence", known(status.cadence_spm));
    put("against", against(status.cadence_spm));
    put("steps", known(status.steps));
    aloud(status, part);
  };
  events.addEventListener("full", () => {
    put("note", words.full);
    events.close();
  });
  events.addEventListener("gone", () => put("note", words.gone));
  events.onerror = () => put("note", words.gone);
  window.addEventListener("pagehide", () => events.close());
})();
