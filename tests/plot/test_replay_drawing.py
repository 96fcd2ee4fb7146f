# SPDX-License-Identifier: MIT
"""The picture of a replay, drawn and read again: what is in it, what is marked, and that it is always the same."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kneemon.model.cues import Cue, CueKind
from kneemon.model.gait import CadenceEstimate, GaitState, SignalGap
from kneemon.plot.picture import Label, ReplayPicture
from kneemon.plot.replay import replay_file

Make = Callable[..., ReplayPicture]
Read = Callable[[bytes], Any]

CUES = (
    Cue(0.0, CueKind.STARTED),
    Cue(7.0, CueKind.PACE_HIGH, value=121.0, limit=110.0),
    Cue(7.5, CueKind.LIMIT_NEAR),
    Cue(19.9, CueKind.STOPPED),
)


def test_without_truth_the_steps_are_ticks_and_counted(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(), ".svg"))
    assert svg.marks("steps") == 14
    assert "steps: 14" in svg.words
    assert not svg.named("truth")
    assert not svg.named("steps-unmatched")


def test_with_truth_what_does_not_match_is_marked_and_counted(picture: Make, drawn: Read) -> None:
    truth_s = (2.0, 3.0, *(5.1 + 0.5 * k for k in range(11)))
    svg = drawn(replay_file(picture(truth_s=truth_s), ".svg"))
    assert (svg.marks("steps"), svg.marks("truth")) == (11, 11)
    assert svg.marks("steps-unmatched") == 3
    assert svg.marks("truth-unmatched") == 2
    assert {"steps: 14 found, 13 true", "3 without a true one", "2 missed", "found", "true"} <= set(svg.words)
    shapes = [svg.group(name).find(".//*[@d]").get("d") for name in ("steps", "steps-unmatched", "truth-unmatched")]
    assert len(set(shapes)) == 3, "told apart without colours"


def test_the_marks_stand_at_their_times(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(steps_s=(5.0, 10.0, 15.0), gaps=()), ".svg"))
    x = [float(use.get("x")) for use in svg.group("steps").iter() if use.tag.endswith("}use")]
    left_px, right_px = 66.0, 742.0
    expected = [left_px + (right_px - left_px) * t_s / 19.99 for t_s in (5.0, 10.0, 15.0)]
    assert x == pytest.approx(expected, abs=0.01)


def test_gaps_are_hatched_in_every_panel_and_the_signal_is_broken_there(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(cues=CUES, labels=(Label(0.0, 20.0, "all"),)), ".svg"))
    assert svg.named("gap-") == [f"gap-{panel}-0" for panel in range(6)]
    assert all("url(#" in (svg.group(name).find(".//*[@d]").get("style") or "") for name in svg.named("gap-"))
    assert "no signal" in svg.words
    path = svg.group("signal").find(".//*[@d]").get("d")
    assert path.count("M") == 2
    whole = drawn(replay_file(picture(gaps=()), ".svg"))
    assert not whole.named("gap-")
    assert "no signal" not in whole.words


def test_the_gate_is_shaded_where_it_is_open(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(), ".svg"))
    assert svg.named("open-") == ["open-0"]
    assert {"threshold-open", "threshold-close", "log-odds"} <= set(svg.ids)
    assert {"open", "opens above", "closes below"} <= set(svg.words)


def test_a_gate_that_a_gap_closed_is_not_open_in_the_gap(picture: Make, drawn: Read) -> None:
    states = [(at / 4, GaitState(at <= 60, 4.0, 0.5)) for at in range(1, 80) if not 60 < at <= 68]
    svg = drawn(replay_file(picture(gate=tuple(states)), ".svg"))
    (gap_px, *_) = [x for x, _ in svg.points("gap-1-0")]
    assert max(x for x, _ in svg.points("open-0")) == pytest.approx(gap_px, abs=0.01)


def test_cadence_has_gaps_a_band_and_the_ceiling(picture: Make, drawn: Read) -> None:
    bare = drawn(replay_file(picture(), ".svg"))
    assert "uncertainty" not in bare.ids
    assert "ceiling" not in bare.ids
    readings = (
        CadenceEstimate(7.0, 119.0, 2.0),
        CadenceEstimate(8.0, 121.0, 1.0),
        CadenceEstimate(9.0, None),
        CadenceEstimate(10.0, 118.0, 3.0),
        CadenceEstimate(11.0, 117.0, 3.0),
    )
    svg = drawn(replay_file(picture(cadence=readings, ceiling_spm=110.0), ".svg"))
    assert {"± uncertainty", "ceiling 110"} <= set(svg.words)
    assert svg.group("cadence").find(".//*[@d]").get("d").count("M") == 2, "None breaks the line"
    assert svg.marks("cadence") == 4


def test_cues_are_labelled_and_limits_look_different(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(cues=CUES), ".svg"))
    assert {"started", "pace high", "limit near", "stopped"} <= set(svg.words)
    assert (svg.marks("cues"), svg.marks("cues-limit")) == (2, 2)
    assert "cues" not in drawn(replay_file(picture(), ".svg")).ids


def test_labels_are_a_strip_and_short_ones_go_without_words(picture: Make, drawn: Read) -> None:
    labels = (Label(0.0, 5.0, "sit $x_1$"), Label(5.0, 5.2, "far too long for so little"), Label(40.0, 50.0, "later"))
    svg = drawn(replay_file(picture(labels=labels), ".svg"))
    assert svg.named("label-") == ["label-0", "label-1"]
    assert "sit $x_1$" in svg.words
    assert not {"far too long for so little", "later"} & set(svg.words)


def test_a_stretch_shows_and_counts_only_itself(picture: Make, drawn: Read) -> None:
    truth_s = tuple(5.1 + 0.5 * k for k in range(14))
    svg = drawn(replay_file(picture(truth_s=truth_s, cues=CUES), ".svg", 6.05, 8.3))
    assert "steps: 4 found, 5 true" in svg.words
    assert {"0 without a true one", "0 missed"} <= set(svg.words), "its edges make no misses"
    assert "started" not in svg.words
    assert "pace high" in svg.words


def test_stamps_since_1970_are_told_from_the_beginning(picture: Make, drawn: Read) -> None:
    late = 1_700_000_000.25
    svg = drawn(replay_file(picture(t_s=late + np.arange(1800) / 100, steps_s=(late + 3.0,), gate=(), gaps=()), ".svg"))
    assert "s after 1700000000 s" in svg.words
    assert svg.marks("steps") == 1


def test_one_sample_of_many_does_not_vanish(picture: Make, drawn: Read) -> None:
    t_s = np.arange(300_000) / 100.0
    norm_g = np.zeros(len(t_s))
    norm_g[123_456] = 3.0
    svg = drawn(replay_file(picture(t_s=t_s, norm_g=norm_g, gaps=()), ".svg"))
    points = svg.points("signal")
    assert len(points) < 4000
    heights = sorted(y for _, y in points)
    assert heights[0] < heights[1] - 50.0


def test_it_tells_itself_to_those_who_do_not_see_it(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(title="a<b & c.csv"), ".svg"))
    assert (svg.root.get("role"), svg.root.get("aria-labelledby")) == ("img", "title desc")
    title, desc = list(svg.root)[:2]
    assert (title.get("id"), title.text) == ("title", "a<b & c.csv")
    assert desc.get("id") == "desc"
    assert desc.text == "0 to 20 s: 14 steps; 1 gap in the signal; cadence 119 to 121 steps/min."
    assert len(list(svg.root.iter("{http://www.w3.org/2000/svg}title"))) == 1


def test_text_is_text_and_large_enough(picture: Make) -> None:
    text = replay_file(picture(cues=CUES, labels=(Label(0.0, 9.0, "all"),)), ".svg").decode()
    sizes = [float(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", text)]
    assert sizes
    assert min(sizes) >= 12.0
    assert "sans-serif" in text


@pytest.mark.parametrize(("suffix", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")])
def test_each_kind_is_the_same_bytes_twice(picture: Make, suffix: str, start: bytes) -> None:
    one, two = (replay_file(picture(cues=CUES, gaps=(SignalGap(15.0, 17.0, 3),)), suffix) for _ in range(2))
    assert one.startswith(start)
    assert one == two


def test_a_stretch_without_signal_is_drawn_too(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(), ".svg", 15.5, 16.5))
    assert "no signal" in svg.words
    assert "steps: 0" in svg.words


def test_what_never_moved_is_drawn_too(picture: Make, drawn: Read) -> None:
    svg = drawn(replay_file(picture(gate=((1.0, GaitState(False, None, None)),), steps_s=(), cadence=()), ".svg"))
    assert "steps: 0" in svg.words
    assert not svg.named("open-")
