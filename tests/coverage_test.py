"""Each detector has a unit test, and each row of what a goroutine can wait for is taken by a synthetic
process that tests/unit/detect makes."""

import re

from conftest import ROOT

KINDS = "inspector/kinds/kinds.def"
DETECTORS = "inspector/detect/detectors"
UNIT = "tests/unit/detect/detectors"
SYNTH = "tests/unit/synth"


def _text(path):
    return (ROOT / path).read_text()


def _without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


# ---- detectors ---------------------------------------------------------------------------------


def _detectors():
    """(kind, function) of each row."""
    row = r'^KIND\((GT_\w+),.*?(gt_detect_\w+), "'
    return re.findall(row, _text(KINDS), re.MULTILINE | re.DOTALL)


def _test_of(function):
    (name,) = [
        path.stem
        for path in (ROOT / DETECTORS).glob("*.c")
        if f"\nvoid {function}(" in path.read_text()
    ]
    return _text(f"{UNIT}/{name}_test.c")


def test_each_kind_is_found_by_the_unit_test_of_its_detector():
    rows = _detectors()
    assert len(rows) == _text(KINDS).count("\nKIND(")
    for kind, function in rows:
        assert re.search(rf"\b{kind}\b", _test_of(function)), kind


# ---- ways to block -----------------------------------------------------------------------------


def _rows(path, table):
    """The rows of a C table: the first cells of each, which are texts or NULL."""
    body = re.search(rf"\b{table}\[\w*\] = \{{\n(.*?)\n\}};", _text(path), re.DOTALL)[1]
    for row in re.findall(r"\{([^{}]*)\}", _without_comments(body)):
        yield [cell.strip('"') for cell in re.findall(r'"[^"]*"|\bNULL\b', row)]


def _ways():
    """Way to block -> (wait reason, functions on the stack)."""
    body = re.search(r"\bwaits\[\w+\] = \{\n(.*?)\n\};", _text(f"{SYNTH}/goroutines.c"), re.DOTALL)[1]
    rows = re.findall(r'\[(SYNTH_\w+)\] = \{"([^"]*)",\s*\{(.*?)\}\}', body, re.DOTALL)
    return {way: (reason, re.findall(r'"([^"]*)"', frames)) for way, reason, frames in rows}


def _base(reason):
    """Without the mark of a bubble."""
    return re.sub(r" \((durable|synctest)\)$", "", reason)


def _without_a_stack():
    """The ways that a test of the waits tries without a stack."""
    text = _text("tests/unit/runtime/waits/waits_test.c")
    body = re.search(r"without_a_stack_the_wait_reason_decides\(.*?\n}\n", text, re.DOTALL)[0]
    ways = _ways()
    return [(ways[way][0], []) for way in re.findall(r"\{(SYNTH_\w+),", body)]


def _taken(rows, takes):
    """The rows that are the first to take one of the ways."""
    ways = [*_ways().values(), *_without_a_stack()]
    firsts = (next((row for row in rows if takes(row, *way)), None) for way in ways)
    return [row for row in firsts if row]


def test_each_way_to_block_is_tried():
    body = re.search(r"enum synth_wait \{(.*?)SYNTH_WAITS", _text(f"{SYNTH}/synth.h"), re.DOTALL)[1]
    ways = re.findall(r"SYNTH_\w+", _without_comments(body))
    tried = re.findall(r"^    \[(SYNTH_\w+)\] = \{", _text(f"{UNIT}/ways_to_block_test.c"), re.MULTILINE)
    assert ways == tried
    assert set(ways) == _ways().keys()


def test_each_wait_reason_is_a_way_to_block():
    rows = list(_rows("inspector/runtime/waits/waits.c", "reasons"))
    assert len(rows) > 10

    def takes(row, reason, frames):
        name, frame = row[0], row[-1]
        return name == _base(reason) and (frame == "NULL" or frame in frames)

    taken = _taken(rows, takes)
    assert not [row for row in rows if row not in taken]


def test_each_object_of_sync_is_a_way_to_block():
    rows = list(_rows("inspector/runtime/waits/blocked.c", "of_sync"))
    assert len(rows) > 10

    def takes(row, reason, frames):
        name, functions = row
        return name in ("NULL", reason) and all(
            function in ("NULL", *frames) for function in functions.split("+")
        )

    taken = _taken(rows, takes)
    assert not [row for row in rows if row not in taken]


def test_each_wait_for_the_outside_is_a_way_to_block():
    rows = list(_rows("inspector/detect/waiting/outside.c", "rows"))
    assert len(rows) > 5
    taken = _taken(rows, lambda row, reason, frames: reason.endswith(row[0]))
    assert not [row for row in rows if row not in taken]
