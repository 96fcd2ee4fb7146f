# SPDX-License-Identifier: MIT
"""Every name of a TOML text is found on its line, whatever stands around it."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kneemon.config.toml_lines import line_index, line_of

TEXT = '''# a plan
schema = 1
"my name" = [1, # ] no end here
  "x]", [2,
  3]]
words = """
schema = 9
[rules]
"""
raw = \'\'\'a''b
k = 1
\'\'\'
quote = 'a"b'   # "
[ rules ]
deep.er = 3
[[week]]
minutes = 1
[[week]]   # [
note = "]#[ \\\\\\" ["
table = {a = 1, b = [
1]}
after = 2
[last]
k=1
'''


def test_every_name_is_on_its_line():
    assert tomllib.loads(TEXT)["last"] == {"k": 1}
    assert line_index(TEXT) == {
        ("schema",): 2,
        ("my name",): 3,
        ("words",): 6,
        ("raw",): 10,
        ("quote",): 13,
        ("rules",): 14,
        ("rules", "deep", "er"): 15,
        ("week",): 16,
        ("week", 0): 16,
        ("week", 0, "minutes"): 17,
        ("week", 1): 18,
        ("week", 1, "note"): 19,
        ("week", 1, "table"): 20,
        ("week", 1, "after"): 22,
        ("last",): 23,
        ("last", "k"): 24,
    }


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("week", 1, "table", "a"), 20),
        (("week", 1, "missing"), 18),
        (("last", "missing"), 23),
        (("missing",), None),
        ((), None),
    ],
)
def test_what_is_missing_is_looked_for_around_it(place, line):
    assert line_of(line_index(TEXT), place) == line


def test_windows_line_ends():
    assert line_index("a = 1\r\nb = [\r\n2]\r\n[t]\r\nc = 3\r\n") == {("a",): 1, ("b",): 2, ("t",): 4, ("t", "c"): 5}


VALUES = st.sampled_from(
    ["1", '"#"', "'['", '"""\nx = 1\n"""', "'''\n[t]\n'''", "[\n1,\n# ]\n2]", '{a = "}"}', "2026-11-23", '"\\""', '""']
)


@given(st.lists(st.tuples(VALUES, st.sampled_from(["", " # [c", "\n# x = 1", "\n\n"])), max_size=8))
def test_names_are_found_after_any_value(values):
    text, lines = "", {}
    for number, (value, after) in enumerate(values):
        lines[f"k{number}",] = text.count("\n") + 1
        text += f"k{number} = {value}{after}\n"
    assert list(tomllib.loads(text)) == [name for (name,) in lines]
    assert line_index(text) == lines
