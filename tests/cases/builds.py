"""The demo, built in ways that the recipe for cores does not know."""

import json
import os
import shutil
import subprocess

import pytest

from . import little, matrix, recipe, shared


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            pytest.skip(f"{command} is not installed")


def _built(folder, flags, cgo, version, experiment):
    subprocess.run(
        ["go", "build", "-buildvcs=false", *flags, "-o", folder / "demo", "./demo"],
        cwd=recipe.COREFILES / "programs",
        env={
            **recipe.environment(version),
            "CGO_ENABLED": str(int(cgo)),
            **({"GOEXPERIMENT": experiment} if experiment else {}),
        },
        timeout=recipe.PATIENCE,
        check=True,
    )
    return folder / "demo"


def build(folder, flags, cgo=False, version=recipe.LOCAL, mode="leak", **settings):
    """Builds the demo, with settings of the environment, and takes its core. The demo in the folder
    is a copy, which may be changed: each demo is built once."""
    need("go", *(["gcc"] if cgo else []))
    try:
        little.need_kernel_cores()
        recipe.go_name(version)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    built = shared.once(_built, tuple(flags), cgo, version, settings.get("GOEXPERIMENT"))
    shutil.copy(built, folder / "demo")
    truth = subprocess.run(
        ["sh", "-c", f"ulimit -c unlimited && exec ./demo {mode}"],
        cwd=folder,
        env={**os.environ, "GOTRACEBACK": "crash", "GOMAXPROCS": "2", "CORE": "abort", **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=little.PATIENCE,
    ).stdout
    (core,) = folder.glob("core*")
    return recipe.Core(core, folder / "demo", json.loads(truth))


def judged(core, symbols, exe, twin=None, version=recipe.LOCAL):
    """The demo's seven leaks are reported right, `check` finds no fault, and a twin has no finding."""
    square = matrix.Square(version, "amd64", symbols, "kernel")
    verdict = matrix.judge(square, core, twin, lambda of: of.exe if of is twin else exe)
    assert not verdict.complaints, "\n".join(verdict.complaints)
