"""Questions about one thing: an address, by what the program says of it."""

import subprocess

import pytest

from . import field, recipe, tool

BOTH_MAPS = ["1.22.12", "1.27.4"]  # buckets, and Swiss tables
inspected = field.cases("inspected", BOTH_MAPS)


SCHEMAS = {"global": "show"}  # else that of the command


def ask(case, command, *what, core=None):
    """The document that answers."""
    made = core or case.core()
    exe = field.exe_of(made, case.symbols)
    done = tool.run(command, made.path, *what, "--exe", exe, "--format=json")
    return tool.parsed(done, f"gotopsy-{SCHEMAS.get(command, command)}/1")


def truth(case):
    return case.core().truth


def of_object(case, name, offset=0):
    return ask(case, "object", hex(int(truth(case)[name], 16) + offset))


# ---- object ----------------------------------------------------------------------------------


@inspected
def test_object_and_field(case):
    """An address within an object gives the object, and the field that begins there."""
    for name, (offset, kind) in truth(case)["fields"].items():
        reported = of_object(case, "account", offset)
        assert (reported["what"], reported["type"]) == ("object", "main.account")
        assert reported["base"] == truth(case)["account"]
        assert reported["bytes"] == reported["span"]["slot_bytes"] == truth(case)["account_bytes"]
        assert reported["field"].startswith(f".{name}")
        wanted = "uint16" if name == "codes" else kind.replace("interface {}", "any")
        assert reported["type_at"].replace("interface {}", "any") == wanted
    assert reported["heap"]["live"] and reported["heap"]["gc_mark"] == "marked"


@inspected
def test_who_points_there(case):
    reported = of_object(case, "owner")
    (referrer,) = reported["heap"]["referrers"]
    assert referrer["name"] == "main.account.owner" and referrer["count"] == 1
    assert referrer["object"] == truth(case)["account"]
    (pointer,) = reported["heap"]["pointers"]
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
    reported = of_object(case, "dot", 8)
    assert (reported["type"], reported["field"], reported["type_at"]) == ("main.point", ".y", "int64")


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
        reported = ask(case, "object", nowhere)
        assert reported["what"] == "not mapped" and reported["note"] and reported["heap"] is None


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
    reported = paths_to(case, "account")
    assert reported["live"] and not reported["more"] and reported["object"]["address"] == truth(case)["account"]
    kinds = [path["kind"] for path in reported["paths"]]
    assert kinds == ["global", "goroutine", "global"]
    assert reported["paths"][1]["goroutine"] == truth(case)["goroutine"]
    (rare,) = paths_to(case, "rare")["paths"]
    assert (rare["kind"], rare["goroutine"]) == ("timer", None)


@inspected
def test_paths_are_cut_and_counted(case):
    reported = paths_to(case, "account", "--max=2")
    assert len(reported["paths"]) == 2 and reported["more"]


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


# ---- show, global ----------------------------------------------------------------------------


def parts(value):
    return {part["name"]: part for part in value["parts"]}


def entries(value):
    """A map's: by its key's text, or its length where that is secret."""
    return {part["key"]["value"] or part["key"]["len"]: part for part in value["parts"]}


def shown(case, name, *options, command="show"):
    what = truth(case)[name] if command == "show" else name
    return ask(case, command, what, *options)


@inspected
def test_struct(case):
    view = shown(case, "account", "--depth=2")
    assert (view["what"], view["address"], view["value"]["kind"]) == ("object", truth(case)["account"], "struct")
    fields = parts(view["value"])
    assert list(fields) == list(sorted(truth(case)["fields"], key=lambda name: truth(case)["fields"][name][0]))
    numbers = {name: fields[name]["value"] for name in ["id", "balance", "open"]}
    assert numbers == {"id": "4711", "balance": "12.5", "open": "true"}
    assert [part["value"] for part in fields["codes"]["parts"]] == ["7", "8", "9"]
    assert (fields["name"]["len"], fields["name"]["data"]) == (truth(case)["name_bytes"], None)
    assert [fields["tags"]["len"], fields["tags"]["cap"]] == truth(case)["tags"]
    assert fields["none"]["points_to"] is None
    (owner,) = fields["owner"]["parts"]
    assert owner["address"] == truth(case)["owner"] and parts(owner)["age"]["value"] == "52"
    assert parts(owner)["photo"]["len"] == truth(case)["payload"]


@inspected
def test_map_channel_and_interface(case):
    fields = parts(shown(case, "account", "--depth=2")["value"])
    assert {key: each["value"] for key, each in entries(fields["limits"]).items()} == {"1": "10", "2": "20", "3": "30"}
    assert fields["notes"]["len"] == len(entries(fields["notes"])) == truth(case)["notes"]
    events = fields["events"]
    assert [events["len"], events["cap"]] == truth(case)["events"]
    assert [each["value"] for each in events["parts"]] == ["101", "102"]
    (extra,) = fields["extra"]["parts"]
    assert fields["extra"]["dynamic_type"] == "main.point"
    assert {name: part["value"] for name, part in parts(extra).items()} == {"x": "3", "y": "4"}
    assert fields["guest"]["dynamic_type"] == "*main.walker"
    (walker,) = fields["guest"]["parts"][0]["parts"]
    assert (walker["address"], parts(walker)["steps"]["value"]) == (truth(case)["walker"], "99")
    assert fields["close"]["value"].startswith("main.fill.func")


@field.cases("inspected", BOTH_MAPS, ["dwarf"])
def test_global_and_large_map(case):
    view = shown(case, "main.vault", "--max=1000", command="global")
    assert (view["what"], view["name"], view["value"]["len"]) == ("global", "main.vault", truth(case)["vault"])
    keys = sorted(int(key) for key in entries(view["value"]))
    assert keys == list(range(truth(case)["vault"])) and not view["value"]["left_out"]
    assert view["retained_objects"] > truth(case)["vault"]
    few = shown(case, "vault", "--max=7", command="global")["value"]
    assert (len(few["parts"]), few["left_out"]) == (7, truth(case)["vault"] - 7)
    assert shown(case, "main.limit", command="global")["value"]["value"] == "77"
    freed = shown(case, "main.list", command="global")["retained_bytes"]
    assert freed > truth(case)["heavy"] + truth(case)["items"] * 48


@field.cases("inspected", BOTH_MAPS, ["dwarf"])
def test_an_object_is_shown_whole(case):
    """A map's header, which is no variable of the map, and arrays that slices are of."""
    view = shown(case, "vault_header", "--max=1000")
    assert (view["what"], view["value"]["type"]) == ("object", "map[int]*main.person")
    assert sorted(map(int, entries(view["value"]))) == list(range(truth(case)["vault"]))
    assert view["retained_objects"] > truth(case)["vault"]
    _, room = truth(case)["list"]
    reported = shown(case, "list_at", "--max=8")["value"]
    assert reported["kind"] == "array" and reported["len"] >= room
    assert reported["type"] == f"[{reported['len']}]*main.item"
    assert reported["parts"][7]["points_to"] == truth(case)["item7"] and reported["left_out"] == reported["len"] - 8
    assert of_object(case, "list_at")["heap"]["elements"] == reported["len"]
    assert of_object(case, "account")["heap"]["elements"] is None
    photo = shown(case, "photo")["value"]
    assert (photo["kind"], photo["len"], photo["data"]) == ("bytes", truth(case)["payload"], None)


@inspected
def test_part_of_a_value(case):
    offset, kind = truth(case)["fields"]["tags"]
    view = ask(case, "show", hex(int(truth(case)["account"], 16) + offset))
    assert (view["value"]["type"], view["value"]["len"]) == (kind, truth(case)["tags"][0])


@inspected
def test_type_that_is_given(case):
    at = truth(case)["item7"]
    for asked in [f"{at},main.item", f"*(*main.item)({at})", f"(*main.item)({at})"]:
        assert parts(ask(case, "show", asked)["value"])["n"]["value"] == "7"


@inspected
def test_names_that_are_near(case):
    made = case.core()
    exe = field.exe_of(made, case.symbols)
    done = tool.run("show", made.path, truth(case)["item7"] + ",main.itme", "--exe", exe)
    assert done.status == 2 and "main.item?" in done.err.replace(",", "?").replace(" or", "?")
    done = tool.run("global", made.path, "main.vualt", "--exe", exe)
    if case.symbols == "dwarf":
        assert done.status == 2 and "main.vault" in done.err
    else:
        assert done.status == 3 and "debug information" in done.err


@inspected
def test_memory_that_is_not_of_the_type(case):
    """Whatever lies there, what is shown of it is bounded."""
    at = int(truth(case)["account"], 16)
    for offset, kind in [(0, "main.account"), (8, "main.item"), (40, "main.account"), (152, "main.account")]:
        value = ask(case, "show", f"{at + offset:#x},{kind}", "--depth=20", "--max=1000")
        assert len(str(value)) < 20_000_000
    circle = ask(case, "show", truth(case)["circle"], "--depth=20")["value"]
    for _ in range(20):
        circle = parts(circle)["self"]["parts"][0]
        assert circle["address"] == truth(case)["circle"]
    assert parts(circle)["self"]["parts"] == []


# ---- goroutine -------------------------------------------------------------------------------


def frame_of(document, function):
    (frame,) = [frame for frame in document["frames"] if frame["calls"][-1]["function"] == function]
    return frame


@field.cases("inspected", BOTH_MAPS, ["dwarf"])
def test_variables_of_a_goroutine(case):
    reported = ask(case, "goroutine", str(truth(case)["goroutine"]))
    assert (reported["goroutine"], reported["wait_reason"]) == (truth(case)["goroutine"], "chan receive")
    (variable,) = [each for each in frame_of(reported, "main.parked")["variables"] if each["name"] == "all"]
    fields = parts(variable["value"])
    assert fields["base"]["value"] == "21" and fields["who"]["points_to"] == truth(case)["account"]
    assert (fields["secret"]["len"], fields["secret"]["data"]) == (truth(case)["secret_bytes"], None)
    assert truth(case)["heavy"] <= variable["retained_bytes"] <= truth(case)["heavy"] + 256


@field.cases("inspected", BOTH_MAPS, ["dwarf"])
def test_variable_in_pieces_is_told_once(case):
    reported = ask(case, "goroutine", str(truth(case)["goroutine"]))
    (crew,) = [each for each in frame_of(reported, "main.main.func1")["variables"] if each["name"] == "crew"]
    value = crew["value"]
    assert (value["kind"], value["points_to"], value["note"]) == ("slice", truth(case)["crew"], None)
    assert (value["len"], value["cap"], crew["bytes"]) == (3, 5, 24)


@field.cases("inspected", BOTH_MAPS, ["stripped"])
def test_pointers_of_a_stripped_frame(case):
    reported = ask(case, "goroutine", str(truth(case)["goroutine"]))
    slots = frame_of(reported, "main.parked")["variables"]
    assert all(slot["inferred"] for slot in slots)
    (account,) = [slot for slot in slots if slot["value"]["points_to"] == truth(case)["account"]]
    assert account["value"]["type"] == "*main.account" and account["retained_bytes"] == 0
    assert max(slot["retained_bytes"] for slot in slots) >= truth(case)["heavy"]


def test_goroutine_that_is_not_there():
    case = field.Case("inspected", recipe.LOCAL, "dwarf")
    done = tool.run("goroutine", case.core().path, "4711", "--exe", case.core().exe)
    assert done.status == 2 and "gotopsy goroutines" in done.err


def _asked_for_contents(made, reported):
    """All commands that look at values, each with how often its answer has the marker when it may."""
    again = str(made.path)
    yield ("show", made.path, reported["account"], "--depth=9"), 4
    yield ("global", made.path, "main.bank", "--depth=9"), 4
    yield ("goroutine", made.path, str(reported["goroutine"]), "--depth=9"), None
    yield ("find", made.path, "main.account", "--where=len(name) > 1 && len(tags) > 1", "--top=all"), 0
    yield ("find", made.path, "string", "--top=all"), 0
    yield ("find", made.path, "[]uint8", "--top=all"), 0
    for line in ("object", "paths"):
        yield (line, made.path, reported["account"]), None
    yield ("diff", made.path, again, "--min-bytes=1"), None


def _in_the_shell(made, arguments, *options):
    """What the same command says in a shell; its core is left out."""
    command, _, *others = map(str, arguments)
    line = " ".join([command, *(f"'{each}'" for each in others)]) + "\n"
    exe = ("--exe", made.exe)
    done = subprocess.run(
        [tool.binary(), "shell", made.path, *exe, *options], input=line, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_contents_are_secret():
    """Of strings, bytes, keys and errors, in every command and format, unless they are asked for."""
    case = field.Case("inspected", recipe.LOCAL, "dwarf")
    made, marker = case.core(), truth(case)["secret"]
    for form in ["text", "json"]:
        for arguments, count in _asked_for_contents(made, truth(case)):
            options = (*arguments, "--exe", made.exe, f"--format={form}")
            done = tool.run(*options)
            assert done.status == 0 and marker not in done.out + done.err, arguments
            assert marker not in _in_the_shell(made, arguments, f"--format={form}"), arguments
            if count is None:
                continue
            assert tool.run(*options, "--show-data").out.count(marker) == count, arguments
            assert _in_the_shell(made, arguments, f"--format={form}", "--show-data").count(marker) == count


def test_conditions_are_no_way_to_contents():
    """Neither a match nor an error says what a string holds."""
    case = field.Case("inspected", recipe.LOCAL, "dwarf")
    made, marker = case.core(), truth(case)["secret"]
    for where in (f'name == "{marker}-SECRET-name"', 'name != "other"', "name == name", "name > 1", "name"):
        done = tool.run("find", made.path, "main.account", "--where", where, "--exe", made.exe)
        assert done.status == 2 and done.out == "" and marker not in done.err
