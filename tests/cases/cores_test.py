"""Every core: the leak is reported as it is, and its twin has none."""

import json

from . import expect, recipe, tool



# How sure gotopsy can be of each case.
CONFIDENCES = {
    "deferred-calls-files": {"proven"},
    "deferred-calls-textbook": {"proven"},
    "finalizer-cycle-textbook": {"proven"},
    "finalizer-cycle-tree": {"proven"},
    "hung-goroutine-textbook": {"proven"},
    "hung-goroutine-workers": {"proven"},
    "lost-elements-queue": {"proven"},
    "lost-elements-textbook": {"proven"},
    "subslice-logline": {"proven"},
    "subslice-textbook": {"proven"},
    "substring-cache": {"proven"},
    "substring-textbook": {"proven"},
    "ticker-textbook": {"proven"},
    # Their goroutines wait for the ticks, as those of any ticker in good use do.
    "ticker-watchers": {"suspect"},
}


def leak(report, truth):
    if truth["count"] == 0:  # this Go does not leak that way
        yield from expect.nothing(report)
        return
    finding = expect.the_finding(report, truth["kind"])
    if finding:
        yield from expect.about(finding, truth, CONFIDENCES[truth["case"]])
        yield from expect.bytes_freed(finding, truth)
        if report["leaks_total"]["bytes"] < finding["bytes_freed"]:
            yield f"leaks_total is less than the finding: {report['leaks_total']}"
    else:
        yield expect.missing_finding(report, truth)
    yield from expect.others(report, {truth["kind"]})


def twin(report, _truth):
    return expect.nothing(report)


def complaints(core):
    report = tool.report(core.path)
    yield from expect.process(report, core.truth, core.cell.how)
    yield from expect.oracle(tool.check(core.path))
    yield from expect.secrecy(json.dumps(report))
    yield from expect.order(report["findings"])
    yield from (leak if core.cell.mode == "leak" else twin)(report, core.truth)


@recipe.for_each(recipe.cells())
def test_core(core):
    wrong = list(complaints(core))
    assert not wrong, "\n".join(wrong)
