"""Every JSON document follows its schema; the schemas are strict where they say so."""

import copy
import csv
import io
import json
import subprocess

import jsonschema
import pytest

from conftest import GOTOPSY, ROOT

DOCUMENTS = {
    "report": "report",
    "empty": "report",
    "goroutines": "goroutines",
    "check": "check",
    "heap": "heap",
}


def validator(name):
    path = ROOT / "schema" / f"gotopsy-{name}-1.schema.json"
    return jsonschema.Draft7Validator(json.loads(path.read_text()))


def sample(document, form="json"):
    return subprocess.run(
        [GOTOPSY.parent / "tests/cli/dump_sample", document, form], check=True, stdout=subprocess.PIPE
    ).stdout


def leaves(value, path=()):
    """The paths of all fields of all objects in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield path + (key,)
            yield from leaves(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, path + (index,))


def parent(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


# Objects whose keys are the target's: no key of theirs is required.
OPEN = {"labels", "by_status", "explained"}


def closed_fields(document):
    return [path for path in leaves(document) if len(path) < 2 or path[-2] not in OPEN]


@pytest.mark.parametrize("document,schema", DOCUMENTS.items())
def test_sample_is_valid(document, schema):
    assert [error.message for error in validator(schema).iter_errors(json.loads(sample(document)))] == []


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS.values())))
def test_every_field_is_required(name):
    check, whole = validator(name), json.loads(sample(name))
    for path in closed_fields(whole):
        damaged = copy.deepcopy(whole)
        del parent(damaged, path)[path[-1]]
        assert not check.is_valid(damaged), f"{path} may be missing"


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS.values())))
def test_every_field_has_a_type(name):
    check, whole = validator(name), json.loads(sample(name))
    for path in leaves(whole):
        damaged = copy.deepcopy(whole)
        parent(damaged, path)[path[-1]] = {"an": ["object"]} if path[-1] not in OPEN else 1
        assert not check.is_valid(damaged), f"{path} may be anything"


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS.values())))
def test_fields_may_be_added(name):
    document = json.loads(sample(name))
    document["added_later"] = {"at": "any time"}
    assert validator(name).is_valid(document)


def test_csv_of_hostile_text_is_one_field():
    text = sample("heap", "csv").decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 4 and {len(row) for row in rows} == {len(rows[0])}
    assert text.count("\r\n") == text.count("\n") == 4 and "\x1b" not in text
    assert rows[2][-2].endswith('",;')


def test_markdown_of_hostile_text_is_inert():
    text = sample("report", "markdown").decode()
    assert "<b>" not in text.replace("\\<b\\>", "").split("```")[0]
    assert text.count("```") % 2 == 0
    assert all(line.count(" | ") >= 5 for line in text.splitlines() if line.startswith("| "))
