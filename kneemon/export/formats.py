# SPDX-License-Identifier: MIT
"""The formats there are; docs/formats.md tells whom each is for."""

from enum import StrEnum

LONGEST_WEEKS = 52  # of a report, and of a workbook


class Format(StrEnum):
    """What can be had of walks."""

    CSV = "csv"
    XLSX = "xlsx"
    FIT = "fit"
    FHIR = "fhir"
    BIDS = "bids"
    JSON = "json"  # of everything, always
    WORKOUT = "workout"  # today's dose of the plan, for a watch
    REPORT = "report"  # the newest weeks, as PDF
    DIARY = "diary"  # the diary's CSV files alone; with the walks' own they are always there
