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

static const char *const nouns[] = {"channel", "mutex",     "rwmutex",   "wait group",
                                    "once",    "condition", "coroutine", "semaphore"};
static const struct gt_words noun_words = GT_WORDS(nouns);

static const char *const actions[] = {"receive", "send", "lock", "read", "write", "wait", NULL};
static const struct gt_words action_words = GT_WORDS(actions);

static const struct gt_field thing[] = {
    GT_FIELD_WORD("what", &noun_words, struct gt_blocked_thing, what),
    GT_FIELD_WORD("action", &action_words, struct gt_blocked_thing, action),
    GT_FIELD("address", ADDRESS_OR_NULL, struct gt_blocked_thing, address),
    GT_FIELD("type", TEXT, struct gt_blocked_thing, type),
    GT_FIELD("name", TEXT, struct gt_blocked_thing, name),
};
const struct gt_fields gt_thing_fields = GT_FIELDS(thing, struct gt_blocked_thing);
