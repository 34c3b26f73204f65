"""Crowds that package variables lead to, and that no code is left to answer; and their healthy twins."""

import pytest

from . import field, recipe

# The function at which each leak of field/unanswered waits, and what nobody does any more.
NOBODY = "no code that may still run "
LEAKS = {
    "main.put": NOBODY + "receives from it",
    "main.(*queue).put": NOBODY + "receives from it",
    "main.(*client).call": NOBODY + "sends to it or closes it",
    "main.(*gate).pass": NOBODY + "calls Signal or Broadcast",
    "main.(*flights).do": NOBODY + "calls Done",
    "main.(*broker).publish": NOBODY + "receives from it",
    "main.(*consumer).loop": NOBODY + "receives from it",
    "main.await": NOBODY + "sends to it or closes it",
    "main.(*broker).announce": "the lock's owner waits, and " + NOBODY + "answers it",
}
# Those that were answered (one was read, four are queued), and who has the lock.
FEW = {"main.put": 5, "main.(*gate).pass": 1, "main.(*broker).announce": 3}
HEALTHY = ["queue-slow", "queue-later", "queue-handler", "queue-method", "select-slow", "pending-alive"]
HEALTHY += ["flag-later", "session", "cond-later", "cond-pool", "flight-slow", "broker-idle", "alarm-slow", "pool", "pop"]


@field.cases("unanswered")
def test_each_crowd_is_reported(case):
    """As a suspect: a person must judge what code alone says."""
    reported = {}
    for finding in case.report()["findings"]:
        assert finding["confidence"] == "suspect" and finding["kind"] == "hung-goroutine"
        what, why = finding["title"].split("; ")
        reported[what.split(" in ")[-1]] = (why, finding["count"])
        assert "calls by reflection are not seen" in finding["doubt"] and finding["advice"]
    many = case.core().truth["many"]
    assert reported == {where: (why, many - FEW.get(where, 0)) for where, why in LEAKS.items()}


@pytest.mark.parametrize("way", HEALTHY)
@field.cases("unanswered", versions=[recipe.LOCAL])
def test_who_may_be_answered_is_not_reported(case, way):
    assert case.report(way)["findings"] == []


@field.cases("unanswered", versions=["1.22.12"], symbols=["stripped"])
@pytest.mark.parametrize("way", ["queue-later", "queue-method", "pending-alive", "cond-pool", "pop"])
def test_nor_by_an_older_go(case, way):
    assert case.report(way)["findings"] == []


@field.cases("unanswered", versions=["1.22.12", recipe.LOCAL])
def test_signals_are_named(case):
    finding = field.the_finding(case.report("signals"), "hung-goroutine")
    assert finding["doubt"] == "only a signal to the process (SIGUSR1, SIGTERM) could end them"
    assert finding["count"] == case.core("signals").truth["many"]


@field.cases("unanswered", versions=["1.24.13", recipe.LOCAL])
def test_pulls_at_one_site_are_one_finding(case):
    """Each call of iter.Pull is inlined there."""
    finding = field.the_finding(case.report("pulls"), "hung-goroutine")
    assert finding["count"] == 2 * case.core("pulls").truth["many"]
    assert finding["confidence"] == "proven" and "call stop" in finding["advice"]


@field.cases("unanswered", versions=["1.22.12"], symbols=["stripped"])
def test_a_wait_group_is_named_where_go_does_not(case):
    """Its traceback is as Go prints it."""
    (finding,) = [each for each in case.report()["findings"] if "(*flights).do;" in each["title"]]
    assert "waiting for a sync.WaitGroup in" in finding["title"]
    assert finding["instances"][0]["wait_reason"] == "sync.WaitGroup.Wait"
    assert "sync.WaitGroup.Wait" in case.run("goroutines", "").out
    traceback = case.run("goroutines", "", "--format=traceback").out
    assert "[semacquire" in traceback and "sync.WaitGroup.Wait" not in traceback
