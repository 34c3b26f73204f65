"""Values inside other objects: `find` counts them apart, as the program counts them itself."""

import csv
import io

from . import field, tool
from .finding import find, run, truth

BOTH_MAPS = ["1.22.12", "1.27.4"]  # buckets, and Swiss tables
described = field.cases("within", BOTH_MAPS, ["dwarf"])
LOCAL = field.Case("within", "1.27.4", "dwarf")


def rows(case, *options):
    return {row["address"]: row for row in find(case, "main.point", None, "--top=all", *options)["inside"]["rows"]}


@described
def test_counts_are_the_programs(case):
    """Elements by length, entries of maps, fields at any depth, the queue of a channel; each once."""
    for where, count in truth(case)["counted"].items():
        found = find(case, "main.point", where, "--top=all")
        inside = found["inside"]
        assert inside["values"] == truth(case)["counted"][""]
        assert inside["matches"] == count == len(inside["rows"]), where
        assert len({row["address"] for row in inside["rows"]}) == count
        assert inside["blocks"] == len({row["block"]["address"] for row in inside["rows"]})
        assert inside["not_in_core"] == inside["through_nil"] == inside["left_out"] == 0
        assert found["instances"]["objects"] == truth(case)["wholes"]
    assert inside["bytes"] == 16 * inside["values"]
    assert inside["spare"] >= truth(case)["spare"] and inside["uncertain"] == 0


def test_a_stripped_binary_counts_no_more():
    """It misses what has no type there, and says so."""
    case = field.Case("within", "1.27.4", "stripped")
    found = find(case, "main.point", None, "--top=all")
    inside = found["inside"]
    count = truth(case)["counted"][""]
    assert 0.9 * count <= inside["values"] <= count
    assert any("no known type" in note for note in found["notes"])


@described
def test_each_has_its_block_and_place(case):
    found = rows(case)
    for address, place, block in (("line", "[0]", "line"), ("line17", "[17]", "line")):
        row = found[truth(case)[address]]
        assert (row["place"], row["block"]["address"]) == (place, truth(case)[block])
        assert row["block"]["type"] == "[]main.point"
    assert found[truth(case)["tail"]]["place"] == "[50]"
    corner, to = found[truth(case)["corner"]], found[truth(case)["to"]]
    assert (corner["place"], to["place"]) == (".corners[2]", ".side.to")
    assert corner["block"] == to["block"] and corner["block"]["type"] == "main.board"
    assert corner["block"]["address"] == truth(case)["board"]
    places = [row["place"] for row in found.values()]
    assert places.count("key of an entry") == 2000
    assert places.count("value of an entry") == 2000 + 2 * 5
    assert places.count(".point") == 30


@described
def test_a_block_retains_what_object_says(case):
    """Largest first; what a block retains is not the value's alone."""
    listed = find(case, "main.point")["inside"]
    retained = [row["block"]["retained_bytes"] for row in listed["rows"]]
    assert len(retained) == 30 and retained == sorted(retained, reverse=True)
    assert listed["left_out"] == truth(case)["counted"][""] - 30
    first = listed["rows"][0]["block"]
    made = case.core()
    alone = tool.parsed(
        tool.run("object", made.path, first["address"], "--exe", field.exe_of(made, case.symbols), "--format=json"),
        "gotopsy-object/1",
    )
    assert first["retained_bytes"] == alone["heap"]["retained_bytes"]


def test_types_of_other_depths():
    """A part that contains the part, what shares tiny blocks, a type without any object."""
    assert find(LOCAL, "main.segment")["inside"]["values"] == truth(LOCAL)["segments"]
    cells = find(LOCAL, "main.cell", "col == 7")
    assert cells["instances"]["objects"] == 0 and cells["inside"]["matches"] == truth(LOCAL)["cells"]
    assert cells["inside"]["rows"][0]["place"] == "in a tiny block"


def test_text_and_csv():
    text = run(LOCAL, "main.point", "--where", "x >= 100", "--width=200").out
    counted = truth(LOCAL)["counted"]
    assert f"in other objects: {counted['']:,} more values" in text
    assert f"where x >= 100: {counted['x >= 100']:,} of {counted['']:,}" in text
    assert "beyond the length of every live slice" in text
    lines = list(csv.DictReader(io.StringIO(run(LOCAL, "main.point", "--format=csv", "--top=all").out)))
    inside = [line for line in lines if line["block"]]
    assert len(inside) == counted[""] and len(lines) - len(inside) == truth(LOCAL)["wholes"]
    assert all(line["retained_bytes"] == "" and line["place"] for line in inside)
