/*
 * Substrings and subslices: blocks of which all live strings and slices together use less than
 * half. Bytes outside every cap cannot be reached again: proven. Bytes between a len and a cap can,
 * so they are a suspect: `id = buf[:16]` is the most frequent leak, and a reused buffer looks the
 * same.
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/windows/main_referrers.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/stale.h"
#include "inspector/detect/windows/unused_slots.h"
#include "inspector/detect/windows/windows.h"

enum {
    MAX_WINDOWS = 8,     /* windows shown of one instance */
    MAX_NAMED = 32,      /* blocks whose holders are named */
    MUCH_ROOM = 1 << 20, /* bytes: so many unused slots are worth a look */
};

/* Sorts of findings. */
enum { PROVEN = 'p', SPARE = 's', QUEUE = 'q', ROOM = 'r' };

struct waste_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    struct gt_keys keys;
    const struct gt_windows *windows;
    struct gt_groups groups;
};

/* The bytes that a finding about the block may count; 0 when the block is no finding. */
static uint64_t cost_of(const struct gt_window_block *block, bool *proven)
{
    *proven = block->wasted * 2 >= block->size;
    if (*proven) return block->wasted;
    uint64_t both = block->wasted + block->spare;
    return both * 2 >= block->size ? both : 0;
}

/* Nothing of the block is in use: its owner made it, or made it empty, to fill it (s = s[:0]). */
static bool is_empty(const struct gt_windows *windows, const struct gt_window_block *block)
{
    for (size_t i = 0; i < block->count; i++)
        if (gt_window_of(windows, block, i)->len) return false;
    return true;
}

/* Is spare capacity no finding? *aside says why. */
static bool is_set_aside(const struct waste_finder *waste_finder,
                         const struct gt_window_block *block, struct gt_aside *aside)
{
    const struct gt_window_ref *window = gt_window_main(waste_finder->windows, block);

    if (gt_set_aside_by_owner(waste_finder->analysis, window, aside)) return true;
    *aside = (struct gt_aside){.reason = GT_ASIDE_EMPTY};
    return is_empty(waste_finder->windows, block);
}

/* The same, whatever the sort of the block is. */
static bool is_made_so(const struct waste_finder *waste_finder, const struct gt_window_block *block,
                       struct gt_aside *aside)
{
    const struct gt_window_ref *window = gt_window_main(waste_finder->windows, block);

    if (!gt_is_address_of_socket(waste_finder->analysis, window, block->size)) return false;
    *aside = (struct gt_aside){.reason = GT_ASIDE_ADDRESS};
    return true;
}

/* Blocks of one finding are of one sort and have one key. */
static const char *sorted_key(const struct waste_finder *waste_finder,
                              const struct gt_window_block *block, char sort, const char *key)
{
    return gt_arena_format(waste_finder->analysis->storage, "%c%c%c%s", sort,
                           block->inferred ? 'i' : 'k', block->strings ? 't' : 'l', key);
}

/* The sort of a finding about the block. Slots before a slice were in use once, and their owner has
 * cleared them: it is a queue, whose array goes when it grows. Room behind a slice alone may never
 * be filled. */
static char sort_of(const struct waste_finder *waste_finder, const struct gt_window_block *block,
                    bool proven)
{
    if (!gt_slots_are_unused(waste_finder->analysis, waste_finder->windows, block))
        return proven ? PROVEN : SPARE;
    return block->wasted >= block->elem_size ? QUEUE : ROOM;
}

static void consider(struct waste_finder *waste_finder, uint32_t number)
{
    const struct gt_window_block *block = gt_vec_at(&waste_finder->windows->blocks, number);
    const struct gt_window_ref *window = gt_window_main(waste_finder->windows, block);
    struct gt_aside aside = {.reason = GT_ASIDE_UNUSED_SLOTS};
    bool proven;
    uint64_t cost = cost_of(block, &proven);

    if (!block->wastes || !cost) return;
    char sort = sort_of(waste_finder, block, proven);
    if (sort == QUEUE || is_made_so(waste_finder, block, &aside) ||
        (!proven && is_set_aside(waste_finder, block, &aside))) {
        if (sort == ROOM && aside.reason == GT_ASIDE_OWNER_UNKNOWN)
            aside.reason = GT_ASIDE_UNUSED_SLOTS;
        gt_set_aside_add(waste_finder->analysis, number, aside);
        return;
    }
    const char *wider = gt_wider_key_of(&waste_finder->keys, &window->referrer);
    struct gt_member member = {.key = sorted_key(waste_finder, block, sort,
                                                 gt_key_of(&waste_finder->keys, &window->referrer)),
                               .wider = wider ? sorted_key(waste_finder, block, sort, wider) : NULL,
                               .weight = cost,
                               .item = number};
    gt_groups_add_member(&waste_finder->groups, &member);
}

static const struct gt_window_block *block_of(const struct waste_finder *waste_finder,
                                              const struct gt_member *member)
{
    return gt_vec_at(&waste_finder->windows->blocks, member->item);
}

static void describe_instance(const struct waste_finder *waste_finder,
                              const struct gt_window_block *block, struct gt_instance *instance)
{
    const struct gt_heap_analysis *analysis = waste_finder->analysis;

    instance->windowed.block = gt_block_of(analysis, block->block);
    instance->windowed.windows = gt_windows_describe(analysis, waste_finder->windows, block,
                                                     MAX_WINDOWS, &instance->windowed.window_count);
    instance->windowed.wasted_bytes = block->wasted;
    instance->windowed.spare_bytes = block->spare;
    instance->windowed.allocated_at = gt_locations_allocated(analysis, block->block);
}

/* Spare capacity that a pool keeps is set aside, whatever holds it at present. So are a few slots
 * that hold nothing. */
static bool set_aside(struct waste_finder *waste_finder, const struct gt_path *path,
                      const struct gt_member *members, size_t count)
{
    struct gt_aside aside;
    uint64_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += members[i].weight;
    if (!gt_set_aside_by_path(path, &aside)) {
        if (members[0].key[0] != ROOM || bytes >= MUCH_ROOM) return false;
        aside = (struct gt_aside){.reason = GT_ASIDE_UNUSED_SLOTS};
    }
    for (size_t i = 0; i < count; i++)
        gt_set_aside_add(waste_finder->analysis, members[i].item, aside);
    return true;
}

/* A block goes only when all that hold it have copies. Blocks of one finding are alike; those of
 * the largest are looked at. */
static void name_referrers(struct waste_finder *waste_finder, const struct gt_member *members,
                           size_t count, struct gt_referrer_names *names)
{
    *names = (struct gt_referrer_names){.count = 0};
    for (size_t i = 0; i < count && i < MAX_NAMED; i++)
        gt_referrer_names_add(names, &waste_finder->keys, waste_finder->windows,
                              block_of(waste_finder, &members[i]));
}

static bool only_elements(const struct gt_window_block *block)
{
    return block->elements && !block->slices && !block->strings;
}

static const char *title_of(const struct gt_heap_analysis *analysis,
                            const struct gt_window_block *largest,
                            const struct gt_referrer_names *names, size_t count)
{
    const char *others = gt_referrer_names_others(names, analysis->storage);

    return gt_arena_format(analysis->storage, "%s block%s kept alive by %s%s%s",
                           gt_heap_analysis_count(analysis, count), count == 1 ? "" : "s",
                           only_elements(largest) ? "pointers to single elements"
                           : largest->strings     ? "small substrings"
                                                  : "small subslices",
                           others ? ", also held by " : "", others ? others : "");
}

/* Gives the cause its instances and freed bytes. Words that may be stale make it less sure. */
static void take_blocks(struct waste_finder *waste_finder, const struct gt_member *members,
                        size_t count, struct gt_cause *cause)
{
    const struct gt_heap_analysis *analysis = waste_finder->analysis;
    struct gt_stale stale = {0};

    gt_cause_count(cause, analysis, count);
    for (size_t i = 0; i < count; i++) {
        const struct gt_window_block *block = block_of(waste_finder, &members[i]);
        if (i < cause->instance_count) describe_instance(waste_finder, block, &cause->instances[i]);
        gt_cause_take_part(cause, block->block, members[i].weight);
        gt_stale_add(&stale, analysis, block);
    }
    cause->confidence = gt_stale_confidence(&stale, cause->confidence);
    cause->doubt = gt_stale_doubt(analysis, &stale);
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct waste_finder *waste_finder = ctx;
    struct gt_heap_analysis *analysis = waste_finder->analysis;
    const struct gt_window_block *largest = block_of(waste_finder, &members[0]);
    const struct gt_window_ref *window = gt_window_main(waste_finder->windows, largest);
    struct gt_path path = gt_path_to(&waste_finder->keys, &window->referrer);
    bool proven = members[0].key[0] == PROVEN;

    if (!proven && set_aside(waste_finder, &path, members, count)) return;
    struct gt_cause *cause =
        gt_causes_add(waste_finder->causes, largest->strings ? GT_SUBSTRING : GT_SUBSLICE,
                      !proven                                  ? GT_SUSPECT
                      : largest->elements || largest->inferred ? GT_LIKELY
                                                               : GT_PROVEN);
    struct gt_referrer_names names;

    take_blocks(waste_finder, members, count, cause);
    cause->path = path;
    name_referrers(waste_finder, members, count, &names);
    cause->title = title_of(analysis, largest, &names, count);
    struct gt_advice_facts facts = {.kind = cause->kind,
                                    .reason = only_elements(largest) ? "element"
                                              : proven               ? "outside"
                                                                     : "spare",
                                    .stack = cause->instances[0].windowed.allocated_at,
                                    .name = gt_referrer_names_text(&names, analysis->storage)};
    cause->advice = gt_advice_text(analysis, &facts);
}

void gt_detect_windows(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct waste_finder waste_finder = {.analysis = analysis, .causes = causes};

    gt_keys_init(&waste_finder.keys, analysis);
    gt_groups_init(&waste_finder.groups);
    waste_finder.windows = gt_windows_of(analysis);
    for (size_t i = 0; i < waste_finder.windows->blocks.len; i++)
        consider(&waste_finder, (uint32_t)i);
    gt_groups_join_light(&waste_finder.groups, analysis->min_bytes);
    gt_groups_visit(&waste_finder.groups, make_cause, &waste_finder);
    gt_groups_deinit(&waste_finder.groups);
    gt_keys_deinit(&waste_finder.keys);
}
