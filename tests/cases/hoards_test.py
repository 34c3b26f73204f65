"""What fills a heap through generic types, closures, interfaces and containers in containers.

The truth of each way to run is what its heap has beyond that of the run which fills nothing."""

import pytest

from . import field, recipe

# The way to run -> its first holder: what it is, its name, its type, what is in it, and how many of
# a variable's words lead there.
FILLED = {
    "shards": ("variable", "main.users", "main.sharded[string,*main.blob]", None, 16),
    "grouped": ("map", "main.orders", "map[string][]main.order", 4000, 1),
    "rings": ("slice", "main.ring.slots", "[]*main.blob", 30000, 1),
    "tree": ("object", "main.compiler.root", "main.sum", None, 1),
    "captured": ("slice", None, "[]*main.blob", 25000, 1),
    "channels": ("channel", "main.client.pending", "chan chan *main.blob", 20000, 1),
    "listed": ("variable", "main.past", "main.history", None, 2),
    "swapped": ("map", "main.config", "map[interface {}]interface {}", 25000, 1),
    "values": ("list", "main.attempt.ctx", "context.valueCtx", None, 1),
}
PATHS = {
    "grouped": "global main.orders",
    "rings": "global main.flight -> object .last.slots",
    "tree": "global main.compiled -> object .root",
    "channels": "global main.calls -> object .pending",
    "swapped": "global main.config .current.v -> object",
    "values": "global main.retried -> object .ctx",
}


def _first(case, way):
    report = case.report(way)
    assert report["findings"] == []
    return report["holders"][0]


@pytest.mark.parametrize("way", FILLED)
@field.cases("hoards")
def test_first_holder_is_where_it_piles_up(case, way):
    holder = _first(case, way)
    grown = case.core(way).truth["heap"] - case.core("fixed").truth["heap"]
    assert field.near(holder["bytes"], grown)
    if case.symbols != "dwarf":
        return
    reported = [holder[what] for what in ("what", "name", "type", "entries", "count")]
    assert [reported[0], *reported[2:]] == [FILLED[way][0], *FILLED[way][2:]]
    if way == "captured":  # debug information of older Go does not name what a closure captures
        assert holder["name"].startswith("main.captured.func1.")
    else:
        assert reported[1] == FILLED[way][1]
    if way in PATHS:
        assert field.path_of(holder) == PATHS[way]


@field.cases("hoards", versions=[recipe.LOCAL], symbols=["dwarf"])
def test_a_handler_leads_to_what_it_captured(case):
    path = field.path_of(_first(case, "captured"))
    assert path.startswith("global main.mux -> ") and ".handler -> object ." in path


@field.cases("hoards")
def test_what_holds_nothing_is_not_reported(case):
    """Nothing but a program's own few tables."""
    assert all(holder["bytes"] < 64 << 10 for holder in case.report("fixed")["holders"])
