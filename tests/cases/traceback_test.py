"""Tracebacks, beside those that Go itself prints of the same process, and read by panicparse."""

import json
import os
import re
import shutil
import signal
import subprocess

import pytest

from . import little, recipe, tool

READER = tool.PROJECT / "tests" / "cases" / "readers" / "panicparse"

OLD = "1.19.13"

# What Go prints of the machine at GOTRACEBACK=system, which a report does not hold.
OF_MACHINE = re.compile(r" gp=\S+ m=\S+( mp=\S+)?(?= \[)| fp=\S+ sp=\S+ pc=\S+")
HEADER = re.compile(r"^goroutine (\d+) \[", re.MULTILINE)


def by_id(text):
    """The goroutines of a traceback: id -> its lines. What follows the last one is no part of it."""
    blocks = {}
    for block in OF_MACHINE.sub("", text).split("\n\n"):
        header = HEADER.match(block.lstrip("\n"))
        if header and header[1] != "0":  # a thread's own, which runs the handler
            blocks[int(header[1])] = block.strip("\n").splitlines()
    return blocks


def written(core, *options):
    done = tool.run("goroutines", core, "--format=traceback", *options)
    assert done.status == 0, done.err
    return done.out


@pytest.fixture(scope="module")
def program(building):
    return building("traced", lambda: little.need("go", "gcore", "fallocate"))


def both(exe, level):
    """A core of the program, and the traceback that it prints right after that was taken: of the
    program's own goroutines when it is asked to, of all when a signal ends it."""
    debug = "tracebacklabels=0"  # readers of tracebacks cannot read them
    with subprocess.Popen(
        [exe],
        env={**os.environ, "GOTRACEBACK": level, "GODEBUG": debug},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            core = little.by_gcore(exe.parent, process.pid)
            if level == "system":
                process.send_signal(signal.SIGQUIT)
            else:
                process.stdin.write("!")
                process.stdin.flush()
            return core, process.stderr.read()
        finally:
            process.kill()


@pytest.mark.parametrize("version", [OLD, recipe.LOCAL])
@pytest.mark.parametrize("level", ["all", "system"])
def test_as_go_prints_it(program, version, level):
    core, said = both(program(version), level)
    found = written(core, *(["--all"] if level == "system" else []))
    if version == OLD:  # which looks for stale arguments elsewhere in calls inlined into
        said, found = said.replace("?", ""), found.replace("?", "")
    want, found = by_id(said), by_id(found)
    if level == "all":
        del want[1], found[1]  # this one prints them
    assert len(want) > 20 and sorted(found) == sorted(want)
    # Of long stacks Go prints 100 calls, gotopsy some more.
    (long,) = [id for id, lines in found.items() if any("frames elided" in line for line in lines)]
    assert sum("main.deep" in line for line in want[long]) > 90
    wrong = {id: (found[id], want[id]) for id in want if id != long and found[id] != want[id]}
    assert not wrong, json.dumps(wrong, indent=1)


# ---- panicparse ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def panicparse(tmp_path_factory):
    """Runs panicparse over a traceback; what it read, and the text that it left."""
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    folder = tmp_path_factory.mktemp("panicparse")
    shutil.copytree(READER, folder / "source")
    made = subprocess.run(
        ["go", "build", "-o", folder / "panicparse", "."],
        cwd=folder / "source",
        env=recipe.environment(recipe.LOCAL),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=recipe.PATIENCE,
        text=True,
    )
    if made.returncode != 0:
        pytest.skip(f"panicparse cannot be had: {made.stderr.strip()}")

    def run(text):
        done = subprocess.run(
            [folder / "panicparse"],
            input=text,
            capture_output=True,
            timeout=little.PATIENCE,
            check=True,
            text=True,
        )
        return json.loads(done.stdout)

    return run


def goroutines(core, *options):
    """id -> (its group, its index there)."""
    done = tool.run("goroutines", "--format=json", core, *options)
    groups = tool.parsed(done, "gotopsy-goroutines/1")["goroutines"]["groups"]
    return {id: (group, index) for group in groups for index, id in enumerate(group["ids"])}


def plain(function):
    """As tracebacks spell it."""
    return "panic" if function == "runtime.gopanic" else re.sub(r"\[.*\]", "[...]", function)


def is_read(read, group, index):
    """Complaints about what panicparse made of one goroutine."""
    stack = [
        (plain(place["function"]), place["line"] or 0)
        for place in group["stack"]
        if not place["function"].startswith("...")  # which panicparse only notes
    ]
    if [(call["Function"], call["Line"]) for call in read["Stack"]] != stack:
        yield f"{read['Stack']}, not {stack}"
    if read["State"] != (group["wait_reason"] or group["status"]):
        yield f"{read['State']}, not {group['wait_reason']}"
    if read["Locked"] != group["locked"]:
        yield "locked to its thread, or not"
    created, parent = group["created_by"], group["parents"][index]
    functions = [call["Function"] for call in read["Created"]]
    suffix = f" in goroutine {parent}" if parent else ""
    if created and not (len(functions) == 1 and functions[0].endswith(suffix)):
        yield f"created by {functions}, not {created['function']}{suffix}"
    if not created and functions:
        yield f"created by {functions}"


def all_read(panicparse, core, *options):
    read = panicparse(written(core, "--all", *options))
    known = goroutines(core, *options)
    assert read["left"] == ""
    assert sorted(each["ID"] for each in read["goroutines"]) == sorted(known)
    for each in read["goroutines"]:
        wrong = list(is_read(each, *known[each["ID"]]))
        assert not wrong, f"goroutine {each['ID']}: {wrong}"
    return read["goroutines"]


def test_panicparse_reads_the_demo(panicparse, demo):
    assert len(all_read(panicparse, demo.path, "--exe", demo.exe)) == 52


def test_panicparse_reads_arguments(panicparse, little_core):
    read = all_read(panicparse, little_core("traced", recipe.LOCAL).path)
    reported = {call["Function"]: call["Arguments"] for each in read for call in each["Stack"]}
    assert reported["main.integers"] == "0xff, 2, 3, 1, 5"
    assert reported["main.many"] == "1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, ..."
    assert reported["main.texts"].count("{") == 3


def test_panicparse_reads_native_frames(panicparse, little_core):
    all_read(panicparse, little_core("native", recipe.LOCAL).path)
