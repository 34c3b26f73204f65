"""A word of an interrupted goroutine's frame, which may be stale, points into what leaks."""

from . import field


def findings(case):
    report = case.report()
    return [field.the_finding(report, kind) for kind in ("lost-elements", "substring")]


@field.cases("stale")
def test_finding_stands_with_a_doubt(case):
    lost, text = findings(case)
    assert field.near(lost["bytes_freed"] + text["bytes_freed"], case.freed())
    for finding in lost, text:
        assert finding["confidence"] in ("likely", "suspect")
        assert "main.spin" in finding["doubt"] and "stale" in finding["doubt"]


@field.cases("stale")
def test_holders(case):
    lost, text = findings(case)
    if case.symbols == "dwarf":
        assert field.path_of(lost) == "global main.todo .waiting"
        assert field.path_of(text) == "global main.token"


@field.cases("stale")
def test_twin_has_no_finding(case):
    report = case.report("fixed")
    assert report["findings"] == []
    assert field.near(report["live"]["bytes"], case.core("fixed").truth["heap"])
