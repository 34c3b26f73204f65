"""An HTTP server in the middle of its work: nearly all of its heap is typed, and judged."""

from . import field


def kept_by_leak(case):
    """The program's "leak" is one more way to run: alone it leaks nothing."""
    return case.core("leak").truth["heap"] - case.core("fixed").truth["heap"]


@field.cases("webserver")
def test_is_typed(case):
    assert field.typed_share(case.report("fixed")) >= 0.97


@field.cases("webserver")
def test_is_judged(case):
    report = case.report("fixed")
    assert report["coverage"]["undecided_bytes"] < 0.01 * report["live"]["bytes"]


@field.cases("webserver")
def test_twin_has_no_finding(case):
    for finding in case.report("fixed")["findings"]:
        assert finding["kind"] not in {"substring", "subslice", "lost-elements"}, finding["title"]


@field.cases("webserver")
def test_finding(case):
    finding = field.the_finding(case.report("leak"), "substring")
    assert finding["count"] == 400
    assert field.near(finding["bytes_freed"], kept_by_leak(case), share=0.05, floor=64 << 10)
