"""Unit tests have one style of names: the sentence that a test holds, without a prefix."""
import pathlib
import re

UNIT = pathlib.Path(__file__).parent / "unit"
REGISTERED = re.compile(r"cmocka_unit_test\w*\(\s*(\w+)")


def registered():
    for path in sorted(UNIT.rglob("*_test.c")):
        for name in REGISTERED.findall(path.read_text()):
            yield path, name


def test_names_are_sentences():
    assert list(registered())
    prefixed = [f"{path}: {name}" for path, name in registered() if name.startswith("test_")]
    assert not prefixed


def test_every_test_is_registered():
    """A static function that takes cmocka's state and nobody names would never run."""
    for path in sorted(UNIT.rglob("*_test.c")):
        text = path.read_text()
        for name in re.findall(r"^static (?:void|int) (\w+)\(void \*\*state\)", text, re.M):
            assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{path}: {name} is never run"
