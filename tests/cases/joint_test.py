"""Sums are joint: memory that two findings speak of goes once."""

from . import field


@field.cases("joint")
def test_total_is_what_the_fix_frees(case):
    report = case.report()
    assert field.near(report["leaks_total"]["bytes"], case.freed())
    assert report["leaks_total"]["bytes"] <= report["live"]["bytes"]
    assert sum(finding["bytes_freed"] for finding in report["findings"]) <= report["live"]["bytes"]
    assert field.near(field.the_finding(report, "lost-elements")["bytes_freed"], case.freed())


@field.cases("joint")
def test_what_hung_goroutines_keep_is_theirs(case):
    """Also the lines, of which they use a few bytes."""
    report = case.report("hung")
    hung = field.the_finding(report, "hung-goroutine")
    assert hung["count"] == 512 and hung["bytes_freed"] == report["leaks_total"]["bytes"]
    assert [finding["kind"] for finding in report["findings"]] == ["hung-goroutine"]
    heap = hung["bytes_freed"] - hung["stack_bytes"]
    assert 512 * 4000 < heap <= report["live"]["bytes"]


@field.cases("joint", versions=field.VERSIONS[-1:])
def test_instances(case):
    """All of them are reported when all are asked for."""
    some = field.the_finding(case.report("", "--instances=1"), "lost-elements")
    every = field.the_finding(case.report("", "--instances=all"), "lost-elements")
    assert len(some["instances"]) == 1 and len(every["instances"]) == every["count"]


@field.cases("joint")
def test_twin_has_no_lost_elements(case):
    """Twelve names are left of long lines: too little to tell. Cleared slots are no leak."""
    report = case.report("fixed")
    assert report["findings"] == []
    assert [smaller["kind"] for smaller in report["smaller"]] == ["substring"]
    for rule, status in {"substring": 1, "lost-elements": 0, "any": 0}.items():
        assert case.run("report", "fixed", "--quiet", f"--fail-on={rule}").status == status
