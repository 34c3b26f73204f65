"""Running gotopsy, and reading what it says by its own schemas."""

import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess
import time

import jsonschema

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SUBSET = os.environ.get("GOTOPSY_CASES_SUBSET") == "1"
SANITIZED = re.compile(r"Sanitizer|runtime error:")
PATIENCE = 600 if SUBSET else 60  # seconds: whatever takes longer hangs


@dataclasses.dataclass(frozen=True)
class Run:
    """How one run ended."""

    status: int
    out: str
    err: str
    seconds: float


def binary():
    return pathlib.Path(os.environ.get("GOTOPSY", PROJECT / "build" / "gotopsy"))


def run(*arguments):
    """Runs the gotopsy under test, which may fail but never die."""
    program = binary()
    start = time.monotonic()
    done = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        text=True,
    )
    assert done.returncode >= 0, f"killed by signal {-done.returncode}: {done.stderr}"
    assert not SANITIZED.search(done.stderr), done.stderr
    return Run(done.returncode, done.stdout, done.stderr, time.monotonic() - start)


@functools.cache
def _validator(schema):
    path = PROJECT / "schema" / (schema.replace("/", "-") + ".schema.json")
    schema = json.loads(path.read_text())
    return jsonschema.validators.validator_for(schema)(schema)


def parsed(done, schema):
    """The document of a run that succeeded, which must keep to the schema."""
    assert done.status == 0, f"exit status {done.status}: {done.err.strip()}"
    document = json.loads(done.out)
    _validator(schema).validate(document)
    return document


def report(core, *options):
    return parsed(run("report", "--format=json", core, *options), "gotopsy-report/1")


def check(core, *options):
    return parsed(run("check", "--format=json", core, *options), "gotopsy-check/1")


# What a file's own name, size and date tell, and which of its pages are holes.
OF_THE_FILE = {"wait_ns", "wait_ns_max", "due_in_ns", "path"}
OF_THE_FILE |= {"resident_bytes", "resident_is_least", "why"}


def without(fields, value):
    """A document without the fields of these names, wherever they are in it."""
    if isinstance(value, dict):
        return {key: without(fields, each) for key, each in value.items() if key not in fields}
    return [without(fields, each) for each in value] if isinstance(value, list) else value


def go_build_id(program):
    """What the linker has put into Go's note: lengths of name and text, a 4, the name, the text."""
    return re.search(rb"\x04\0\0\0..\0\0\x04\0\0\0Go\0\0([!-~]+)", program, re.DOTALL)[1]
