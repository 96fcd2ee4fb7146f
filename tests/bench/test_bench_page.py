# SPDX-License-Identifier: MIT
"""What the bench writes, from made-up figures. Nothing is measured here."""

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from tests.bench import counted, page, simulated, tables
from tests.bench.__main__ import main
from tests.bench.accuracy import Accuracy, Judged
from tests.bench.agreement import Agreement
from tests.bench.cost import Cost, Costs, Memory
from tests.bench.groups import Group
from tests.bench.made import Made
from tests.bench.service import Service, Starting
from tests.bench.simulated import Case, Simulated
from tests.bench.spread import Spread
from tests.bench.telling import BenchError

MADE = Made(date(2026, 11, 22), "0.1.0", "3.11.7", "2.4.6", "x86_64", 2, 0.25)
SAME = "5e" * 32
STILL = Group(
    "dsa chest still",
    {"recordings": 16, "hours": 1.33, "unwalked_hours": 1.0, "false_per_h": 0.4, "false": 1},
    {
        "an2554": {"recordings": 16, "false_per_h": 0.0},
        "kraepelin": {"recordings": 16, "false_per_h": 0.0},
        "oxford": {"recordings": 16, "false_per_h": 3790.2},
    },
)
HEALTHY = Group(
    "voisard_healthy",
    {
        "recordings": 68,
        "hours": 0.49,
        "bias": -0.92,
        "error": 3.13,
        "error_p95": 11.1,
        "f1": 0.9492,
        "quiet_false_per_h": 20.7,
        "quiet_false": 2,
        "quiet_hours": 0.097,
        "delay_p50": 0.52,
        "delay_p95": 0.69,
        "first_p50": 2.4,
        "first_p95": 3.0,
        "cadence_mae": 4.04,
        "cadence_p95": 17.9,
        "reading_gap_p95": 3.2,
        "reading_gap_max": 5.0,
    },
    {
        "an2554": {"recordings": 68, "error": 3.14, "f1": 0.9493, "quiet_false_per_h": 21.2},
        "bangle": {"recordings": 68, "error": 11.6, "f1": 0.811, "quiet_false_per_h": 14.0},
        "mobgap_impaired": {"recordings": 68, "error": 2.9, "f1": 0.951, "quiet_false_per_h": 123.0},
    },
)


def renamed(group: Group, name: str) -> Group:
    return Group(name, group.kneemon, group.peers)


PLAIN = Judged(
    sources=(STILL, HEALTHY),
    bands=(renamed(HEALTHY, "100 to 120"),),
    walked=(renamed(HEALTHY, "waist"),),
    unwalked=(renamed(STILL, "other"),),
    brisk=(HEALTHY,),
    brisk_all=HEALTHY.kneemon,
)
OTHER = replace(
    PLAIN,
    sources=(replace(STILL, kneemon={**STILL.kneemon, "false_per_h": 0.0, "false": 0}, peers={}),),
)
MEASURED = Accuracy(84, 1.8, PLAIN, OTHER, (SAME, SAME), [Agreement("cane", 26, 100, 6, 3, 4, 1)])
PAGE = """\
# By hand
<!-- generated: cost -->
old cost
<!-- end -->
By hand too, {braces} and \\1 included.
<!-- generated: accuracy -->
<!-- end -->
"""


def same(value: float) -> Spread:
    return Spread(value, value, value)


def test_a_part_replaces_what_stood_between_its_marks_and_nothing_else() -> None:
    new = page.renewed(PAGE, "cost", "| a \\1 {b} |")
    assert new == PAGE.replace("old cost\n", "\n| a \\1 {b} |\n\n")
    assert page.renewed(new, "cost", "| a \\1 {b} |") == new


def test_a_part_without_a_place_of_its_own_is_an_error() -> None:
    with pytest.raises(BenchError, match="0 places for the part 'service'"):
        page.renewed(PAGE, "service", "text")
    with pytest.raises(BenchError, match="2 places for the part 'cost'"):
        page.renewed(PAGE + PAGE, "cost", "text")


def test_a_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"benchmarks\.md cannot be read"):
        page.renew(tmp_path / "benchmarks.md", "cost", "text")


def test_the_page_of_this_repository_has_a_place_for_every_part() -> None:
    text = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    marks = "accuracy bands positions device targets agreement simulated cost service drained"
    for name in marks.split():
        assert "made-up" in page.renewed(text, name, "made-up")


def test_what_two_pockets_agree_on_is_told_in_shares_of_the_truth() -> None:
    row = counted.agreement(MEASURED).splitlines()[-1]
    assert row == "| cane | 26 | 100 | 6 (3.0 %) | 3 (1.5 %) | 4 (2.0 %) | 1 (0.5 %) |"


def test_without_recordings_one_line_says_so_and_all_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--only", "accuracy", "--recordings", str(tmp_path / "walks")])
    assert main() == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert f"{tmp_path / 'walks'} is not there" in err
    assert "doi:10.1145/3161711" in err
    assert "docs/benchmarks.md" in err


def test_without_a_scorer_the_simulated_walkers_are_left_out_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--only", "simulated", "--score", str(tmp_path / "score.py")])
    assert main() == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"bench: no figures of simulated walkers: the scorer {tmp_path / 'score.py'} is not there.\n"


def test_the_accuracy_part() -> None:
    part = counted.accuracy(MEASURED, MADE)
    assert part.startswith("Measured 2026-11-22 with kneemon 0.1.0, Python 3.11.7 and numpy 2.4.6 on this machine")
    assert "\n84 recordings, 1.8 h.\n" in part
    assert (
        "| voisard_healthy | 68 | -0.9 / 3.1 / 11.1 | 3.1 an2554 | **2.9 mobgap_impaired** "
        "| 0.949 | 0.949 an2554 | **0.951 mobgap_impaired** |\n" in part
    )
    assert "| dsa chest still | 1.00 | 0 (1) | 0 an2554, kraepelin | 3790 oxford |\n" in part
    assert "| voisard_healthy, standing | 0.10 | 21 (2) | **14 bangle** | 123 mobgap_impaired |\n" in part
    assert "| voisard_healthy | 68 | 0.52 / 0.69 | 2.4 / 3.0 | 4.0 / 17.9 | 3.2 / 5.0 |\n" in part
    assert part.endswith(f"twice: sha256 `{SAME}`, equal.")


def test_two_runs_that_differ_are_told() -> None:
    part = counted.accuracy(replace(MEASURED, digests=(SAME, "6f" * 32)), MADE)
    assert part.endswith(f"sha256 `{SAME}` and `{'6f' * 32}`, **not equal**.")


def test_the_part_about_cadence_bands_has_the_empty_ones_too() -> None:
    part = counted.bands(MEASURED)
    assert "| below 60 | 0 | – | – | – | – | – | – |\n" in part
    assert "| 100 to 120 | 68 | -0.9 / 3.1 / 11.1 | 3.1 an2554 |" in part
    assert "| 100 to 120 | 68 | 0.52 / 0.69 | 2.4 / 3.0 | 4.0 / 17.9 | 3.2 / 5.0 |\n" in part
    assert part.endswith("| 120 and more | 0 | – | – | – | – |")


def test_the_part_about_wearing_positions_has_walks_and_the_rest_apart() -> None:
    walks, rest = counted.positions(MEASURED).split("**Where nobody walks**")
    assert "| waist | 68 | -0.9 / 3.1 / 11.1 |" in walks
    assert "| thigh | 0 | – | – | – | – | – | – |\n" in walks
    assert "| thigh | 0.00 | – | – | – |\n" in rest
    assert "| other | 1.00 | 0 (1) | 0 an2554, kraepelin | 3790 oxford |\n" in rest
    assert rest.endswith("| waist, standing | 0.10 | 21 (2) | **14 bangle** | 123 mobgap_impaired |")


def test_the_part_about_the_other_device_stands_beside_the_plain_one() -> None:
    part = counted.other_device(MEASURED)
    assert "the published counters were not run" in part
    assert "| voisard_healthy | 68 | -0.9 / 3.1 / 11.1 | – | 0.949 | – | 0.52 / 0.69 | – | 4.0 / 17.9 | – |\n" in part
    assert "| dsa chest still | 0 (1) | 0 (0) |\n" in part
    assert part.endswith("| voisard_healthy, standing | 21 (2) | – |")


def test_the_part_about_targets_judges_both_runs() -> None:
    part = counted.targets(MEASURED)
    assert (
        "| voisard_healthy: mean absolute count error, % | at most 3 | 3.13 | **not met** | not measured | – |\n"
        in part
    )
    assert "| dsa chest still: false steps/h | at most 0 | 0.40 | **not met** | 0.00 | met |\n" in part
    assert (
        "| above 75 steps/min, worst group: delay of a step, median, s | at most 0.55 "
        "| 0.520 (voisard_healthy) | met | 0.520 (voisard_healthy) | met |\n" in part
    )


def test_the_simulated_part_has_a_row_for_each_place_and_gait() -> None:
    cases = [Case(*of) for of in product(simulated.OUTINGS, simulated.PLACES, simulated.GAITS, simulated.CADENCES_SPM)]
    figures = {case: {"bias": -1.25, "error": 2.5, "f1": 0.9} for case in cases}
    part = counted.walkers(Simulated(figures, 12.34), MADE)
    cell = "-1.2 / 2.5, 0.900"
    assert "no evidence about people" in part
    assert "12.3 h of signal; each cell is 4 outings" in part
    assert part.count(f"| waist | usual | {cell} | {cell} | {cell} | {cell} |\n") == 2
    assert part.count("| shank (unverified: simulation only) | ") == 2 * len(simulated.GAITS)


def test_the_cost_part() -> None:
    memory = Memory(same(40.0), same(40.5), same(52.0))
    rows = [
        Cost("engine", "walking", Spread(3.6, 3.5, 3.9), None, memory, 99, 100),
        Cost("pipeline", "walking", same(7.2), None, memory, 99, 100),
        Cost("driver", "walking", same(14.4), Spread(9.0, 8.0, 9.5), None, 98, 100),
    ]
    part = tables.cost(Costs(60.0, 3, 26.0, same(0.3), rows), MADE)
    assert "| after 10 min → at the end, MB |" in part
    assert (
        "| engine alone, blocks of 0.25 s | walking | 3.6 (3.5–3.9) | 0.10 % | 12 "
        "| 52.0 (52.0–52.0) | 2.00 | 40.0 → 40.5 | 99 of 100 |\n" in part
    )
    assert "| walking | 14.4 (14.4–14.4) | 0.40 % | 48 | – | – | – | 98 of 100 |" in part
    assert "took another 9.0 (8.0–9.5) CPU s per hour, which is not in the table" in part
    assert "| engine alone, blocks of 0.25 s: CPU s | at most 1 | 3.60 | **not met** |" in part
    assert "| pipeline, blocks of 0.25 s: peak memory, MB | at most 100 | 52.00 | met |" in part


def test_the_service_part() -> None:
    starts = {"Python, nothing else": same(0.01), "`kneemon --version`": same(0.08)}
    life = Service(True, Spread(0.5, 0.4, 0.6), same(55.0), same(56.0), same(1.1), same(1.4))
    part = tables.service(Starting(3, starts, [life], 0.231), MADE)
    assert "| `kneemon --version` | 0.08 (0.08–0.08) | 8.0 |\n" in part
    assert "| `kneemon run` until READY=1, with a broker | 0.50 (0.40–0.60) | 50.0 |" in part
    assert "| with a broker | 55.0 (55.0–55.0) | 56.0 (56.0–56.0) | 1.10 (1.10–1.10) | 1.40 (1.40–1.40) |" in part
    assert "takes 0.23 % of a core" in part


def test_runs_are_told_by_median_lowest_and_highest() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread(1.83, 1.74, 2.06).shown(1) == "1.8 (1.7–2.1)"
