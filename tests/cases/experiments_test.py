"""Experiments and settings that change what the runtime lays down: the same findings with all."""

import pytest

from . import expect, little, recipe, tool
from .builds import build, judged

pytestmark = pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")

SYMBOLS = pytest.mark.parametrize("flags", [[], ["-ldflags=-s -w"]], ids=["dwarf", "stripped"])
# Versions, and what the demo is built and run with.
EXPERIMENTS = {
    "noallocheaders": ["1.22.12"],
    "noswissmap": ["1.24.13", "1.25.12"],
    "greenteagc": ["1.25.12"],
    "nogreenteagc": [recipe.LOCAL, "1.27.4"],
    "norandomizedheapbase64": [recipe.LOCAL, "1.27.4"],
    "arenas": ["1.22.12", recipe.LOCAL],
}
LIKE_OF = {"noallocheaders": "1.21.13"}  # the heap keeps no types, as up to there
CELLS = [(name, version) for name, versions in EXPERIMENTS.items() for version in versions]
# asynctimerchan=1 makes timers' channels as they were up to 1.22; 2 gives them their buffer back,
# and still lets them be collected (time/sleep.go, syncTimer), so that nothing leaks.
CHANNELS = [
    (setting, version)
    for version in ("1.23.12", "1.24.13", "1.25.12", recipe.LOCAL)
    for setting in ("0", "1", "2")
]


@SYMBOLS
@pytest.mark.parametrize("experiment, version", CELLS)
def test_experiment(tmp_path, experiment, version, flags):
    for mode in ("leak", "twin"):
        (tmp_path / mode).mkdir()
    cores = [
        build(tmp_path / mode, flags, version=version, mode=mode, GOEXPERIMENT=experiment)
        for mode in ("leak", "twin")
    ]
    alike = LIKE_OF.get(experiment, version)
    judged(cores[0], "stripped" if flags else "dwarf", cores[0].exe, cores[1], alike)
    assert experiment in tool.report(cores[0].path)["binary"]["experiments"]


@SYMBOLS
@pytest.mark.parametrize("setting, version", CHANNELS)
def test_channels_of_timers(tmp_path, setting, version, flags):
    core = build(tmp_path, flags, version=version, GODEBUG=f"asynctimerchan={setting}")
    for want in core.truth["findings"] if setting == "2" else []:
        if want["kind"] == "ticker":
            want.update(count=0, instances=[])
    judged(core, "stripped" if flags else "dwarf", core.exe, version=version)


# ---- what is only there with a setting: small programs that leak nothing --------------------------

ARENAS = ["1.20.14", "1.21.13", "1.22.12", "1.24.13", recipe.LOCAL, "1.27.4"]
LEAST_TIMER = 96  # bytes, what time.NewTicker or time.AfterFunc allocates at least
BUBBLES = [("1.24.13", "synctest"), ("1.25.12", ""), (recipe.LOCAL, ""), ("1.27.4", "")]


def _made(folder, name, version, flags, experiment):
    try:
        return little.make(folder, "kernel", name, version, *flags, GOEXPERIMENT=experiment)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


@SYMBOLS
@pytest.mark.parametrize("version", ARENAS)
def test_user_arena(tmp_path, version, flags):
    """A chunk is one block, used in part, whose pointers keep what they point to."""
    core = _made(tmp_path, "userarena", version, flags, "arenas")
    report = tool.report(core.path, "--min-bytes=1K")
    assert report["findings"] == []
    assert report["live"]["bytes"] >= core.truth["live"]
    assert tool.check(core.path)["verdict"] == "exact"


@SYMBOLS
@pytest.mark.parametrize("version, experiment", BUBBLES)
def test_bubble(tmp_path, version, experiment, flags):
    """Nobody in it hangs or leaks a ticker, and each is said to be in it."""
    core = _made(tmp_path, "bubbles", version, flags, experiment)
    report = tool.report(core.path, "--min-bytes=1K")
    assert report["findings"] == []
    assert tool.check(core.path)["verdict"] != "differs"
    done = tool.run("goroutines", "--format=json", "--all", core.path)
    groups = tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]
    bubbles = {goroutine: group["bubble"] for group in groups for goroutine in group["ids"]}
    inside = {bubbles.pop(fact["Goroutine"]) for fact in core.truth["bubble"]}
    number = None if experiment else 1  # the experiment's bubbles had no numbers
    assert inside == {number}
    _reported(core, number)


def _reported(core, number):
    """What each waits for: so long by the bubble's clock, or on that channel."""
    groups = tool.parsed(tool.run("waits", "--format=json", core.path), "gotopsy-waits/1")["outside"]
    waits = {wait["goroutine"]: (group, wait) for group in groups for wait in group["waits"]}
    for fact in core.truth["bubble"]:
        if not fact["Hours"] and not fact["Channel"]:
            assert fact["Goroutine"] not in waits  # it reads its stdin
            continue
        group, wait = waits[fact["Goroutine"]]
        assert group["bubble"] == number and wait["in_bubble"]
        things = [(thing["what"], thing["action"], thing["address"]) for thing in wait["things"]]
        if fact["Hours"]:
            assert group["kind"] == "sleep" and not things
            assert wait["due_in_ns"] == fact["Hours"] * 3600 * 10**9
        else:
            assert group["kind"] == "bubble" and wait["due_in_ns"] is None
            assert things == [("channel", "receive", fact["Channel"])]


@SYMBOLS
@pytest.mark.parametrize("forgotten", ["tickers", "funcs", "stopped"])
@pytest.mark.parametrize("version, experiment", BUBBLES)
def test_timers_of_a_bubble(tmp_path, version, experiment, forgotten, flags):
    """A bubble has a timer heap of its own. In 1.24 it keeps tickers that nobody stops; later ones
    are in it only while somebody waits for them, as elsewhere, and so the program says itself
    whether they were kept."""
    linked = "".join(flags) or "-ldflags="
    flags = [f"{linked} -X main.forgotten={forgotten}"]
    core = _made(tmp_path, "bubbles", version, flags, experiment)
    findings = tool.report(core.path)["findings"]
    assert tool.check(core.path)["verdict"] != "differs"
    known = {~inverted & (1 << 64) - 1 for inverted in core.truth["inverted"]}
    if core.truth["bytes"] < len(known) * LEAST_TIMER:
        assert findings == [] and forgotten != "funcs"
        return
    (finding,) = findings
    assert finding["kind"] == "ticker" and finding["count"] == len(known)
    assert finding["confidence"] == ("suspect" if forgotten == "funcs" else "proven")
    assert {expect.address(reported["timer"]) for reported in finding["instances"]} <= known
    # What the heap grew by has the bubble's list of them in it too.
    assert expect.near(finding["bytes_freed"], core.truth["bytes"], 0.01, expect.TIMER_LISTS)
