"""The kinds of findings: the header's, the rows that write them, the schema's and the README's."""

import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROW = re.compile(r'^KIND\((GT_\w+), "([a-z-]+)"', re.MULTILINE)


def _rows():
    return ROW.findall((ROOT / "inspector/report/kinds.def").read_text())


def _names():
    return [name for _, name in _rows()]


def _lists(node):
    """Every list of names, and every set of properties, in a schema that has a kind in it."""
    if isinstance(node, list):
        if "finalizer-cycle" in node:
            yield node
        for inner in node:
            yield from _lists(inner)
    if isinstance(node, dict):
        if "finalizer-cycle" in node:
            yield list(node)
        for inner in node.values():
            yield from _lists(inner)


def _schema():
    return json.loads((ROOT / "schema/gotopsy-report-1.schema.json").read_text())


def test_rows_are_those_of_the_header():
    header = (ROOT / "include/gotopsy.h").read_text()
    enum = re.search(r"enum gt_kind \{(.*?)GT_KINDS", header, re.DOTALL)[1]
    assert [kind for kind, _ in _rows()] == re.findall(r"GT_\w+", enum)


def test_the_schema_lists_them():
    lists = list(_lists(_schema()))
    assert lists
    for names in lists:
        assert sorted(names) == sorted(_names())


def test_each_has_a_shape_in_the_schema():
    text = json.dumps(_schema())
    for name in _names():
        assert f'"const": "{name}"' in text or re.search(rf'"enum": \[[^]]*"{name}"', text)


def test_the_readme_lists_them():
    readme, _, _ = (ROOT / "README.md").read_text().partition("## A report")
    assert re.findall(r"^\| `([a-z-]+)` \|", readme, re.MULTILINE) == _names()
