"""A main goroutine that never runs again: select {}, a nil channel, or one that it alone has."""

import pytest

from . import field


@field.cases("quietmain")
@pytest.mark.parametrize("way", ["", "nil", "own"])
def test_what_it_holds_wakes_nobody(case, way):
    """Its frame is no way to the channel. It waits so on purpose, and is not reported itself."""
    report = case.report(way)
    finding = field.the_finding(report, "hung-goroutine")
    assert finding["confidence"] == "proven" and finding["count"] == case.core(way).truth["many"]
    assert 1 not in {each["goroutine"] for each in finding["instances"]}
    heap = finding["bytes_freed"] - finding["stack_bytes"]
    assert field.near(heap, case.core(way).truth["heap"] - case.core("fixed").truth["heap"])
    kinds = {each["kind"] for each in case.report("fixed")["findings"]}
    assert "hung-goroutine" not in kinds
