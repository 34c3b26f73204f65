/* A map has for each number how often it was asked for, or where its plan is. */
#include "inspector/unwind/stack_plans.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"

enum {
    MOST_PARTS = 1 << 20, /* words and objects of all plans */
    UNSEEN = 0,
    SEEN,   /* once */
    NEVER,  /* it cannot be planned */
    PLANNED /* and more: the index of its plan */
};

struct gt_stack_plans {
    struct gt_map states; /* by number */
    struct gt_vec list;   /* struct gt_stack_plan * */
    size_t parts;
};

struct gt_stack_plans *gt_stack_plans_create(void)
{
    struct gt_stack_plans *plans = gt_calloc(1, sizeof *plans);

    plans->list = GT_VEC_OF(struct gt_stack_plan *);
    return plans;
}

static struct gt_stack_plan *plan_at(const struct gt_stack_plans *plans, size_t index)
{
    return *(struct gt_stack_plan **)gt_vec_at(&plans->list, index);
}

static void free_parts(struct gt_stack_plan *plan)
{
    gt_vec_deinit(&plan->words);
    gt_vec_deinit(&plan->objects);
}

void gt_stack_plans_destroy(struct gt_stack_plans *plans)
{
    if (!plans) return;
    for (size_t i = 0; i < plans->list.len; i++) {
        free_parts(plan_at(plans, i));
        gt_free(plan_at(plans, i));
    }
    gt_vec_deinit(&plans->list);
    gt_map_deinit(&plans->states);
    gt_free(plans);
}

const struct gt_stack_plan *gt_stack_plans_get(struct gt_stack_plans *plans, uint32_t number,
                                               bool *make)
{
    uint64_t *state = gt_map_put(&plans->states, number, NULL);

    *make = *state == SEEN;
    if (*state == UNSEEN) *state = SEEN;
    return *state >= PLANNED ? plan_at(plans, *state - PLANNED) : NULL;
}

/* ---- making one ------------------------------------------------------------------------------ */

void gt_stack_plan_init(struct gt_stack_plan *plan)
{
    *plan = (struct gt_stack_plan){.words = GT_VEC_OF(struct gt_planned_word),
                                   .objects = GT_VEC_OF(struct gt_stack_object)};
}

void gt_stack_plan_add_word(struct gt_stack_plan *plan, uint64_t addr, uint32_t frame,
                            struct gt_in_object in)
{
    const struct gt_planned_word word = {(uint32_t)addr, frame, in};

    plan->failed |= addr > UINT32_MAX;
    if (!plan->failed) gt_vec_add(&plan->words, &word);
}

void gt_stack_plan_add_object(struct gt_stack_plan *plan, const struct gt_stack_object *object)
{
    if (!plan->failed) gt_vec_add(&plan->objects, object);
}

void gt_stack_plan_reach(struct gt_stack_plan *plan, uint64_t addr, uint64_t end)
{
    plan->failed |= addr > end; /* it begins below the stack pointer */
    if (end > plan->end) plan->end = end;
}

void gt_stack_plans_put(struct gt_stack_plans *plans, uint32_t number, struct gt_stack_plan *plan)
{
    size_t parts = plan->words.len + plan->objects.len;
    uint64_t *state = gt_map_put(&plans->states, number, NULL);

    if (plan->failed || parts > MOST_PARTS - plans->parts) {
        free_parts(plan);
        *state = NEVER;
        return;
    }
    struct gt_stack_plan *kept = gt_alloc(sizeof *kept);
    *kept = *plan;
    gt_vec_add(&plans->list, &kept);
    plans->parts += parts;
    *state = PLANNED + plans->list.len - 1;
}
