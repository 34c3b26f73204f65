"""What a plain `make` says when something that it needs is not installed."""

import os
import pathlib
import shlex
import subprocess

import pytest

from conftest import ROOT

CC = os.environ.get("CC", "gcc")


def make(*arguments, **environment):
    """A make of its own, which no make that runs the tests tells anything."""
    return subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "MAKEFLAGS": "", "MFLAGS": "", "MAKELEVEL": "0", **environment},
    )


def link_all(source, target, left_out):
    """A folder that has all of source but some names."""
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name not in left_out:
            (target / entry.name).symlink_to(entry)


@pytest.fixture
def compiler_without(tmp_path):
    """A compiler that does not find some headers, which are left out of its root."""
    reported = subprocess.run([*shlex.split(CC), "--sysroot=/nowhere", "-E", "-v", "-x", "c", "-"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if "/nowhere" not in reported.stderr:
        pytest.skip(f"{CC} does not look for headers under another root")

    def root(*headers):
        link_all(pathlib.Path("/usr/include"), tmp_path / "usr" / "include", headers)
        return f"{CC} --sysroot={tmp_path}"

    return root


def missing(run):
    """The packages that it named."""
    assert run.returncode != 0
    said = run.stderr.splitlines()
    assert "error:" not in run.stderr, "the compiler was asked to build"
    assert "make deps" in run.stderr
    return set(next(line for line in said if "not installed" in line).split(": ")[1].split())


def test_it_names_one_missing_package(compiler_without, tmp_path):
    compiler = compiler_without("lz4frame.h")
    run = make("all", f"CC={compiler}", f"BUILD={tmp_path / 'build'}")
    assert missing(run) == {"liblz4-dev"}


def test_it_names_all_missing_packages(tmp_path):
    """As on a machine that has a compiler and nothing else."""
    run = make("all", f"CC={CC} -nostdinc", f"BUILD={tmp_path}", "PKG_CONFIG=false")
    assert missing(run) == {
        *"libc6-dev libelf-dev libdwarf-dev libunwind-dev libzstd-dev liblz4-dev liblzma-dev".split(),
        *"zlib1g-dev libdeflate-dev libjansson-dev libpopt-dev libedit-dev libprotobuf-c-dev".split(),
    }


def test_it_names_a_missing_compiler(tmp_path):
    run = make("all", "CC=no-such-compiler", f"BUILD={tmp_path}")
    assert missing(run) == {"no-such-compiler"}


def test_it_names_a_missing_command(tmp_path):
    run = make("all", "PROTOC_C=no-such-protoc", f"BUILD={tmp_path}")
    assert missing(run) == {"protobuf-c-compiler"}


def test_unit_tests_name_their_library(compiler_without, tmp_path):
    compiler = compiler_without("cmocka.h")
    run = make("unit", f"CC={compiler}", f"BUILD={tmp_path / 'build'}")
    assert missing(run) == {"libcmocka-dev"}


def test_all_that_is_named_is_what_deps_installs():
    """Each package that can be named is one that `make deps` installs."""
    run = make("-pn", "no-such-target")
    rows = {line.split(" := ")[0]: line.split(" := ")[1].split()
            for line in run.stdout.splitlines() if " := " in line}
    named = {row.split(":")[0] for row in rows["LIBRARY_HEADERS"] + rows["TEST_HEADERS"]}
    assert named and named <= {*rows["BUILD_DEPS"], *rows["TEST_DEPS"]}
