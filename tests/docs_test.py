"""The documents: what they link to is there, and the rooms that they describe are those of the tree."""

import re

import pytest

from conftest import ROOT
from includes_test import ALLOWED, FACADE

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
# Files of the tree as texts name them: `inspector/cli/options.c`, docs/style.md.
NAMED = re.compile(r"(?<![\w/.-])(?:docs|tests|inspector|gotypes|include|schema|corefiles)/[\w./-]+\.\w+")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    text = page.read_text()
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert [name for name in NAMED.findall(text) if not (ROOT / name).exists()] == []


def test_the_architecture_has_a_row_for_each_room():
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = set(re.findall(r"^\| ((?:include|gotypes|inspector)[\w/]*) \|", text, re.MULTILINE))
    assert rows == {*ALLOWED, FACADE}
