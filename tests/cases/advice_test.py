"""Advice that can be followed: each row of inspector/detect/describe/advice.def, held against a program.

The programs state of each of their leaks which row speaks of it, a word that the advice must have,
and the place where a person has to look. Mended as the row says, they have no finding.
"""

import ast
import collections
import re

from . import field, recipe

TABLE = recipe.PROJECT / "inspector" / "detect" / "describe" / "advice.def"
ROW = re.compile(r"^ADVICE\((\w+), GT_(\w+), \w+,(.*?)\)\n(?=\n|ADVICE|/\*)", re.MULTILINE | re.DOTALL)
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')

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


def _place(leak, folder):
    """As the advice has to say it."""
    if "line" not in leak:
        return None
    return f"{leak.get('how', 'at')} {leak['function']} ({folder}{leak['file']}:{leak['line']})"


def _says(finding, leak, folder, symbols):
    """What is missing in a finding's advice for a leak; None when it is another's."""
    row = ROWS[leak["row"]]
    found = _is_of(finding["advice"], row)
    if finding["kind"] != row.kind or not found:
        return None
    place, reported = found
    elsewhere = place is None or "@v" in place  # in a dependency
    if place != _place(leak, folder) and ("line" in leak or not elsewhere):
        return f"is at {place}"
    if leak["says"] not in finding["advice"]:
        return f"does not say {leak['says']}"
    if symbols == "dwarf" and reported != leak.get("name", reported):
        return f"names {reported}"
    return ""


# What is kept in the test's module lies in a folder of it; a module of its own is its own top.
OWN_MODULE = "advice_modules"
# Timers as up to Go 1.22, and as a go.mod of that time asks for.
OLD_TIMERS = {"versions": ["1.22.12", "1.24.13", recipe.LOCAL], "language": "1.22"}


def _check(case, way="", mended="fixed"):
    """Each leak has its advice, and no finding is of anything else."""
    report, leaks = case.report(way), case.core(way).truth["leaks"]
    strays = list(report["findings"])
    wrong = []
    for leak in leaks:
        folder = "" if case.name == OWN_MODULE else f"{case.name}/"
        answers = [(each, _says(each, leak, folder, case.symbols)) for each in report["findings"]]
        right = [each for each, answer in answers if answer == ""]
        if not right:
            near = [(answer, each["advice"]) for each, answer in answers if answer]
            wrong.append(f"{leak}: {near}")
        strays = [each for each in strays if each not in right]
    strays = [(each["title"], each["advice"]) for each in strays]
    assert not wrong and not strays, "\n".join(["", *wrong, *map(str, strays)])
    assert case.report(mended)["findings"] == []


@field.cases("advice")
def test_advice_is_of_its_row_and_place(case):
    _check(case)


@field.cases("advice_modules")
def test_advice_of_modules(case):
    _check(case)


@field.cases("advice_timers", **OLD_TIMERS)
def test_advice_of_old_timers(case):
    _check(case)


@field.cases("advice_sampled", symbols=["dwarf"])
def test_samples_tell_where_memory_was_allocated(case):
    _check(case)


@field.cases("advice_finalizers")
def test_advice_of_finalizers(case):
    _check(case)


@field.cases("advice_finalizers", versions=[recipe.LOCAL, "1.27.4"])
def test_advice_of_cleanups(case):
    _check(case, "cleanup", "cleaned")


def test_each_row_has_a_program():
    runs = [
        field.core("advice"),
        field.core("advice_modules"),
        field.core("advice_timers", language="1.22"),
        field.core("advice_finalizers"),
        field.core("advice_finalizers", "1.22.12"),
        field.core("advice_finalizers", way="cleanup"),
        field.core("tokens"),
        field.core("tickets"),
        field.core("unanswered"),
        field.core("distant", way="http"),
        field.core("unclosed"),
        field.core("islands"),
        field.core("distant_modules", way="grpc"),
    ]
    assert set(ROWS) == {leak["row"] for run in runs for leak in run.truth["leaks"]}
