# SPDX-License-Identifier: MIT
"""Whatever the wire does, `kneemon check` goes through, and leaves the chip powered down with its self-test off."""

from pathlib import Path

import pytest
from check_desk import Desk, faults
from hypothesis import given, settings
from hypothesis import strategies as st

from kneemon.drivers.chips import CHIPS
from kneemon.virtual.bus import Trouble

SELF_TEST_BITS = {
    "adxl345": (0x31, 0x80),
    "mpu6050": (0x1C, 0xE0),
    "mpu6500": (0x1C, 0xE0),
    "lsm6dso": (0x14, 0x03),
    "lsm6ds3trc": (0x14, 0x03),
    "lis3dh": (0x23, 0x06),
    "lis2dw12": (0x22, 0xC0),
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("kind", CHIPS)
def test_the_self_test_is_off_again(kind: str, desk: Desk) -> None:
    chip = desk.lay(kind)
    desk.check()
    register, mask = SELF_TEST_BITS[kind]
    assert chip.read(register, 1)[0] & mask == 0
    assert chip.sampler.started_s is None


@given(
    kind=st.sampled_from(sorted(CHIPS)),
    trouble=st.sampled_from(Trouble),
    after=st.integers(0, 1500),
    times=st.none() | st.integers(1, 400),
    named=st.booleans(),
)
@settings(max_examples=60)
def test_whatever_the_wire_does_the_check_goes_through(
    kind: str, trouble: Trouble, after: int, times: int | None, named: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No exception; what is red has a cause and a remedy; and a wire that is well again leaves the chip asleep."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    chip = desk.lay(kind)
    desk.bus.misbehave(trouble, times=times, after=after)
    found = desk.check(**({"sensor__chip": kind} if named else {}))
    assert all(finding.cause and finding.next for finding in faults(found))
    assert [finding.part for finding in found][-1] == "MQTT"
    if times is None and trouble is not Trouble.SHORT and after < 300:
        assert faults(found)
    if times is not None and after + times < 100 and trouble is not Trouble.STUCK:
        assert chip.sampler.started_s is None
