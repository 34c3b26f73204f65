"""Leaks as people really have them: small programs of tests/cases/field, each with and without its leak.

A program leaks, unless its first argument names another way to run, such as "fixed". It prints what
is true of it as a line of JSON, {"heap": bytes live after three collections, "goroutines": how many,
and more}, then "ready", and waits until its stdin is closed (measure.Ready). The truth of a leak is the heap of the
leaking run less that of the fixed one. One core serves two tests: with the binary as it was built,
and with a stripped copy of it.
"""

import dataclasses
import pathlib
import re
import shutil
import subprocess

import pytest

from . import little, recipe, shared, tool

PROGRAMS = recipe.PROJECT / "tests" / "cases" / "field"
VERSIONS = ["1.22.12", "1.24.13", recipe.LOCAL, recipe.NEWEST]
SYMBOLS = ["dwarf", "stripped"]
NEAR = 0.01  # of the measured truth
# What two runs of one program differ by: what the runtime allocates for a thread or caches.
FLOOR = 24 << 10


def _language(version):
    """The language that a toolchain speaks: 1.26 of 1.26.8."""
    return ".".join(recipe.go_name(version).removeprefix("go").split(".")[:2])


def _spoken(module, version):
    """The language of a version, as a go.mod says it: "1.26.0", which modules of others may ask for, is
    after "1.26"."""
    (own,) = re.findall(r"^go (.*)$", module.read_text(), re.MULTILINE)
    language = _language(version)
    return own if own.startswith(f"{language}.") else language


def _built(folder, name, version, flags, language):
    """By a go.mod that says `language`, on which settings such as asynctimerchan depend."""
    own = PROGRAMS / name / "go.mod"  # of what needs modules of others
    module = own if own.exists() else PROGRAMS / "go.mod"
    language = language or _spoken(module, version)
    said = re.sub(r"^go .*$", f"go {language}", module.read_text(), flags=re.MULTILINE)
    (folder / "go.mod").write_text(said)
    if own.exists():
        shutil.copy(own.with_name("go.sum"), folder)
    mod = f"-modfile={folder / 'go.mod'}"
    try:
        little.build(folder, name, version, mod, *flags, programs=PROGRAMS)
    except subprocess.CalledProcessError as why:
        if not own.exists():
            raise
        raise recipe.Unavailable(f"the modules of {name} cannot be had: {why}") from why
    return folder / name


def _core(folder, name, version, way, flags, language):
    exe = built(name, version, flags, language)
    return little.core_in(folder, exe, *([way] if way else []))


def built(name, version, flags=(), language=None):
    """The program."""
    return shared.once(_built, name, version, flags, language)


def core(name, version=recipe.LOCAL, way="", flags=(), language=None):
    """The core of one run of a program; `way` is its argument. The test is skipped where it cannot
    be made here."""
    try:
        little.need("go")
        little.need_kernel_cores()
        return shared.once(_core, name, version, way, flags, language)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def stripped(exe):
    return shared.once(recipe.stripped, exe)


def exe_of(made, symbols):
    """Its binary, as built or stripped."""
    if symbols == "dwarf":
        return made.exe
    try:
        return stripped(made.exe)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


@dataclasses.dataclass(frozen=True)
class Case:
    """One program, with one Go, with or without debug information."""

    name: str
    version: str
    symbols: str
    flags: tuple = ()  # of go build
    language: str = None  # what its go.mod says, if not the toolchain's own

    def __str__(self):
        return f"{self.name}-{self.version}-{self.symbols}"

    def core(self, way=""):
        return core(self.name, self.version, way, self.flags, self.language)

    def run(self, command, way, *options):
        """Any command of gotopsy on its core."""
        made = self.core(way)
        return tool.run(command, made.path, "--exe", exe_of(made, self.symbols), *options)

    def report(self, way="", *options):
        """The report, as JSON; what a program has said is `core(way).truth`."""
        made = self.core(way)
        return tool.report(made.path, "--exe", exe_of(made, self.symbols), *options)

    def text(self, way="", *options):
        """The report, as text, as wide as anything in it."""
        done = self.run("report", way, "--width=400", *options)
        assert done.status in (0, 1), done.err
        return done.out

    def freed(self):
        """What the leak keeps, in bytes of heap, as the program measured it."""
        return self.core().truth["heap"] - self.core("fixed").truth["heap"]


def cases(name, versions=VERSIONS, symbols=SYMBOLS, **settings):
    """Runs a test once for each Go, with and without debug information; it gets `case`."""
    made = [Case(name, version, symbol, **settings) for version in versions for symbol in symbols]
    return pytest.mark.parametrize("case", made, ids=str)


def near(got, want, share=NEAR, floor=FLOOR):
    """Is it the measured truth?"""
    return abs(got - want) <= max(share * want, floor)


def the_finding(report, kind):
    """The one finding of a kind."""
    found = [finding for finding in report["findings"] if finding["kind"] == kind]
    assert len(found) == 1, [(each["kind"], each["title"]) for each in report["findings"]]
    return found[0]


def typed_share(report):
    """Of the live bytes with pointers, those whose types are known."""
    coverage = report["coverage"]
    return coverage["typed_bytes"] / (coverage["typed_bytes"] + coverage["untyped_bytes"])


def path_of(finding):
    """The holder's path in one line: "global main.jobs .items [4]"."""
    steps = ((step["what"], step["field"] or "") for step in finding["path"])
    return " -> ".join(" ".join(part for part in step if part) for step in steps)
