"""A source file opens with a comment: a header says what the module is, a .c file without a header
says what it does. A .c file with a header has its words there."""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for room in ("gotypes", "inspector", "include") for path in (ROOT / room).rglob("*.[ch]")
)


def opens_with_a_comment(path):
    return path.read_text().startswith("/*")


def test_every_header_opens_with_a_comment():
    headers = [path for path in SOURCES if path.suffix == ".h"]
    assert headers
    assert not [str(path) for path in headers if not opens_with_a_comment(path)]


def test_every_c_file_without_a_header_opens_with_a_comment():
    alone = [
        path for path in SOURCES if path.suffix == ".c" and not path.with_suffix(".h").exists()
    ]
    assert alone
    assert not [str(path) for path in alone if not opens_with_a_comment(path)]
