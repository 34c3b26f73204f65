"""`gotopsy find`: objects of a type by conditions on their fields, as the program counts them itself."""

import csv
import io

import pytest

from . import field, recipe, tool
from .finding import find, run, truth

BOTH_MAPS = ["1.22.12", "1.27.4"]  # buckets, and Swiss tables
inspected = field.cases("inspected", BOTH_MAPS)
LOCAL = field.Case("inspected", recipe.LOCAL, "dwarf")


def refused(case, kind, where, *options):
    done = run(case, kind, "--where", where, *options)
    assert done.status == 2 and done.out == "" and done.err.count("\n") == 1, done
    return done.err


@inspected
def test_counts_are_the_programs(case):
    """Of all objects of a type, and of those that meet each condition."""
    for where, count in truth(case)["counted"].items():
        found = find(case, "main.item", where, "--top=all")
        assert found["instances"]["objects"] == truth(case)["items"]
        assert found["matches"]["objects"] == count == len(found["rows"]), where
        for each in found["conditions"]:
            assert sum(each[key] for key in ("met", "not_met", "not_in_core", "through_nil")) == truth(case)["items"]


@inspected
def test_what_cannot_be_compared_is_counted(case):
    found = find(case, "main.item", "next.next.next.n >= 0")
    assert found["through_nil"] == truth(case)["through_nil"] and found["not_in_core"] == 0
    assert found["matches"]["objects"] == truth(case)["items"] - truth(case)["through_nil"]
    text = run(case, "main.item", "--where", "next.next.next.n >= 0").out
    assert f"{truth(case)['through_nil']} of 1,000 cannot be compared" in text


@inspected
def test_all_kinds_of_fields(case):
    """Of the one account, whose fields are known."""
    for where in (
        "id == 4711 && balance == 12.5 && balance < 12.6",
        f"len(name) == {truth(case)['name_bytes']}",
        "open && open == true && open != false",
        "len(codes) == 3 && cap(codes) == 3",
        "owner.age == 52 && len(owner.photo) == 409600 && owner != nil",
        f"owner == {truth(case)['owner']}",
        "len(tags) == 2 && cap(tags) == 3 && len(tags) < cap(tags)",
        f"len(limits) == {truth(case)['limits']} && len(notes) == {truth(case)['notes']}",
        "len(events) == 2 && cap(events) == 5",
        "extra != nil && guest != nil && failure != nil && close != nil && none == nil",
    ):
        assert find(case, "main.account", where)["matches"]["objects"] == 1, where
    for where in ("!open", "balance > 12.5", "owner == nil", "none != nil", "extra == nil", "id < 0"):
        assert find(case, "main.account", where)["matches"]["objects"] == 0, where


@inspected
def test_retained_and_holders(case):
    """The largest first, each with what holds it, and what all of them keep together."""
    found = find(case, "main.item")
    first, *others = found["rows"]
    assert first["address"] == truth(case)["item7"] and first["retained_bytes"] >= truth(case)["heavy"]
    assert [row["retained_bytes"] for row in others] == sorted((row["retained_bytes"] for row in others), reverse=True)
    assert len(found["rows"]) == 30 and found["left_out"] == truth(case)["items"] - 30
    alone = tool.parsed(
        tool.run("object", case.core().path, truth(case)["item7"], "--exe", field.exe_of(case.core(), case.symbols), "--format=json"),
        "gotopsy-object/1",
    )
    assert first["retained_bytes"] == alone["heap"]["retained_bytes"]
    (heap,) = [
        row
        for row in tool.parsed(case.run("heap", "", "--top=all", "--format=json"), "gotopsy-heap/1")["rows"]
        if row["name"] == "main.item"
    ]
    together = found["matches"]
    assert (together["objects"], together["bytes"]) == (heap["objects"], heap["bytes"])
    assert (together["retained_bytes"], together["retained_objects"]) == (heap["retained_bytes"], heap["retained_objects"])
    if case.symbols == "dwarf":
        assert first["held_by"] == "main.list" and first["path"][0]["what"] == "global main.list"
        assert find(case, "main.account")["rows"][0]["held_by"] == "main.bank"


@inspected
def test_names_of_types(case):
    """Whole, the end of one, with a star; arrays, maps and channels by their own names."""
    for name in ("main.item", "item", "*main.item", "*item"):
        assert find(case, name)["type"] == "main.item"
    for name, where, matches in (
        ("map[int]*main.person", f"len(.) == {truth(case)['vault']}", 1),
        ("chan int", "cap(.) == 5 && len(.) == 2", 1),
        ("[]*main.item", None, 1),
    ):
        assert find(case, name, where)["matches"]["objects"] == matches, name
    done = run(case, "main.itm")
    assert done.status == 2 and "did you mean main.item" in done.err
    assert done.err.endswith("? See gotopsy --help\n")


def test_errors_point_at_the_column():
    for where, column, words in (
        ("n >> 3", 4, "expected a field"),
        ("n > 1 && nn > 2", 10, "no field 'nn'; did you mean n"),
        ("n.x > 2", 3, "no struct"),
        ("len(n) > 2", 1, "int64 has no len()"),
        ("cap(next) > 2", 1, "has no cap()"),
        ("n == nil", 1, "compare it with a number"),
        ("next == true", 1, "nil or an address"),
        ("next < 3", 6, "only numbers have an order"),
        ("data == 3", 1, "len() of a slice"),
        ("next", 1, "nil or an address"),
        ("len(data) == nil", 1, "a length is a number"),
    ):
        complaint = refused(LOCAL, "main.item", where)
        assert f"column {column}: " in complaint and words in complaint, complaint


def test_conditions_of_several_options_must_all_hold():
    found = find(LOCAL, "main.item", "n > 4", "--where", "n < 7")
    assert found["matches"]["objects"] == 2 and found["where"] == "n > 4 && n < 7"


def test_contents_are_compared_when_asked_for_alone():
    """Who may compare a string learns what is in it."""
    name = f"{truth(LOCAL)['secret']}-SECRET-name"
    for where in (f'name == "{name}"', f'"{name}" == name', 'name != ""'):
        complaint = refused(LOCAL, "main.account", where)
        assert "--show-data" in complaint
        assert find(LOCAL, "main.account", where, "--show-data")["matches"]["objects"] == 1
    assert find(LOCAL, "main.account", 'name == "other"', "--show-data")["matches"]["objects"] == 0
    assert "compared with a" in refused(LOCAL, "main.account", "name == name", "--show-data")


def test_rows_can_be_chosen():
    rows = find(LOCAL, "main.item", None, "--top=5")["rows"]
    assert len(rows) == 5
    large = find(LOCAL, "main.item", None, "--min-bytes=100KiB")
    assert len(large["rows"]) == 1 and large["left_out"] == 999 and large["matches"]["objects"] == 1000


def test_csv_has_a_line_for_each():
    text = run(LOCAL, "main.item", "--format=csv", "--top=all").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == truth(LOCAL)["items"] and rows[0]["address"] == truth(LOCAL)["item7"]


@pytest.mark.parametrize("symbols", ["dwarf", "stripped"])
def test_no_object_is_no_error(symbols):
    case = field.Case("inspected", recipe.LOCAL, symbols)
    found = find(case, "main.item", "n == 5000")
    assert found["matches"] == {"objects": 0, "bytes": 0, "retained_bytes": 0, "retained_objects": 0}
