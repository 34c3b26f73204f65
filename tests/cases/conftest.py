import pytest

from . import agreement, little, matrix, recipe, shared

VERDICTS, AGREEMENTS = pytest.StashKey(), pytest.StashKey()


def _obtained(obtain, *arguments):
    try:
        return obtain(*arguments)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


@pytest.fixture
def core(request):
    """The core of the cell that a test is for (recipe.for_each)."""
    return _obtained(recipe.obtain, request.param)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The core that ships, unpacked."""
    return _obtained(recipe.unpack, "demo", tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def little_core():
    """The core of a small program: little_core("labels", version, *arguments of go build)."""

    def core(*wanted, how="gcore"):
        return _obtained(shared.once, little.make, how, *wanted)

    return core


@pytest.fixture(scope="session")
def verdicts(request):
    """The verdicts on the cells of the matrix, by cell."""
    return request.config.stash.setdefault(VERDICTS, {})


@pytest.fixture(scope="session")
def agreements(request):
    """How hung goroutines compare with the runtime's profile, by suite of programs."""
    return request.config.stash.setdefault(AGREEMENTS, {})


def pytest_terminal_summary(terminalreporter, config):
    sections = [
        (VERDICTS, "findings right/wrong/undecided, and what check says", matrix.table),
        (AGREEMENTS, "hung goroutines, beside the runtime's own profile", agreement.table),
    ]
    for key, title, table in sections:
        made = config.stash.get(key, {})
        if made:
            terminalreporter.section(title)
            for row in table(made):
                terminalreporter.write_line(row)
