# SPDX-License-Identifier: MIT
"""The programs not of ours that read kneemon's files in the tests: READERS, the table that docs/formats.md prints.

Each gives what it read as plain rows, the names being the format's own. `python tests/export/foreign.py` renews the
page.
"""

import io
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
MARKED = re.compile(r"(<!-- generated: readers -->\n).*?(<!-- end -->)", re.DOTALL)

Rows = dict[str, list[dict[str, Any]]]  # messages, sheets or resources, by kind


@dataclass(frozen=True)
class Reader:
    """read: the file's content and the folder of npm's readers. An exception is a refusal."""

    format: str
    name: str
    licence: str
    checks: str
    read: Callable[[bytes, Path], Rows]

    def __str__(self) -> str:
        return self.name.replace(" ", "-")


def fitdecode_rows(content: bytes, _npm: Path) -> Rows:
    import fitdecode

    rows: Rows = {}
    with fitdecode.FitReader(content, check_crc=fitdecode.CrcCheck.RAISE) as frames:
        for frame in frames:
            if isinstance(frame, fitdecode.FitDataMessage):
                told = {field.name: field.value for field in frame.fields if field.value is not None}
                rows.setdefault(frame.name, []).append(told)
    return rows


def fit_tool_rows(content: bytes, _npm: Path) -> Rows:
    from fit_tool.fit_file import FitFile

    file = FitFile.from_bytes(content)
    report = file.validate()
    if report.findings:
        raise ValueError(f"{report.findings}")
    rows: Rows = {}
    for record in file.records:
        message = record.message
        if type(message).__name__ == "DefinitionMessage":
            continue
        fields = [field for field in message.fields if field.size > 0] + list(message.developer_fields)
        told = {field.name: field.get_value() for field in fields}
        for name in ("timestamp", "start_time"):
            if name in told:  # it gives milliseconds of another epoch
                told[name] = datetime.fromtimestamp(told[name] / 1000, UTC)
        rows.setdefault(message.name, []).append(told)
    return rows


def fit_file_parser_rows(content: bytes, npm: Path) -> Rows:
    return json.loads(_node(npm, "fit.mjs", content, ".fit"))


def fhir_resources_rows(content: bytes, _npm: Path) -> Rows:
    from fhir.resources.R4B.bundle import Bundle

    return _resources(json.loads(Bundle.model_validate_json(content).model_dump_json()))


def fhirclient_rows(content: bytes, _npm: Path) -> Rows:
    from fhirclient.models.bundle import Bundle

    return _resources(Bundle(json.loads(content), strict=True).as_json())


def npm_fhir_rows(content: bytes, npm: Path) -> Rows:
    return _resources(json.loads(_node(npm, "fhir.mjs", content, ".json")))


def openpyxl_rows(content: bytes, _npm: Path) -> Rows:
    import openpyxl

    sheets: Rows = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        head, *body = sheet.iter_rows(values_only=True)
        sheets[sheet.title] = [dict(zip(head, row, strict=True)) for row in body]
    return sheets


def pandas_rows(content: bytes, _npm: Path) -> Rows:
    import pandas

    sheets: Rows = {}
    for name, frame in pandas.read_excel(io.BytesIO(content), sheet_name=None, engine="openpyxl").items():
        rows = frame.to_dict(orient="records")
        sheets[name] = [{head: None if pandas.isna(cell) else cell for head, cell in row.items()} for row in rows]
    return sheets


def _resources(bundle: dict[str, Any]) -> Rows:
    rows: Rows = {"Bundle": [{key: value for key, value in bundle.items() if key != "entry"}]}
    for entry in bundle["entry"]:
        resource = {**entry["resource"], "fullUrl": entry["fullUrl"]}
        rows.setdefault(resource["resourceType"], []).append(resource)
    return rows


def _node(npm: Path, script: str, content: bytes, ending: str) -> str:
    with tempfile.NamedTemporaryFile(suffix=ending) as file:
        file.write(content)
        file.flush()
        done = subprocess.run(["node", npm / script, file.name], capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise ValueError(done.stderr)
    return done.stdout


SHOWN = "walks with pauses, pain and alerts: seconds, laps, alerts, pain, totals; checksum"
STEPS = "parts, their minutes, the ceiling in strides per minute"
FIGURES = "every figure of every walk, every pain told"
CELLS = "every column of the summary, weeks, answers, decisions, seconds; dates and numbers as such"
READERS = (
    Reader("FIT", "fitdecode", "MIT", f"every walk of the life; {SHOWN}", fitdecode_rows),
    Reader("FIT", "fit-tool", "BSD-3-Clause", f"{SHOWN}; its own validation", fit_tool_rows),
    Reader("FIT", "npm fit-file-parser", "MIT", SHOWN, fit_file_parser_rows),
    Reader("FIT workout", "fitdecode", "MIT", STEPS, fitdecode_rows),
    Reader("FIT workout", "fit-tool", "BSD-3-Clause", f"{STEPS}; its own validation", fit_tool_rows),
    Reader("FHIR", "fhir.resources", "BSD", f"as R4B: {FIGURES}", fhir_resources_rows),
    Reader("FHIR", "fhirclient", "Apache-2.0", f"as R4, strict: {FIGURES}", fhirclient_rows),
    Reader("FHIR", "npm fhir", "Apache-2.0", f"as R4, validated, to XML and back: {FIGURES}", npm_fhir_rows),
    Reader("XLSX", "openpyxl", "MIT", CELLS, openpyxl_rows),
    Reader("XLSX", "pandas", "BSD-3-Clause", CELLS, pandas_rows),
)


# Read in tests of their own, which are named: file, program, licence, what is compared.
ELSEWHERE = (
    (
        "CSV",
        "pandas",
        "BSD-3-Clause",
        "every column as what it is; steps and times of every walk",
        "export/test_csv_pandas.py",
    ),
    ("BIDS-Motion", "bids-validator", "MIT", "the official validator: no errors", "export/test_bids.py"),
    ("BIDS-Motion", "pandas", "BSD-3-Clause", "every sample, in m/s²", "export/test_bids.py"),
    (
        "JSON of everything",
        "jsonschema",
        "MIT",
        "the whole document against its published schema",
        "export/test_whole.py",
    ),
    ("report (PDF)", "poppler", "GPL-2.0", "one A4 page, tagged; its figures", "report/test_report_paper.py"),
    (
        "encrypted bundle",
        "7-Zip",
        "LGPL-2.1",
        "opened with the pass phrase; AES-256; refused without",
        "export/test_packed.py",
    ),
    ("encrypted bundle", "bsdtar (libarchive)", "BSD-2-Clause", "opened with the pass phrase", "export/test_packed.py"),
    ("ZIP", "Info-ZIP", "Info-ZIP", "every file", "export/test_packed.py"),
)


def readers(form: str) -> list[Reader]:
    return [reader for reader in READERS if reader.format == form]


def table() -> str:
    rows = [f"| {each.format} | {each.name} | {each.licence} | {each.checks} |" for each in READERS]
    rows += [f"| {form} | {name} | {licence} | {checks} |" for form, name, licence, checks, _ in ELSEWHERE]
    return "\n".join(["| File | Read by | Licence | What is compared |", "| --- | --- | --- | --- |", *rows, ""])


def renewed(page: str) -> str:
    return MARKED.sub(lambda part: f"{part[1]}\n{table()}\n{part[2]}", page)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.exit(0)
