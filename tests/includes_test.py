"""Who may include whom.

The directions are those of the tree: each folder may use what stands in its row, itself and
base. Two things differ from a plain layering. The report's model is part of the public header,
include/gotopsy.h, so detect and runtime include that and never report/. And unwind reads Go frames
through the pclntab, so it may include gotypes, which knows no ELF or DWARF. Errors are public too,
so every folder may include the public header.
inspector/api is the facade behind that header: it may include all but cli.
"""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

PUBLIC = "include"
ALLOWED = {
    "include": set(),
    "gotypes": {PUBLIC},
    "inspector/base": {PUBLIC},
    "inspector/core": {PUBLIC},
    "inspector/graph": {PUBLIC},
    "inspector/symbols": {PUBLIC, "inspector/core", "gotypes"},
    "inspector/unwind": {PUBLIC, "inspector/symbols", "inspector/core", "gotypes"},
    "inspector/runtime": {
        PUBLIC,
        "gotypes",
        "inspector/unwind",
        "inspector/symbols",
        "inspector/core",
        "inspector/graph",
    },
    "inspector/detect": {PUBLIC, "inspector/runtime", "inspector/graph", "gotypes"},
    "inspector/report": {PUBLIC},
    "inspector/cli": {PUBLIC},
}
FACADE = "inspector/api"

LIBRARIES = {
    "libelf.h": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "gelf.h": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "dwarf.h": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "libdwarf": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "libunwind": {"inspector/core", "inspector/symbols", "inspector/unwind"},
    "zstd": {"inspector/core"},
    "popt.h": {"inspector/cli"},
    "jansson.h": {"inspector/report"},
    "protobuf-c": {"inspector/report"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def sources():
    for top in ["include", "gotypes", "inspector"]:
        for pattern in ["*.c", "*.h", "*.def"]:
            yield from sorted((ROOT / top).rglob(pattern))


def folder_of(included):
    """The folder of this project that an #include "..." names."""
    if included == "gotopsy.h":
        return PUBLIC
    return str(pathlib.PurePosixPath(included).parent)


def library_of(included):
    for name in LIBRARIES:
        if included == name or included.startswith((name + "/", name + ".", name + "-")):
            return name
    return None


def faults(name, text):
    here = str(pathlib.PurePosixPath(name).parent)
    for mark, included in INCLUDE.findall(text):
        library = library_of(included)
        if library and here not in LIBRARIES[library]:
            yield f"{name} includes <{included}>, which is for {sorted(LIBRARIES[library])}"
        if mark == "<":
            continue
        there = folder_of(included)
        if there not in ALLOWED and there != FACADE:
            yield f'{name} includes "{included}", which is in no known folder'
        elif here == FACADE:
            if there == "inspector/cli":
                yield f"{name} includes {included}: the library knows no command line"
        elif there not in {here, "inspector/base"} | ALLOWED.get(here, set()):
            yield f"{name} includes {included}: {here} must not know {there}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_includes(path):
    assert list(faults(str(path.relative_to(ROOT)), path.read_text())) == []


@pytest.mark.parametrize(
    "name,text",
    [
        ("inspector/report/text.c", '#include "inspector/core/core.h"'),
        ("inspector/cli/main.c", '#include "inspector/report/page.h"'),
        ("inspector/graph/mark.c", '#include "gotypes/types.h"'),
        ("inspector/runtime/heap.c", "#include <libelf.h>"),
        ("inspector/detect/ticker.c", "#include <libdwarf/libdwarf.h>"),
        ("inspector/core/core.c", "#  include <jansson.h>"),
        ("inspector/unwind/frames.c", '#include "inspector/runtime/runtime.h"'),
        ("inspector/api/open.c", '#include "inspector/cli/options.h"'),
        ("inspector/core/core.c", '#include "core.h"'),
        ("inspector/detect/ticker.c", '#include "inspector/api/analysis.h"'),
    ],
)
def test_a_wrong_direction_is_seen(name, text):
    assert list(faults(name, text))


@pytest.mark.parametrize(
    "name,text",
    [
        ("inspector/unwind/go.c", '#include "gotypes/pclntab.h"\n#include <libunwind-coredump.h>'),
        ("inspector/api/open.c", '#include "inspector/report/sinks.h"'),
        ("inspector/detect/ticker.c", '#include "gotopsy.h"\n#include "inspector/base/vec.h"'),
        ("inspector/core/unpack.c", "#include <zstd.h>"),
    ],
)
def test_a_right_direction_is_not(name, text):
    assert not list(faults(name, text))
