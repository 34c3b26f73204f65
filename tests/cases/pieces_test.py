"""Small parts that keep much: of arrays that do not fill their slots, of slabs, of a frame's queue, of
what a table interns and a long list holds. The truth of their sum is the leaking run's heap less that
of the fixed one; their numbers are the program's constants."""

from . import field, recipe

COUNTS = {
    "lost-elements": [1, 60],
    "subslice": [150, 200],
    "substring": [300],
}
cases = field.cases("pieces", versions=["1.22.12", recipe.LOCAL])
named = field.cases("pieces", versions=["1.22.12", recipe.LOCAL], symbols=["dwarf"])


def _one(report, kind, count):
    (finding,) = [
        each for each in report["findings"] if (each["kind"], each["count"]) == (kind, count)
    ]
    return finding


@cases
def test_each_is_found(case):
    report = case.report()
    for kind, counts in COUNTS.items():
        found = sorted(each["count"] for each in report["findings"] if each["kind"] == kind)
        assert found == counts, (kind, found)
    assert field.near(report["leaks_total"]["bytes"], case.freed())
    assert sum(each["bytes_freed"] for each in report["findings"]) == report["leaks_total"]["bytes"]


@cases
def test_all_is_analysed(case):
    """Also what the compressors hold."""
    assert case.report()["coverage"]["undecided_bytes"] < 16 << 10


@cases
def test_a_frame_without_names_may_be_in_a_loop(case):
    queue = _one(case.report(), "lost-elements", 1)
    if case.symbols == "dwarf":
        assert queue["confidence"] == "likely"
        assert "slots of queue" in queue["advice"]
    else:
        assert queue["confidence"] == "suspect"
        assert "loop" in queue["doubt"]


@named
def test_advice_names_the_place(case):
    report = case.report()
    table = _one(report, "substring", 300)
    assert "the keys and values of main.interner.table:" in table["advice"]
    assert "also held by" not in table["title"]
    mail = _one(report, "subslice", 200)
    assert mail["advice"].startswith("store a copy in main.inbox.pending:")
    slab = _one(report, "subslice", 150)
    assert "element in main.tracer.kept" in slab["advice"]


@cases
def test_each_holder_is_told_once(case):
    report = case.report()
    addresses = [each["address"] for each in report["holders"] if each["address"]]
    assert len(addresses) == len(set(addresses))
    assert sum(each["bytes"] for each in report["holders"]) <= report["live"]["bytes"]


@cases
def test_twin_has_no_finding(case):
    report = case.report("fixed")
    assert report["findings"] == []
    assert field.near(report["live"]["bytes"], case.core("fixed").truth["heap"])
