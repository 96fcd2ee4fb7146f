# SPDX-License-Identifier: MIT
"""The laws of the house, kept by machines: imports go down, one clock, one shape of module, an exit for every error."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from kneemon.errors import ExitCode, KneemonError

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "kneemon").rglob("*.py"))
MAP = ROOT / "kneemon" / "__init__.py"  # its docstring is the map of the house, and as long as that is
CLOCK = ROOT / "kneemon" / "clock.py"
FACE = ROOT / "kneemon" / "cli"
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
MOST_LINES = 400
MOST_DOCSTRING_LINES = 14
NOW = {"now", "utcnow", "today"}  # of datetime and date; whatever else tells the time lives in `time`

every_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def run(*command: str | Path, cwd: Path = ROOT) -> tuple[int, str]:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy"),
    ],
    ids=lambda command: " ".join(command[1:3]),
)
def test_the_tree_is_clean(command: tuple[str, ...]) -> None:
    code, said = run(sys.executable, *command)
    assert code == 0, said


def test_the_import_contracts_are_kept() -> None:
    code, said = run(LINT_IMPORTS, "--no-cache")
    assert code == 0, said
    assert f"{len(CONTRACTS)} kept, 0 broken" in said


def small_house(tmp_path: Path, **bodies: str) -> tuple[int, str]:
    """The contracts over a house of empty rooms; bodies: what stands in some rooms, or in further ones."""
    layers, forbidden, _ = CONTRACTS
    rooms = [room for layer in layers["layers"] for room in layer.replace("|", " ").replace(":", " ").split()]
    (tmp_path / "house").mkdir()
    for room in ("__init__", *rooms, *bodies):
        (tmp_path / "house" / f"{room}.py").write_text(bodies.get(room, ""))
    lines = ["[importlinter]", "root_package = house", "include_external_packages = True"]
    lines += ["[importlinter:contract:floors]", "name = floors", "type = layers", "containers = house"]
    lines += ["exhaustive = True", "layers =", *(f"    {layer}" for layer in layers["layers"])]
    lines += ["[importlinter:contract:core]", "name = core", "type = forbidden", "allow_indirect_imports = True"]
    lines += ["source_modules =", *(f"    {name.replace('kneemon', 'house')}" for name in forbidden["source_modules"])]
    lines += ["forbidden_modules =", *(f"    {name}" for name in forbidden["forbidden_modules"])]
    (tmp_path / ".importlinter").write_text("\n".join(lines))
    return run(LINT_IMPORTS, "--no-cache", cwd=tmp_path)


def test_the_linter_is_content_with_an_orderly_house(tmp_path: Path) -> None:
    code, said = small_house(tmp_path, engine="import house.gait", gait="import math", mqtt="import time")
    assert code == 0, said


@pytest.mark.parametrize(
    ("room", "body", "broken"),
    [
        ("engine", "import time", "core BROKEN"),
        ("dsp", "from pathlib import Path", "core BROKEN"),
        ("gait", "import house.session", "floors BROKEN"),
        ("store", "import house.mqtt", "floors BROKEN"),
        ("store", "import house.app", "floors BROKEN"),
    ],
)
def test_the_linter_bites(tmp_path: Path, room: str, body: str, broken: str) -> None:
    code, said = small_house(tmp_path, **{room: body})
    assert code == 1, said
    assert broken in said


def test_a_room_without_a_floor_is_noticed(tmp_path: Path) -> None:
    code, said = small_house(tmp_path, cellar="")
    assert code == 1, said
    assert "cellar" in said


@every_module
def test_a_module_says_what_it_is_in_a_few_lines(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# SPDX-License-Identifier: MIT\n")
    docstring = ast.get_docstring(ast.parse(text), clean=False)
    assert docstring
    assert len(docstring.splitlines()) <= MOST_DOCSTRING_LINES or path == MAP
    assert len(text.splitlines()) <= MOST_LINES


def offences(path: Path, text: str) -> Iterator[str]:
    """What the laws about time, imports and voice forbid in a module of the package."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{node.lineno}: relative import"
        if path != CLOCK:
            if isinstance(node, ast.Import) and any(name.name.split(".")[0] == "time" for name in node.names):
                yield f"{node.lineno}: import time"
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                yield f"{node.lineno}: import from time"
            if isinstance(node, ast.Attribute) and node.attr in NOW and _is_calendar(node.value):
                yield f"{node.lineno}: {ast.unparse(node)}"
        if FACE not in path.parents and isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            yield f"{node.lineno}: print"


def _is_calendar(value: ast.expr) -> bool:
    """The class datetime or date, by its own name or through its module."""
    return ast.unparse(value) in ("datetime", "date", "datetime.datetime", "datetime.date")


@every_module
def test_a_module_asks_no_time_prints_nothing_and_imports_by_full_name(path: Path) -> None:
    assert list(offences(path, path.read_text())) == []


@pytest.mark.parametrize(
    "body",
    [
        "import time\ntime.time()",
        "from time import monotonic, sleep",
        "import time as t",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.date.today()",
        "from datetime import date\nf(default=date.today)",
        "from . import engine",
        "from ..model import gait",
        "print('hello')",
    ],
)
def test_each_offence_is_noticed(body: str) -> None:
    assert len(list(offences(ROOT / "kneemon" / "engine.py", body))) == 1


def test_the_clock_and_the_face_have_their_licence() -> None:
    assert list(offences(CLOCK, "import time\ntime.sleep(1)")) == []
    assert list(offences(FACE / "run.py", "print('hello')")) == []
    assert len(list(offences(FACE / "run.py", "import time"))) == 1


def every_error() -> list[type[KneemonError]]:
    found = [KneemonError]
    for kind in found:
        found += kind.__subclasses__()
    return found


def test_every_error_has_an_exit_code_and_every_family_its_own() -> None:
    families = KneemonError.__subclasses__()
    assert families
    codes = [vars(family)["exit_code"] for family in families]
    assert len(set(codes)) == len(codes)
    reserved = {ExitCode.OK, ExitCode.FAILURE, ExitCode.USAGE, ExitCode.INTERRUPTED}
    assert not reserved & set(codes)
    assert all(isinstance(kind.exit_code, ExitCode) for kind in every_error())


def test_exit_codes_are_distinct_and_fit_a_shell() -> None:
    assert len(ExitCode.__members__) == len(set(ExitCode))
    assert all(0 <= code <= 255 for code in ExitCode)


def test_every_error_is_defined_in_one_place() -> None:
    names = {kind.__name__ for kind in every_error()}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and path.name != "errors.py":
                bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
                assert not bases & names, f"{path}: {node.name}"


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_an_error_says_what_was_expected_what_was_seen_and_what_to_do(kind: type[KneemonError]) -> None:
    error = kind("the thing", expected="one", seen="two", remedy="Try three.")
    assert str(error) == "the thing: expected one, saw two. Try three."
    assert kind.__doc__
