"""What goroutines keep, against what the same program freed when it released them, and the variables
by which they keep it, against its source."""

import pytest

from . import expect, little, recipe, tool

MEASURED = ["1.19.13", "1.22.12", recipe.LOCAL, "1.27.4"]
NAMED = [*MEASURED, "1.24.13"]
VERSIONS = recipe.VERSIONS if recipe.ALL else NAMED
SHARE = 0.01


def of(groups, function):
    """The one group in which a function is."""
    (group,) = [g for g in groups if function in [place["function"] for place in g["stack"]]]
    return group


def bytes_wrong(of_what, got, want):
    """The runtime keeps sudogs of goroutines that ended, and so frees less."""
    if not expect.near(got, want, SHARE, expect.CACHED_SUDOGS):
        yield f"{of_what}: {got}, {want} were freed"


def stacks_wrong(of_what, got, want):
    if not expect.near(got, want, SHARE, expect.STACK_SPANS + expect.CACHED_STACKS):
        yield f"{of_what}: {got} of stacks, {want} were freed"


def holder_wrong(path, truth):
    want = f"{truth['Function']} variable {truth['Variable']}"
    if path[0]["what"] != want:
        yield f"held by {path[0]['what']}, not {want}"


def group_wrong(group, truth):
    name = truth["Function"]
    if group["count"] != truth["Count"]:
        yield f"{name}: {group['count']}, not {truth['Count']}"
    yield from bytes_wrong(name, group["retained_bytes"], truth["Bytes"])
    yield from stacks_wrong(name, group["stack_bytes"], truth["Stacks"])
    if not group["retained_exact"]:
        yield f"{name}: not exact"
    kept = group["kept"][0]
    yield from holder_wrong(kept["path"], truth)
    if kept["goroutine"] not in group["ids"]:
        yield f"{name}: {kept['goroutine']} is none of them"
    if not sum(k["bytes"] for k in group["kept"]) <= group["retained_bytes"]:
        yield f"{name}: holders keep more than all"


def finding_wrong(findings, truth):
    """The workers are the only ones that nobody can release."""
    (hung,) = findings
    if (hung["kind"], hung["confidence"], hung["count"]) != (
        "hung-goroutine",
        "proven",
        truth["Count"],
    ):
        yield f"{hung['title']}: {hung['confidence']}"
    heap = hung["bytes_freed"] - hung["stack_bytes"]
    yield from bytes_wrong("the finding", heap, truth["Bytes"])
    yield from stacks_wrong("the finding", hung["stack_bytes"], truth["Stacks"])
    yield from holder_wrong(hung["path"], truth)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_kept(little_core, version):
    core = little_core("retained", version)
    report = tool.report(core.path)
    groups = report["goroutines"]["groups"]
    wrong = [w for truth in core.truth for w in group_wrong(of(groups, truth["Function"]), truth)]
    wrong += finding_wrong(report["findings"], core.truth[0])
    assert not wrong, "\n".join(wrong)


def goroutines(core, *options):
    done = tool.run("goroutines", "--format=json", core.path, *options)
    return tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]


def test_only_when_asked_for(little_core):
    core = little_core("retained", recipe.LOCAL)
    asked, not_asked = goroutines(core, "--retained"), goroutines(core)
    assert asked == tool.report(core.path)["goroutines"]["groups"]
    for group in not_asked:
        assert group["retained_bytes"] is group["retained_objects"] is group["kept"] is None
    text = tool.run("goroutines", "--retained", core.path).out
    assert "of it by main.work variable reply []uint8" in " ".join(text.split())
