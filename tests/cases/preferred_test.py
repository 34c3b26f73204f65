"""A path begins at a variable that has a name, though a word of a frame without one is a step nearer."""

from . import field, tool

CASES = field.cases("preferred", symbols=["dwarf"])


def _paths(case, name, kind):
    done = case.run("paths", "", case.core().truth[name], "--format=json", "--max=9")
    paths = tool.parsed(done, "gotopsy-paths/1")["paths"]
    return [path["path"][0]["what"] for path in paths if path["kind"] == kind]


@CASES
def test_a_variable_of_a_frame_comes_before_an_unnamed_word(case):
    first, second, *_ = _paths(case, "second", "goroutine")
    assert first == "main.hold variable kept", (first, second)
    assert second == "main.send value being sent"


@CASES
def test_a_package_variable_comes_before_an_unnamed_word(case):
    assert _paths(case, "first", "global") == ["global main.registry"]
    rows = tool.parsed(case.run("find", "", "main.page", "--format=json"), "gotopsy-find/1")["rows"]
    held = {row["address"]: row["held_by"] for row in rows}
    assert held[case.core().truth["first"]] == "main.box.page"
