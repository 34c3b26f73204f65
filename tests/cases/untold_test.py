"""State behind words whose types do not say what they lead to: slices of maps, reflect.Value,
sync.Pool, labels; and a tree that a stripped program has no type for."""

from . import field

VERSIONS = ["1.22.12", "1.27.4"]


@field.cases("untold", VERSIONS)
def test_what_words_lead_to_is_typed(case):
    assert field.typed_share(case.report()) >= 0.97


@field.cases("untold", VERSIONS)
def test_nearly_all_is_judged(case):
    """Arrays of bytes in a pool, too, which nothing but its queue leads to."""
    report = case.report()
    assert report["coverage"]["undecided_bytes"] < 0.01 * report["live"]["bytes"]


@field.cases("untold", VERSIONS)
def test_documents_are_found(case):
    report = case.report()
    found = {each["instances"][0]["block"]["size"]: each for each in report["findings"]}
    assert found.keys() == {8 << 10, 12 << 10, 16 << 10}
    for size, finding in found.items():
        assert (finding["kind"], finding["count"], finding["confidence"]) == ("substring", 80, "proven")
        assert field.near(finding["bytes_freed"], 80 * size)
    assert field.near(report["leaks_total"]["bytes"], case.freed())


@field.cases("untold", VERSIONS)
def test_twin_has_no_finding(case):
    assert case.report("fixed")["findings"] == []
