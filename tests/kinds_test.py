"""The kinds of findings: what is not made of their rows says the same, and nothing else lists them."""

import json
import re
import subprocess

import pytest

from conftest import GOTOPSY, ROOT

ROWS = "inspector/kinds/kinds.def"
ROW = re.compile(r'^KIND\((GT_\w+), "([a-z-]+)"', re.MULTILINE)
PAGES = GOTOPSY.parent / "inspector" / "pages" / "pages"
SCHEMA = ROOT / "schema/gotopsy-report-1.schema.json"


def _rows():
    return ROW.findall((ROOT / ROWS).read_text())


def _names():
    return [name for _, name in _rows()]


def test_rows_are_those_of_the_header():
    header = (ROOT / "include/gotopsy.h").read_text()
    enum = re.search(r"enum gt_kind \{(.*?)GT_KINDS", header, re.DOTALL)[1]
    assert [kind for kind, _ in _rows()] == re.findall(r"GT_\w+", enum)


@pytest.mark.skipif(not PAGES.exists(), reason="the pages were not built here")
def test_the_schema_is_made_of_them():
    made = subprocess.run(
        [ROOT / "schema/complete", PAGES, SCHEMA], check=True, capture_output=True, text=True
    ).stdout
    assert made == SCHEMA.read_text(), "make schema writes it"


def test_the_schema_has_no_other_list_of_them():
    schema = json.loads(SCHEMA.read_text())
    made = {"kind", "by_kind", "instances_by_kind"} | {f"instance-{name}" for name in _names()}
    assert made <= schema["definitions"].keys()
    schema["definitions"] = {
        name: rule for name, rule in schema["definitions"].items() if name not in made
    }
    assert not [name for name in _names() if f'"{name}"' in json.dumps(schema)]


def test_no_source_lists_them():
    """A source may speak of some kinds, but not of all."""
    known = {kind for kind, _ in _rows()}
    lists = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "inspector").rglob("*.[chd]*")
        if len(known & set(re.findall(r"\bGT_\w+", path.read_text()))) > len(known) / 2
    }
    assert lists == {ROWS, "inspector/detect/describe/advice.def"}, "but for their advice"


def test_the_readme_lists_them():
    readme, _, _ = (ROOT / "README.md").read_text().partition("## A report")
    assert re.findall(r"^\| `([a-z-]+)` \|", readme, re.MULTILINE) == _names()
