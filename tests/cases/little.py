"""Small programs that have no twin and no truth beyond their source, and gcore's cores of them.

Each prints a line when it is as it should be seen, and then waits until its stdin is closed.
"""

import shutil
import subprocess

from . import recipe

PROGRAMS = recipe.PROJECT / "tests" / "cases" / "programs"
OF_C_TOO = {"native"}
PATIENCE = 60  # seconds: whatever takes longer hangs


def _need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise recipe.Unavailable(f"{command} is not installed")


def _build(folder, name, version, flags):
    recipe.go_name(version)  # Unavailable where that Go is
    subprocess.run(
        ["go", "build", "-buildvcs=false", *flags, "-o", folder / name, f"./{name}"],
        cwd=PROGRAMS,
        env=recipe.environment(version),
        timeout=recipe.PATIENCE,
        check=True,
    )


def _take(folder, pid):
    """The core of a process. gcore writes out all that Go has reserved, nearly all of it zeros."""
    run = subprocess.run(
        ["gcore", "-o", folder / "core", str(pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        text=True,
    )
    core = folder / f"core.{pid}"
    assert core.exists(), run.stdout
    subprocess.run(["fallocate", "--dig-holes", core], check=True)
    return core


def _need_cgo(version):
    asked = subprocess.run(
        ["go", "env", "CGO_ENABLED", "CC"],
        cwd=PROGRAMS,
        env=recipe.environment(version),
        capture_output=True,
        check=True,
        text=True,
    )
    enabled, compiler = asked.stdout.splitlines()
    if enabled != "1":
        raise recipe.Unavailable("cgo is not enabled")
    _need(compiler.split()[0])


def make(folder, name, version, *flags):
    """The core of a program, built with these flags of go build."""
    _need("go", "gcore", "fallocate")
    if name in OF_C_TOO:
        _need_cgo(version)
    _build(folder, name, version, flags)
    with subprocess.Popen(
        [folder / name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline() == "ready\n"
            return recipe.Core(_take(folder, process.pid), folder / name, {})
        finally:
            process.kill()
