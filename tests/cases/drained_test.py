"""Queues and stacks that are nearly empty. What was taken from them is lost elements. Arrays whose
slots were cleared are at work. The truth is the leaking run's heap less that of the fixed one."""

from . import field, recipe

VERSIONS = ["1.22.12", recipe.LOCAL]
cases = field.cases("drained", VERSIONS)
COUNT = 40 * 60  # slots of each


@cases
def test_what_was_taken_is_lost(case):
    lost = [each for each in case.report()["findings"] if each["kind"] == "lost-elements"]
    assert sum(each["count"] for each in lost) == 80
    for finding in lost:
        assert f"{COUNT:,} pointer slots of 40 backing arrays" in finding["title"]
    assert field.near(sum(each["bytes_freed"] for each in lost), case.freed())


@cases
def test_cleared_slots_are_no_leak(case):
    report = case.report("fixed")
    assert report["findings"] == []
    rows = report["set_aside"]
    assert sorted(row["count"] for row in rows) == [40, 40]
    assert all("cleared slots, as queues and stacks" in row["reason"] for row in rows)
