# SPDX-License-Identifier: MIT
"""Ten power cuts on one card, from the image to the table, and what must hold afterwards.

Each cut kills QEMU and takes from the card what was written and not flushed (unflushed.py); each is followed by a boot
of the same card, on which kneemon.service has to mend everything by itself. The broker stands outside: it does not lose
its power. KNEEMON_CUTS_SEED repeats a run's moments.
"""

import os
import subprocess
from pathlib import Path
from random import Random, SystemRandom

import pytest

from virtual_pi.conftest import NewMachine
from virtual_pi.cuts import Cuts, Doing
from virtual_pi.household import Household
from virtual_pi.machine import BOARD, SSH, Model
from virtual_pi.promises import OLD_S
from virtual_pi.stage import LONG_AGO
from virtual_pi.table import Table
from virtual_pi.unflushed import Card

# A walk begins at once when the button is pressed: what is asked before has scenarios of its own.
QUESTIONS = "[questions]\nbefore = false\nsigns = false\nend = false\n"
# As after the first boot; and without the kernel's address randomisation, which under emulation costs much time: it
# forces page table isolation on.
WORDS = ("cloud-init=disabled", "nokaslr")
SLOW = ("-icount", "shift=1")  # the guest's time goes slower on a busy machine, and never faster than ours
SECOND_ENTRY = 446 + 16
SECTOR = 512
CUTS = 10
# Two halves, to be run beside one another; the order is drawn.
HALVES = (
    (
        *([Doing.STARTING] * 2),
        Doing.BEGINNING,
        *([Doing.WALKING] * 3),
        Doing.COMMITTING,
        Doing.ANSWERING,
        Doing.ENDING,
        Doing.IDLE,
    ),
    (
        Doing.STARTING,
        *([Doing.BEGINNING] * 2),
        *([Doing.WALKING] * 2),
        *([Doing.COMMITTING] * 2),
        Doing.ANSWERING,
        *([Doing.ENDING] * 2),
    ),
)


@pytest.fixture(scope="module")
def cuts(
    request: pytest.FixtureRequest,
    new_machine: NewMachine,
    used_card: Path,
    table: Table,
    tmp_path_factory: pytest.TempPathFactory,
) -> Cuts:
    """All of HALVES[HALF] of the module that asks, and the table written."""
    half: int = request.module.HALF
    folder = tmp_path_factory.mktemp("cuts")
    seed = int(os.environ.get("KNEEMON_CUTS_SEED") or SystemRandom().randrange(10**6))
    household = Household(folder)
    try:
        card = Card(used_card, folder)
        configure(card.raw, folder, household.options + QUESTIONS)
        disk = card.insert()
        model = Model(words=WORDS, qemu=SLOW, network=household.network, disk=disk, ports=(SSH, BOARD), clock=LONG_AGO)
        chance = Random(seed)
        cuts = Cuts(new_machine(model), card, household, chance, first=1 + half * CUTS)
        try:
            for doing in chance.sample(HALVES[half], CUTS):
                cuts.one(doing)
            cuts.last()
        finally:
            tell(cuts, table, seed)
        cuts.faults += checked(card.raw)
        return cuts
    finally:
        household.close()


def test_at_most_the_last_ten_seconds_of_a_walk_are_lost(cuts: Cuts) -> None:
    assert len(cuts.seen) == CUTS
    assert len(cuts.left) >= 3  # walks that were on when the power went
    for left in cuts.left.values():
        assert left.lost_s <= OLD_S, left
        assert left.counted_lost_s <= OLD_S, left


def test_nothing_that_was_acknowledged_or_told_is_lost_or_torn(cuts: Cuts) -> None:
    assert not cuts.faults, "\n".join(cuts.faults)


def test_the_cuts_were_cuts(cuts: Cuts) -> None:
    """The file system had to be mended, too."""
    assert sum("recovering journal" in each for each in cuts.mended) >= CUTS // 2
    assert {seen.doing for seen in cuts.seen} == set(HALVES[cuts.first // CUTS])


def configure(raw: Path, folder: Path, text: str) -> None:
    """/etc/kneemon/kneemon.toml of a card that is in no machine."""
    written = folder / "kneemon.toml"
    written.write_text(text)
    orders = folder / "orders"
    orders.write_text(f"cd /etc/kneemon\nrm kneemon.toml\nwrite {written} kneemon.toml\n")
    _debugfs(raw, "-w", "-f", str(orders))
    assert _debugfs(raw, "-R", "cat /etc/kneemon/kneemon.toml") == text


def _debugfs(raw: Path, *words: str) -> str:
    command = ["debugfs", *words, _root_of(raw)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def checked(raw: Path) -> list[str]:
    """What fsck has against the root file system at the end."""
    done = subprocess.run(["e2fsck", "-fn", _root_of(raw)], capture_output=True, text=True, timeout=300)
    return [f"e2fsck at the end: {done.stdout}{done.stderr}"] if done.returncode else []


def _root_of(raw: Path) -> str:
    """The second partition, as the tools of e2fsprogs take it."""
    with raw.open("rb") as card:
        head = card.read(SECTOR)
    return f"{raw}?offset={int.from_bytes(head[SECOND_ENTRY + 8 : SECOND_ENTRY + 12], 'little') * SECTOR}"


def tell(cuts: Cuts, table: Table, seed: int) -> None:
    """A line for each cut, and what it comes to; also of a run that broke off."""
    for seen, mended in zip(cuts.seen, [*cuts.mended, *[""] * len(cuts.seen)], strict=False):
        lost = [f"lost {left.lost_s:.1f} s of the walk" for left in cuts.left.values() if left.number == seen.number]
        words = [*lost, str(seen.loss), f"fsck: {mended}" if mended else ""]
        table.add(f"cut {seen.number}: {seen.doing}, {seen.after_s:.1f} s", "; ".join(filter(None, words)))
    most_s = max((left.lost_s for left in cuts.left.values()), default=0.0)
    counted_s = max((left.counted_lost_s for left in cuts.left.values()), default=0.0)
    table.add(
        f"{len(cuts.seen)} power cuts, seed {seed}",
        f"{len(cuts.left)} walks cut off, at most {most_s:.1f} s of time and {counted_s:.1f} s of what was told lost; "
        f"{cuts.walks} walks, {cuts.documents} documents heard, {len(cuts.faults)} faults; "
        f"a boot took {cuts.boots_s():.0f} s, all {cuts.took_s():.0f} s",
    )
