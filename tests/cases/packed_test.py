"""Cores as people keep and send them: compressed in any way, cut off, and through a pipe."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from . import builds, recipe, tool

FORMATS = {
    "zst": ["zstd", "-q", "-c"],
    "lz4": ["lz4", "-q", "-c"],
    "xz": ["xz", "-0", "-c"],
    "gz": ["gzip", "-1", "-c"],
}


def _same(report):
    return tool.without(tool.OF_THE_FILE, report)


def _packed(core, form):
    command = FORMATS[form]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    return subprocess.run([*command, core.path], check=True, capture_output=True).stdout


def _piped(data, core, *options):
    """The report of what comes through a pipe."""
    program = os.environ.get("GOTOPSY", tool.PROJECT / "build" / "gotopsy")
    done = subprocess.run(
        [program, "report", "--format=json", "-", "--exe", core.exe, *options],
        input=data,
        capture_output=True,
        timeout=tool.PATIENCE,
    )
    return tool.parsed(tool.Run(done.returncode, done.stdout, done.stderr.decode(), 0), "gotopsy-report/1")


@pytest.fixture(scope="module")
def plain(demo):
    return _same(tool.report(demo.path, "--exe", demo.exe))


@pytest.mark.parametrize("form", FORMATS)
def test_compressed(demo, plain, tmp_path, form):
    """The same report, be it one member or two, from a file or memory; and nothing is left."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    packed = tmp_path / f"core.{form}"
    packed.write_bytes(_packed(demo, form))
    os.environ["TMPDIR"] = str(temporary)
    try:
        assert _same(tool.report(packed, "--exe", demo.exe)) == plain
        assert _same(tool.report(packed, "--exe", demo.exe, "--in-memory")) == plain
    finally:
        del os.environ["TMPDIR"]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("form", FORMATS)
def test_members(demo, plain, form, tmp_path):
    """Several members are one file, and padding after the last is none of it."""
    whole = demo.path.read_bytes()
    halves = []
    for i, half in enumerate((whole[: len(whole) // 2], whole[len(whole) // 2 :])):
        part = tmp_path / str(i)
        part.write_bytes(half)
        halves.append(_packed(recipe.Core(part, None, {}), form))
    assert _same(_piped(b"".join(halves) + bytes(4096), demo)) == plain


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("padding", [1, 4, 7])
def test_little_padding(demo, plain, form, padding):
    """Less padding than a magic has bytes is no damage either; xz pads by fours."""
    assert _same(_piped(_packed(demo, form) + bytes(padding), demo)) == plain


@pytest.mark.parametrize("options", [[], ["--in-memory"]])
def test_piped(demo, plain, options):
    assert _same(_piped(demo.path.read_bytes(), demo, *options)) == plain


@pytest.mark.parametrize("form", FORMATS)
def test_cut_or_damaged(demo, plain, form):
    """What came before the damage is used, and said to be cut off; or an error says so."""
    data = bytearray(_packed(demo, form))
    for spoil in ("cut", "damage"):
        if spoil == "cut":
            spoilt = data[: len(data) * 9 // 10]
        else:
            spoilt = data[:]
            spoilt[len(data) // 2 : len(data) // 2 + 64] = b"\xff" * 64
        program = os.environ.get("GOTOPSY", tool.PROJECT / "build" / "gotopsy")
        done = subprocess.run(
            [program, "report", "--format=json", "-", "--exe", demo.exe],
            input=bytes(spoilt),
            capture_output=True,
            timeout=tool.PATIENCE,
        )
        run = tool.Run(done.returncode, done.stdout, done.stderr.decode(), 0)
        assert not tool.SANITIZED.search(run.err), run.err
        if run.status == 0:
            report = tool.parsed(run, "gotopsy-report/1")
            assert report["core"]["truncated"]
            assert report["live"]["bytes"] <= plain["live"]["bytes"]
        else:
            assert run.status == 3 and "cut off" in run.err, run.err


# ---- where it is unpacked to ----------------------------------------------------------------------


def test_in_memory_needs_no_disk(demo, plain, tmp_path, monkeypatch):
    """Neither for the core nor for the binary."""
    core, exe = (recipe.Core(path, None, {}) for path in (demo.path, demo.exe))
    for packed, name in ((core, "core.zst"), (exe, "demo.zst")):
        (tmp_path / name).write_bytes(_packed(packed, "zst"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    options = [tmp_path / "core.zst", "--exe", tmp_path / "demo.zst"]
    assert _same(tool.report(*options, "--in-memory")) == plain
    done = tool.run("report", *options)
    assert done.status == 3 and "TMPDIR" in done.err and "--in-memory" in done.err


def _bomb(size):
    """A little that unpacks to a lot, and not to holes."""
    return subprocess.run(["zstd", "-q", "-c"], input=b"\x7fELF" * (size // 4), capture_output=True).stdout


def test_full_disk(tmp_path):
    """One line says so, and what filled it is gone."""
    disk, packed = tmp_path / "disk", tmp_path / "core.zst"
    disk.mkdir()
    packed.write_bytes(_bomb(64 << 20))
    script = 'mount -t tmpfs -o size=16m none "$TMPDIR" && "$@"; echo $? && find "$TMPDIR" && df "$TMPDIR"'
    command = ["unshare", "-Urm", "sh", "-c", script, "sh", tool.binary(), "report", packed]
    builds.need("unshare", "zstd")
    done = subprocess.run(
        command, env={**os.environ, "TMPDIR": str(disk)}, capture_output=True, text=True
    )
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no mount namespace: {done.stderr.strip()}")
    status, *left, _, room = done.stdout.splitlines()
    assert status == "3" and left == [str(disk)]
    assert int(room.split()[2]) == 0, room  # blocks in use
    assert "No space left on device" in done.stderr and "set TMPDIR" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _unpacked_into(pid, folder):
    """Has the process a file in the folder?"""
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if os.readlink(link).startswith(str(folder)):
                return True
    return False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_killed_while_unpacking(demo, tmp_path, end):
    """Its file never had a name that could be left behind."""
    with subprocess.Popen(
        [tool.binary(), "report", "-"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        process.stdin.write(_packed(demo, "zst")[:10_000])
        process.stdin.flush()
        deadline = time.monotonic() + tool.PATIENCE
        while not _unpacked_into(process.pid, tmp_path):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)
        assert list(tmp_path.iterdir()) == []
        process.send_signal(end)
        assert process.wait(tool.PATIENCE) == -end
    assert list(tmp_path.iterdir()) == []


def test_nothing_on_standard_input():
    done = tool.run("check", "-")
    assert done.status == 3 and "expected a core" in done.err
