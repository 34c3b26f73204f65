"""State behind pointers to static data: `var jobs = &queue{}`."""

from . import field


@field.cases("statics")
def test_twin_has_no_finding(case):
    report = case.report("fixed")
    assert report["findings"] == []
    assert field.near(report["live"]["bytes"], case.core("fixed").truth["heap"])
