"""Crowds that package variables lead to, and that no code is left to answer; and their healthy twins."""

import pytest

from . import field, recipe

# The function at which each leak of field/unanswered waits, and what nobody does any more.
LEAKS = {
    "main.put": "receives from it",
    "main.(*queue).put": "receives from it",
    "main.(*client).call": "sends to it or closes it",
    "main.(*gate).pass": "calls Signal or Broadcast",
    "main.(*flights).do": "calls Done",
    "main.(*broker).publish": "receives from it",
}
FEW = {"main.put": 5, "main.(*gate).pass": 1}  # that were answered: one was read, four are queued
HEALTHY = ["queue-slow", "queue-later", "queue-handler", "queue-method", "select-slow", "pending-alive"]
HEALTHY += ["cond-later", "cond-pool", "flight-slow", "broker-idle", "pool", "pop"]


@field.cases("unanswered")
def test_each_crowd_is_told(case):
    """As a suspect: a person must judge what code alone says."""
    told = {}
    for finding in case.report()["findings"]:
        assert finding["confidence"] == "suspect" and finding["kind"] == "hung-goroutine"
        where, lacks = finding["title"].split(" in ")[-1].split("; no code that may still run ")
        told[where] = (lacks, finding["count"])
        assert "as far as the code shows" in finding["doubt"] and finding["advice"]
    many = case.core().truth["many"]
    assert told == {where: (lacks, many - FEW.get(where, 0)) for where, lacks in LEAKS.items()}


@pytest.mark.parametrize("way", HEALTHY)
@field.cases("unanswered", versions=[recipe.LOCAL])
def test_who_may_be_answered_is_not_told(case, way):
    assert case.report(way)["findings"] == []


@field.cases("unanswered", versions=["1.22.12"], symbols=["stripped"])
@pytest.mark.parametrize("way", ["queue-later", "queue-method", "pending-alive", "cond-pool", "pop"])
def test_nor_by_an_older_go(case, way):
    assert case.report(way)["findings"] == []
