"""Questions about one thing: an address, by what the program says of it."""

import pytest

from . import field, tool

BOTH_MAPS = ["1.22.12", "1.27.4"]  # buckets, and Swiss tables
inspected = field.cases("inspected", BOTH_MAPS)


def ask(case, command, *what, core=None):
    """The document that answers."""
    made = core or case.core()
    exe = field.exe_of(made, case.symbols)
    done = tool.run(command, made.path, *what, "--exe", exe, "--format=json")
    return tool.parsed(done, f"gotopsy-{command}/1")


def truth(case):
    return case.core().truth


def of_object(case, name, offset=0):
    return ask(case, "object", hex(int(truth(case)[name], 16) + offset))


# ---- object ----------------------------------------------------------------------------------


@inspected
def test_object_and_field(case):
    """An address within an object tells the object, and the field that begins there."""
    for name, (offset, kind) in truth(case)["fields"].items():
        told = of_object(case, "account", offset)
        assert (told["what"], told["base"], told["type"]) == ("object", truth(case)["account"], "main.account")
        assert told["bytes"] == told["span"]["slot_bytes"] == truth(case)["account_bytes"]
        assert told["field"].startswith(f".{name}")
        wanted = "uint16" if name == "codes" else kind.replace("interface {}", "any")
        assert told["type_at"].replace("interface {}", "any") == wanted
    assert told["heap"]["live"] and told["heap"]["gc_mark"] == "marked"


@inspected
def test_who_points_there(case):
    told = of_object(case, "owner")
    (referrer,) = told["heap"]["referrers"]
    assert referrer["name"] == "main.account.owner" and referrer["count"] == 1
    assert referrer["object"] == truth(case)["account"]
    (pointer,) = told["heap"]["pointers"]
    assert pointer["into"]["address"] == truth(case)["photo"]
    assert (pointer["field"], pointer["len"], pointer["cap"]) == (".photo", *[truth(case)["payload"]] * 2)


@inspected
def test_what_would_be_freed_with_it(case):
    for name, bytes_ in [("owner", "payload"), ("photo", "payload"), ("item7", "heavy")]:
        retained = of_object(case, name)["heap"]["retained_bytes"]
        assert truth(case)[bytes_] <= retained <= truth(case)[bytes_] + 256


@inspected
def test_finalizer(case):
    heap = of_object(case, "circle")["heap"]
    assert [(each["kind"], each["function"]) for each in heap["specials"]] == [("finalizer", "main.finalize")]


@inspected
def test_object_without_pointers_has_the_type_of_what_points_there(case):
    told = of_object(case, "dot", 8)
    assert (told["type"], told["field"], told["type_at"]) == ("main.point", ".y", "int64")


@inspected
def test_other_addresses(case):
    stack = of_object(case, "local")
    assert (stack["what"], stack["goroutine"]) == ("stack", truth(case)["goroutine"])
    assert stack["location"]["function"] == "main.parked"
    code = of_object(case, "parked")
    assert (code["what"], code["name"], code["base"]) == ("text", "main.parked", truth(case)["parked"])
    data = of_object(case, "limit_at")
    assert data["what"] == "data"
    if case.symbols == "dwarf":
        assert (data["name"], data["type"], data["bytes"]) == ("main.limit", "int", 8)
    span = ask(case, "object", of_object(case, "account")["span"]["address"])
    assert (span["what"], span["name"]) == ("runtime", "mspan")
    for nowhere in ["0x0", "0x10", "0xffffffffffffffff"]:
        told = ask(case, "object", nowhere)
        assert told["what"] == "not mapped" and told["note"] and told["heap"] is None


@pytest.mark.parametrize("asked,said", [("824634", "hexadecimal"), ("0x", "address"), ("0x1z", "address")])
def test_addresses_are_hexadecimal(asked, said):
    done = tool.run("object", "core", asked)
    assert done.status == 2 and said in done.err


def test_an_address_is_asked_for():
    done = tool.run("object", "core")
    assert done.status == 2 and "ADDR" in done.err


# ---- paths -----------------------------------------------------------------------------------


def paths_to(case, name, *options):
    return ask(case, "paths", truth(case)[name], *options)


@inspected
def test_a_path_from_each_kind_of_root(case):
    told = paths_to(case, "account")
    assert told["live"] and not told["more"] and told["object"]["address"] == truth(case)["account"]
    kinds = [path["kind"] for path in told["paths"]]
    assert kinds == ["global", "goroutine", "global"]
    assert told["paths"][1]["goroutine"] == truth(case)["goroutine"]
    (rare,) = paths_to(case, "rare")["paths"]
    assert (rare["kind"], rare["goroutine"]) == ("timer", None)


@inspected
def test_paths_are_cut_and_counted(case):
    told = paths_to(case, "account", "--max=2")
    assert len(told["paths"]) == 2 and told["more"]


@field.cases("inspected", BOTH_MAPS, ["dwarf"])
def test_path_by_name(case):
    (path,) = paths_to(case, "photo")["paths"]
    steps = [(step["what"], step["type"], step["field"]) for step in path["path"]]
    assert steps[0] == ("global main.bank", "*main.account", None)
    assert steps[1:] == [("object", "main.account", ".owner"), ("object", "main.person", ".photo")]
    assert path["objects"] == 2


@inspected
def test_paths_lead_to_heap_objects(case):
    made = case.core()
    exe = field.exe_of(made, case.symbols)
    done = tool.run("paths", made.path, truth(case)["local"], "--exe", exe)
    assert done.status == 2 and "stack" in done.err
