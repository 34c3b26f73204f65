"""What fills a heap through containers that programs make for themselves.

The truth of each way to run is what its heap has beyond that of the run which fills nothing."""

import pytest

from . import field, recipe, tool

# The way to run -> its first holder: what it is, its name, its type, and what is in it.
FILLED = {
    "facade": ("map", "store.memory.data", "map[string][]uint8", 20000),
    "recent": ("object", "main.thumbs", "main.lru[uint64,*main.blob]", None),
    "sharded": ("slice", "main.table.parts", "[]*main.part", 32),
    "fanout": ("map", "main.hub.topics", "map[string]map[int]*main.subscriber", 20),
    "radixMap": ("map", "main.byMap.children", "map[uint8]*main.byMap", 12),
    "radixArray": ("variable", "main.routesByArray", "main.byArray", None),
    "radixSlice": ("slice", "main.bySlice.children", "[]*main.bySlice", 10),
    "connections": ("map", "main.server.conns", "map[int]*main.connection", 300),
    "sentinel": ("variable", "main.waiting", "main.queue", None),
    "sentinelMade": ("object", "main.waitingMade", "main.queue", None),
    "priority": ("slice", "main.scheduler.due", "[]*main.task", 40000),
    "priorityBoxed": ("slice", "main.interfaceQueue", "[]*main.task", 40000),
    "blocks": ("variable", "main.parsed", "main.document", None),
    "callbacks": ("slice", "main.registry.hooks", "[]func()", 20000),
    "labelled": ("map", "main.vector.children", "map[string]*main.counter", 20000),
    "contexts": ("map", "context.cancelCtx.children", "map[context.canceler]struct {}", 40),
    "intern": ("map", "main.names.seen", "map[string]string", 30000),
    "nested": ("map", "main.matrix", "map[string]map[string]*main.blob", 200),
    "skipping": ("list", "main.tower.next", "[]*main.tower", None),
    "meshed": ("map", "main.graph.byID", "map[int]*main.vertex", 20000),
    "published": ("slice", "main.snapshot.rows", "[]*main.blob", 25000),
    "errors": ("list", "main.job.failed", "main.failure", None),
    "balanced": ("slice", "main.branch.children", "[]*main.branch", 16),
    "rounds": ("object", "main.sampler.last", "ring.Ring", None),
}


def _first(case, way):
    report = case.report(way)
    assert report["findings"] == []
    return report["holders"][0]


def _grown(case, way):
    return case.core(way).truth["heap"] - case.core("fixed").truth["heap"]


def _reported(holder):
    return tuple(holder[what] for what in ("what", "name", "type", "entries"))


@pytest.mark.parametrize("way", FILLED)
@field.cases("keepers", versions=["1.22.12", recipe.LOCAL])
def test_first_holder_is_where_it_piles_up(case, way):
    holder = _first(case, way)
    assert field.near(holder["bytes"], _grown(case, way))
    if case.symbols == "dwarf":
        assert _reported(holder) == FILLED[way]


@field.cases("keepers")
def test_a_map_may_have_its_header_in_a_frame(case):
    holder = _first(case, "local")
    assert field.near(holder["bytes"], _grown(case, "local"))
    assert (holder["what"], holder["type"], holder["entries"]) == ("map", "map[int]*main.blob", 20000)
    assert holder["name"].startswith("main.aggregate frame, slot ")


@field.cases("keepers", versions=["1.22.12", recipe.LOCAL], symbols=["dwarf"])
def test_a_goroutine_shows_the_map_in_its_frame(case):
    listed = case.run("goroutines", "local", "--format=json")
    groups = tool.parsed(listed, "gotopsy-goroutines/1")["goroutines"]["groups"]
    (number,) = [each["ids"][0] for each in groups if "main.aggregate" in str(each["stack"])]
    made = case.core("local")
    shown = tool.run("goroutine", "--exe", made.exe, made.path, str(number)).out
    assert "map[int]*main.blob len 20,000" in shown


@field.cases("keepers")
def test_closures_around_closures_are_one_list(case):
    """All of them have the type of their function, whichever is found first."""
    holder = _first(case, "wrapped")
    assert field.near(holder["bytes"], _grown(case, "wrapped"))
    assert (holder["what"], holder["type"]) == ("list", "main.wrapped.func1")
    table = tool.parsed(case.run("heap", "wrapped", "--format=json"), "gotopsy-heap/1")
    counts = {row["name"]: row["objects"] for row in table["rows"]}
    assert counts["main.wrapped.func1"] == 30000


@pytest.mark.parametrize("way", ["profiled", "labels"])
@field.cases("keepers")
def test_labels_of_goroutines_are_one_holder(case, way):
    """Few large ones, and many small ones."""
    holder = _first(case, way)
    assert field.near(holder["bytes"], _grown(case, way))
    assert holder["name"] == "labels of goroutines"


@field.cases("keepers", versions=["1.22.12", recipe.LOCAL])
def test_buffers_of_many_goroutines_are_one_holder(case):
    holder = _first(case, "workers")
    assert field.near(holder["bytes"], 300 * (16 << 10))
    if case.symbols == "dwarf":
        assert holder["name"] == "main.work variable buffer"


@field.cases("keepers", versions=[recipe.LOCAL])
def test_what_holds_nothing_is_not_reported(case):
    """Nothing but a program's own few tables."""
    assert all(holder["bytes"] < 64 << 10 for holder in case.report("fixed")["holders"])
