# SPDX-License-Identifier: MIT
"""A made-up person with a sore knee: what they do on a day, how they walk, how it hurts. A model, no evidence."""
