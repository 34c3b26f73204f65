"""How far the goroutines that we call hung are those that the runtime calls leaked."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Row:
    """One program: ids of goroutines in the runtime's profile, and in our report."""

    name: str
    leaked: frozenset
    hung: frozenset

    @property
    def agrees(self):
        return self.leaked == self.hung

    def __str__(self):
        both = len(self.leaked & self.hung)
        missed, invented = len(self.leaked - self.hung), len(self.hung - self.leaked)
        wrong = f" -{missed} +{invented}" if missed or invented else ""
        return f"{self.name} {both}/{len(self.leaked)}{wrong}"


ACROSS = 4  # programs in a line
WIDTH = 24


def table(made):
    """Lines: a sum for each suite; each of its programs, with how many leaked goroutines both report
    of how many, and how many we did not report (-) or reported wrongly (+)."""
    for suite, rows in made.items():
        agree = [row for row in rows if row.agrees]
        goroutines = sum(len(row.leaked) for row in rows)
        yield (
            f"{suite}: {len(agree)} of {len(rows)} programs agree, "
            f"with {goroutines} leaked goroutines"
        )
        reported = [str(row) for row in sorted(rows, key=lambda row: row.name)]
        for i in range(0, len(reported), ACROSS):
            yield "    " + " ".join(cell.ljust(WIDTH) for cell in reported[i : i + ACROSS]).rstrip()
