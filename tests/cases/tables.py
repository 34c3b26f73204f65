"""What tests find out beside passing, printed as tables when all have run.

A test puts its rows into a fixture. Where tests run in several processes, each worker sends its rows
to the process that prints."""

import pickle

import pytest

from . import agreement, matrix

# Of each table: what its rows say, and how they become text.
TABLES = {
    "verdicts": ("findings right/wrong/undecided, and what check says", matrix.table),
    "agreements": ("hung goroutines, beside the runtime's own profile", agreement.table),
}
ROWS = pytest.StashKey()


def _rows(config):
    return config.stash.setdefault(ROWS, {name: {} for name in TABLES})


@pytest.fixture(scope="session")
def verdicts(request):
    """The verdicts on the cells of the matrix, by cell."""
    return _rows(request.config)["verdicts"]


@pytest.fixture(scope="session")
def agreements(request):
    """How hung goroutines compare with the runtime's profile, by suite of programs."""
    return _rows(request.config)["agreements"]


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["rows"] = pickle.dumps(_rows(session.config))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """A worker that died has sent nothing."""
    sent = getattr(node, "workeroutput", {}).get("rows")
    for name, rows in pickle.loads(sent).items() if sent else ():
        _rows(node.config)[name].update(rows)


def pytest_terminal_summary(terminalreporter, config):
    for name, (title, table) in TABLES.items():
        rows = _rows(config)[name]
        if rows:
            terminalreporter.section(title)
            for line in table(rows):
                terminalreporter.write_line(line)
