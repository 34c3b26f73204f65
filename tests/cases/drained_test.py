"""Queues and stacks that are nearly empty. What was taken from them is lost elements; their arrays
are at work. The truth is the leaking run's heap less that of the fixed one."""

from . import field, recipe

VERSIONS = ["1.22.12", recipe.LOCAL]
cases = field.cases("drained", VERSIONS)
COUNT = 40 * 60  # slots of each


@cases
def test_what_was_taken_is_lost(case):
    report = case.report()
    assert {each["kind"] for each in report["findings"]} == {"lost-elements"}
    assert sum(each["count"] for each in report["findings"]) == 80
    for finding in report["findings"]:
        assert f"{COUNT:,} pointer slots of 40 backing arrays" in finding["title"]
    assert field.near(report["leaks_total"]["bytes"], case.freed())


@cases
def test_empty_slots_are_no_leak(case):
    report = case.report("fixed")
    assert report["findings"] == []
    rows = report["set_aside"]
    assert sorted(row["count"] for row in rows) == [40, 40]
    assert all("not in use, as queues and stacks" in row["reason"] for row in rows)
