"""Goroutines whose wait only their own stack tells: conditions and coroutines."""

import collections
import re

import pytest

from . import recipe, tool

EACH = 10  # of programs/parked
CONDITION = {("forgotten", "sync.Cond.Wait"): EACH}
# A goroutine that pulls waits for the coroutine, and the coroutine for its channel.
COROUTINES = {
    ("abandoned", "coroutine"): EACH,
    ("embraced", "coroutine"): 2 * EACH,
    ("crossed", "coroutine"): 2 * EACH,
    ("crossed", "chan receive"): 2 * EACH,
    ("deserted", "coroutine"): EACH,
    ("deserted", "chan receive"): EACH,
}
WHO = re.compile("forgotten|expected|abandoned|resumed|embraced|crossed|deserted|answered")
CORES = [(version, how) for version in recipe.VERSIONS for how in ("gcore", "kernel")]
CORES += [] if tool.SUBSET else [(version, "gcore") for version in ("1.23.12", "1.25.12", "1.27.4")]


def _hung(core):
    """How many of each hang, by what they wait in."""
    report = tool.report(core.path, "--min-bytes=1")
    assert {finding["kind"] for finding in report["findings"]} <= {"hung-goroutine"}
    hung = collections.Counter()
    for finding in report["findings"]:
        assert finding["confidence"] == "proven", finding["title"]
        first = finding["instances"][0]
        assert first["blocked_on"][0]["address"]
        (who,) = set(WHO.findall(" ".join(place["function"] for place in first["stack"])))
        hung[who, first["wait_reason"]] += finding["count"]
    return hung


@pytest.mark.parametrize("version, how", CORES)
def test_parked(little_core, version, how):
    """Those that nobody can wake are reported, and those whom somebody holds are not."""
    core = little_core("parked", version, how=how)
    # iter is there since Go 1.23.
    assert _hung(core) == (CONDITION if version.startswith("1.22") else CONDITION | COROUTINES)
