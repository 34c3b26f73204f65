"""`gotopsy find` on a core of a field program: what it prints, its document, and the program's truth."""

from . import field, tool


def run(case, kind, *options):
    made = case.core()
    return tool.run("find", made.path, kind, "--exe", field.exe_of(made, case.symbols), *options)


def find(case, kind, where=None, *options):
    conditions = ["--where", where] if where else []
    return tool.parsed(run(case, kind, "--format=json", *conditions, *options), "gotopsy-find/1")


def truth(case):
    return case.core().truth
