"""Goroutines' descriptors (runtime.g) are reported beside what a finding frees.

A fix has two truths: when the goroutines end the runtime keeps their descriptors, which `bytes_freed`
leaves out; a program that never started them has none, which is `descriptor_bytes` more.
"""

from . import field


def _sum(case, *fields):
    return sum(finding[name] for finding in _findings(case) for name in fields)


def _findings(case):
    return [each for each in case.report()["findings"] if each["kind"] == "hung-goroutine"]


@field.cases("descriptors")
def test_what_ends_frees(case):
    """The program lets its goroutines go, and measures what its heap loses."""
    ended = case.core("ending").truth["ended"]
    assert field.near(_sum(case, "bytes_freed") - _sum(case, "stack_bytes"), ended, floor=0)


@field.cases("descriptors")
def test_what_never_starts_frees_its_descriptors_too(case):
    both = _sum(case, "bytes_freed", "descriptor_bytes") - _sum(case, "stack_bytes")
    assert field.near(both, case.freed(), floor=0)


@field.cases("descriptors")
def test_each_goroutine_has_its_descriptor(case):
    for finding in _findings(case):
        assert 384 <= finding["descriptor_bytes"] / finding["count"] <= 512
        assert f"{finding['count']} goroutines" in finding["title"]


@field.cases("descriptors", symbols=["dwarf"])
def test_the_text_says_that_they_stay(case):
    assert "of goroutine descriptors stay, for new goroutines" in case.text()
    assert "goroutine descriptors stay" in " ".join(case.text("", "--format=markdown").split())


@field.cases("descriptors")
def test_nothing_is_told_of_goroutines_that_ended(case):
    for way in ("fixed", "ending"):
        assert case.report(way)["findings"] == []
