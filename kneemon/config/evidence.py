# SPDX-License-Identifier: MIT
"""The defaults table: every number of the evidence, its range, its source, and where in kneemon it is set.

docs/defaults.md is made from it. Nobody clinical has signed these numbers off yet.
"""

from collections.abc import Mapping
from types import MappingProxyType

from kneemon.config.evidence_knee import KNEE
from kneemon.config.evidence_walking import WALKING
from kneemon.config.fields import Field
from kneemon.config.options import OPTIONS
from kneemon.config.plan_fields import EXERCISES_FIELDS, PLAN_FIELDS, RULES_FIELDS
from kneemon.config.presets import NEW_FIELDS

DEFAULTS = (*WALKING, *KNEE)

# Every line and option that a row may name, by its key.
KEYS: Mapping[str, Field] = MappingProxyType(
    {f"kneemon.{section}.{name}": field for section, options in OPTIONS.items() for name, field in options.items()}
    | {f"plan.{name}": field for name, field in PLAN_FIELDS.items()}
    | {f"plan.rules.{name}": field for name, field in RULES_FIELDS.items()}
    | {f"plan.exercises.{name}": field for name, field in EXERCISES_FIELDS.items()}
    | {f"new.{name}": field for name, field in NEW_FIELDS.items()}
)
