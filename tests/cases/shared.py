"""What is made once for all processes that test: programs, cores, copies of them.

A thing has a folder and a value, and is made by whoever asks for it first. It is there whole or not
at all: whoever makes it holds its lock, and writes its value last. Nobody changes it afterwards.
tests/run makes the folder of all things, GOTOPSY_SHARED, and removes it; where there is none, the
things are of one process and go with it.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import pathlib
import pickle
import shutil
import tempfile


@functools.cache
def _own():
    return tempfile.TemporaryDirectory(prefix="gotopsy-shared-")


def _all():
    return pathlib.Path(os.environ.get("GOTOPSY_SHARED") or _own().name)


@contextlib.contextmanager
def locked(path):
    """One process at a time."""
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _name(key):
    """A folder's name: the first word, for people, and what tells all keys apart."""
    return f"{key[0]}-{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}"


@functools.cache
def once(make, *key):
    """make(folder, *key), or what it returned in the process that came first."""
    folder = _all() / _name((make.__name__, make.__module__, *key))
    value = folder.with_suffix(".value")
    with locked(folder.with_suffix(".lock")):
        if not value.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one who failed
            folder.mkdir()
            made = make(folder, *key)
            value.with_suffix(".new").write_bytes(pickle.dumps(made))
            value.with_suffix(".new").rename(value)
        return pickle.loads(value.read_bytes())
