"""What Go prints of a goroutine that dies, and whether gotopsy says the same of its frames."""

import re


def functions(said, goroutine):
    """The functions of a goroutine, as Go prints them."""
    block = re.search(rf"^goroutine {goroutine} .*\[.*\n((?:.+\n)+)", said, re.M)
    return re.findall(r"^([^\t\n].*?)\((?:\.\.\.|\{|0x|\)|[^*]*\)$)", block[1], re.M)


def missing(said, goroutine, goroutines):
    """Those that are not in the goroutine's group, in this order; and its stack."""
    (group,) = [each for each in goroutines["groups"] if goroutine in each["ids"]]
    stack = [place["function"] for place in group["stack"]]
    want = [name for name in functions(said, goroutine) if not name.startswith("created by")]
    rest = iter(stack)
    renamed = {"panic": "runtime.gopanic"}
    assert want
    return [name for name in want if renamed.get(name, name) not in rest], stack
