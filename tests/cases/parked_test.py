"""Goroutines whose wait only their own stack tells: conditions and coroutines."""

import pytest

from . import recipe, tool

EACH = 10  # of programs/parked


def _hung(core):
    report = tool.report(core.path, "--min-bytes=1")
    assert {finding["kind"] for finding in report["findings"]} <= {"hung-goroutine"}
    for finding in report["findings"]:
        functions = {place["function"] for place in finding["instances"][0]["stack"]}
        (who,) = functions & {"main.forgotten", "main.expected", "main.abandoned", "main.resumed"}
        yield who, finding


@pytest.mark.parametrize("how", ["gcore", "kernel"])
@pytest.mark.parametrize("version", [*recipe.VERSIONS, "1.25.12"])
def test_parked(little_core, version, how):
    """Those that nobody can wake are told, and those whom somebody holds are not."""
    core = little_core("parked", version, how=how)
    hung = dict(_hung(core))
    # iter is there since Go 1.23.
    iterators = {} if version.startswith("1.22") else {"main.abandoned": "coroutine"}
    waits = {"main.forgotten": "sync.Cond.Wait", **iterators}
    assert {who: finding["count"] for who, finding in hung.items()} == dict.fromkeys(waits, EACH)
    for who, finding in hung.items():
        assert finding["instances"][0]["wait_reason"] == waits[who]
        assert finding["instances"][0]["blocked_on"][0]["address"]
