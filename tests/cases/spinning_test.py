"""Variables that hold by what is not an ordinary slot of a frame: by a register, of a goroutine that a
signal interrupted or that was preempted anywhere. And a variable that debug information puts where
the stack map says otherwise, which gives no name."""

import pytest

from . import little, recipe, tool

VERSIONS = recipe.OF_CASES if recipe.ALL else ["1.19.13", "1.22.12", recipe.LOCAL, "1.27.4"]
WAYS = [("1", "gcore"), ("2", "gcore"), ("2", "kernel")]
MIB = 1 << 20


def made(folder, how, version, *flags, **settings):
    try:
        return little.make(folder, how, "spinning", version, *flags, **settings)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def group_in(report, function):
    groups = report["goroutines"]["groups"]
    (group,) = [g for g in groups if function in [place["function"] for place in g["stack"]]]
    return group


def holder(report, function):
    (kept,) = group_in(report, function)["kept"]
    assert kept["bytes"] == MIB
    return kept["path"][0]["what"]


def judge(core):
    report = tool.report(core.path)
    assert holder(report, "main.spin") == "main.spin variable held"
    assert holder(report, "main.wait") == "main.wait variable waitingBlock"
    assert report["coverage"]["names_disputed"] == 0
    return report


@pytest.mark.parametrize("processors, how", WAYS)
@pytest.mark.parametrize("version", VERSIONS)
def test_in_a_register(version, processors, how, tmp_path, monkeypatch):
    monkeypatch.setenv("GOMAXPROCS", processors)
    report = judge(made(tmp_path, how, version))
    stack = [place["function"] for place in group_in(report, "main.spin")["stack"]]
    if processors == "1":
        assert "runtime.asyncPreempt" in stack


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", VERSIONS if recipe.ALL else ["1.19.13", recipe.LOCAL])
def test_in_a_register_on_arm64(version, tmp_path, monkeypatch):
    monkeypatch.setenv("GOMAXPROCS", "2")
    judge(made(tmp_path, "kernel", version, GOARCH="arm64", CGO_ENABLED="0"))


def type_of(exe, variable):
    """Where the reference to its type is: behind its name, and a line below 128."""
    name = variable + b"\0"
    assert exe.count(name) == 1
    at = exe.index(name) + len(name) + 1
    return slice(at, at + 4)


def test_what_the_stack_map_disputes(tmp_path, monkeypatch):
    monkeypatch.setenv("GOMAXPROCS", "2")
    core = made(tmp_path, "gcore", recipe.LOCAL, "-ldflags=-compressdwarf=false")
    judge(core)
    wrong = bytearray(core.exe.read_bytes())
    wrong[type_of(wrong, b"waitingBlock")] = wrong[type_of(wrong, b"waitingNumber")]
    other = tmp_path / "wrong"
    other.write_bytes(wrong)
    report = tool.report(core.path, "--exe", other)
    assert report["coverage"]["names_disputed"] == 1
    assert holder(report, "main.wait").startswith("main.wait frame, slot ")
    assert holder(report, "main.spin") == "main.spin variable held"
    text = " ".join(tool.run("report", core.path, "--exe", other).out.split())
    assert "1 stack word has no name" in text
