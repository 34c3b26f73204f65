/* Marks in two bitmaps which elements of a block a cap and a len cover, and sorts the block's
 * pointers by them. Then the heap is marked without the dead slots, first without those that are
 * certain. */
#include "inspector/detect/windows/dead_slots.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/describe/fields.h"

struct slot_finder {
    struct gt_heap_analysis *analysis;
    const struct gt_windows *windows;
    struct gt_dead_slots *found;
};

struct slot_search { /* the pointer words of one block, sorted into dead, spare and live slots */
    struct slot_finder *finder;
    const struct gt_window_block *block;
    struct gt_bitmap caps, lens;
    uint64_t header; /* bytes of the slot before the data */
    bool want_spare;
    uint64_t last, elements;
};

static void look_at_slot(void *ctx, uint64_t offset, uint64_t value)
{
    struct slot_search *search = ctx;
    const struct gt_heap *graph = &search->finder->analysis->heap->graph;
    uint64_t element = (offset - search->header) / search->block->elem_size;

    if (!value || element >= search->caps.bits) return;
    if (gt_bit(&search->lens, element)) return;
    if (gt_bit(&search->caps, element) != search->want_spare) return;
    if (gt_heap_object(graph, value) == GT_NO_OBJECT) return;
    struct gt_dead_slot slot = {element, gt_heap_address(graph, search->block->block) + offset,
                                value};
    gt_vec_add(&search->finder->found->slots, &slot);
    search->elements += element != search->last;
    search->last = element;
}

/* Values that are held for reuse have live pointers in their spare capacity by design. */
static bool is_pool(const char *referrer)
{
    static const char *const pools[] = {"sync", "runtime", "bufio"};

    for (size_t i = 0; referrer && i < sizeof pools / sizeof *pools; i++)
        if (gt_is_in_package(referrer, pools[i])) return true;
    return referrer && strncmp(referrer, "internal/", 9) == 0;
}

static void add_array(struct slot_finder *finder, const struct gt_window_block *block, bool spare,
                      size_t first, uint64_t elements)
{
    struct gt_dead_array array = {.block = *block,
                                  .main = *gt_window_main(finder->windows, block),
                                  .spare = spare,
                                  .first = first,
                                  .count = finder->found->slots.len - first,
                                  .elements = elements};

    if (array.count == 0) return;
    if (is_pool(gt_referrer_struct(finder->analysis, &array.main.referrer))) return;
    gt_vec_add(&finder->found->arrays, &array);
}

static void search_block(struct slot_finder *finder, const struct gt_window_block *block)
{
    const struct gt_heap *graph = &finder->analysis->heap->graph;
    struct slot_search search = {.finder = finder, .block = block, .last = UINT64_MAX};
    uint64_t user;

    search.header = gt_goheap_user(finder->analysis->heap, block->block, &user) -
                    gt_heap_address(graph, block->block);
    gt_bitmap_init(&search.caps, user / block->elem_size);
    gt_bitmap_init(&search.lens, user / block->elem_size);
    gt_windows_mark(finder->windows, block, false, &search.caps);
    gt_windows_mark(finder->windows, block, true, &search.lens);
    for (int spare = 0; spare < 2; spare++) {
        size_t first = finder->found->slots.len;
        search.want_spare = spare;
        search.elements = 0;
        search.last = UINT64_MAX;
        gt_heap_words(graph, block->block, look_at_slot, &search);
        add_array(finder, block, spare, first, search.elements);
    }
    gt_bitmap_deinit(&search.caps);
    gt_bitmap_deinit(&search.lens);
}

/* Blocks without such words are not looked up. */
static void note_word(struct gt_heap_analysis *analysis, const struct gt_dead_array *array,
                      uint64_t addr, bool doubt)
{
    if (!analysis->dead_blocks.bits)
        gt_bitmap_init(&analysis->dead_blocks, analysis->heap->graph.objects);
    gt_bit_set(&analysis->dead_blocks, array->block.block);
    *gt_map_put(&analysis->dead_words, addr, NULL) = doubt;
}

/* Cuts the dead slots of the arrays whose windows were inferred, or of those whose were not.
 * Returns whether there are any. */
static bool cut_slots(const struct slot_finder *finder, bool inferred, struct gt_cut *cut)
{
    struct gt_heap_analysis *analysis = finder->analysis;
    bool any = false;

    for (size_t i = 0; i < finder->found->arrays.len; i++) {
        const struct gt_dead_array *array = gt_vec_at(&finder->found->arrays, i);
        if (array->spare || array->block.inferred != inferred) continue;
        any = true;
        for (size_t j = 0; j < array->count; j++) {
            const struct gt_dead_slot *slot = gt_vec_at(&finder->found->slots, array->first + j);
            gt_cut_word(cut, &analysis->heap->graph, slot->addr);
            note_word(analysis, array, slot->addr, inferred);
        }
    }
    return any;
}

static void mark_referrers(struct gt_heap_analysis *analysis, const struct gt_cut *cut)
{
    if (analysis->referrers == &analysis->narrowed)
        gt_bitmap_reset(&analysis->narrowed);
    else
        gt_bitmap_init(&analysis->narrowed, analysis->heap->graph.objects);
    analysis->referrers = &analysis->narrowed;
    gt_live_mark(analysis->heap, analysis->roots, NULL, cut, &analysis->narrowed);
}

/* What only dead slots keep alive makes no windows. From here on, the referrers are what a mark
 * without those slots reaches. */
static void narrow_referrers(struct slot_finder *finder)
{
    struct gt_heap_analysis *analysis = finder->analysis;
    struct gt_cut cut;

    if (!finder->found->slots.len) return;
    gt_cut_init(&cut, &analysis->heap->graph);
    cut_slots(finder, false, &cut);
    mark_referrers(analysis, &cut);
    if (cut_slots(finder, true, &cut)) {
        gt_bitmap_init(&analysis->doubtful, analysis->heap->graph.objects);
        gt_bitmap_copy(&analysis->doubtful, analysis->referrers);
        mark_referrers(analysis, &cut);
        for (size_t i = 0; i < (analysis->doubtful.bits + 63) / 64; i++)
            analysis->doubtful.words[i] &= ~analysis->referrers->words[i];
    }
    gt_windows_destroy(analysis);
    gt_cut_deinit(&cut);
}

/* A string in spare capacity makes no window, as only a slice that grows over it again can read it.
 * It leaves a doubt. */
static void doubt_spare_slots(const struct slot_finder *finder)
{
    for (size_t i = 0; i < finder->found->arrays.len; i++) {
        const struct gt_dead_array *array = gt_vec_at(&finder->found->arrays, i);
        for (size_t j = 0; array->spare && j < array->count; j++) {
            const struct gt_dead_slot *slot = gt_vec_at(&finder->found->slots, array->first + j);
            note_word(finder->analysis, array, slot->addr, true);
        }
    }
}

void gt_dead_slots_find(struct gt_heap_analysis *analysis)
{
    struct gt_dead_slots *found = gt_alloc(sizeof *found);
    struct slot_finder finder = {analysis, gt_windows_of(analysis), found};

    *found =
        (struct gt_dead_slots){GT_VEC_OF(struct gt_dead_slot), GT_VEC_OF(struct gt_dead_array)};
    for (size_t i = 0; i < finder.windows->blocks.len; i++) {
        const struct gt_window_block *block = gt_vec_at(&finder.windows->blocks, i);
        if (block->loses) search_block(&finder, block);
    }
    analysis->dead_slots = found;
    doubt_spare_slots(&finder);
    narrow_referrers(&finder);
}

bool gt_dead_word(const struct gt_heap_analysis *analysis, uint32_t object, uint64_t addr,
                  bool *doubt)
{
    if (!analysis->dead_words.len || object == GT_NO_OBJECT ||
        !gt_bit(&analysis->dead_blocks, object))
        return false;
    const uint64_t *known = gt_map_find(&analysis->dead_words, addr);
    *doubt = known && *known;
    return known != NULL;
}

void gt_dead_slots_destroy(struct gt_dead_slots *dead_slots)
{
    if (!dead_slots) return;
    gt_vec_deinit(&dead_slots->slots);
    gt_vec_deinit(&dead_slots->arrays);
    gt_free(dead_slots);
}
