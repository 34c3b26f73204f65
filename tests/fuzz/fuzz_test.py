"""The fuzz targets over their seeds and over regressions/: inputs that once failed, or that were made to
hurt, as a loop in a map; and a short run of damaged cores.
The long forms are `make fuzz` and `make mutate`."""

import os
import pathlib
import re
import runpy
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOOL = pathlib.Path(os.environ.get("GOTOPSY", HERE.parents[1] / "build" / "gotopsy"))
TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))
MUTATIONS, SEED = 150, 1
PATIENCE = 300  # seconds


@pytest.fixture(scope="session")
def seeds(tmp_path_factory):
    for command in ("zstd", "lz4", "nm", "readelf", "objcopy", "cc"):
        if not shutil.which(command):
            pytest.skip(f"{command} is not installed")
    folder = tmp_path_factory.mktemp("seeds")
    subprocess.run([sys.executable, HERE / "seeds", folder], check=True, timeout=PATIENCE)
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_replay(seeds, target):
    inputs = [path for path in (HERE / "regressions" / target).glob("*")]
    inputs += (seeds / target).iterdir()
    assert inputs
    done = subprocess.run(
        [TOOL.parent / "tests" / "fuzz" / f"replay_{target}", *inputs],
        capture_output=True,
        timeout=PATIENCE,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{len(inputs)} inputs\n"


def test_every_command_meets_damaged_cores(monkeypatch):
    """Those that help lists, but for those without a core."""
    listed = subprocess.run([TOOL, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  (\w+) +(?:CORE|OLD)", listed, re.MULTILINE)
    assert len(commands) >= 15
    monkeypatch.syspath_prepend(HERE)
    tried = runpy.run_path(str(HERE / "mutate"))["COMMANDS"]
    assert set(commands) <= {words[0] for words in tried}


def test_damaged_cores():
    """A hundred and fifty of them, the same wounds each time."""
    for command in ("zstd", "nm", "readelf", "strip"):
        if not shutil.which(command):
            pytest.skip(f"{command} is not installed")
    done = subprocess.run(
        [sys.executable, HERE / "mutate", TOOL, str(MUTATIONS), str(SEED)],
        capture_output=True,
        timeout=PATIENCE,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr
    assert f"{MUTATIONS} damaged cores: 0 complaints" in done.stdout
