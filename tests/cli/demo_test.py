"""The command line on the core that ships: formats, gates, files, terminals."""

import json
import os
import pty
import subprocess

import jsonschema
import pytest

from conftest import GOTOPSY, ROOT


def validate(text, name):
    schema = json.loads((ROOT / "schema" / f"gotopsy-{name}-1.schema.json").read_text())
    document = json.loads(text)
    jsonschema.validate(document, schema, jsonschema.Draft7Validator)
    return document


@pytest.mark.parametrize("command", ["report", "check", "goroutines"])
def test_json_follows_its_schema(gotopsy, demo_core, command):
    run = gotopsy(command, demo_core, "--format=json")
    assert (run.returncode, run.stderr) == (0, "")
    validate(run.stdout, command)


def test_report_is_the_default_command(gotopsy, demo_core):
    assert gotopsy(demo_core).stdout == gotopsy("report", demo_core).stdout


def test_each_process_says_the_same(demo_core):
    """Hash tables are seeded by what the kernel gives each process at random."""
    lines = ["report --coverage", "goroutines --retained", "waits", "check"]
    lines += [f"heap --by {table} --top all" for table in ("type", "root", "dominator", "container")]
    said = {
        subprocess.run(
            [GOTOPSY, "shell", demo_core, "--format=json"],
            input="\n".join(lines),
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        ).stdout
        for _ in range(4)
    }
    assert len(said) == 1


def test_findings_are_sorted_and_memory_adds_up(gotopsy, demo_core):
    report = validate(gotopsy(demo_core, "--format=json").stdout, "report")
    freed = [finding["bytes_freed"] for finding in report["findings"]]
    assert freed == sorted(freed, reverse=True)
    assert [finding["id"] for finding in report["findings"]] == list(range(1, len(freed) + 1))
    parts = sum(part["bytes"] for part in report["memory"]["parts"])
    assert parts == report["memory"]["mapped_bytes"]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("command", ["report", "goroutines", "check"])
def test_text_keeps_to_the_width(gotopsy, demo_core, command, width):
    run = gotopsy(command, demo_core, f"--width={width}")
    assert run.returncode == 0
    assert max(map(len, run.stdout.splitlines())) <= width
    assert "\033" not in run.stdout


def test_markdown_and_traceback(gotopsy, demo_core):
    assert gotopsy(demo_core, "--format=markdown").stdout.startswith("# ")
    run = gotopsy("goroutines", demo_core, "--format=traceback")
    assert run.stdout.startswith("SIGABRT: abort\nPC=0x")  # as Go begins, killed so
    assert "\n\ngoroutine " in run.stdout
    assert "runtime.gopark" not in run.stdout


def test_all_goroutines_as_go_prints_them(gotopsy, demo_core):
    run = gotopsy("goroutines", demo_core, "--all")
    assert run.stdout.startswith("SIGABRT: abort\nPC=0x")  # as Go begins, killed so
    assert "\n\ngoroutine " in run.stdout
    assert run.stdout.count("\ngoroutine ") == 52
    assert "\nruntime.gopark(0x" in run.stdout
    assert ")\n\truntime/proc.go:462 +0xf1\n" in run.stdout
    text = gotopsy("goroutines", demo_core, "--all", "--format=text")
    assert "goroutines: 52" in text.stdout


@pytest.mark.parametrize(
    "gate,status",
    [("any", 1), ("any:1", 1), ("any:1000TiB", 0), ("hung-goroutine:1000TiB", 0)],
)
def test_fail_on(gotopsy, demo_core, gate, status):
    run = gotopsy(demo_core, "--fail-on", gate)
    assert run.returncode == status
    assert run.stdout != ""


def test_min_bytes_hides_the_small(gotopsy, demo_core):
    report = json.loads(gotopsy(demo_core, "--format=json", "--min-bytes=1000TiB").stdout)
    # Defers and tickers are also reported for their number alone.
    kinds = {finding["kind"] for finding in report["findings"]}
    assert kinds <= {"deferred-calls", "ticker"}


def test_instances_bounds_the_examples(gotopsy, demo_core):
    report = json.loads(gotopsy(demo_core, "--format=json", "--instances=1").stdout)
    assert report["findings"]
    assert all(len(finding["instances"]) <= 1 for finding in report["findings"])


def test_output_file_is_whole_and_alone(gotopsy, demo_core, tmp_path):
    path = tmp_path / "report.json"
    run = gotopsy(demo_core, "--format=json", "-o", path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    validate(path.read_text(), "report")
    assert os.listdir(tmp_path) == ["report.json"]


def test_output_through_a_link_and_to_a_device(gotopsy, demo_core, tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    assert gotopsy(demo_core, "-o", tmp_path / "link").returncode == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() != "old"
    assert gotopsy(demo_core, "-o", "/dev/null").returncode == 0
    assert not os.path.isfile("/dev/null")


def on_a_terminal(*arguments, **environment):
    """What the tool prints when standard output is a terminal."""
    try:
        ours, theirs = pty.openpty()
    except OSError as why:
        pytest.skip(f"no terminal can be made here: {why}")
    child = subprocess.Popen(
        [GOTOPSY, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    text = b""
    try:
        while chunk := os.read(ours, 65536):
            text += chunk
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    assert child.wait() == 0
    return text.decode()


def test_colour_only_where_it_is_wanted(gotopsy, demo_core):
    assert "\033[" in on_a_terminal(demo_core, NO_COLOR="")
    assert "\033[" not in on_a_terminal(demo_core, NO_COLOR="1")
    assert "\033[" not in on_a_terminal(demo_core, "--color=never", NO_COLOR="")
    assert "\033[" in gotopsy(demo_core, "--colour=always").stdout


def test_what_holds_an_object_is_named(gotopsy, demo_core):
    """A slot of a frame too, which has no name of its own."""
    found = json.loads(gotopsy("find", demo_core, "[]uint8", "--top=all", "--format=json").stdout)
    assert all(row["held_by"] for row in found["rows"] if row["path"])
    assert any("fetchOrGiveUp" in row["held_by"] for row in found["rows"])


def test_a_pointer_to_no_memory_is_marked(gotopsy, demo_core):
    """As a dead argument of a frame may be."""
    page = gotopsy("goroutine", demo_core, "29").stdout
    assert "0xffffffffffffffff (the core has no memory at that address)" in " ".join(page.split())
