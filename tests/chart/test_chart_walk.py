# SPDX-License-Identifier: MIT
"""One walk as it is drawn: what was not seen is not drawn, and what happened can be found."""

from charted import ENGLISH, LOOK, MARKS, SVG, event, parsed, seconds, texts, walked

from kneemon.chart.walk import POINTS, walk_chart


def drawn(walk):
    chart = walk_chart("walk", walk, ENGLISH, LOOK)
    return chart, parsed(chart)


def lines(root):
    return list(root.iter(f"{SVG}polyline"))


def test_the_line_breaks_where_there_was_no_signal_and_the_gap_is_told():
    chart, root = drawn(walked(seconds(120) + seconds(120, start=200)))
    assert len(lines(root)) == 2
    assert "no signal" in texts(root)
    assert "1:20 minutes are without signal" in chart.description


def test_without_a_gap_the_line_is_whole():
    chart, root = drawn(walked(seconds(320)))
    assert len(lines(root)) == 1
    assert "no signal" not in texts(root)
    assert "without signal" not in chart.description


def test_seconds_missing_at_the_end_are_a_gap_too():
    chart, _ = drawn(walked(seconds(100), duration_s=160.0))
    assert "1:00 minutes are without signal" in chart.description


def test_a_pause_is_named_and_has_no_line():
    rows = seconds(60) + seconds(60, None, 60, "paused") + seconds(60, start=120)
    _, root = drawn(walked(rows))
    assert "pause" in texts(root)
    assert len(lines(root)) == 2


def test_no_line_without_cadence():
    chart, root = drawn(walked(seconds(60, None)))
    assert not lines(root)
    assert "No cadence was known on this walk." in texts(root)
    assert "No cadence was known" in chart.description


def test_the_ceiling_is_where_the_scale_has_it():
    _, root = drawn(walked(seconds(200, 110.0), ceiling_spm=110.0))
    ceiling = [
        node for node in root.iter(f"{SVG}line") if node.get("stroke-dasharray") == "7 3" and node.get("x1") == "40"
    ]
    assert len(ceiling) == 1
    heights = {point.split(",")[1] for point in lines(root)[0].get("points").split()}
    assert heights == {ceiling[0].get("y1")}


def test_no_ceiling_no_line_for_it():
    _, root = drawn(walked(seconds(200), ceiling_spm=None))
    assert "ceiling" not in texts(root)


def test_cues_pain_and_giving_way_can_be_found():
    chart, root = drawn(walked(seconds(200), events=[event(70, "pace_high")], pains=MARKS, gave_way_s=[90.0]))
    said = [node.get("data-say") for node in root.iter() if node.get("data-say")]
    assert "1:10 minutes: slow down" in said
    assert "0:30 minutes: pain 4 of 10" in said
    assert "0:50 minutes: pain ? of 10" in said
    assert "1:30 minutes: the knee gave way" in said
    assert "The worst pain marked was 4 of 10." in chart.description


def test_three_hours_are_thinned_but_the_totals_are_not():
    chart, root = drawn(walked(seconds(3 * 3600)))
    assert sum(len(line.get("points").split()) for line in lines(root)) <= POINTS
    assert sum(1 for _ in root.iter()) < 600
    assert sum(int(row[1]) for row in chart.table.rows) == 2 * 3 * 3600


def test_ten_seconds():
    chart, root = drawn(walked(seconds(10)))
    assert len(lines(root)) == 1
    assert chart.table.rows == (("0:00", "20", "100"),)
