/*
 * Lost slice elements: pointer slots of a backing array that no live window's cap covers, so that
 * nothing can ever read them again (proven), or that lie between a len and a cap, where only
 * re-slicing reaches (likely: a deletion that did not clear the tail).
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/detectors/detector.h"
#include "inspector/detect/windows/stale.h"
#include "inspector/detect/windows/windows.h"

#include <stdlib.h>

enum {
    MAX_SLOTS = 16, /* told of one instance */
};

struct dead_slot {
    uint64_t element;
    uint64_t addr, value;
};

struct array { /* a block with slots outside its windows */
    struct gt_window_block block;
    bool spare;          /* the slots lie within a cap */
    size_t first, count; /* into the slots */
    uint64_t elements;   /* distinct elements among them */
};

struct lost_finder {
    struct gt_heap_analysis *analysis;
    struct gt_causes *causes;
    struct gt_keys keys;
    const struct gt_windows *windows;
    struct gt_vec slots;  /* struct dead_slot */
    struct gt_vec arrays; /* struct array */
    struct gt_groups groups;
};

struct slot_search { /* the pointer words of one block, sorted into dead, spare and live */
    struct lost_finder *lost_finder;
    const struct gt_window_block *block;
    struct gt_bitmap caps, lens;
    uint64_t header; /* of the slot, before the data */
    bool want_spare;
    uint64_t last, elements;
};

static void look_at_slot(void *ctx, uint64_t offset, uint64_t value)
{
    struct slot_search *search = ctx;
    const struct gt_heap *graph = &search->lost_finder->analysis->heap->graph;
    uint64_t element = (offset - search->header) / search->block->elem_size;

    if (!value || element >= search->caps.bits) return;
    if (gt_bit(&search->lens, element)) return;
    if (gt_bit(&search->caps, element) != search->want_spare) return;
    if (gt_heap_object(graph, value) == GT_NO_OBJECT) return;
    struct dead_slot slot = {element, gt_heap_address(graph, search->block->block) + offset, value};
    gt_vec_add(&search->lost_finder->slots, &slot);
    search->elements += element != search->last;
    search->last = element;
}

/* Values that are held for reuse have live pointers in their spare capacity by design. */
static bool is_pool(const char *referrer)
{
    static const char *const pools[] = {"sync.", "runtime.", "internal/", "bufio."};

    for (size_t i = 0; referrer && i < sizeof pools / sizeof *pools; i++)
        if (strncmp(referrer, pools[i], strlen(pools[i])) == 0) return true;
    return false;
}

static void add_array(struct lost_finder *lost_finder, const struct gt_window_block *block,
                      bool spare, size_t first, uint64_t elements)
{
    const struct gt_window_ref *window = gt_window_main(lost_finder->windows, block);
    struct array array = {*block, spare, first, lost_finder->slots.len - first, elements};

    if (array.count == 0) return;
    if (is_pool(gt_referrer_struct(lost_finder->analysis, &window->referrer))) return;
    const char *key = gt_arena_format(lost_finder->analysis->storage, "%c%c%s", spare ? 's' : 'd',
                                      block->inferred ? 'i' : 'k',
                                      gt_key_of(&lost_finder->keys, &window->referrer));
    gt_groups_add(&lost_finder->groups, key, array.count, (uint32_t)lost_finder->arrays.len);
    gt_vec_add(&lost_finder->arrays, &array);
}

static void search_block(struct lost_finder *lost_finder, const struct gt_window_block *block)
{
    const struct gt_heap *graph = &lost_finder->analysis->heap->graph;
    struct slot_search search = {.lost_finder = lost_finder, .block = block, .last = UINT64_MAX};
    uint64_t user;

    search.header = gt_goheap_user(lost_finder->analysis->heap, block->block, &user) -
                    gt_heap_address(graph, block->block);
    gt_bitmap_init(&search.caps, user / block->elem_size);
    gt_bitmap_init(&search.lens, user / block->elem_size);
    gt_windows_mark(lost_finder->windows, block, false, &search.caps);
    gt_windows_mark(lost_finder->windows, block, true, &search.lens);
    for (int spare = 0; spare < 2; spare++) {
        size_t first = lost_finder->slots.len;
        search.want_spare = spare;
        search.elements = 0;
        search.last = UINT64_MAX;
        gt_heap_words(graph, block->block, look_at_slot, &search);
        add_array(lost_finder, block, spare, first, search.elements);
    }
    gt_bitmap_deinit(&search.caps);
    gt_bitmap_deinit(&search.lens);
}

static const struct array *array_at(const struct lost_finder *lost_finder, uint32_t item)
{
    return gt_vec_at(&lost_finder->arrays, item);
}

/* What an element's type says of its target, which may be typed by nothing else. */
static const char *target_type(const struct gt_heap_analysis *analysis,
                               const struct gt_window_ref *window, const struct dead_slot *slot)
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

static void tell(const struct lost_finder *lost_finder, const struct array *array,
                 struct gt_instance *instance)
{
    const struct gt_heap_analysis *analysis = lost_finder->analysis;
    size_t told = array->count < MAX_SLOTS ? array->count : MAX_SLOTS;
    struct gt_slot *slots = gt_arena_alloc(analysis->storage, told * sizeof *slots);
    const struct gt_window_ref *window = gt_window_main(lost_finder->windows, &array->block);

    for (size_t i = 0; i < told; i++) {
        const struct dead_slot *slot = gt_vec_at(&lost_finder->slots, array->first + i);
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
    instance->lost.slots_len = told;
}

static void add_words(const struct lost_finder *lost_finder, const struct array *array,
                      struct gt_cause *cause)
{
    for (size_t i = 0; i < array->count; i++) {
        const struct dead_slot *slot = gt_vec_at(&lost_finder->slots, array->first + i);
        gt_vec_add(&cause->edges.words, &slot->addr);
    }
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct lost_finder *lost_finder = ctx;
    struct gt_heap_analysis *analysis = lost_finder->analysis;
    const struct array *largest = array_at(lost_finder, members[0].item);
    const struct gt_window_ref *window = gt_window_main(lost_finder->windows, &largest->block);
    enum gt_confidence sure = largest->spare || largest->block.elements || largest->block.inferred
                                  ? GT_LIKELY
                                  : GT_PROVEN;
    struct gt_cause *cause = gt_causes_add(lost_finder->causes, GT_LOST_ELEMENTS, sure);
    struct gt_stale stale = {0};
    uint64_t slots = 0;

    gt_cause_count(cause, analysis, count);
    for (size_t i = 0; i < count; i++) {
        const struct array *array = array_at(lost_finder, members[i].item);
        if (i < cause->instance_count) tell(lost_finder, array, &cause->instances[i]);
        add_words(lost_finder, array, cause);
        slots += array->elements;
        gt_stale_add(&stale, analysis, &array->block);
    }
    cause->confidence = gt_stale_confidence(&stale, sure);
    cause->doubt = gt_stale_doubt(analysis, &stale);
    cause->path = gt_path_to(&lost_finder->keys, &window->referrer);
    cause->title =
        gt_arena_format(analysis->storage, "%s pointer slot%s of %s backing array%s %s",
                        gt_heap_analysis_count(analysis, slots), slots == 1 ? "" : "s",
                        gt_heap_analysis_count(analysis, count), count == 1 ? "" : "s",
                        largest->spare ? "hold pointers past the length of every live slice"
                                       : "are not covered by any live slice");
    struct gt_advice_facts facts = {.kind = GT_LOST_ELEMENTS,
                                    .reason = largest->spare ? "spare" : "outside",
                                    .stack = gt_locations_allocated(analysis, largest->block.block),
                                    .name =
                                        gt_referrer_name(&lost_finder->keys, &window->referrer)};
    cause->advice = gt_advice_text(analysis, &facts);
}

/* Cuts the dead slots of the arrays whose windows were inferred, or were not; is there any? */
static bool cut_slots(const struct lost_finder *lost_finder, bool inferred, struct gt_cut *cut)
{
    struct gt_heap_analysis *analysis = lost_finder->analysis;
    bool any = false;

    for (size_t i = 0; i < lost_finder->arrays.len; i++) {
        const struct array *array = array_at(lost_finder, (uint32_t)i);
        if (array->spare || array->block.inferred != inferred) continue;
        any = true;
        for (size_t j = 0; j < array->count; j++) {
            const struct dead_slot *slot = gt_vec_at(&lost_finder->slots, array->first + j);
            gt_cut_word(cut, &analysis->heap->graph, slot->addr);
            *gt_map_put(&analysis->dead_words, slot->addr, NULL) = inferred;
        }
    }
    return any;
}

static void mark_holders(struct gt_heap_analysis *analysis, const struct gt_cut *cut)
{
    gt_bitmap_reset(&analysis->referrers);
    gt_live_mark(analysis->heap, analysis->roots, NULL, cut, &analysis->referrers);
}

/* What only dead slots keep alive makes no windows of its own: the referrers from here on are what
 * a mark without those slots reaches. */
static void narrow_holders(struct lost_finder *lost_finder)
{
    struct gt_heap_analysis *analysis = lost_finder->analysis;
    struct gt_cut cut;

    if (!lost_finder->slots.len) return;
    gt_cut_init(&cut, &analysis->heap->graph);
    cut_slots(lost_finder, false, &cut);
    mark_holders(analysis, &cut);
    if (cut_slots(lost_finder, true, &cut)) {
        gt_bitmap_init(&analysis->doubtful, analysis->heap->graph.objects);
        gt_bitmap_copy(&analysis->doubtful, &analysis->referrers);
        mark_holders(analysis, &cut);
        for (size_t i = 0; i < (analysis->doubtful.bits + 63) / 64; i++)
            analysis->doubtful.words[i] &= ~analysis->referrers.words[i];
    }
    gt_windows_forget(analysis);
    gt_cut_deinit(&cut);
}

void gt_detect_lost_elements(struct gt_heap_analysis *analysis, struct gt_causes *causes)
{
    struct lost_finder lost_finder = {.analysis = analysis,
                                      .causes = causes,
                                      .slots = GT_VEC_OF(struct dead_slot),
                                      .arrays = GT_VEC_OF(struct array)};

    gt_keys_init(&lost_finder.keys, analysis);
    gt_groups_init(&lost_finder.groups);
    lost_finder.windows = gt_windows_of(analysis);
    for (size_t i = 0; i < lost_finder.windows->blocks.len; i++) {
        const struct gt_window_block *block = gt_vec_at(&lost_finder.windows->blocks, i);
        if (block->loses) search_block(&lost_finder, block);
    }
    gt_groups_visit(&lost_finder.groups, make_cause, &lost_finder);
    narrow_holders(&lost_finder);
    gt_groups_deinit(&lost_finder.groups);
    gt_keys_deinit(&lost_finder.keys);
    gt_vec_deinit(&lost_finder.slots);
    gt_vec_deinit(&lost_finder.arrays);
}
