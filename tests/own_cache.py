"""A cache for the programs that tests start, so that they read and write nothing of the user's."""

import atexit
import os
import pathlib
import shutil
import tempfile

MADE = "GOTOPSY_TEST_CACHE"  # what a process that is started by a test sees


def _leave_builds():
    """Go's builds stay where they are. Where the cache was, too."""
    before = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    os.environ.setdefault("GOCACHE", str(before / "go-build"))
    return before


def use_none():
    """Each run is as the first one."""
    _leave_builds()
    os.environ["XDG_CACHE_HOME"] = os.devnull


def use():
    before = _leave_builds()
    if os.environ.get(MADE) == str(before):
        return
    cache = tempfile.mkdtemp(prefix="gotopsy-cache-")
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    os.environ["XDG_CACHE_HOME"] = os.environ[MADE] = cache
