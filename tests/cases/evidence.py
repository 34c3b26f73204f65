"""The evidence that `check` names for each object that it explains, read again in the core.

The core's memory is read here without gotopsy: the word at the named address must lead to the object.
"""

import mmap
import struct

from . import reshape, tool

ALL = "--examples=1000000"
DROPPED = "dropped since the last collection: "
STACK, OBJECT = DROPPED + "only a dead stack word", DROPPED + "only an unreachable object"
BARRIER, RETIRED = DROPPED + "a write barrier", DROPPED + "the runtime's own"
REGISTERS_TOO = "only words that may not be pointers lead to it"


class _Memory:
    def __init__(self, core):
        self._segments = reshape.Shape(core).segments
        with open(core, "rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def word(self, address):
        (segment,) = (each for each in self._segments if each.holds(address))
        return struct.unpack_from("<Q", self._map, segment.offset + address - segment.address)[0]


def _number(address):
    return address and int(address, 16)


def _ends_well(label, example, explained):
    """Words lead from object to object of the same label, back to one of another place."""
    seen = set()
    while (holder := example["evidence"]["object"]) in explained:
        if label.startswith(RETIRED) and holder == example["address"]:
            return True
        if holder in seen or explained[holder][0] != label:
            return False
        seen.add(holder)
        example = explained[holder][1]
    if label.startswith(STACK):  # which is no object
        return holder is None
    return holder is not None or not label.startswith((OBJECT, BARRIER))


def _leads(memory, label, example):
    """Does the word lead to the object, or is it a part of it?"""
    start, word = _number(example["address"]), _number(example["evidence"]["address"])
    if not label.startswith(RETIRED) or _number(example["evidence"]["object"]) != start:
        word = memory.word(word)
    return start <= word < start + example["bytes"]


def wrong(core, *options):
    """The explained objects whose evidence is not what is said of it, and what `check` says."""
    check, memory = tool.check(core, ALL, *options), _Memory(core)
    labels = [label for only in ("only_gc", "only_gotopsy") for label in check[only]["labels"]]
    explained = {
        each["address"]: (label["label"], each)
        for label in labels
        if label["explains"]
        for each in label["examples"]
    }
    complaints = []
    for label in labels:
        if label["explains"] and len(label["examples"]) != label["objects"]:
            complaints.append(f"{label['label']}: not all objects are named")
    for name, example in explained.values():
        if not example["evidence"]:
            if name != REGISTERS_TOO:
                complaints.append(f"{name}: no evidence: {example}")
        elif not _leads(memory, name, example):
            complaints.append(f"{name}: the word does not lead there: {example}")
        elif not _ends_well(name, example, explained):
            complaints.append(f"{name}: the evidence ends elsewhere: {example}")
    return complaints, check
