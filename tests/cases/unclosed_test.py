"""Clients of libraries that nobody closes: only the goroutines of their connections keep them."""

from . import field


def _never_closed(report):
    return [each for each in report["findings"] if "never closed" in each["title"]]


@field.cases("unclosed")
def test_clients_of_http(case):
    truth = case.core().truth
    (found,) = _never_closed(case.report())
    assert found["title"].startswith(f"{truth['clients']} clients (net/http.Transport) ")
    assert (found["kind"], found["confidence"]) == ("hung-goroutine", "suspect")
    assert found["count"] == 2 * truth["clients"]  # one reads, and one writes
    assert found["bytes_freed"] >= truth["clients"] * truth["known"]
    # The ends of the same connections in the server go, too, but they are no clients.
    freed = truth["heap"] - case.core("closed").truth["heap"]
    assert found["bytes_freed"] - found["stack_bytes"] < freed


@field.cases("unclosed")
def test_clients_that_are_closed(case):
    assert case.report("closed")["findings"] == []


@field.cases("unclosed")
def test_a_client_with_many_connections_is_none(case):
    assert case.report("fixed")["findings"] == []


@field.cases("unclosed")
def test_clients_whose_connections_end_by_themselves(case):
    assert _never_closed(case.report("timed")) == []


@field.cases("streams")
def test_clients_of_grpc(case):
    clients = case.core("unclosed").truth["clients"]
    (found,) = _never_closed(case.report("unclosed"))
    assert found["title"].startswith(f"{clients} clients (google.golang.org/grpc.ClientConn) ")
    assert (found["kind"], found["confidence"]) == ("hung-goroutine", "likely")
    assert found["count"] >= 3 * clients
    assert case.report("closed")["findings"] == []
