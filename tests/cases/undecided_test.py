"""What cannot be judged, or is set aside, is reported with its bytes, its reason and its holder."""

from . import field

cases = field.cases("undecided", symbols=["dwarf"])


def row_of(report, holder, reason="unsafe.Pointer"):
    (row,) = [row for row in report["undecided"] if row["holder"] == holder and row["bytes"] > 1024]
    assert row["reason"] == reason
    return row


@cases
def test_alike_blocks_are_one_row(case):
    row = row_of(case.report(), "main.page.base")
    assert row["count"] == 6
    assert row["bytes"] == case.core().truth["pages"]
    assert row["block"]["size"] == case.core().truth["page"]
    assert row["word"]["address"]
    assert field.path_of(row).startswith("global main.arena")
    assert row["retained_bytes"] == 0


@cases
def test_what_hangs_off_a_block_is_counted(case):
    truth = case.core().truth
    report = case.report()
    row = row_of(report, "global main.work.array")
    assert field.near(row["bytes"], truth["array"]) and row["block"]["type"] == "*main.job"
    assert field.near(row["retained_bytes"], truth["jobs"])
    assert field.path_of(row) == "global main.work .array"


@cases
def test_what_an_object_of_unknown_type_leads_to(case):
    holder = "an object that global main.handle leads to"
    row = row_of(case.report(), holder, "pointer of unknown type")
    assert row["count"] == 1 and row["bytes"] == case.core().truth["page"]
    assert row["word"]["address"]


@cases
def test_findings_and_rows_do_not_overlap(case):
    """The page of a goroutine that hangs is that finding's."""
    report = case.report()
    truth = case.core().truth
    hung = field.the_finding(report, "hung-goroutine")
    assert hung["bytes_freed"] - hung["stack_bytes"] >= truth["page"]
    reported = sum(row["bytes"] for row in report["undecided"])
    assert report["coverage"]["undecided_bytes"] == reported
    assert field.near(reported, truth["pages"] + truth["array"] + truth["page"])


@cases
def test_spare_capacity_is_set_aside(case):
    report = case.report()
    (row,) = report["set_aside"]
    assert row["count"] == 12 and field.near(row["bytes"], case.core().truth["spare"])
    assert report["coverage"]["set_aside_bytes"] >= row["bytes"]
    assert "bytes.Buffer" in row["reason"] and row["holder"] == "bytes.Buffer.buf"
    assert field.path_of(row).startswith("global main.idle")


@cases
def test_other_spare_capacity_is_not(case):
    """A variable of a package is no pool."""
    finding = field.the_finding(case.report("spare"), "subslice")
    assert finding["confidence"] == "suspect" and finding["bytes_freed"] == (1 << 20) - 10
    assert field.path_of(finding) == "global main.scratch"


@cases
def test_pages_say_so(case):
    text = case.text()
    assert "not found: tickers, finalizer cycles, deferred calls\n" in text
    assert "perhaps missed: substrings, subslices, lost slice elements: 1.8 MiB were not" in text
    assert "unsafe.Pointer in main.page.base (1.5 MiB in 6 blocks)" in text
    assert "set aside: 1.5 MiB of spare capacity in 12 blocks, kept for reuse by bytes.Buffer" in text
    full = case.text("", "--coverage")
    assert "held by global main.work.array main.ring" in full
    markdown = case.run("report", "", "--format=markdown").out
    assert "held by global main.work.array main.ring" in markdown


@field.cases("undecided", symbols=["dwarf"])
def test_twin_has_nothing_of_it(case):
    report = case.report("fixed")
    assert report["findings"] == [] and report["set_aside"] == []
    assert report["coverage"]["undecided_bytes"] < 64 << 10
    assert "not found: substrings, subslices, lost slice elements" in case.text("fixed")
