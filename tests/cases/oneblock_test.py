"""A block that several variables hold parts of is one finding."""

from . import field


@field.cases("oneblock")
def test_each_block_counts_once(case):
    report = case.report()
    lost = field.the_finding(report, "lost-elements")
    text = field.the_finding(report, "substring")
    assert lost["count"] == 1 and text["count"] == 400
    packets = [each for each in report["findings"] if each["kind"] == "subslice"]
    assert [each["count"] for each in packets] == [300]
    freed = sum(each["bytes_freed"] for each in report["findings"])
    assert field.near(freed, case.freed())
    assert field.near(report["leaks_total"]["bytes"], case.freed())


@field.cases("oneblock", symbols=["dwarf"])
def test_other_holders_are_named(case):
    """To mend one of them alone frees nothing."""
    title = field.the_finding(case.report(), "substring")["title"]
    assert "also held by" in title


@field.cases("oneblock", symbols=["dwarf"])
def test_advice_names_each_place(case):
    """Each of them alone keeps the block."""
    report = case.report()
    advice = field.the_finding(report, "substring")["advice"]
    places = ["the keys of main.users", "main.user.name", "main.user.alias", "main.joined"]
    assert all(f"in {place}" in advice for place in [*places, "main.event.who"]), advice
    advice = field.the_finding(report, "subslice")["advice"]
    assert all(f"in {place}" in advice for place in ["main.packet.checksum", "main.route.address"])


@field.cases("oneblock")
def test_twin_has_no_finding(case):
    report = case.report("fixed")
    assert report["findings"] == []
    assert field.near(report["live"]["bytes"], case.core("fixed").truth["heap"])
