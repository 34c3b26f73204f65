"""Islands: the goroutines of lost clients, which timers wake and which only one another could end."""

from . import field


@field.cases("islands")
def test_clients_that_nobody_closes(case):
    truth = case.core().truth
    (found,) = case.report()["findings"]
    assert (found["kind"], found["confidence"]) == ("hung-goroutine", "suspect")
    assert found["count"] == 3 * truth["clients"]
    assert found["title"].startswith(f"{found['count']} goroutines of example.org/feed ")
    heap = found["bytes_freed"] + found["descriptor_bytes"] - found["stack_bytes"]
    assert field.near(heap, case.freed())
    assert "Close" in found["advice"]


@field.cases("islands")
def test_clients_that_are_closed(case):
    assert case.report("fixed")["findings"] == []


@field.cases("islands")
def test_clients_that_a_variable_has(case):
    assert case.report("registered")["findings"] == []


@field.cases("islands")
def test_clients_of_connections(case):
    assert case.report("served")["findings"] == []


@field.cases("islands")
def test_goroutines_that_serve_each_other(case):
    assert case.report("paced")["findings"] == []
