"""Advice that can be followed: each row of inspector/detect/advice.def, held against a program.

The programs state of each of their leaks which row speaks of it, a word that the advice must have,
and the place where a person has to look. Mended as the row tells, they have no finding.
"""

import ast
import collections
import re

import pytest

from . import field, recipe

TABLE = recipe.PROJECT / "inspector" / "detect" / "advice.def"
ROW = re.compile(r"^ADVICE\((\w+), GT_(\w+), \w+,(.*?)\)\n(?=\n|ADVICE|/\*)", re.MULTILINE | re.DOTALL)
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

# A row whose leak not every Go and build has: the program does without it then.
SINCE = {"iter_pull": (1, 23), "cleanup_cycle": (1, 24)}
Row = collections.namedtuple("Row", "kind forgotten idiom named")


def _columns(text):
    """C's string literals, those beside each other put together; None for NULL."""
    texts, at = [None], 0
    for found in TEXT.finditer(text):
        if "," in text[at : found.start()] and texts[-1] is not None:
            texts.append(None)
        texts[-1] = (texts[-1] or "") + ast.literal_eval(found.group())
        at = found.end()
    return texts


def _rows():
    """By id: what the table says."""
    rows = {}
    for found in ROW.finditer(TABLE.read_text() + "\n\n"):
        name, kind, rest = found.groups()
        _, _, forgotten, idiom, *named = _columns(rest)
        rows[name] = Row(kind.lower().replace("_", "-"), forgotten, idiom, named[0] if named else None)
    return rows


ROWS = _rows()


def _is_of(advice, row):
    """The advice's place and the name in it, if it is that row's; None if it is not."""
    for text, has_name in ((row.idiom, False), (row.named, True)):
        if text is None:
            continue
        pattern = re.escape(text).replace(re.escape("{}"), "(?P<name>.+?)")
        found = re.fullmatch(pattern + r"(?:, (?P<place>(?:at|allocated at|in what) .+))?", advice)
        if found:
            return found["place"], found["name"] if has_name else None
    return None


def _place(leak, name):
    """As the advice has to tell it."""
    return f"at {leak['function']} ({name}/{leak['file']}:{leak['line']})" if "line" in leak else None


def _says(finding, leak, name, symbols):
    """What is missing in a finding's advice for a leak; None when it is another's."""
    row = ROWS[leak["row"]]
    found = _is_of(finding["advice"], row)
    if finding["kind"] != row.kind or not found:
        return None
    place, told = found
    if place != _place(leak, name):
        return f"is at {place}"
    if leak["says"] not in finding["advice"]:
        return f"does not say {leak['says']}"
    if symbols == "dwarf" and told != leak.get("name", told):
        return f"names {told}"
    return ""


def _check(case, report, leaks):
    """Each leak has its advice, and no finding is of anything else."""
    strays = list(report["findings"])
    wrong = []
    for leak in leaks:
        answers = [(each, _says(each, leak, case.name, case.symbols)) for each in report["findings"]]
        right = [each for each, answer in answers if answer == ""]
        if not right:
            near = [(answer, each["advice"]) for each, answer in answers if answer]
            wrong.append(f"{leak}: {near}")
        strays = [each for each in strays if each not in right]
    strays = [(each["title"], each["advice"]) for each in strays]
    assert not wrong and not strays, "\n".join(["", *wrong, *map(str, strays)])


@field.cases("advice")
def test_advice_is_of_its_row_and_place(case):
    _check(case, case.report(), case.core().truth["leaks"])


@field.cases("advice")
def test_followed_advice_leaves_no_finding(case):
    assert [each["title"] for each in case.report("fixed")["findings"]] == []
