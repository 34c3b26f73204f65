"""Small programs that have no twin and no truth beyond their source, and cores of them.

Each prints "ready" when it is as it should be seen, after what it has to state, if anything, as a
line of JSON; and then waits until its stdin is closed.
"""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess

from . import recipe

PROGRAMS = recipe.PROJECT / "tests" / "cases" / "programs"
OF_C_TOO = {"native"}
PATIENCE = 60  # seconds: whatever takes longer hangs


def _need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise recipe.Unavailable(f"{command} is not installed")


def need_kernel_cores():
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip()
    if pattern != "core":
        raise recipe.Unavailable(f"core_pattern is '{pattern}', not 'core'")
    if resource.getrlimit(resource.RLIMIT_CORE)[1] != resource.RLIM_INFINITY:
        raise recipe.Unavailable("the hard limit of core sizes is not unlimited")


def _need_how(how):
    if how == "gcore":
        _need("gcore", "fallocate")
    else:
        need_kernel_cores()


def build(folder, name, version, *flags):
    recipe.go_name(version)  # Unavailable where that Go is
    subprocess.run(
        ["go", "build", "-buildvcs=false", *flags, "-o", folder / name, f"./{name}"],
        cwd=PROGRAMS,
        env=recipe.environment(version),
        timeout=recipe.PATIENCE,
        check=True,
    )


def _by_gcore(folder, pid):
    """gcore writes out all that Go has reserved, nearly all of it zeros."""
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


def _by_kernel(folder, process):
    """Every thread is in a signal handler then, for the traceback."""
    process.send_signal(signal.SIGABRT)
    process.wait(PATIENCE)
    (core,) = folder.glob("core*")  # the kernel may append the pid
    return core


def _allow_cores():
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def _run(program):
    """Starts a program, which must be ready soon."""
    return subprocess.Popen(
        [program],
        cwd=program.parent,
        env={**os.environ, "GOTRACEBACK": "crash"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=_allow_cores,
        text=True,
    )


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


def _truth(process):
    """What a program says of itself, as a line of JSON, before it says that it is ready."""
    said = list(iter(process.stdout.readline, "ready\n"))
    assert len(said) <= 1, said
    return json.loads(said[0]) if said else {}


def make(folder, how, name, version, *flags):
    """The core of a program, built with these flags of go build."""
    _need("go")
    _need_how(how)
    if name in OF_C_TOO:
        _need_cgo(version)
    build(folder, name, version, *flags)
    with _run(folder / name) as process:
        try:
            truth = _truth(process)
            by_gcore = how == "gcore"
            core = _by_gcore(folder, process.pid) if by_gcore else _by_kernel(folder, process)
            return recipe.Core(core, folder / name, truth)
        finally:
            process.kill()
