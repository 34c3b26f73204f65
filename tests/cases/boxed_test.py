"""Slices that only a pointer of a package variable leads to. Without debug information nothing names
their types, and several types of the program fit; how wide elements may be bounds what they use."""

from . import field

VERSIONS = ["1.22.12", "1.27.4"]
LEAKS = 11  # variables; a struct of two slices is two


def slices(report):
    return [finding for finding in report["findings"] if finding["kind"] == "subslice"]


def total(findings):
    return sum(finding["bytes_freed"] for finding in findings)


@field.cases("boxed", VERSIONS, ["dwarf"])
def test_typed_slices(case):
    found = slices(case.report())
    assert len(found) == LEAKS + 1
    assert field.near(total(found), case.freed())


@field.cases("boxed", VERSIONS, ["stripped"])
def test_slices_of_unknown_types(case):
    """All are found. They keep at least what the widest elements that are possible leave out."""
    found = slices(case.report())
    assert {finding["confidence"] for finding in found} <= {"likely", "proven"}
    assert 0.9 * case.freed() <= total(found) <= 1.01 * case.freed()
    blocks = sum(finding["count"] for finding in found)
    assert blocks == 10 * 20 + 2


@field.cases("boxed", VERSIONS)
def test_twin_has_no_finding(case):
    assert case.report("fixed")["findings"] == []
