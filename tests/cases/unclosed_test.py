"""Clients of libraries that nobody closes: only the goroutines of their connections keep them."""

import pytest

from . import field, recipe


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


MODULES = field.cases("clients_modules", versions=[recipe.LOCAL, recipe.NEWEST])


@MODULES
def test_connections_to_a_broker(case):
    clients = case.core().truth["clients"]
    (found,) = _never_closed(case.report())
    assert found["title"].startswith(f"{clients} clients (github.com/nats-io/nats.go.Conn) ")
    assert found["confidence"] == "suspect" and "handlers" in found["doubt"]
    assert found["count"] >= 3 * clients
    freed = case.core().truth["heap"] - case.core("closed").truth["heap"]
    assert clients << 14 < found["bytes_freed"] - found["stack_bytes"] < freed


@MODULES
def test_watchers_of_files(case):
    clients = case.core("watch").truth["clients"]
    (found,) = _never_closed(case.report("watch"))
    assert found["title"].startswith(f"{clients} clients (github.com/fsnotify/fsnotify.Watcher) ")
    assert (found["confidence"], found["count"]) == ("likely", clients)


@MODULES
@pytest.mark.parametrize("way", ["closed", "kept", "watched", "watching"])
def test_those_that_are_closed_or_used(case, way):
    assert case.report(way)["findings"] == []
