#include "inspector/detect/describe/makers.h"

#include "inspector/runtime/process/callers.h"

struct collecting {
    const struct gt_study *study;
    struct gt_makers makers;
};

static void take_place(void *ctx, uint64_t pc)
{
    struct collecting *collecting = ctx;
    const struct gt_study *study = collecting->study;
    struct gt_makers *makers = &collecting->makers;
    struct gt_stack stack = gt_places_at(study->process, study->storage, pc, true);

    if (!gt_places_own(&stack)) return;
    if (makers->count < GT_MAKERS_TOLD) makers->stacks[makers->count] = stack;
    makers->count++;
}

struct gt_makers gt_makers_by_code(const struct gt_study *study, const char *const *names)
{
    struct collecting collecting = {.study = study};

    gt_callers_of(study->process, names, take_place, &collecting);
    return collecting.makers;
}

static const char *tell_place(const struct gt_study *study, const struct gt_stack *stack)
{
    const struct gt_place *place = gt_places_own(stack);

    if (!place->source || !place->line) return gt_place_name(study, place);
    return gt_arena_format(study->storage, "%s (%s:%u)", gt_place_name(study, place), place->source,
                           place->line);
}

const char *gt_makers_tell(const struct gt_study *study, const struct gt_makers *makers)
{
    const char *text;

    if (!makers->count) return NULL;
    if (makers->count > GT_MAKERS_TOLD)
        return gt_arena_format(study->storage, "one of %zu places", makers->count);
    text = tell_place(study, &makers->stacks[0]);
    if (makers->count == 1) return text;
    text = gt_arena_format(study->storage, "one of %s", text);
    for (size_t i = 1; i < makers->count; i++)
        text =
            gt_arena_format(study->storage, "%s, %s", text, tell_place(study, &makers->stacks[i]));
    return text;
}
