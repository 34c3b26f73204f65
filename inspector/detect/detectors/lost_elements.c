/*
 * Lost slice elements, of two sorts. A pointer slot of a backing array that no live window's cap
 * covers can never be read again: proven. A slot between a len and a cap is reached only by
 * re-slicing: likely, a deletion that did not clear the tail.
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/own_names.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/stale.h"

enum {
    MAX_SLOTS = 16, /* slots shown of one instance */
};

struct lost_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    struct gt_keys keys;
    const struct gt_dead_slots *dead;
    struct gt_groups groups;
};

static const struct gt_dead_array *array_at(const struct lost_finder *lost_finder, uint32_t item)
{
    return gt_vec_at(&lost_finder->dead->arrays, item);
}

/* The target's type by the element's type, since the target may have no other. */
static const char *target_type(const struct gt_heap_analysis *analysis,
                               const struct gt_window_ref *window, const struct gt_dead_slot *slot)
{
    struct gt_types *types = analysis->process->types;
    uint64_t user, block = gt_goheap_user(analysis->heap, window->block, &user);
    struct gt_pointer_slot place;

    if (!window->elem ||
        !gt_types_pointer_at(types, window->elem, (slot->addr - block) % window->elem_size, &place))
        return NULL;
    if (place.kind != GT_P_POINTER) return NULL;
    return gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, place.type));
}

static void describe_instance(const struct lost_finder *lost_finder,
                              const struct gt_dead_array *array, struct gt_instance *instance)
{
    const struct gt_heap_analysis *analysis = lost_finder->analysis;
    size_t shown = array->count < MAX_SLOTS ? array->count : MAX_SLOTS;
    struct gt_slot *slots = gt_arena_alloc(analysis->storage, shown * sizeof *slots);
    const struct gt_window_ref *window = &array->main;

    for (size_t i = 0; i < shown; i++) {
        const struct gt_dead_slot *slot = gt_vec_at(&lost_finder->dead->slots, array->first + i);
        uint32_t target = gt_heap_object(&analysis->heap->graph, slot->value);
        slots[i] = (struct gt_slot){slot->element, gt_block_of(analysis, target)};
        if (!slots[i].target.type) slots[i].target.type = target_type(analysis, window, slot);
    }
    instance->lost.block = gt_block_of(analysis, array->block.block);
    instance->lost.element_type =
        gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, window->elem));
    instance->lost.slot_count = array->elements;
    instance->lost.spare_slot_count = array->spare ? array->elements : 0;
    instance->lost.slots = slots;
    instance->lost.slots_len = shown;
}

static void add_words(const struct lost_finder *lost_finder, const struct gt_dead_array *array,
                      struct gt_cause *cause)
{
    for (size_t i = 0; i < array->count; i++) {
        const struct gt_dead_slot *slot = gt_vec_at(&lost_finder->dead->slots, array->first + i);
        gt_u64s_add(&cause->edges.words, slot->addr);
    }
}

/* Gives the cause its instances and edges; words that may be stale make it less sure. Returns the
 * number of slots. */
static uint64_t take_arrays(const struct lost_finder *lost_finder, const struct gt_member *members,
                            size_t count, struct gt_cause *cause)
{
    const struct gt_heap_analysis *analysis = lost_finder->analysis;
    struct gt_stale stale = {0};
    uint64_t slots = 0;

    gt_cause_count(cause, analysis, count);
    for (size_t i = 0; i < count; i++) {
        const struct gt_dead_array *array = array_at(lost_finder, members[i].item);
        if (i < cause->instance_count) describe_instance(lost_finder, array, &cause->instances[i]);
        add_words(lost_finder, array, cause);
        slots += array->elements;
        gt_stale_add(&stale, analysis, &array->block);
    }
    cause->confidence = gt_stale_confidence(&stale, cause->confidence);
    cause->doubt = gt_stale_doubt(analysis, &stale);
    return slots;
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct lost_finder *lost_finder = ctx;
    struct gt_heap_analysis *analysis = lost_finder->analysis;
    const struct gt_dead_array *largest = array_at(lost_finder, members[0].item);
    const struct gt_window_ref *window = &largest->main;
    enum gt_confidence sure = largest->spare || largest->block.elements || largest->block.inferred
                                  ? GT_LIKELY
                                  : GT_PROVEN;
    struct gt_cause *cause = gt_causes_add(lost_finder->causes, GT_LOST_ELEMENTS, sure);
    bool element = largest->block.elements && !largest->block.slices;
    uint64_t slots = take_arrays(lost_finder, members, count, cause);

    cause->path = gt_path_to(&lost_finder->keys, &window->referrer);
    cause->title =
        gt_arena_format(analysis->storage, "%s pointer slot%s of %s backing array%s %s",
                        gt_heap_analysis_count(analysis, slots), slots == 1 ? "" : "s",
                        gt_heap_analysis_count(analysis, count), count == 1 ? "" : "s",
                        largest->spare ? "hold pointers past the length of every live slice"
                        : element      ? "are not of the elements that anything points to"
                                       : "are not covered by any live slice");
    struct gt_advice_facts facts = {.kind = GT_LOST_ELEMENTS,
                                    .reason = element          ? "element"
                                              : largest->spare ? "spare"
                                                               : "outside",
                                    .stack = gt_locations_allocated(analysis, largest->block.block),
                                    .name = gt_own_name(&lost_finder->keys, &window->referrer)};
    cause->advice = gt_advice_text(analysis, &facts);
}

static void group(struct lost_finder *lost_finder, uint32_t item)
{
    const struct gt_dead_array *array = array_at(lost_finder, item);
    const char *key = gt_arena_format(lost_finder->analysis->storage, "%c%c%s",
                                      array->spare ? 's' : 'd', array->block.inferred ? 'i' : 'k',
                                      gt_key_of(&lost_finder->keys, &array->main.referrer));

    gt_groups_add(&lost_finder->groups, key, array->count, item);
}

void gt_detect_lost_elements(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct lost_finder lost_finder = {
        .analysis = analysis, .causes = causes, .dead = analysis->dead_slots};

    gt_keys_init(&lost_finder.keys, analysis);
    gt_groups_init(&lost_finder.groups);
    for (size_t i = 0; i < lost_finder.dead->arrays.len; i++)
        group(&lost_finder, (uint32_t)i);
    gt_groups_visit(&lost_finder.groups, make_cause, &lost_finder);
    gt_groups_deinit(&lost_finder.groups);
    gt_keys_deinit(&lost_finder.keys);
}
