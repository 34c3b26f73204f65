"""Goroutines that others could answer, and have not, for as long as the process lives."""

from . import field, recipe


@field.cases("pending")
def test_lost_answers(case):
    finding = field.the_finding(case.report(), "hung-goroutine")
    assert finding["confidence"] == "suspect"
    assert finding["count"] == case.core().truth["many"] and "main.invoke" in finding["title"]
    assert "more and more" in finding["title"] and "may still end them" in finding["doubt"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], case.freed())


@field.cases("pending")
def test_a_burst_is_none(case):
    """As many, which wait for the same, and none of them for long."""
    assert case.report("burst")["findings"] == []
    assert case.report("fixed")["findings"] == []


@field.cases("pending", versions=[recipe.LOCAL])
def test_slots_that_nobody_gives_back(case):
    finding = field.the_finding(case.report("slots"), "hung-goroutine")
    assert finding["confidence"] == "suspect" and "main.queue" in finding["title"]
    assert finding["count"] == case.core().truth["many"] - 4
    heap = case.core("slots").truth["heap"] - case.core("fixed").truth["heap"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], heap)
