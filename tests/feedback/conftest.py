# SPDX-License-Identifier: MIT
"""Pins without a Pi."""

from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin


@pytest.fixture
def mock_pins() -> Iterator[MockFactory]:
    """gpiozero keeps its pins in a table that all factories share: it is emptied here."""
    factory = MockFactory(pin_class=MockPWMPin)
    yield factory
    factory.reset()
