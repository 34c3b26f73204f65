/*
 * Lost slice elements: pointer slots of a backing array that no live window's cap covers, so that
 * nothing can ever read them again (proven), or that lie between a len and a cap, where only
 * re-slicing reaches (likely: a deletion that did not clear the tail).
 */
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/places.h"
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
    struct gt_windowed block;
    bool spare;          /* the slots lie within a cap */
    size_t first, count; /* into the slots */
    uint64_t elements;   /* distinct elements among them */
};

struct losing {
    struct gt_study *study;
    struct gt_causes *causes;
    struct gt_keys keys;
    const struct gt_windows *windows;
    struct gt_vec slots;  /* struct dead_slot */
    struct gt_vec arrays; /* struct array */
    struct gt_groups groups;
};

struct slot_search { /* the pointer words of one block, sorted into dead, spare and live */
    struct losing *losing;
    const struct gt_windowed *block;
    struct gt_bitmap caps, lens;
    uint64_t header; /* of the slot, before the data */
    bool want_spare;
    uint64_t last, elements;
};

static void look_at_slot(void *ctx, uint64_t offset, uint64_t value)
{
    struct slot_search *search = ctx;
    const struct gt_heap *graph = &search->losing->study->heap->graph;
    uint64_t element = (offset - search->header) / search->block->elem_size;

    if (!value || element >= search->caps.bits) return;
    if (gt_bit(&search->lens, element)) return;
    if (gt_bit(&search->caps, element) != search->want_spare) return;
    if (gt_heap_object(graph, value) == GT_NO_OBJECT) return;
    struct dead_slot slot = {element, gt_heap_address(graph, search->block->block) + offset, value};
    gt_vec_add(&search->losing->slots, &slot);
    search->elements += element != search->last;
    search->last = element;
}

/* Values that are held for reuse have live pointers in their spare capacity by design. */
static bool is_pool(const char *holder)
{
    static const char *const pools[] = {"sync.", "runtime.", "internal/", "bufio."};

    for (size_t i = 0; holder && i < sizeof pools / sizeof *pools; i++)
        if (strncmp(holder, pools[i], strlen(pools[i])) == 0) return true;
    return false;
}

static void add_array(struct losing *losing, const struct gt_windowed *block, bool spare,
                      size_t first, uint64_t elements)
{
    const struct gt_view *view = gt_window_main(losing->windows, block);
    struct array array = {*block, spare, first, losing->slots.len - first, elements};

    if (array.count == 0) return;
    if (is_pool(gt_holder_struct(losing->study, &view->holder))) return;
    const char *key =
        gt_arena_format(losing->study->storage, "%c%c%s", spare ? 's' : 'd',
                        block->inferred ? 'i' : 'k', gt_key_of(&losing->keys, &view->holder));
    gt_groups_add(&losing->groups, key, array.count, (uint32_t)losing->arrays.len);
    gt_vec_add(&losing->arrays, &array);
}

static void search_block(struct losing *losing, const struct gt_windowed *block)
{
    const struct gt_heap *graph = &losing->study->heap->graph;
    struct slot_search search = {.losing = losing, .block = block, .last = UINT64_MAX};
    uint64_t user;

    search.header = gt_goheap_user(losing->study->heap, block->block, &user) -
                    gt_heap_address(graph, block->block);
    gt_bitmap_init(&search.caps, user / block->elem_size);
    gt_bitmap_init(&search.lens, user / block->elem_size);
    gt_windows_mark(losing->windows, block, false, &search.caps);
    gt_windows_mark(losing->windows, block, true, &search.lens);
    for (int spare = 0; spare < 2; spare++) {
        size_t first = losing->slots.len;
        search.want_spare = spare;
        search.elements = 0;
        search.last = UINT64_MAX;
        gt_heap_words(graph, block->block, look_at_slot, &search);
        add_array(losing, block, spare, first, search.elements);
    }
    gt_bitmap_free(&search.caps);
    gt_bitmap_free(&search.lens);
}

static const struct array *array_at(const struct losing *losing, uint32_t item)
{
    return gt_vec_at(&losing->arrays, item);
}

/* What an element's type says of its target, which may be typed by nothing else. */
static const char *target_type(const struct gt_study *study, const struct gt_view *view,
                               const struct dead_slot *slot)
{
    struct gt_types *types = study->process->types;
    uint64_t user, block = gt_goheap_user(study->heap, view->block, &user);
    struct gt_place_of_type place;

    if (!view->elem ||
        !gt_types_place_at(types, view->elem, (slot->addr - block) % view->elem_size, &place))
        return NULL;
    if (place.kind != GT_P_POINTER) return NULL;
    return gt_study_keep(study, gt_type_name(study, place.type));
}

static void tell(const struct losing *losing, const struct array *array,
                 struct gt_instance *instance)
{
    const struct gt_study *study = losing->study;
    size_t told = array->count < MAX_SLOTS ? array->count : MAX_SLOTS;
    struct gt_slot *slots = gt_arena_alloc(study->storage, told * sizeof *slots);
    const struct gt_view *view = gt_window_main(losing->windows, &array->block);

    for (size_t i = 0; i < told; i++) {
        const struct dead_slot *slot = gt_vec_at(&losing->slots, array->first + i);
        uint32_t target = gt_heap_object(&study->heap->graph, slot->value);
        slots[i] = (struct gt_slot){slot->element, gt_block_of(study, target)};
        if (!slots[i].target.type) slots[i].target.type = target_type(study, view, slot);
    }
    instance->lost.block = gt_block_of(study, array->block.block);
    instance->lost.element_type = gt_study_keep(study, gt_type_name(study, view->elem));
    instance->lost.slot_count = array->elements;
    instance->lost.spare_slot_count = array->spare ? array->elements : 0;
    instance->lost.slots = slots;
    instance->lost.slots_len = told;
}

static void add_words(const struct losing *losing, const struct array *array,
                      struct gt_cause *cause)
{
    for (size_t i = 0; i < array->count; i++) {
        const struct dead_slot *slot = gt_vec_at(&losing->slots, array->first + i);
        gt_vec_add(&cause->edges.words, &slot->addr);
    }
}

static void make_cause(void *ctx, const struct gt_member *members, size_t count)
{
    struct losing *losing = ctx;
    struct gt_study *study = losing->study;
    const struct array *largest = array_at(losing, members[0].item);
    const struct gt_view *view = gt_window_main(losing->windows, &largest->block);
    enum gt_confidence sure = largest->spare || largest->block.elements || largest->block.inferred
                                  ? GT_LIKELY
                                  : GT_PROVEN;
    struct gt_cause *cause = gt_causes_add(losing->causes, GT_LOST_ELEMENTS, sure);
    struct gt_stale stale = {0};
    uint64_t slots = 0;

    gt_cause_count(cause, study, count);
    for (size_t i = 0; i < count; i++) {
        const struct array *array = array_at(losing, members[i].item);
        if (i < cause->instance_count) tell(losing, array, &cause->instances[i]);
        add_words(losing, array, cause);
        slots += array->elements;
        gt_stale_add(&stale, study, &array->block);
    }
    cause->confidence = gt_stale_confidence(&stale, sure);
    cause->doubt = gt_stale_doubt(study, &stale);
    cause->path = gt_path_to(&losing->keys, &view->holder);
    cause->title = gt_arena_format(
        study->storage, "%s pointer slot%s of %s backing array%s %s", gt_study_count(study, slots),
        slots == 1 ? "" : "s", gt_study_count(study, count), count == 1 ? "" : "s",
        largest->spare ? "hold pointers past the length of every live slice"
                       : "are not covered by any live slice");
    struct gt_advice_facts facts = {.kind = GT_LOST_ELEMENTS,
                                    .reason = largest->spare ? "spare" : "outside",
                                    .stack = gt_places_allocated(study, largest->block.block),
                                    .name = gt_holder_name(&losing->keys, &view->holder)};
    cause->advice = gt_advice_text(study, &facts);
}

/* Cuts the dead slots of the arrays whose windows were inferred, or were not; is there any? */
static bool cut_slots(const struct losing *losing, bool inferred, struct gt_cut *cut)
{
    struct gt_study *study = losing->study;
    bool any = false;

    for (size_t i = 0; i < losing->arrays.len; i++) {
        const struct array *array = array_at(losing, (uint32_t)i);
        if (array->spare || array->block.inferred != inferred) continue;
        any = true;
        for (size_t j = 0; j < array->count; j++) {
            const struct dead_slot *slot = gt_vec_at(&losing->slots, array->first + j);
            gt_cut_word(cut, &study->heap->graph, slot->addr);
            *gt_map_put(&study->dead_words, slot->addr, NULL) = inferred;
        }
    }
    return any;
}

static void mark_holders(struct gt_study *study, const struct gt_cut *cut)
{
    gt_bitmap_reset(&study->holders);
    gt_live_mark(study->heap, study->roots, NULL, cut, &study->holders);
}

/* What only dead slots keep alive makes no windows of its own: the holders from here on are what
 * a mark without those slots reaches. */
static void narrow_holders(struct losing *losing)
{
    struct gt_study *study = losing->study;
    struct gt_cut cut;

    if (!losing->slots.len) return;
    gt_cut_init(&cut, &study->heap->graph);
    cut_slots(losing, false, &cut);
    mark_holders(study, &cut);
    if (cut_slots(losing, true, &cut)) {
        gt_bitmap_init(&study->doubtful, study->heap->graph.objects);
        gt_bitmap_copy(&study->doubtful, &study->holders);
        mark_holders(study, &cut);
        for (size_t i = 0; i < (study->doubtful.bits + 63) / 64; i++)
            study->doubtful.words[i] &= ~study->holders.words[i];
    }
    gt_windows_forget(study);
    gt_cut_deinit(&cut);
}

void gt_detect_lost_elements(struct gt_study *study, struct gt_causes *causes)
{
    struct losing losing = {.study = study,
                            .causes = causes,
                            .slots = GT_VEC_OF(struct dead_slot),
                            .arrays = GT_VEC_OF(struct array)};

    gt_keys_init(&losing.keys, study);
    gt_groups_init(&losing.groups);
    losing.windows = gt_windows_of(study);
    for (size_t i = 0; i < losing.windows->blocks.len; i++) {
        const struct gt_windowed *block = gt_vec_at(&losing.windows->blocks, i);
        if (block->loses) search_block(&losing, block);
    }
    gt_groups_visit(&losing.groups, make_cause, &losing);
    narrow_holders(&losing);
    gt_groups_deinit(&losing.groups);
    gt_keys_deinit(&losing.keys);
    gt_vec_free(&losing.slots);
    gt_vec_free(&losing.arrays);
}
