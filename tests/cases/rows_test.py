"""The first fields of a line, with the slice of all of them behind."""

from . import field

VERSIONS = ["1.22.12", field.recipe.LOCAL]


@field.cases("rows", VERSIONS)
def test_strings_in_spare_capacity_use_nothing(case):
    """Only a slice that grows over them again can read them, so the line is used by the row's own."""
    report = case.report()
    slices = field.the_finding(report, "subslice")
    lines = field.the_finding(report, "substring")
    assert slices["confidence"] == "suspect" and slices["count"] == 400
    assert lines["confidence"] == "likely" and lines["count"] == 400
    assert field.near(report["leaks_total"]["bytes"], case.freed())


@field.cases("rows", VERSIONS)
def test_twin_has_no_finding(case):
    report = case.report("fixed")
    assert report["findings"] == []
    assert field.near(report["live"]["bytes"], case.core("fixed").truth["heap"])
