"""What fills a heap in which nothing is proven to leak, and who holds it.

The truth of each way to run is what its heap has beyond that of the run which fills nothing."""

import pytest

from . import field, recipe, tool

# The way to run -> its first holder: what it is, its name, its type, and what is in it.
FILLED = {
    "contexts": ("map", "context.cancelCtx.children", "map[context.canceler]struct {}", 15000),
    "shrunk": ("map", "main.directory.peers", "map[uint32]main.peer", 12),
    "cache": ("map", "main.cached.byKey", "map[string]interface {}", 40000),
    "table": ("slice", "main.rows", "[]*main.row", 90000),
    "linked": ("list", "main.journal.head", "main.node", None),
    "both": ("object", "main.recent", "main.lru", None),
    "local": ("slice", "main.collector variable samples", "[]*main.sample", 9000),
    "block": ("object", "main.loader variable image", "[]uint8", None),
    "trie": ("object", "main.dictionary.first", "main.branch", None),
    "backlog": ("channel", "main.events", "chan *main.event", 30000),
}
DEVICES, DEVICE = 16000, 320  # bytes


def _grown(case, way):
    return case.core(way).truth["heap"] - case.core("fixed").truth["heap"]


def _first(case, way):
    report = case.report(way)
    assert report["findings"] == []
    holders = report["holders"]
    assert holders == sorted(holders, key=lambda holder: -holder["bytes"])
    assert all(holder["bytes"] * 20 >= report["live"]["bytes"] for holder in holders)
    return holders[0]


@field.cases("holders")
def test_what_holds_nothing_is_not_reported(case):
    assert case.report("fixed")["holders"] == []


@pytest.mark.parametrize("way", FILLED)
@field.cases("holders")
def test_first_holder_is_where_it_piles_up(case, way):
    holder = _first(case, way)
    assert field.near(holder["bytes"], _grown(case, way))
    assert holder["path"]
    if case.symbols == "dwarf":
        reported = (holder["what"], holder["name"], holder["type"], holder["entries"])
        assert reported == FILLED[way]


@field.cases("holders", versions=["1.22.12", recipe.LOCAL])
def test_an_array_on_a_stack_is_one_holder(case):
    holder = _first(case, "stack")
    assert (holder["what"], holder["count"]) == ("variable", 900)
    assert field.near(holder["bytes"], _grown(case, "stack"))
    assert holder["name"].startswith("main.gatherer ")


@field.cases("holders", versions=["1.22.12", recipe.LOCAL])
def test_children_of_a_context_that_are_functions(case):
    """Nobody has a cancel function for them."""
    holder = _first(case, "functions")
    assert holder["name"] == "context.cancelCtx.children" and holder["entries"] == 15000
    assert "stop function that context.AfterFunc returned" in holder["advice"]
    assert ", at main.functions (holders/main.go:" in holder["advice"]
    assert field.near(holder["bytes"], _grown(case, "functions"))
    assert "cancel function" in _first(case, "contexts")["advice"]


@field.cases("holders")
def test_channels_are_alike_by_what_they_carry(case):
    """Also the runtime's records of who waits lead to channels."""
    holder = _first(case, "channels")
    assert holder["count"] == 200 and holder["type"] == "chan *main.request"
    assert case.symbols == "stripped" or holder["name"] == "main.stage.in"
    assert field.near(holder["bytes"], 200 * 60 * (192 + 8))


@field.cases("holders")
def test_a_shrunk_map_says_what_a_copy_frees(case):
    """Of a stripped binary's it is known to be a map, but not of which type."""
    holder = _first(case, "shrunk")
    assert (holder["what"], holder["entries"]) == ("map", 12)
    assert holder["room"] >= 60000
    assert field.near(holder["storage_bytes"], _grown(case, "shrunk"))
    assert field.near(holder["spare_bytes"], _grown(case, "shrunk"))
    assert "new map" in holder["advice"]


@field.cases("holders")
def test_subscribers_are_held_by_their_bus(case):
    holder = _first(case, "subscribe")
    assert field.near(holder["bytes"], _grown(case, "subscribe"))
    if case.symbols == "dwarf":
        assert (holder["name"], holder["type"]) == ("main.bus.subscribers", "sync.Map")



@field.cases("holders")
def test_a_pool_is_one_holder(case):
    """Not the rings of its queue, of which each holds some."""
    report = case.report("pooled", "--min-bytes=1")
    (holder,) = report["holders"]
    assert field.near(holder["bytes"], _grown(case, "pooled"))
    assert holder["type"] == "sync.Pool"
    if case.symbols == "dwarf":
        assert holder["name"] == "main.encoder.buffers"


FIELDS = {"local": "main.sample.trace", "subscribe": "main.subscriber.inbox"}


@pytest.mark.parametrize("way", FIELDS)
@field.cases("holders", symbols=["dwarf"])
def test_most_is_held_by_a_field(case, way):
    assert _first(case, way)["most"]["field"] == FIELDS[way]


@field.cases("holders")
def test_contexts_are_to_be_cancelled(case):
    assert "cancel" in _first(case, "contexts")["advice"]


@field.cases("holders")
def test_what_several_variables_hold_is_told_together(case):
    holder = _first(case, "shared")
    assert holder["what"] == "objects" and holder["path"]
    # Few other objects of that size have no pointers.
    assert DEVICES <= holder["count"] == holder["objects"] <= DEVICES + 10
    assert holder["bytes"] == holder["count"] * DEVICE
    assert holder["most"]["type"] is None


@field.cases("holders", versions=[field.recipe.LOCAL], symbols=["dwarf"])
def test_holders_as_text(case):
    text = case.text("shrunk")
    assert text.index("largest holders") < text.index("not found:")
    assert "map main.directory.peers map[uint32]main.peer" in text
    assert "12 entries, room for " in text
    assert "largest holders" in case.text("shrunk", "--format=markdown")


@field.cases("holders", versions=[field.recipe.LOCAL], symbols=["dwarf"])
def test_holders_can_be_left_out(case):
    assert case.report("shrunk", "--no-holders")["holders"] is None
    assert "largest holders" not in case.text("shrunk", "--no-holders")


@field.cases("holders", versions=[recipe.LOCAL], symbols=["stripped"])
def test_words_of_an_array_on_a_stack_are_folded(case):
    """Nine hundred lines of which each says the same would hide the frames above them."""
    listed = case.run("goroutines", "stack", "--format=json")
    groups = tool.parsed(listed, "gotopsy-goroutines/1")["goroutines"]["groups"]
    (gatherer,) = [each["ids"][0] for each in groups if "main.gatherer" in str(each["stack"])]
    made = case.core("stack")
    exe = field.exe_of(made, case.symbols)
    lines = tool.run("goroutine", "--exe", exe, made.path, str(gatherer)).out.splitlines()
    (folded,) = [line for line in lines if "more slots" in line]
    assert 890 < int(folded.split()[1]) < 910 and "all retain 4." in folded
    assert len(lines) < 60
