"""What hangs, by the runtime's own verdict: the goroutineleak profile of Go 1.26 and later.

The programs are those by which the runtime tests that profile. They are built where they lie, with
a main function of ours that writes the profile and then dumps core (programs/leakprofile).
"""

import concurrent.futures
import json
import os
import re
import subprocess

import pytest

from . import agreement, little, recipe, tool

VERSIONS = [recipe.LOCAL] if tool.SUBSET else [recipe.LOCAL, "1.27.4"]
EXPERIMENT = {recipe.LOCAL: "goroutineleakprofile"}  # what Go 1.27 has anyway
SUITES = ["", "goker"]
AT_ONCE = 2
SAMPLE = 10 if tool.SUBSET else 1  # one program of so many
SECONDS = 60
EXIT = {"SelectNoCasesMain"}  # from where the profile is not ours to write
MAIN_HANGS = "MainHangs"  # what is like it, in programs/leakprofile

LOCKS = "who holds a lock is read from stack frames, since Go does not record it"
LEAKED = re.compile(r"^goroutine (\d+) \[[^\]]*\(leaked\)", re.MULTILINE)
REGISTERED = re.compile(r'\bregister\("(\w+)"')


def _programs(version, suite, folder):
    """Builds the programs of a suite, which are one; returns it and their names."""
    try:
        little.need_kernel_cores()
        root = recipe.go_root(version)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    source = root / "src" / "runtime" / "testdata" / "testgoroutineleakprofile" / suite
    if not source.is_dir():
        pytest.skip(f"Go {version} came without the programs of its own tests")
    ours = little.PROGRAMS / "leakprofile" / "main.go"
    overlay, program = folder / "overlay.json", folder / "program"
    overlay.write_text(json.dumps({"Replace": {str(source / "main.go"): str(ours)}}))
    # A toolchain that was downloaded lies among the modules, which no overlay may replace.
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOMODCACHE": str(folder / "none")}
    environment["GOEXPERIMENT"] = EXPERIMENT.get(version, "")
    command = [root / "bin" / "go", "build", "-overlay", overlay, "-o", program, "."]
    subprocess.run(command, cwd=source, env=environment, check=True, timeout=recipe.PATIENCE)
    text = "".join(path.read_text() for path in source.glob("*.go"))
    return program, sorted(set(REGISTERED.findall(text)) - EXIT)


def _profiled(program, name, folder):
    """The ids in the profile, and the core that was taken right after it was written."""
    folder.mkdir()
    profile = folder / "profile"
    subprocess.run(
        [program, name, profile],
        cwd=folder,
        env={**os.environ, "GOTRACEBACK": "crash"},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=little.allow_cores,
        timeout=SECONDS,
    )
    (core,) = folder.glob("core*")
    return set(map(int, LEAKED.findall(profile.read_text()))), core


def _hung(core, program):
    report = tool.report(core, "--exe", program, "--min-bytes=1", "--instances=100000")
    findings = [found for found in report["findings"] if found["kind"] == "hung-goroutine"]
    proven = [found for found in findings if found["confidence"] == "proven"]
    # Where the runtime still reaches a mutex, a deadlock on it is likely, and no leak for the runtime.
    assert {found["doubt"] for found in findings if found not in proven} <= {LOCKS}
    return {instance["goroutine"] for found in proven for instance in found["instances"]}


def _marked(core, program):
    """The goroutines that a traceback calls leaked, as the runtime marked them."""
    done = tool.run("goroutines", "--format=traceback", core, "--exe", program)
    assert done.status == 0, done.err
    return set(map(int, LEAKED.findall(done.out)))


def _compare_once(program, name, folder):
    leaked, core = _profiled(program, name, folder)
    assert _marked(core, program) == leaked
    hung = _hung(core, program)
    core.unlink()
    return agreement.Row(name, leaked, hung)


def _compare(program, name, folder):
    """The profile and the core are of two moments, and of some processes they differ by one goroutine
    of a thousand; which word leads to it is not known. No three processes may differ."""
    for attempt in range(3):
        row = _compare_once(program, name, folder / f"{name}-{attempt}")
        if row.agrees:
            break
    return row


@pytest.mark.parametrize("suite", SUITES, ids=["patterns", "goker"])
@pytest.mark.parametrize("version", VERSIONS)
def test_agrees_with_the_runtime(version, suite, tmp_path, agreements):
    program, names = _programs(version, suite, tmp_path)
    assert names
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        rows = list(pool.map(lambda name: _compare(program, name, tmp_path), names[::SAMPLE]))
    agreements[f"Go {recipe.go_name(version)[2:]}, {suite or 'patterns'}"] = rows
    assert [row for row in rows if not row.agrees] == []
    assert any(row.leaked for row in rows)


@pytest.mark.parametrize("version", VERSIONS)
def test_main_may_wait(version, tmp_path):
    """The main goroutine in select {} is no finding, as people end programs so; since 1.27 the
    profile leaves it out too. The one beside it is."""
    program, _ = _programs(version, "", tmp_path)
    leaked, core = _profiled(program, MAIN_HANGS, tmp_path / "main")
    assert (1 in leaked) == (version == recipe.LOCAL)
    assert len(leaked - {1}) == 1
    assert _hung(core, program) == leaked - {1}
