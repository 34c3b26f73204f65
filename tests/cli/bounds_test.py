"""Inputs that ask for too much or change while they are read, and outputs that could do harm."""

import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time
import zlib

import pytest

from tests.conftest import GOTOPSY

PT_NOTE, PRSTATUS_BYTES = 4, 20 + 336


def one_line(text):
    return text.startswith("gotopsy: ") and text.count("\n") == 1 and text.endswith("\n")


def unpacked(path):
    if not shutil.which("zstd"):
        pytest.skip("zstd is not installed")
    return subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout


@pytest.fixture
def demo(demo_core, tmp_path):
    """A core and its binary, to be written to."""
    (tmp_path / "demo.core").write_bytes(unpacked(demo_core))
    (tmp_path / "demo").write_bytes(unpacked(demo_core.parent / "demo.zst"))
    return tmp_path / "demo.core"


# ---- output --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["demo.core", "demo", "link"])
@pytest.mark.parametrize("options", [[], ["--exe", "demo"]], ids=["found", "named"])
def test_an_input_is_not_written_over(gotopsy, demo, name, options):
    (demo.parent / "link").symlink_to("demo.core")
    before = (demo.parent / name).read_bytes()
    run = gotopsy("demo.core", "-o", name, *options, cwd=demo.parent)
    assert run.returncode == 2
    assert one_line(run.stderr) and name in run.stderr
    assert (demo.parent / name).read_bytes() == before


def test_a_packed_input_is_not_written_over(gotopsy, demo_core, tmp_path):
    core = shutil.copy(demo_core, tmp_path)
    run = gotopsy(core, "--exe", demo_core.parent / "demo.zst", "-o", core)
    assert run.returncode == 2
    assert pathlib.Path(core).read_bytes() == demo_core.read_bytes()


def test_a_file_keeps_its_mode_and_its_links(gotopsy, demo_core, tmp_path):
    (tmp_path / "folder").mkdir()
    report, link = tmp_path / "folder" / "report", tmp_path / "link"
    report.write_text("old")
    report.chmod(0o640)
    link.symlink_to(report)
    assert gotopsy(demo_core, "-o", link).returncode == 0
    assert link.is_symlink()
    assert report.stat().st_mode & 0o777 == 0o640
    assert "gotopsy" in report.read_text() or "go1." in report.read_text()
    assert os.listdir(tmp_path / "folder") == ["report"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(demo_core, tmp_path, number):
    output = tmp_path / "report"
    for delay in [0.01, 0.05, 0.1, 0.2]:
        run = subprocess.Popen([GOTOPSY, demo_core, "-o", output], stderr=subprocess.DEVNULL)
        time.sleep(delay)
        run.send_signal(number)
        assert run.wait(timeout=60) in (0, -number)
        assert set(os.listdir(tmp_path)) <= {"report"}
        if output.exists():
            assert output.read_text().endswith("\n")


# ---- input ---------------------------------------------------------------------------------------


def test_a_core_is_unpacked_as_far_as_was_allowed(gotopsy, demo_core):
    run = gotopsy(demo_core, "--max-unpacked=1MiB")
    assert run.returncode == 3
    assert one_line(run.stderr) and "--max-unpacked" in run.stderr
    assert gotopsy("check", demo_core, "--max-unpacked=1GiB").returncode == 0


@pytest.mark.parametrize("size", ["0", "-1", "much"])
def test_a_limit_is_a_size(gotopsy, demo_core, size):
    assert gotopsy(demo_core, f"--max-unpacked={size}").returncode == 2


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "plain"])
def test_data_without_end_is_refused_at_its_start(packed):
    """A bomb ends at its first block, not at the end of the disk."""
    run = subprocess.Popen(
        [GOTOPSY, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    packer, block, sent = zlib.compressobj(1, zlib.DEFLATED, 31), bytes(1 << 20), 0
    try:
        while sent < 1 << 30:
            run.stdin.write(packer.compress(block) if packed else block)
            sent += len(block)
    except BrokenPipeError:
        pass
    line = run.stderr.read().decode()
    try:
        run.stdin.close()
    except BrokenPipeError:
        pass
    assert run.wait(timeout=60) == 3
    assert one_line(line) and "expected an ELF file" in line
    assert packed or sent < 1 << 28


@pytest.mark.parametrize("name", ["demo.core", "demo"])
def test_a_file_that_shrinks_is_reported(demo, name):
    """Whenever it is cut: a report of what was there, or a line."""
    path = demo.parent / name
    whole, ends = path.read_bytes(), []
    for delay in [0.005 * step for step in range(1, 13)]:
        path.write_bytes(whole)
        run = subprocess.Popen(
            [GOTOPSY, demo, "--exe", demo.parent / "demo"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        time.sleep(delay)
        os.truncate(path, 4096)
        line = run.stderr.read().decode()
        ends.append(run.wait(timeout=60))
        assert ends[-1] in (0, 3)
        assert ends[-1] == 0 or one_line(line)
    assert 3 in ends


def with_threads(core, count):
    """The core, and notes of so many threads more, all like the first."""
    core = bytearray(core)
    offset, number = struct.unpack_from("<32xQ", core)[0], struct.unpack_from("<56xH", core)[0]
    for at in range(offset, offset + 56 * number, 56):
        if struct.unpack_from("<I", core, at)[0] != PT_NOTE:
            continue
        (start,), (size,) = (struct.unpack_from("<Q", core, at + field) for field in (8, 32))
        notes = core[start : start + size]
        status = notes[:PRSTATUS_BYTES]
        added = bytearray()
        for tid in range(count):
            status[20 + 32 : 20 + 36] = struct.pack("<i", 100000 + tid)
            added += status
        struct.pack_into("<Q", core, at + 8, len(core))
        struct.pack_into("<Q", core, at + 32, size + len(added))
        core += notes + added
        break
    return core


def test_many_threads_take_no_longer_each(gotopsy, demo):
    demo.write_bytes(with_threads(demo.read_bytes(), 300_000))
    run = gotopsy(demo, timeout=60)
    assert run.returncode == 0
    assert "HUNG GOROUTINES" in run.stdout
