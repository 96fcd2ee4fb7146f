# SPDX-License-Identifier: MIT
"""A day of the plan as a FIT workout, for a watch that can guide by time and cadence: `workout_fit`.

A target's upper end is the ceiling, in strides/min and rounded down, so that a watch never allows more; its lower end
is 0, for nobody is ever too slow. Rests, pain and the days between are not in it: a watch does not replace the plan.
"""

from collections.abc import Callable
from datetime import datetime
from math import floor

from kneemon.errors import ExportError
from kneemon.export.fit_file import fit_file, fit_time
from kneemon.export.fit_profile import (
    BY_TIME,
    DEVELOPMENT,
    FILE_ID,
    GENERIC,
    PRODUCT,
    TARGET_CADENCE,
    TARGET_OPEN,
    WALKING,
    WORKOUT,
    WORKOUT_STEP,
    File,
    Intensity,
)
from kneemon.model.plans import Prescription


def _(text: str) -> str:
    """Marks a text for the catalogue."""
    return text


WARM_UP, WALK, COOL_DOWN = _("Warm-up"), _("Walk"), _("Cool-down")


def workout_fit(dose: Prescription, made_at: datetime, say: Callable[[str], str]) -> bytes:
    """The day's whole dose, warm-up before and cool-down after. ExportError when nothing may be walked."""
    if dose.locked or dose.dose_s <= 0:
        raise ExportError(
            "no workout of the plan",
            expected="a day with a dose to walk",
            seen="a stopped plan" if dose.locked else "no minutes",
            remedy="Look at where the plan stands: kneemon plan show.",
        )
    parts = [
        (WARM_UP, dose.warm_up_s, Intensity.WARM_UP),
        (WALK, dose.dose_s, Intensity.ACTIVE),
        (COOL_DOWN, dose.cool_down_s, Intensity.COOL_DOWN),
    ]
    walked = [part for part in parts if part[1] > 0]
    ceiling = dose.cadence_ceiling_spm
    return fit_file(
        [
            FILE_ID.data(
                type=File.WORKOUT,
                manufacturer=DEVELOPMENT,
                product=0,
                serial_number=1,
                time_created=fit_time(made_at),
                product_name=PRODUCT,
            ),
            WORKOUT.data(sport=WALKING, num_valid_steps=len(walked), wkt_name=dose.plan, sub_sport=GENERIC),
            *(
                WORKOUT_STEP.data(
                    message_index=index,
                    wkt_step_name=say(name),
                    duration_type=BY_TIME,
                    duration_value=seconds * 1000,
                    target_type=TARGET_OPEN if ceiling is None else TARGET_CADENCE,
                    target_value=0,
                    custom_target_value_low=None if ceiling is None else 0,
                    custom_target_value_high=None if ceiling is None else floor(ceiling / 2),
                    intensity=intensity,
                )
                for index, (name, seconds, intensity) in enumerate(walked)
            ),
        ]
    )
