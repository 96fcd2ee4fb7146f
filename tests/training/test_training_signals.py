# SPDX-License-Identifier: MIT
"""Recordings read as signals: what is known of them, their truth in their own time, their gaps."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from tests.training.signals import HELD_OUT, Kind, chance, held_out, kind_of, read, smooth


@pytest.mark.parametrize(
    ("group", "activity", "true", "truth", "kind"),
    [
        ("voisard_healthy", "walk", 2.0, [1.0, 2.0], Kind.COUNTED),
        ("dsa thigh machines", "rowing machine", 0.0, None, Kind.NONE),
        ("dsa chest uncounted", "stairs up", None, None, Kind.WALKED),
        ("dsa chest uncounted", "treadmill 4 km/h flat", None, None, Kind.WALKED),
        ("dsa chest uncounted", "stepper", None, None, Kind.UNKNOWN),
        ("umafall waist", "walk", None, None, Kind.WALKED),
        ("umafall waist", "phone call", 0.0, None, Kind.NONE),
        ("umafall waist", "opening a door", None, None, Kind.UNKNOWN),
        ("oxford_optimisation other", "walk", 300.0, None, Kind.UNKNOWN),
    ],
)
def test_what_is_known_of_a_recording(
    group: str, activity: str, true: float | None, truth: list[float] | None, kind: Kind
) -> None:
    assert kind_of({"group": group, "activity": activity, "true": true, "truth": truth}) is kind


def test_people_with_old_or_impaired_gait_are_kept_to_judge_by() -> None:
    assert HELD_OUT == ("mobilise_d",)
    assert held_out("mobilise_d")
    assert not held_out("voisard_healthy")


def test_a_gap_parts_a_recording_and_its_truth(tmp_path: Path) -> None:
    first_s, second_s = np.arange(3.0, 11.0, 0.01), np.arange(13.0, 22.0, 0.01)
    lines = ["t,ax,ay,az", *(f"{t:.2f},0.0,0.6,0.8" for t in (*first_s, *second_s)), ""]
    path = tmp_path / "gap.csv.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    row = {
        "path": str(path),
        "file": "gap.csv.gz",
        "group": "voisard_healthy",
        "subject": "P1",
        "activity": "walk",
        "true": 4.0,
        "truth": [4.0, 10.0, 12.0, 14.5],
        "quiet": [(3.0, 3.5)],
    }
    one, two = read(row)
    assert (one.name, two.name) == ("gap.csv.gz#0", "gap.csv.gz#1")
    assert one.contacts_s.tolist() == [1.0, 7.0]  # the one in the gap belongs to neither
    assert two.contacts_s.tolist() == [1.5]
    assert one.quiet_s == ((0.0, 0.5),)
    assert one.seconds == pytest.approx(8.0, abs=0.03)
    np.testing.assert_allclose(two.acc_g, np.tile([0.0, 0.6, 0.8], (len(two.acc_g), 1)), atol=1e-4)


def test_a_mean_keeps_what_is_constant_and_its_ends() -> None:
    acc_g = np.tile([0.1, -0.2, 0.9], (20, 1))
    np.testing.assert_allclose(smooth(acc_g, 0.9), acc_g, atol=1e-12)


def test_chance_is_of_the_seed_and_the_name() -> None:
    assert chance(1, "a").random() == chance(1, "a").random()
    assert len({chance(seed, name).random() for seed in (1, 2) for name in ("a", "b")}) == 4
