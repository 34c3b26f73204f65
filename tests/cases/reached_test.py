"""What a root leads to alone, and with others: `heap --by root`."""

from . import field, tool

CASES = field.cases("reached")
TYPED = field.cases("reached", symbols=["dwarf"])


def _table(case, way="", *options):
    done = case.run("heap", way, "--by=root", "--format=json", "--top=all", *options)
    return tool.parsed(done, "gotopsy-heap/1")


def _rows(case, way=""):
    return {row["name"]: row for row in _table(case, way)["rows"]}


@TYPED
def test_a_root_has_its_own_part_and_all_that_it_reaches(case):
    rows, truth = _rows(case), case.core().truth
    size = truth["bytes"]
    for name in ("north", "south"):
        row, own = rows[f"main.{name}"], truth["forest"] + size[name]
        assert row["bytes"] == own
        assert row["reached_bytes"] == own + size["shared"] + size["remote"]
        assert row["reached_objects"] == row["reached_bytes"] // 64 + 1
    remote = rows["main.remote"]
    assert (remote["bytes"], remote["reached_bytes"]) == (0, size["remote"])


@TYPED
def test_what_one_root_alone_reaches_is_its_own(case):
    """Without the other's pointer, the tree is below one variable, and a part of it below two."""
    rows, truth = _rows(case, "fixed"), case.core(way="fixed").truth
    size = truth["bytes"]
    assert rows["main.north"]["bytes"] == truth["forest"] + size["north"] + size["shared"]
    assert rows["main.south"]["reached_bytes"] == truth["forest"] + size["south"]


def _several(case, way=""):
    (row,) = [row for row in _table(case, way)["rows"] if row["kind"] == "several"]
    return row


@CASES
def test_what_several_roots_reach_is_the_remainder(case):
    table, several = _table(case), _several(case)
    shared = several["bytes"] - _several(case, "fixed")["bytes"]
    assert field.near(shared, case.core().truth["bytes"]["shared"])
    assert several["reached_bytes"] is None
    rows = table["rows"] + [table["rest"]]
    assert {key: sum(row[key] for row in rows) for key in ("objects", "bytes")} == table["live"]
    named = [row for row in table["rows"] if row["kind"] != "several"]
    assert all(row["bytes"] <= row["reached_bytes"] for row in named)


@TYPED
def test_rows_with_little_of_their_own_come_by_what_they_reach(case):
    table = _table(case)
    large = [row["bytes"] for row in table["rows"] if row["bytes"] >= table["live"]["bytes"] / 100]
    assert large == sorted(large, reverse=True)
    small = [row["reached_bytes"] for row in table["rows"][len(large) :]]
    assert small == sorted(small, reverse=True)


ARRAYS_OF_TIMERS = ("[]runtime.timerWhen", "runtime.timerWhen", "[]*runtime.timer", "*runtime.timer")


@TYPED
def test_arrays_for_timers_are_the_timers_own(case):
    """Also one that is empty, as it leads to nothing. A P keeps it when its last timer is done."""
    (row,) = [row for row in _table(case)["rows"] if row["kind"] == "timer"]
    done = case.run("heap", "", "--by=type", "--format=json", "--top=all")
    types = tool.parsed(done, "gotopsy-heap/1")["rows"]
    arrays = [one for one in types if one["name"] in ARRAYS_OF_TIMERS]
    assert arrays and row["objects"] >= sum(one["objects"] for one in arrays)
    assert row["bytes"] >= sum(one["bytes"] for one in arrays)
