/* A table by kind, made from the rows of kinds.def. */
#include "inspector/kinds/kinds.h"

static const struct {
    const char *name, *heading, *plural, *one, *many, *summary;
    bool of_parts;
} kinds[] = {
#define KIND(kind, name, heading, plural, one, many, summary, of_parts, ...)                       \
    [kind] = {name, heading, plural, one, many, summary, of_parts},
#include "inspector/kinds/kinds.def"
#undef KIND
};

enum {
#define KIND(kind, ...) ROW_OF_##kind,
#include "inspector/kinds/kinds.def"
#undef KIND
    ROWS
};
_Static_assert(ROWS == (int)GT_KINDS, "each kind has a row in kinds.def");

const char *gt_kind_name(enum gt_kind kind)
{
    return (unsigned)kind < GT_KINDS ? kinds[kind].name : NULL;
}

const char *gt_kind_summary(enum gt_kind kind)
{
    return (unsigned)kind < GT_KINDS ? kinds[kind].summary : NULL;
}

bool gt_kind_is_of_parts(enum gt_kind kind)
{
    return (unsigned)kind < GT_KINDS && kinds[kind].of_parts;
}

const char *gt_kind_heading(enum gt_kind kind)
{
    return kinds[kind].heading;
}

const char *gt_kind_plural(enum gt_kind kind)
{
    return kinds[kind].plural;
}

const char *gt_kind_unit(enum gt_kind kind, uint64_t count)
{
    return count == 1 ? kinds[kind].one : kinds[kind].many;
}
