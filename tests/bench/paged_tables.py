# SPDX-License-Identifier: MIT
"""What the page takes, as a table with its targets."""

from tests.bench import markdown
from tests.bench.made import Made
from tests.bench.paged import Paged
from tests.bench.targets import Found, Target

IDLE = Target("page", "idle_mb", 40.0, "memory at rest, MB")
REPORT = Target("page", "report_cpu_s", 2.0, "CPU of a report, s")
BOUND = ("the list of walks", "one walk", "the weeks")
MOST = 1.5


def paged(found: Paged, made: Made) -> str:
    month, years = found.month, found.years
    rows = [
        f"{name} | {month.cpu_ms[name]:.1f} | {years.cpu_ms[name]:.1f} | {years.cpu_ms[name] / month.cpu_ms[name]:.2f} "
        f"| {years.kilobytes[name]:.0f}"
        for name in month.cpu_ms
    ]
    targets = [
        markdown.target_row(IDLE, "the page", Found(years.idle_mb)),
        *(
            markdown.target_row(
                Target("page", name, MOST, "CPU with five years, times that with a month"),
                name,
                Found(years.cpu_ms[name] / month.cpu_ms[name]),
            )
            for name in BOUND
        ),
        markdown.target_row(REPORT, "`kneemon report`", Found(found.report_cpu_s)),
    ]
    return markdown.part(
        made.told(),
        markdown.table(
            f"Page | CPU with {month.walks} walks, ms | CPU with {years.walks} walks, ms | ratio | size, kB", rows
        ),
        f"At rest {month.idle_mb:.0f} MB with a month, {years.idle_mb:.0f} MB with five years; after all these "
        f"requests {month.used_mb:.0f} and {years.used_mb:.0f} MB. Starting takes {years.start_cpu_s:.2f} s of CPU. "
        f"The largest process of a report has {found.report_mb:.0f} MB.",
        markdown.table("Target | Bound | Measured | ", targets),
    )
