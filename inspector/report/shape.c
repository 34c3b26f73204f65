/* The table from kinds to shapes is made from the rows of kinds.def. */
#include "inspector/report/shape.h"

#define KIND(kind, name, heading, plural, one, many, summary, of_parts, shape, ...)                \
    extern const struct gt_shape gt_shape_##shape;
#include "inspector/kinds/kinds.def"
#undef KIND

const struct gt_shape *gt_shape_of(enum gt_kind kind)
{
    static const struct gt_shape *const shapes[GT_KINDS] = {
#define KIND(kind, name, heading, plural, one, many, summary, of_parts, shape, ...)                \
    [kind] = &gt_shape_##shape,
#include "inspector/kinds/kinds.def"
#undef KIND
    };

    return shapes[kind];
}

static const struct gt_field thing[] = {
    GT_FIELD_WORD("what", WORD, &gt_thing_words, struct gt_blocked_thing, what),
    GT_FIELD_WORD("action", WORD_OR_NULL, &gt_action_words, struct gt_blocked_thing, action),
    GT_FIELD("address", ADDRESS_OR_NULL, struct gt_blocked_thing, address),
    GT_FIELD("type", TEXT, struct gt_blocked_thing, type),
    GT_FIELD("name", TEXT, struct gt_blocked_thing, name),
};
const struct gt_fields gt_thing_fields = GT_FIELDS(thing, struct gt_blocked_thing);
