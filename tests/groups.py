"""Which tests stay together when several processes share them (pytest-xdist): those of one file and
one version of Go, since they look at the same programs and cores."""

import re

import pytest

VERSION = re.compile(r"local|\d+\.\d+\.\d+")


def _version(item):
    """The version of Go that a parameter of the test is, or has."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    for value in values:
        for word in (getattr(value, "version", None), *(value if isinstance(value, tuple) else [value])):
            if isinstance(word, str) and VERSION.fullmatch(word):
                return word
    return ""


def _group(item):
    return f"{item.path.stem}-{_version(item)}"


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks
def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        for item in items:
            item.add_marker(pytest.mark.xdist_group(_group(item)))
