# SPDX-License-Identifier: MIT
"""A made-up scorer for the tests, in the real one's shape: its figures can be worked out by hand."""

from pathlib import Path

from tests.bench import scorer
from tests.bench.scorer import Scorer

SOURCE = """
import csv, json, shlex, subprocess, sys
from pathlib import Path

def recordings(roots):
    rows = []
    for index in sorted(path for root in roots for path in Path(root).glob("**/index.csv")):
        for row in csv.DictReader(index.read_text().splitlines()):
            steps = index.parent / row["file"].replace(".csv.gz", ".steps.csv")
            truth = [float(line) for line in steps.read_text().split()[1:]] if steps.exists() else None
            rows.append({
                "path": str(index.parent / row["file"]), "file": row["file"], "group": row["source"], "worn": "waist",
                "seconds": float(row["duration_s"]), "true": float(row["steps_true"]), "truth": truth, "quiet": [],
            })
    return rows

def run(command, rows, flag, batch):
    files = [row["path"] for row in rows]
    words = [word for part in shlex.split(command) for word in (files if part == "{files}" else [part])]
    done = subprocess.run([*words, flag, rows[0]["worn"]], capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if len(lines) != len(rows):
        sys.exit("too few answers")
    return dict(zip(files, lines))

def judge(row, answer):
    judged = {key: row[key] for key in ("group", "file", "seconds", "true")} | {"steps": answer["steps"]}
    if row["true"]:
        judged["error"] = 100 * (answer["steps"] - row["true"]) / row["true"]
    return judged

def summary(rows):
    errors = [row["error"] for row in rows if "error" in row]
    zero = [row for row in rows if row["true"] == 0]
    figures = {"recordings": len(rows), "hours": sum(row["seconds"] for row in rows) / 3600}
    if errors:
        absolute = sorted(map(abs, errors))
        figures.update(bias=sum(errors) / len(errors), error=sum(absolute) / len(errors), error_p95=absolute[-1])
    if zero:
        figures["false_per_h"] = 3600 * sum(row["steps"] for row in zero) / sum(row["seconds"] for row in zero)
    return figures

def percentile(values, q):
    return sorted(values)[round(q / 100 * (len(values) - 1))]
"""


def write_scorer(folder: Path, text: str = SOURCE) -> Path:
    path = folder / "score.py"
    path.write_text(text, encoding="utf-8")
    return path


def made_up_scorer(folder: Path) -> Scorer:
    return scorer.load(write_scorer(folder))
