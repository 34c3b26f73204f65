"""What is kept of a binary in the user's cache: it changes no result, and is small, private, and ignored
when it is damaged."""

import os
import shutil
import stat
import struct
import subprocess

import pytest

from . import field, tool

COMMANDS = [
    ["report", "--format=json"],
    ["goroutines", "--format=json"],
    ["waits", "--format=json"],
    ["check", "--format=json"],
    ["heap", "--by=type", "--format=json"],
    ["threads", "--format=json"],
    ["memory", "--format=json"],
]
PIE = ("-buildmode=pie",)


def _run(core, exe, command, cache, *options, **environment):
    """The bytes that a command writes, with its cache in a folder."""
    done = subprocess.run(
        [tool.binary(), *command, "--quiet", core, "--exe", exe, *options],
        env={**os.environ, "XDG_CACHE_HOME": str(cache), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=tool.PATIENCE,
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == b""
    return done.stdout


def _kept(cache):
    folder = cache / "gotopsy"
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("flags", [(), PIE], ids=["fixed", "pie"])
@field.cases("closures")
def test_the_cache_changes_no_result(case, flags, tmp_path):
    """With none, with an empty one, and with one that other commands have filled."""
    made = field.core(case.name, case.version, "", flags, case.language)
    exe = field.exe_of(made, case.symbols)
    without = [_run(made.path, exe, command, tmp_path, "--no-cache") for command in COMMANDS]
    assert _kept(tmp_path) == []
    for command, expected in zip(COMMANDS, without):
        assert _run(made.path, exe, command, tmp_path / command[0]) == expected
    for _ in range(2):
        for command, expected in zip(COMMANDS, without):
            assert _run(made.path, exe, command, tmp_path) == expected
    assert len(_kept(tmp_path)) == (case.symbols == "dwarf")


@pytest.fixture(scope="module")
def made():
    return field.core("closures")


@pytest.fixture(scope="module")
def expected(made, tmp_path_factory):
    return _run(made.path, made.exe, COMMANDS[1], tmp_path_factory.mktemp("none"), "--no-cache")


def _again(made, cache, **environment):
    return _run(made.path, made.exe, COMMANDS[1], cache, **environment)


def test_files_are_small_and_for_the_user_alone(made, tmp_path):
    _again(made, tmp_path / "new" / "cache")
    (file,) = _kept(tmp_path / "new" / "cache")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert 1000 < file.stat().st_size < 64 << 10


def test_the_home_folder_has_it_without_the_variable(made, expected, tmp_path):
    for unset in ("", "relative"):
        home = tmp_path / f"home{unset}"
        home.mkdir()
        assert _again(made, unset, HOME=str(home)) == expected
        assert len(_kept(home / ".cache")) == 1


def test_without_any_folder_nothing_is_kept(made, expected):
    assert _again(made, "", HOME="") == expected
    assert _again(made, "/dev/null") == expected
    assert _again(made, "/proc/self") == expected


def _damages(whole):
    yield b""
    yield whole[:-1]
    yield whole[: len(whole) // 2]
    yield whole + b"\0"
    yield bytes(len(whole))
    yield os.urandom(len(whole))
    for at in range(0, len(whole), len(whole) // 40):
        yield whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :]


def test_a_damaged_file_is_replaced(made, expected, tmp_path):
    assert _again(made, tmp_path) == expected
    (file,) = _kept(tmp_path)
    whole = file.read_bytes()
    for damage in _damages(whole):
        file.write_bytes(damage)
        assert _again(made, tmp_path) == expected
        assert file.read_bytes() == whole
    os.truncate(file, 1 << 30)
    assert _again(made, tmp_path) == expected
    assert file.read_bytes() == whole


def test_a_file_of_another_kind_is_left(made, expected, tmp_path):
    _again(made, tmp_path)
    (file,) = _kept(tmp_path)
    file.unlink()
    file.mkdir()
    assert _again(made, tmp_path) == expected
    assert file.is_dir()
    file.rmdir()
    os.mkfifo(file, 0o600)
    assert _again(made, tmp_path) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_of_somebody_else_is_not_read(made, expected, tmp_path):
    _again(made, tmp_path)
    (file,) = _kept(tmp_path)
    os.chown(file, 12345, -1)
    assert _again(made, tmp_path) == expected
    assert file.stat().st_uid == 0
    os.chown(file.parent, 12345, -1)
    before = file.stat().st_mtime_ns
    assert _again(made, tmp_path) == expected
    assert file.stat().st_mtime_ns == before


def _edit(exe, section, edit, copy):
    """A copy of the program, with some bytes of a section changed: their offset in it, and the bytes."""
    listed = subprocess.run(["readelf", "-SW", exe], capture_output=True, text=True, check=True).stdout
    words = next(line for line in listed.splitlines() if section in line).split(section)[1].split()
    shutil.copy(exe, copy)
    with open(copy, "r+b") as file:
        file.seek(int(words[2], 16))
        whole = file.read(int(words[3], 16))
        at, new = edit(whole)
        file.seek(int(words[2], 16) + at)
        file.write(new)
    return copy


def _in_the_middle(whole):
    return len(whole) // 2, b"\xff" * 64


def _unpacked_size(whole):
    """Of a compressed section: one byte more (Elf64_Chdr.ch_size)."""
    return 8, struct.pack("<Q", struct.unpack_from("<Q", whole, 8)[0] + 1)


@pytest.mark.parametrize("edit", [_in_the_middle, _unpacked_size])
@pytest.mark.parametrize(
    "command,section",
    [(COMMANDS[0], ".debug_info"), (COMMANDS[0], ".debug_loclists"), (COMMANDS[1], ".debug_info")],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_a_binary_that_was_edited_is_another(command, section, edit, made, tmp_path):
    """Its build ID, its size and its headers are the same."""
    whole = _run(made.path, made.exe, command, tmp_path)
    edited = _edit(made.exe, section, edit, tmp_path / "edited")
    without = _run(made.path, edited, command, tmp_path, "--no-cache")
    assert _run(made.path, edited, command, tmp_path) == without
    if command is COMMANDS[0]:
        assert without != whole


def test_many_may_open_at_once(made, expected, tmp_path):
    """Nine processes, one of which finds a damaged file."""
    command = [tool.binary(), *COMMANDS[1], "--quiet", made.path, "--exe", made.exe]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for _ in range(3):
        started = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(9)
        ]
        for process in started:
            out, err = process.communicate(timeout=tool.PATIENCE)
            assert (process.returncode, out, err) == (0, expected, b"")
        (file,) = _kept(tmp_path)
        file.write_bytes(b"damaged")
