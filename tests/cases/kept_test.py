"""What is kept where a stripped binary has no type for the owner, and empty buffers."""

from . import field

FREE = 40 * (32 << 10)  # buffers of length 0


@field.cases("kept")
def test_each_kind_is_one_finding(case):
    """A list's first nodes are of the finding of its others, and a short name is one."""
    report = case.report()
    found = sorted((each["kind"], each["count"]) for each in report["findings"])
    assert found == [("lost-elements", 30), ("subslice", 100), ("substring", 8), ("substring", 300)]
    assert field.near(report["leaks_total"]["bytes"], case.freed())


@field.cases("kept")
def test_buffers_of_length_0_are_set_aside(case):
    report = case.report("fixed")
    assert report["findings"] == []
    (row,) = report["set_aside"]
    assert row["bytes"] == FREE and row["count"] == 40


@field.cases("kept")
def test_what_a_parameter_holds_is_judged(case):
    """A stripped binary still tells which words of a frame are one argument."""
    report = case.report("fixed")
    assert report["coverage"]["undecided_bytes"] < 0.01 * report["live"]["bytes"]
