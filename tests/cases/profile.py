"""A reader of pprof's profiles: protocol buffers by their wire format, and no more of them."""

import gzip

VARINT, BYTES = 0, 2

# field number -> name, and what its bytes are: a message's own fields, text, or packed numbers
TYPE = {1: ("type", None), 2: ("unit", None)}
LINE = {1: ("function_id", None), 2: ("line", None)}
LABEL = {1: ("key", None), 2: ("str", None), 3: ("num", None), 4: ("num_unit", None)}
SAMPLE = {1: ("location_id", int), 2: ("value", int), 3: ("label", LABEL)}
LOCATION = {1: ("id", None), 2: ("mapping_id", None), 3: ("address", None), 4: ("line", LINE)}
FUNCTION = {
    1: ("id", None),
    2: ("name", None),
    3: ("system_name", None),
    4: ("filename", None),
    5: ("start_line", None),
}
MAPPING = {
    1: ("id", None),
    2: ("memory_start", None),
    3: ("memory_limit", None),
    4: ("file_offset", None),
    5: ("filename", None),
    6: ("build_id", None),
    7: ("has_functions", None),
    8: ("has_filenames", None),
    9: ("has_line_numbers", None),
    10: ("has_inline_frames", None),
}
PROFILE = {
    1: ("sample_type", TYPE),
    2: ("sample", SAMPLE),
    3: ("mapping", MAPPING),
    4: ("location", LOCATION),
    5: ("function", FUNCTION),
    6: ("string_table", str),
    9: ("time_nanos", None),
    10: ("duration_nanos", None),
    11: ("period_type", TYPE),
    12: ("period", None),
    14: ("default_sample_type", None),
}


def _varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not data[at - 1] & 0x80:
            return value, at


def _varints(data):
    at, values = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def _message(data, fields):
    """{name: [value, ...]}; a field that the table lacks is an error."""
    found, at = {name: [] for name, _ in fields.values()}, 0
    while at < len(data):
        key, at = _varint(data, at)
        name, kind = fields[key >> 3]
        value, at = _varint(data, at)
        if key & 7 == VARINT:
            assert kind in (None, int), name
            found[name].append(value)
            continue
        assert key & 7 == BYTES and kind is not None, name
        assert at + value <= len(data), f"{name} ends early"
        inner, at = data[at : at + value], at + value
        if kind is int:
            found[name] += _varints(inner)
        else:
            found[name].append(inner.decode() if kind is str else _message(inner, kind))
    return found


def _one(message, name):
    return message[name][0] if message[name] else 0


class Profile:
    """What a profile says, its ids and texts resolved."""

    def __init__(self, path):
        self.raw = _message(gzip.decompress(path.read_bytes()), PROFILE)
        self.texts = self.raw["string_table"]
        self.functions = self._by_id("function")
        self.locations = self._by_id("location")
        self.samples = [self._sample(sample) for sample in self.raw["sample"]]
        self.types = [
            (self.text(value, "type"), self.text(value, "unit"))
            for value in self.raw["sample_type"]
        ]
        self.mappings = self.raw["mapping"]

    def text(self, message, name):
        return self.texts[_one(message, name)]

    def _by_id(self, name):
        found = {_one(message, "id"): message for message in self.raw[name]}
        assert len(found) == len(self.raw[name]) and 0 not in found, f"{name}: ids"
        return found

    def _places(self, location):
        for line in location["line"]:
            function = self.functions[_one(line, "function_id")]
            at = self.text(function, "filename") or None, _one(line, "line") or None
            yield self.text(function, "name"), *at

    def _sample(self, sample):
        locations = [self.locations[each] for each in sample["location_id"]]
        labels = {
            self.text(label, "key"): _one(label, "num") if label["num"] else self.text(label, "str")
            for label in sample["label"]
        }
        stack = [place for location in locations for place in self._places(location)]
        return {"values": sample["value"], "stack": stack, "labels": labels}
