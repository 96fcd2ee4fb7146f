# SPDX-License-Identifier: MIT
"""What two pockets agree on, on made-up walks."""

from tests.bench.agreement import Agreement, agreements

TRUTH = [1.0, 2.0, 3.0, 4.0]


def row(file: str, group: str = "cane", truth: list[float] | None = TRUTH) -> dict[str, object]:
    return {"path": f"x/{file}", "file": file, "group": group, "truth": truth}


def answer(*steps_s: float) -> dict[str, object]:
    return {"step_times": list(steps_s)}


def test_what_both_saw_is_told_apart_from_what_one_saw() -> None:
    rows = [row("ww_T1_ID1_WC_1L.csv.gz"), row("ww_T1_ID1_WC_2R.csv.gz")]
    found = {
        "x/ww_T1_ID1_WC_1L.csv.gz": answer(1.1, 2.0, 3.1, 6.0, 8.0),  # 4.0 missed, 6.0 and 8.0 beside the truth
        "x/ww_T1_ID1_WC_2R.csv.gz": answer(1.0, 3.0, 6.2),  # 2.0 and 4.0 missed, 6.2 beside
    }
    assert agreements(rows, found) == [
        Agreement("cane", walks=1, true=4, extra=3, extra_both=2, missed=3, missed_both=2)
    ]


def test_only_walks_of_two_pockets_with_a_truth_are_told() -> None:
    rows = [
        row("ww_T1_ID1_WC_1L.csv.gz"),
        row("ww_T2_ID1_WC_1L.csv.gz", truth=None),
        row("ww_T2_ID1_WC_2R.csv.gz", truth=None),
        row("vh_1-1.csv.gz", "healthy"),
    ]
    assert agreements(rows, {}) == []
