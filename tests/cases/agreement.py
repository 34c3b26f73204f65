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
        return f"{self.name:28}{both:6} leaked{missed:6} not told{invented:6} told wrongly"


def table(made):
    """Lines: a sum for each suite, and each of its programs where not all agree."""
    for suite, rows in made.items():
        agree = [row for row in rows if row.agrees]
        goroutines = sum(len(row.leaked) for row in rows)
        yield (
            f"{suite}: {len(agree)} of {len(rows)} programs agree, "
            f"with {goroutines} leaked goroutines"
        )
        yield from (f"    {row}" for row in rows if not row.agrees)
