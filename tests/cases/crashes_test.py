"""Cores of crashes of all kinds, and by what the kernel was asked to dump."""

import re

import pytest

from . import little, recipe, tool

LENGTH, NODE = 10_000, 80  # the list that programs/crashes holds
WAYS = ["deadlock", "nil", "panic", "overflow", "memory", "map", "collecting", "growing"]
# Where the process is as the program says, and where threads stopped at odd moments.
QUIET = {"deadlock", "nil", "panic", "overflow"}
# What each dies of, as the innermost Go function of one of its goroutines tells.
IN = {
    "deadlock": "main.keeper",
    "nil": "runtime.sigpanic",
    "panic": "runtime.gopanic",
    "overflow": "main.overflow",
    "memory": "runtime.mallocgc",
}
FILTERS = ["0x01", "0x11", "0x21", "0x33", "0x37", "0x3f", "0x7f"]


@pytest.fixture(scope="module")
def program(building):
    return building("crashes", little.need_kernel_cores)


def _goroutines(core, *options):
    done = tool.run("goroutines", "--format=json", core, *options)
    return tool.parsed(done, "gotopsy-goroutines/1")


def _stacks(core):
    groups = _goroutines(core)["goroutines"]["groups"]
    return [[place["function"] for place in group["stack"]] for group in groups]


def _sure_wrong(report):
    """A single goroutine could never run again, as the program says, whatever it died of.

    That is proven, but of a binary that may be another build, whose finding says so.
    """
    if report["binary"]["verified_by"] is None:
        yield from _unverified_wrong(report)
        return
    proven = [finding for finding in report["findings"] if finding["confidence"] == "proven"]
    for finding in proven:
        for instance in finding["instances"]:
            if "main.stranded" not in [place["function"] for place in instance.get("stack", [])]:
                yield f"proven: {finding['title']}"
    if [(finding["kind"], finding["count"]) for finding in proven] != [("hung-goroutine", 1)]:
        yield f"{len(proven)} findings are proven, not the one of main.stranded"


def _unverified_wrong(report):
    hung = [finding for finding in report["findings"] if finding["kind"] == "hung-goroutine"]
    if [(finding["confidence"], finding["count"]) for finding in hung] != [("likely", 1)]:
        yield f"{len(hung)} findings of goroutines, not the likely one of main.stranded"
    yield from (f"no doubt: {found['title']}" for found in hung if "not verified" not in found["doubt"])
    yield from (f"proven: {found['title']}" for found in report["findings"] if found["confidence"] == "proven")


def _complaints(core, way):
    report = tool.report(core, "--min-bytes=1")
    if report["live"]["bytes"] < LENGTH * NODE:
        yield f"{report['live']['bytes']} bytes live, less than the list"
    yield from _sure_wrong(report)
    stacks = _stacks(core)
    if not any("main.keeper" in stack for stack in stacks):
        yield "no goroutine waits in main.keeper"
    if way in IN and not any(IN[way] in stack for stack in stacks):
        yield f"no goroutine is in {IN[way]}: {[stack[:3] for stack in stacks]}"
    check = tool.check(core)
    if way in QUIET and check["verdict"] == "differs":
        yield f"check differs: {check['examples'][:3]}"
    # What the program dropped since the mark is live to the collector only.
    ours = check["only_gotopsy"]
    if report["gc"]["phase"] == "off" and ours["objects"] > sum(ours["explained"].values()):
        yield f"live, and not marked between collections: {ours}, {check['examples'][:3]}"


@pytest.mark.parametrize("version", recipe.VERSIONS)
@pytest.mark.parametrize("way", WAYS)
def test_crash(program, tmp_path, version, way):
    core = little.crash(program(version), tmp_path, way)
    wrong = list(_complaints(core, way))
    assert not wrong, "\n".join(wrong)


TRIES = 30  # crashes until one is within a collection


def test_within_a_collection(program, tmp_path):
    """The state is really met: marks were being set when it died."""
    for attempt in range(TRIES):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        core = little.crash(program(recipe.LOCAL), folder, "collecting")
        phase = tool.report(core)["gc"]["phase"]
        if phase != "off":
            break
        core.unlink()
    assert phase != "off", f"{TRIES} crashes, none of them within a collection"
    wrong = list(_complaints(core, "collecting"))
    assert not wrong, "\n".join(wrong)


# Before the frames are copied, and once they were: they are adjusted then.
@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("within", ["runtime.copystack", "runtime.adjustframe"])
@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_within_a_stack_growth(little_core, version, within):
    """A goroutine that moves to a larger stack has its frames, and does not wait."""
    core = little_core("growing", version, how=within)
    groups = _goroutines(core.path)["goroutines"]["groups"]
    (growing,) = [group for group in groups if group["status"] == "copystack"]
    stack = [place["function"] for place in growing["stack"]]
    assert stack[:3] == ["main.large", "main.grow", "main.hold"]
    assert any("main.keeper" in places for places in _stacks(core.path))
    report = tool.report(core.path)
    assert report["live"]["bytes"] >= core.truth["bytes"]
    assert not report["findings"]
    assert not [note for note in report["coverage"]["notes"] if "goroutine" in note]
    assert tool.check(core.path)["verdict"] != "differs"


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_within_a_stack_shrinking(little_core, version):
    """The collector moves the stack of one that waits."""
    early = "-ldflags=-X main.early=yes"
    core = little_core("growing", version, early, how="runtime.adjustframe")
    threads = tool.parsed(tool.run("threads", "--format=json", core.path), "gotopsy-threads/1")
    stacks = [[place["function"] for place in thread["stack"]] for thread in threads["threads"]]
    assert any("runtime.shrinkstack" in stack for stack in stacks)
    assert any("main.hold" in stack for stack in _stacks(core.path))
    assert tool.report(core.path)["live"]["bytes"] >= core.truth["bytes"]


@pytest.mark.parametrize("dumped", FILTERS)
def test_dumped_in_part(program, tmp_path, dumped):
    """The heap is there; what a file backs comes from the file."""
    core = little.crash(program(recipe.LOCAL), tmp_path, "deadlock", dumped)
    wrong = list(_complaints(core, "deadlock"))
    assert not wrong, "\n".join(wrong)
    # Without its ELF headers, a core does not tell which build made it: nothing is proven.
    report = tool.report(core)
    notes = report["coverage"]["notes"]
    assert any("not verified" in note for note in notes) == (int(dumped, 16) & 0x10 == 0), notes
    assert (report["binary"]["verified_by"] is None) == (int(dumped, 16) & 0x10 == 0)


def test_nothing_dumped(program, tmp_path):
    core = little.crash(program(recipe.LOCAL), tmp_path, "deadlock", "0x10")
    done = tool.run("report", core)
    assert done.status == 3 and "coredump_filter" in done.err, done.err


# ---- how it died, as Go says on its standard error -----------------------------------------------

PANICS = ["nil", "index", "closed", "convert", "panic", "error", "number", "chain"]
FATAL = ["deadlock", "overflow", "map", "memory", "fault"]
BY_RUNTIME = ("runtime error: ", "close of ", "interface conversion: ")
GO_VERSIONS = ["1.19.13", "1.21.13", *recipe.VERSIONS]


class Said:
    """What Go printed when it died."""

    def __init__(self, text):
        self.panics = re.findall(r"^\t*panic: (.*?)(?: \[recovered\])?$", text, re.MULTILINE)
        self.fatal = re.findall(r"^fatal error: (.*)$", text, re.MULTILINE)
        self.signal = re.findall(r"^\[signal (\w+): .* addr=(\w+) pc=(\w+)\]$", text, re.MULTILINE)
        self.goroutine = re.search(r"^goroutine (\d+).* \[running", text, re.MULTILINE)


def _values(crash):
    return [panic["value"] for panic in crash["panics"]]


def _faults(crash):
    return [(crash["signal"], crash["address"], crash["pc"])] if crash["signal"] else []


def _by_runtime(text):
    return text.startswith(BY_RUNTIME)


@pytest.mark.parametrize("version", GO_VERSIONS)
@pytest.mark.parametrize("way", PANICS)
def test_panics(program, tmp_path, version, way):
    core = little.crash(program(version), tmp_path, way)
    said = Said((tmp_path / "said").read_text())
    found = _goroutines(core)
    reported = found["crash"]
    shown = _values(_goroutines(core, "--show-data")["crash"])
    assert shown == said.panics
    public = [text if text == "-42" or _by_runtime(text) else None for text in shown]
    assert _values(reported) == public
    assert [panic["by_runtime"] for panic in reported["panics"]] == list(map(_by_runtime, shown))
    assert reported["goroutine"] == int(said.goroutine[1])
    assert found["goroutines"]["groups"][0]["ids"] == [reported["goroutine"]]
    assert _faults(reported) == said.signal and bool(said.signal) == (way == "nil")


@pytest.mark.parametrize("version", GO_VERSIONS)
@pytest.mark.parametrize("way", FATAL)
def test_fatal_errors(program, tmp_path, version, way):
    core = little.crash(program(version), tmp_path, way)
    said = Said((tmp_path / "said").read_text())
    reported = _goroutines(core)["crash"]
    assert [reported["fatal_error"]] == said.fatal[:1] and not reported["panics"]
    assert (reported["goroutine"] is None) == (way == "deadlock")
    assert _faults(reported) == said.signal and bool(said.signal) == (way == "fault")
    bare = recipe.stripped(tmp_path, program(version))
    assert _goroutines(core, "--exe", bare)["crash"] == reported


@pytest.mark.parametrize("version", GO_VERSIONS)
def test_fault_in_c(tmp_path, version):
    """The signal handler ends the process then: no panic, and nothing in its g."""
    try:
        little.need_kernel_cores()
        little.build(tmp_path, "foreign", version)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    (tmp_path / "run").mkdir()
    core = little.crash(tmp_path / "foreign", tmp_path / "run", "")
    text = (tmp_path / "run" / "said").read_text()
    printed = re.findall(r"^PC=(\w+) m=\d+ sigcode=\d+", text, re.MULTILINE)
    said = Said(text).signal or [("SIGSEGV", "0x10", printed[0])]
    reported = _goroutines(core)["crash"]
    assert _faults(reported) == said and reported["goroutine"] == 1 and not reported["panics"]


def test_it_is_told_first(program, tmp_path):
    core = little.crash(program(recipe.LOCAL), tmp_path, "nil")
    head = "panic: runtime error: invalid memory address or nil pointer dereference, SIGSEGV at 0x8"
    for command in ["goroutines", "report"]:
        text = " ".join(tool.run(command, core).out.split())
        assert head in text and text.index(head) < text.index("goroutines")
        assert "main.init.func" in text[text.index(head) :]
    assert head in tool.run("report", "--format=markdown", core).out.replace("\\", "")


@pytest.mark.parametrize("way", ["nil", "index", "chain", "number", "overflow", "fault", "deadlock"])
def test_tracebacks_say_what_go_says(program, tmp_path, way):
    core = little.crash(program(recipe.LOCAL), tmp_path, way)
    head = (tmp_path / "said").read_text().split("\n\n")[0]
    beside = r"^(runtime: |unexpected fault address ).*\n"
    want = re.sub(beside, "", head, flags=re.MULTILINE).rstrip()
    found = tool.run("goroutines", "--format=traceback", "--show-data", core).out
    assert found.split("\n\n")[0] == want
    secret = tool.run("goroutines", "--format=traceback", core).out
    assert "first" not in secret and (way != "chain" or "panic: (string) see --show-data" in secret)
    assert found[len(want) :].startswith("\n\ngoroutine 1 [")


def test_recursion_is_told_once(program, tmp_path):
    core = little.crash(program(recipe.LOCAL), tmp_path, "overflow")
    (group,) = re.findall(r"^ +1  running.*\n((?: {8}.*\n)+)", tool.run("goroutines", core).out, re.M)
    assert "times" in group and "main.main " in group and len(group.splitlines()) < 10


def test_a_live_process_did_not_die(little_core):
    assert _goroutines(little_core("labels", recipe.LOCAL).path)["crash"] is None


# As it begins, and once it has saved registers and changed to the scheduler's stack.
FLUSH = 'runtime.wbBufFlush if $_caller_matches("gcWriteBarrier") then runtime.wbBufFlush.func1'
BARRIER = {
    "gcWriteBarrier": 'gcWriteBarrier if $_caller_is("main.write")',
    "runtime.systemstack_switch": FLUSH,
}


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("within", BARRIER)
@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_within_a_write_barrier(little_core, version, within):
    """An assembler function without a stack map saves what its caller has in registers."""
    core = little_core("barrier", version, how=BARRIER[within])
    (writing,) = [stack for stack in _stacks(core.path) if "main.write" in stack]
    assert writing[0] == within and "gcWriteBarrier" in writing[writing.index("main.write") - 1]
    report = tool.report(core.path, "--min-bytes=1")
    assert report["live"]["bytes"] >= core.truth["bytes"]
    assert not list(_sure_wrong(report))
    assert not report["coverage"]["notes"]
