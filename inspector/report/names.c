#include "inspector/report/names.h"

#include <string.h>

static const struct {
    const char *name, *heading, *plural, *one, *many;
} kinds[GT_KINDS] = {
#define KIND(kind, name, heading, plural, one, many, shape, numbered, single)                      \
    [kind] = {name, heading, plural, one, many},
#include "inspector/report/kinds.def"
#undef KIND
};

enum {
#define KIND(kind, ...) ROW_OF_##kind,
#include "inspector/report/kinds.def"
#undef KIND
    ROWS
};
_Static_assert(ROWS == (int)GT_KINDS, "each kind has a row in kinds.def");

static const char *const confidences[] = {
    [GT_PROVEN] = "proven",
    [GT_LIKELY] = "likely",
    [GT_SUSPECT] = "suspect",
};

const char *gt_kind_name(enum gt_kind kind)
{
    return kinds[kind].name;
}

const char *gt_confidence_name(enum gt_confidence how)
{
    return confidences[how];
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

const char *gt_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}
