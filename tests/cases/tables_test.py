"""What fills the heap, in tables: each sum is the live heap, each count is the program's own."""

import collections
import csv
import dataclasses
import io
import json

from . import field, profile, tool

TYPED = field.cases("tables", symbols=["dwarf"])
ALL = field.cases("tables")
ONE = field.cases("tables", versions=[field.recipe.LOCAL], symbols=["dwarf"])


def _table(case, by="type", way="", *options):
    done = case.run("heap", way, "--by", by, "--format=json", "--top=all", *options)
    table = tool.parsed(done, "gotopsy-heap/1")
    assert table["by"] == by
    return table


def _sums(table):
    rows = table["rows"] + [table["rest"]]
    return {key: sum(row[key] for row in rows) for key in ("objects", "bytes")}


@ALL
def test_types_add_up_to_the_live_heap(case):
    table = _table(case)
    assert _sums(table) == table["live"]
    assert field.near(table["live"]["bytes"], case.core().truth["heap"])


@TYPED
def test_types_are_counted_as_the_program_counts(case):
    table = _table(case)
    reported = {row["name"]: row["objects"] for row in table["rows"]}
    wanted = case.core().truth["types"]
    assert {name: reported.get(name) for name in wanted} == wanted


@TYPED
def test_most_of_the_heap_has_a_type(case):
    table = _table(case)
    typed = sum(row["bytes"] for row in table["rows"] if not row["name"].startswith("(untyped"))
    assert typed >= 0.95 * table["live"]["bytes"]


@TYPED
def test_a_type_retains_what_goes_with_it(case):
    """Nothing but the orders holds orders, and nothing but them their array."""
    rows = {row["name"]: row for row in _table(case)["rows"]}
    assert field.near(rows["[]*main.order"]["retained_bytes"], _grown(case), floor=0)
    order = rows["main.order"]
    assert order["retained_bytes"] == order["bytes"]


@TYPED
def test_packages_are_those_of_types(case):
    table = _table(case, "package")
    assert _sums(table) == table["live"]
    stock = "gotopsy/field/tables/stock"
    (row,) = [row for row in table["rows"] if row["name"] == stock]
    of_types = [row for row in _table(case)["rows"] if f"{stock}." in row["name"]]
    assert row["objects"] == sum(row["objects"] for row in of_types)
    assert row["retained_bytes"] >= row["bytes"] == sum(row["bytes"] for row in of_types)


@TYPED
def test_the_path_of_a_package_is_whole(case):
    """Its name is not the end of the path, and storage of maps names it too."""
    depot = "gotopsy/field/tables/go-depot"
    rows = {row["name"]: row for row in _table(case, "package")["rows"]}
    assert "depot" not in rows
    of_types = [row for row in _table(case)["rows"] if f"{depot}.Crate" in row["name"]]
    assert rows[depot]["bytes"] == sum(row["bytes"] for row in of_types)
    storage = [row["bytes"] for row in of_types if "map." in row["name"]]
    assert sum(storage) > 40 * (16 + 8)  # keys and elements


@TYPED
def test_a_holder_is_named_behind_an_interface(case):
    """The array of the interface has a type with a name, but no field."""
    found = case.run("find", "", "main.wheel", "--format=json", "--top=3")
    rows = tool.parsed(found, "gotopsy-find/1")["rows"]
    assert [row["held_by"] for row in rows] == ["main.machine.parts"] * 3


@TYPED
def test_a_frames_variable_is_named_with_its_function(case):
    found = case.run("find", "", "main.cart", "--format=json")
    (row,) = tool.parsed(found, "gotopsy-find/1")["rows"]
    assert row["held_by"] == "main.main variable spare"


@ALL
def test_roots_add_up_to_the_live_heap(case):
    table = _table(case, "root")
    assert _sums(table) == table["live"]
    assert [row["kind"] for row in table["rows"]].count("several") == 1


def _grown(case):
    return case.core().truth["heap"] - case.core("fixed").truth["heap"]


@ALL
def test_a_root_holds_what_goes_with_it(case):
    """The orders are the largest of all; without debug information by the variable's place."""
    row = [row for row in _table(case, "root")["rows"] if row["kind"] != "several"][0]
    assert row["kind"] == "global"
    assert field.near(row["bytes"], _grown(case), floor=0)
    if case.symbols == "dwarf":
        assert (row["name"], row["type"]) == ("main.orders", "[]*main.order")


@ALL
def test_the_largest_branch_comes_first(case):
    rows = _table(case, "dominator")["rows"]
    (first, *others) = [row for row in rows if row["depth"] == 0]
    assert first == rows[0] and field.near(first["retained_bytes"], _grown(case), floor=0)
    assert all(row["retained_bytes"] <= first["retained_bytes"] for row in others)
    if case.symbols == "dwarf":
        assert (first["name"], first["type"]) == ("main.orders", "[]*main.order")


@TYPED
def test_a_list_is_one_row(case):
    rows = _table(case, "dominator")["rows"]
    (ints,) = [row for row in rows if row["type"] == "main.box[int]"]
    assert ints["name"] == "main.ints"
    assert ints["retained_objects"] == 700 and ints["objects"] > 1
    for above, row in zip(rows, rows[1:]):
        assert row["depth"] <= above["depth"] + 1


@TYPED
def test_siblings_that_are_alike_are_one_row(case):
    """Each of the orders is held by an element of one slice."""
    rows = _table(case, "dominator")["rows"]
    below = [row for row in rows if row["name"] == "main.orders" and row["depth"] == 1]
    (row,) = [row for row in below if row["type"] == "main.order"]
    wanted = case.core().truth["types"]["main.order"]
    assert row["count"] == row["objects"] == row["retained_objects"] == wanted
    assert row["largest_retained_bytes"] * wanted == row["retained_bytes"] == row["bytes"]
    text = case.run("heap", "", "--by=dominator", "--width=200").out
    assert "main.order  30,000 alike, the largest 64 B\n" in text


def _own_part(stack):
    """What runtime/pprof shows of a stack: it leaves out where the runtime allocates, and goexit."""
    stack = [place for place in stack if place[0] != "runtime.goexit"]
    for index, (function, _) in enumerate(stack):
        if not function.startswith(("runtime.", "internal/runtime/")):
            return tuple(stack[index:])
    return tuple(stack)


def _sites_of_profile(case):
    """Stack -> what runtime/pprof says of it: allocated, and in use, each objects and bytes."""
    path = case.core().path.parent / "heap.pb.gz"
    found = collections.Counter()
    for sample in profile.Profile(path).samples:
        stack = tuple((function, line) for function, _, line in sample["stack"])
        for index, value in enumerate(sample["values"]):
            found[stack, index] += value
    return {key: value for key, value in found.items() if value}


@ALL
def test_sites_are_those_of_the_runtimes_profile(case):
    table = _table(case, "site")
    found = collections.Counter()
    for row in table["rows"]:
        stack = _own_part([(place["function"], place["line"]) for place in row["stack"]])
        values = ("alloc_objects", "alloc_bytes", "objects", "bytes")
        for index, name in enumerate(values):
            found[stack, index] += row[name]
    assert table["profile"]["rate"] == 4096
    wanted = _sites_of_profile(case)
    assert len(wanted) > 20
    assert {key: value for key, value in found.items() if value} == wanted


@TYPED
def test_containers_are_as_full_as_the_program_made_them(case):
    rows = _table(case, "container")["rows"]
    reported = {(row["kind"], row["name"]): row for row in rows}
    truth = case.core().truth["containers"]
    found = {f"{kind} {name}": [row["objects"], row["entries"]] for (kind, name), row in reported.items()}
    assert {name: found.get(name) for name in truth} == truth
    shrunk = reported["map", "main.shrunk"]
    assert shrunk["room"] > 4000 and shrunk["spare_bytes"] > 0.9 * shrunk["bytes"]
    assert reported["channel", "main.events"]["room"] == 100
    orders = reported["slice", "main.orders"]
    assert orders["spare_bytes"] == (orders["room"] - orders["entries"]) * 8 > 0


@TYPED
def test_sync_maps_have_what_range_counts(case):
    rows = _table(case, "container")["rows"]
    maps = {f"{row['kind']} {row['name']}": row for row in rows if row["kind"] == "sync.Map"}
    truth = case.core().truth["sync maps"]
    assert {name: [maps[name]["objects"], maps[name]["entries"]] for name in truth} == truth
    older = case.version == "1.22.12"
    assert maps["sync.Map main.hub.topics"]["tombstones"] == (300 if older else 0)
    assert maps["sync.Map main.shared"]["tombstones"] == (300 if older else 0)
    assert not [row for row in rows if row["name"].startswith(("sync.Map", "sync.pool", "sync.Pool"))]
    # Each entry of either design takes at least 40 bytes: an entry, its value, and its slot.
    assert maps["sync.Map main.shared"]["bytes"] > 40 * maps["sync.Map main.shared"]["entries"]


@field.cases("tables", symbols=["stripped"])
def test_a_sync_map_is_counted_by_what_is_in_it(case):
    """Names of variables are missing. Up to Go 1.23 only its type tells that the maps are one
    sync.Map, and a variable has none; what is reported is right."""
    table = _table(case, "container")
    rows = [row for row in table["rows"] if row["kind"] == "sync.Map" and row["entries"] > 100]
    wanted = sorted(entries for _, entries in case.core().truth["sync maps"].values())
    reported = sorted(row["entries"] for row in rows)
    assert set(reported) <= set(wanted) if case.version == "1.22.12" else reported == wanted
    assert "left out" in table["notes"][0]


@TYPED
def test_pools_have_what_was_put_there(case):
    rows = [row for row in _table(case, "container")["rows"] if row["kind"].startswith("pool ")]
    truth = case.core().truth["pools"]
    fresh = {row["kind"]: row for row in rows if row["name"] == "main.buffers"}
    (gone,) = [row for row in rows if row["name"] == "main.gone"]
    assert gone["kind"] == "pool victims" and gone["entries"] == truth["main.gone"]
    assert sum(row["entries"] for row in fresh.values()) == truth["main.buffers"]
    assert fresh["pool private"]["entries"] >= 1 and fresh["pool shared"]["entries"] >= 1
    for row in [gone, *fresh.values()]:  # a header of 24 bytes, and what it holds
        assert row["bytes"] == row["spare_bytes"] == row["entries"] * (24 + 1024)
        assert row["type"] == "main.buffer"


@TYPED
def test_what_a_pool_keeps_has_the_name_of_the_pool(case):
    rows = [row for row in _table(case, "container")["rows"] if row["kind"] == "slice"]
    (lines,) = [row for row in rows if row["name"] == "main.lines"]
    assert (lines["type"], lines["entries"], lines["room"]) == ("[]string", 40, 40)


@TYPED
def test_equal_strings_are_counted_and_hidden(case):
    """Two sentences, 250 times each."""
    rows = [row for row in _table(case, "container")["rows"] if row["kind"] == "equal strings"]
    twice = [row for row in rows if row["objects"] == 250]
    assert len(twice) == 2 and all(row["spare_bytes"] == row["bytes"] / 250 * 249 for row in twice)
    words = "the same words"
    assert words not in case.run("heap", "", "--by=container", "--format=json", "--top=all").out
    assert words in case.run("heap", "", "--by=container", "--top=all", "--show-data").out


@ONE
def test_a_program_that_does_not_sample_says_so(case):
    table = _table(dataclasses.replace(case, name="holders"), "site", "fixed")
    assert table["rows"] == [] and table["profile"]["rate"] == 0
    assert "runtime.MemProfile" in table["notes"][0]


@ONE
def test_what_is_cut_is_summed_up(case):
    cut = json.loads(case.run("heap", "", "--format=json", "--top=3").out)
    assert len(cut["rows"]) == 3 and cut["rest"]["rows"] > 10
    assert _sums(cut) == cut["live"]
    large = json.loads(case.run("heap", "", "--format=json", "--min-bytes=100KiB").out)
    assert all(row["bytes"] >= 100 << 10 for row in large["rows"])
    assert _sums(large) == large["live"]


@ONE
def test_csv_has_the_same_rows(case):
    table = _table(case)
    text = case.run("heap", "", "--format=csv", "--top=all").out
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["name"], int(row["bytes"])) for row in rows] == [
        (row["name"], row["bytes"]) for row in table["rows"]
    ]


@ONE
def test_text_says_what_the_numbers_are(case):
    text = case.run("heap", "", "--top=4", "--width=80").out
    assert "objects" in text and "retained" in text and "more types)" in text
    assert max(len(line) for line in text.splitlines()) <= 80
