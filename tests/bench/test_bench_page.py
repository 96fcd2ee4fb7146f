# SPDX-License-Identifier: MIT
"""What the bench writes, from made-up figures. Nothing is measured here."""

from datetime import date
from pathlib import Path

import pytest

from tests.bench import page, tables
from tests.bench.__main__ import main
from tests.bench.accuracy import Best, Group, best, groups
from tests.bench.cost import Cost, Costs, Memory
from tests.bench.made import Made
from tests.bench.service import Service, Starting
from tests.bench.spread import Spread
from tests.bench.telling import BenchError

MADE = Made(date(2026, 11, 22), "0.1.0", "3.11.7", "2.4.6", "x86_64", 2, 0.25)
SCORED = {
    "dsa chest still": {"recordings": 16, "hours": 1.3, "false_per_h": 0.4},
    "nothing to judge": {"recordings": 3, "hours": 0.2},
    "oxford_optimisation pocket": {"recordings": 8, "hours": 0.37, "f1": 0.965},
    "voisard_healthy": {
        "recordings": 68,
        "hours": 0.49,
        "bias": -0.92,
        "error": 3.13,
        "error_p95": 11.1,
        "f1": 0.949,
        "quiet_false_per_h": 20.7,
        "delay_p50": 0.52,
        "delay_p95": 0.69,
        "first_p50": 2.4,
        "cadence_mae": 4.04,
        "cadence_p95": 17.9,
    },
}
PRINTED = """\
group                           n        h    bias%     abs%     p95%       F1  false/h  quiet/h  delay50
dsa chest still                16     1.30        -        -        -        -        0        -        -
   an2554                      16     1.30        -        -        -        -        0        -        -
   kraepelin                   16     1.30        -        -        -        -        0        -        -
   oxford                      16     1.30        -        -        -        -     3790        -        -
oxford_optimisation pocket        8     0.37        -        -        -    0.965        -        -     0.53
   an2554                       8     0.37        -        -        -    0.756        -        -        -
voisard_healthy                68     0.49     -0.9      3.1     11.1    0.949        -       21     0.52
   an2554                      68     0.54     -4.0      4.6     10.5    0.909        -       21        -
   bangle                      68     0.54    -10.2     11.6     28.6    0.811        -       14        -
   mobgap_impaired             68     0.54     -1.0      2.9     18.8    0.951        -      123        -
   oxford                      12     0.09     -0.1      0.1      0.2    0.999        -        0        -
663 recordings, 19.11 h of signal in 136 s
"""
PAGE = """\
# By hand
<!-- generated: cost -->
old cost
<!-- end -->
By hand too, {braces} and \\1 included.
<!-- generated: accuracy -->
<!-- end -->
"""


@pytest.fixture
def scored() -> tuple[Group, ...]:
    return groups(SCORED, PRINTED.splitlines())


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
    for name in ("accuracy", "cost", "service"):
        assert "made-up" in page.renewed(text, name, "made-up")


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


def test_the_scorers_groups_are_read_with_the_counters_beside(scored: tuple[Group, ...]) -> None:
    assert [group.name for group in scored] == ["dsa chest still", "oxford_optimisation pocket", "voisard_healthy"]
    _, pocket, healthy = scored
    assert pocket.peers == {"an2554": {"recordings": 8, "hours": 0.37, "f1": 0.756}}
    assert healthy.kneemon == SCORED["voisard_healthy"]
    bangle = {"recordings": 68, "hours": 0.54, "bias": -10.2, "error": 11.6, "error_p95": 28.6, "f1": 0.811}
    assert healthy.peers["bangle"] == bangle | {"quiet_false_per_h": 14}


def test_another_table_than_the_scorers_is_an_error() -> None:
    with pytest.raises(BenchError, match="not of its table: 'stairs "):
        groups(SCORED, PRINTED.replace("dsa chest still", "stairs         ").splitlines())


def test_the_best_counter_is_one_that_ran_on_all_the_same_recordings(scored: tuple[Group, ...]) -> None:
    still, _, healthy = scored
    assert best(healthy, "error", live=True) == Best(4.6, ("an2554",))
    assert best(healthy, "f1", live=False) == Best(0.951, ("mobgap_impaired",))
    assert best(still, "false_per_h", live=True) == Best(0.0, ("an2554", "kraepelin"))
    assert best(still, "error", live=True) is None


def test_the_accuracy_part(scored: tuple[Group, ...]) -> None:
    part = tables.accuracy(scored, MADE)
    assert part.startswith("Measured 2026-11-22 with kneemon 0.1.0, Python 3.11.7 and numpy 2.4.6 on this machine")
    assert (
        "| voisard_healthy | 68 | -0.9 / 3.1 / 11.1 | 4.6 an2554 | **2.9 mobgap_impaired** "
        "| 0.949 | 0.909 an2554 | **0.951 mobgap_impaired** |\n" in part
    )
    assert "| dsa chest still | 1.30 | 0 | 0 an2554, kraepelin | 3790 oxford |\n" in part
    assert "| voisard_healthy, standing | part of 0.49 | 21 | **14 bangle** | 123 mobgap_impaired |\n" in part
    assert "| voisard_healthy | 0.52 / 0.69 | 2.4 | 4.0 / 17.9 |\n" in part


def test_targets_are_judged_by_the_figure_and_not_by_its_print(scored: tuple[Group, ...]) -> None:
    part = tables.accuracy(scored, MADE)
    assert "| voisard_healthy: mean absolute count error, % | 6 | 3.1 | met |" in part
    assert "| dsa chest still: steps per hour | 0 | 0.4 | **not met** |" in part
    assert "| weallwalk dog: mean absolute count error, % | 5 | not measured | – |" in part


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
    assert "| engine alone, blocks of 0.25 s: CPU s | 5 | 3.6 | met |" in part
    assert "| pipeline, blocks of 0.25 s: CPU s | 5 | 7.2 | **not met** |" in part


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
