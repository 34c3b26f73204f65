"""Commands, options, documents and formats: each is listed once, by the rows that all else is made of."""

import re

from conftest import ROOT

HEADER = ROOT / "include/gotopsy.h"


def _rows(path, pattern):
    return re.findall(pattern, (ROOT / path).read_text(), re.MULTILINE)


def _enum(name):
    body = re.search(rf"enum {name} \{{(.*?)\}};", HEADER.read_text(), re.DOTALL)[1]
    return re.findall(r"GT_\w+", re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL))[:-1]


COMMANDS = _rows("inspector/cli/commands.def", r"^COMMAND\((\w+)\)")
OPTIONS = _rows("inspector/cli/options.def", r"^OPTION\((\w+), ")
DOCUMENTS = _rows("inspector/report/documents.def", r"^DOCUMENT\((GT_\w+), ")
FORMATS = _rows("inspector/report/formats.def", r"^FORMAT\((GT_\w+), ")


def _lists(words):
    """The sources that know more than half of these words."""
    known = set(words)
    return {
        str(path.relative_to(ROOT))
        for path in (ROOT / "inspector").rglob("*.[chd]*")
        if len(known & set(re.findall(r"\w+", path.read_text()))) > len(known) / 2
    }


def test_documents_and_formats_are_those_of_the_header():
    assert DOCUMENTS == _enum("gt_document")
    assert FORMATS == _enum("gt_format")


def test_a_command_has_a_file():
    files = {path.stem for path in (ROOT / "inspector/cli/commands").glob("*.c")}
    assert files == set(COMMANDS)


def test_a_document_has_a_command():
    for document in DOCUMENTS:
        names = f".document = {document},"
        assert any(names in path.read_text() for path in (ROOT / "inspector/cli/commands").iterdir()), document


def test_the_readme_shows_each_command():
    _, _, use = (ROOT / "README.md").read_text().partition("## To use it")
    shown = set(re.findall(r"^    gotopsy ([a-z]+) ", use.partition("## The library")[0], re.MULTILINE))
    assert shown - {"core"} == set(COMMANDS) - {"report", "version"}, "`gotopsy core` is the report"


def test_no_other_source_lists_commands():
    assert not _lists(f"gt_command_{name}" for name in COMMANDS)


def test_no_other_source_lists_options():
    assert not _lists(f"GT_OPTION_{name}" for name in OPTIONS)


def test_no_other_source_lists_documents():
    assert _lists(DOCUMENTS) == {"inspector/report/documents.def"}


def test_no_other_source_lists_formats():
    assert _lists(FORMATS) == {"inspector/report/formats.def"}
