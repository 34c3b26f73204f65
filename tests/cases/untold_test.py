"""State behind words whose types do not say what they lead to: slices of maps, reflect.Value,
sync.Pool, labels, attributes of log/slog; a tree that a stripped program has no type for; and frames
of generic functions."""

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


def _findings(case, size):
    """Those of documents of a size, by which the program tells who keeps them."""
    findings = case.report()["findings"]
    return [each for each in findings if each["instances"][0]["block"]["size"] == size]


# How many documents of a size there are, and whether a stripped program says what keeps them: it does
# not for lists of pointers alone in a frame, an array in a package variable, or up to Go 1.23 a map
# of one bucket.
DOCUMENTS = {
    8 << 10: (80, True),
    12 << 10: (80, True),
    16 << 10: (80, True),
    20 << 10: (80, False),
    24 << 10: (80, True),
    28 << 10: (80, True),
    32 << 10: (80, False),
    40 << 10: (8, False),
    48 << 10: (16, True),
}


@field.cases("untold", VERSIONS)
def test_documents_are_found(case):
    for size, (count, known) in DOCUMENTS.items():
        findings = _findings(case, size)
        assert {each["kind"] for each in findings} == {"substring"}
        if known or case.symbols == "dwarf":
            assert {each["confidence"] for each in findings} == {"proven"}, size
        assert sum(each["count"] for each in findings) == count
        assert field.near(sum(each["bytes_freed"] for each in findings), count * size)
    assert field.near(case.report()["leaks_total"]["bytes"], case.freed())


@field.cases("untold", VERSIONS, ["dwarf"])
def test_variables_of_generic_frames_have_real_types(case):
    """Two calls of one function, whose dictionaries tell them apart."""
    found = {each["path"][0]["type"]: each for each in _findings(case, 20 << 10)}
    assert found.keys() == {"*main.link[*main.letter]", "*main.link[*main.parcel]"}
    for finding in found.values():
        assert finding["count"] == 40
        assert finding["path"][0]["what"].endswith("variable first")


@field.cases("untold", VERSIONS)
def test_twin_has_no_finding(case):
    assert case.report("fixed")["findings"] == []
