"""What `make install` leaves: the files, what the library exports, and that a program can be built
against it as the README says."""

import os
import re
import shlex
import shutil
import subprocess
import textwrap

import pytest

from conftest import GOTOPSY, ROOT

CC = os.environ.get("CC", "gcc")
PKG_CONFIG = shutil.which("pkg-config")
HEADER = ROOT / "include" / "gotopsy.h"


REPORT, FIND = range(2)  # the README's programs in C, in their order


def readme_example(which=REPORT):
    """One of them, as it is printed there."""
    text = (ROOT / "README.md").read_text()
    programs = re.findall(r"^    #include <gotopsy.h>\n(?:\n|    .*\n)+", text, re.MULTILINE)
    assert len(programs) == 2
    return textwrap.dedent(programs[which])


def run(*command, **environment):
    done = subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **{name: str(value) for name, value in environment.items()}},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def install(**variables):
    if not (GOTOPSY.parent / "libgotopsy.a").exists():
        pytest.skip(f"{GOTOPSY} was not built here")
    # The make that runs the tests is no concern of this one.
    no_flags = {"MAKEFLAGS": "", "MFLAGS": "", "MAKELEVEL": "0"}
    settings = {"CC": CC, "BUILD": GOTOPSY.parent, **variables}
    run("make", "-C", ROOT, "install", *(f"{k}={v}" for k, v in settings.items()), **no_flags)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix")
    install(PREFIX=folder)
    return folder


def test_destdir_and_prefix(tmp_path):
    install(DESTDIR=tmp_path, PREFIX="/usr")
    version = re.search(r'GT_VERSION "(\d+\.\d+)(.*)"', HEADER.read_text())
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if not path.is_dir()}
    assert there == {
        "usr/bin/gotopsy",
        "usr/include/gotopsy.h",
        "usr/lib/libgotopsy.a",
        "usr/lib/libgotopsy.so",
        f"usr/lib/libgotopsy.so.{version[1]}",
        f"usr/lib/libgotopsy.so.{version[1]}{version[2]}",
        "usr/lib/pkgconfig/gotopsy.pc",
        "usr/share/man/man1/gotopsy.1",
        "usr/share/bash-completion/completions/gotopsy",
        "usr/share/zsh/site-functions/_gotopsy",
        "usr/share/fish/vendor_completions.d/gotopsy.fish",
    }
    described = (tmp_path / "usr/lib/pkgconfig/gotopsy.pc").read_text()
    assert "prefix=/usr\n" in described
    assert str(tmp_path) not in described and "@" not in described


def test_exports_what_the_header_declares(prefix):
    symbols = run("nm", "-D", "--defined-only", prefix / "lib" / "libgotopsy.so").splitlines()
    exported = {line.split()[-1] for line in symbols}
    declared = re.findall(r"^GT_API [^;(]*?(\w+)\(", HEADER.read_text(), re.MULTILINE)
    assert all(name.startswith("gt_") for name in exported)
    assert exported == set(declared)


def test_the_archive_takes_no_names_but_its_own(prefix):
    """A static program shares one name space with it, hidden or not."""
    rows = run("nm", "--defined-only", "--extern-only", prefix / "lib" / "libgotopsy.a").splitlines()
    names = {row.split()[-1] for row in rows if len(row.split()) == 3}
    assert "gt_open" in names
    assert not {name for name in names if not name.startswith(("gt_", "__odr_asan"))}


def build(prefix, folder, *options, which=REPORT):
    """A program of the README's, built against what is in prefix/lib; where it will look for that."""
    found = {"PKG_CONFIG_PATH": prefix / "lib" / "pkgconfig"}
    flags = shlex.split(run(PKG_CONFIG, "--cflags", "--libs", *options, "gotopsy", **found))
    (folder / "example.c").write_text(readme_example(which))
    words = ["-std=c11", "-Wall", "-Wextra", "-Werror", folder / "example.c"]
    run(CC, *words, *flags, "-o", folder / "example")
    return folder / "example"


@pytest.mark.skipif(not PKG_CONFIG, reason="pkg-config is not installed")
@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
def test_a_program_can_be_built(gotopsy, demo_core, prefix, tmp_path, static):
    options = ["--static"] if static else []
    if static:  # the linker takes the archive when there is nothing else
        shutil.copytree(prefix, tmp_path / "archive", symlinks=True)
        prefix = tmp_path / "archive"
        for library in (prefix / "lib").glob("*.so*"):
            library.unlink()
        described = prefix / "lib" / "pkgconfig" / "gotopsy.pc"
        described.write_text(re.sub("^(libdir)=.*", rf"\1={prefix}/lib", described.read_text(), flags=re.M))
    program = build(prefix, tmp_path, *options)
    document = run(program, demo_core, LD_LIBRARY_PATH=prefix / "lib")
    assert document == gotopsy(demo_core, "--format=json").stdout


@pytest.mark.skipif(not PKG_CONFIG, reason="pkg-config is not installed")
def test_a_program_can_go_through_the_heap(gotopsy, demo_core, prefix, tmp_path):
    """All objects of a type, as `find` lists them."""
    program = build(prefix, tmp_path, which=FIND)
    lines = run(program, demo_core, "[]uint8", LD_LIBRARY_PATH=prefix / "lib").splitlines()
    rows = gotopsy("find", demo_core, "[]uint8", "--top=all", "--format=csv").stdout.splitlines()[1:]
    assert len(lines) == len(rows) > 30
    for line, row in zip(lines, rows):
        address, _, retained, _ = row.split(",", 3)
        assert line == f"{address} retains {retained} bytes"


@pytest.mark.skipif(not shutil.which("g++"), reason="g++ is not installed")
def test_the_header_is_also_for_cpp(tmp_path):
    source = tmp_path / "example.cpp"
    source.write_text("#include <gotopsy.h>\nint main() { gt_error_destroy(nullptr); }\n")
    run("g++", "-Wall", "-Wextra", "-Werror", "-I", HEADER.parent, "-fsyntax-only", source)
