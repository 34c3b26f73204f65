"""A source file opens with a comment: a header says what the module is for its callers, a .c file
says what it does and how."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path
    for room in ("gotypes", "inspector", "include", "tests")
    for path in (ROOT / room).rglob("*.[ch]")
)


def without_a_comment(suffix):
    paths = [path for path in SOURCES if path.suffix == suffix]
    assert paths
    return [str(path.relative_to(ROOT)) for path in paths if not path.read_text().startswith("/*")]


def test_every_header_opens_with_a_comment():
    assert not without_a_comment(".h")


def test_every_c_file_opens_with_a_comment():
    assert not without_a_comment(".c")
