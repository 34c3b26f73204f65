import functools

import pytest

from . import little, recipe, shared


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


@pytest.fixture(scope="module")
def building(tmp_path_factory):
    """building(name, need, **settings) gives a function that builds a small program for a version of
    Go, once. `need` is called first; without what it needs the test is skipped."""

    def builder(name, need, **settings):
        @functools.cache
        def build(version):
            folder = tmp_path_factory.mktemp(name)
            _obtained(need)
            _obtained(functools.partial(little.build, **settings), folder, name, version)
            return folder / name

        return build

    return builder
