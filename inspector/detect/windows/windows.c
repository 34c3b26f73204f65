/* Most plain pointers were seen while types spread, and most words are settled at once. Others wait
 * in a short queue, so that what they point to is in the processor's cache by then. Each sets bits
 * of its block. At the end blocks that do not matter are dropped, and the windows are sorted by
 * block. */
#include "inspector/detect/windows/windows.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/gatherer.h"
#include "inspector/detect/windows/main_referrers.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/stale.h"

enum { MAX_VIEWS = 1 << 18 }; /* windows kept in the first pass */

/* ---- what a window means for its block ----------------------------------------------------- */

/* Only the first window that does not reach from one end to the other is compared with the block's
 * words: a test for each of many windows would read the block as often. */
static bool leaves_none_out(const struct gt_gatherer *gatherer,
                            const struct gt_window_target *target,
                            const struct gt_window_ref *window)
{
    if (window->kind == GT_P_POINTER) return false;
    if (gt_covers_all_words(window->offset, window->len, target->size)) return true;
    return !gt_bit(&gatherer->partial, target->object) &&
           !gt_window_leaves_out(gatherer->analysis, target, window);
}

static void note_window(struct gt_gatherer *gatherer, const struct gt_window_target *target,
                        const struct gt_window_ref *window)
{
    uint32_t object = target->object;

    gt_bit_set(window->len * 2 < target->size ? &gatherer->small : &gatherer->covered.half, object);
    if (object >= gatherer->analysis->heap->graph.scan_objects) return;
    if (gt_bit(&gatherer->covered.full, object)) return;
    if (leaves_none_out(gatherer, target, window))
        gt_bit_set(&gatherer->covered.full, object);
    else
        gt_bit_set(&gatherer->partial, object);
}

static void keep_view(struct gt_gatherer *gatherer, uint32_t object, const struct gt_word *word,
                      struct gt_window_ref *window)
{
    window->block = object;
    window->referrer = gatherer->referrer;
    window->referrer.offset = word->offset;
    gt_vec_add(&gatherer->out->list, window);
}

static void note_stale(struct gt_gatherer *gatherer, uint32_t object,
                       const struct gt_referrer *referrer)
{
    bool added;
    uint64_t *root = gt_map_put(&gatherer->out->stale, object, &added);

    if (!added) return;
    *root = (uint64_t)referrer->root + 1;
    gt_u32s_add(&gatherer->stale, object);
}

static void note_undecided(struct gt_gatherer *gatherer, uint32_t object,
                           const struct gt_word *word, enum gt_word_verdict verdict)
{
    struct gt_referrer referrer = gatherer->referrer;

    if (gt_window_may_be_stale(gatherer->analysis, word, &referrer)) {
        note_stale(gatherer, object, &referrer);
        return;
    }
    referrer.offset = word->offset;
    gt_keep_undecided(gatherer, object, &referrer, verdict);
}

/* Whether the reference matters is known only after the last window. */
static void note_reference(struct gt_gatherer *gatherer, uint32_t object,
                           const struct gt_word *word)
{
    struct gt_undecided_word reference = {object, gatherer->referrer, GT_IS_REFERENCE};

    if (gt_bit_test_set(&gatherer->referenced, object)) return;
    if (gt_heap_size(&gatherer->analysis->heap->graph, object) < GT_LARGE_BLOCK) return;
    reference.referrer.offset = word->offset;
    if (gatherer->references.len < GT_MAX_UNDECIDED) gt_vec_add(&gatherer->references, &reference);
}

static void look_at(struct gt_gatherer *gatherer, const struct gt_region *region, uint32_t object,
                    const struct gt_word *word)
{
    struct gt_window_ref window = {0};
    bool whole = gt_bit(&gatherer->covered.whole, object);

    if (whole && word->kind != GT_P_STRING && word->kind != GT_P_SLICE) return;
    if (!gt_bit(&gatherer->analysis->heap->graph.allocated, object)) return;
    struct gt_window_target target = gt_window_target_in(region, object);
    enum gt_word_verdict verdict =
        gt_window_judge(gatherer->analysis, word, &gatherer->referrer, &target, &window);
    if (verdict == GT_UNFIT)
        gt_check_length(gatherer->analysis, word, &gatherer->referrer, &target, &window);
    if (whole) return;
    if (verdict == GT_COVERS_ALL) gt_bit_set(&gatherer->covered.whole, object);
    if (verdict == GT_IS_REFERENCE) note_reference(gatherer, object, word);
    if (verdict > GT_IS_REFERENCE) note_undecided(gatherer, object, word, verdict);
    if (verdict != GT_IS_WINDOW) return;
    note_window(gatherer, &target, &window);
    if (word->uncapped || window.unsure) gt_bit_set(&gatherer->doubtful, object);
    if (gatherer->overflowed || gt_bit(&gatherer->referenced, object)) return;
    if (!gt_block_is_open(gatherer, object)) return;
    if (gatherer->out->list.len == MAX_VIEWS)
        gatherer->overflowed = true;
    else
        keep_view(gatherer, object, word, &window);
}

static void doubt_object(struct gt_gatherer *gatherer, uint64_t value)
{
    uint32_t object = gt_heap_object(&gatherer->analysis->heap->graph, value);

    if (object != GT_NO_OBJECT) gt_bit_set(&gatherer->doubtful, object);
}

/* If what was inferred is wrong, the block may have more windows. */
static void doubt(void *gatherer, const struct gt_word *word)
{
    doubt_object(gatherer, word->value);
}

static bool is_dead(struct gt_gatherer *gatherer, uint64_t addr, uint64_t value)
{
    bool unsure = false;

    if (!gatherer->analysis->dead_words.len) return false;
    bool dead = gt_dead_word(gatherer->analysis, gatherer->referrer.object, addr, &unsure);
    if (unsure) doubt_object(gatherer, value);
    return dead;
}

/* A weak pointer whose handle is alive can make its whole object reachable again (1.24+). */
static void respect_weak_pointers(struct gt_gatherer *gatherer)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    const struct gt_referrer nobody = {.object = GT_NO_OBJECT, .root = GT_NO_ROOT};

    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        uint32_t handle = gt_heap_object(&analysis->heap->graph, special->words[0]);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE && handle != GT_NO_OBJECT &&
            gt_bit(&analysis->live, handle))
            gt_keep_undecided(gatherer, special->object, &nobody, GT_WEAK_ONLY);
    }
}

/* Does a pointer with a static type cover its target whatever is around it? It does if the target
 * is no array whose type the allocator recorded, and has pointers: see gt_window_judge(). */
static bool covers_target(const struct gt_gatherer *gatherer, const struct gt_waiting_word *waiting)
{
    struct gt_types *types = gatherer->analysis->process->types;

    return waiting->region->scan == GT_SCAN_BITMAP && waiting->word.type &&
           gt_types_get(types, waiting->word.type)->size > 1;
}

static void look_at_pointer(struct gt_gatherer *gatherer, struct gt_waiting_word *waiting)
{
    uint32_t object = waiting->object;

    if (gt_bit(&gatherer->covered.whole, object)) return;
    if (!gt_bit(&gatherer->analysis->heap->graph.allocated, object)) return;
    if (covers_target(gatherer, waiting)) {
        gt_bit_set(&gatherer->covered.whole, object);
        return;
    }
    struct gt_word word = {.addr = waiting->word.addr,
                           .value = waiting->word.value,
                           .offset = waiting->word.offset,
                           .type = waiting->word.type,
                           .kind = GT_P_POINTER};
    look_at(gatherer, waiting->region, object, &word);
}

/* Handles the oldest word of the queue, and returns its entry, for the next word. */
static struct gt_waiting_word *take_turn(struct gt_gatherer *gatherer)
{
    struct gt_waiting_word *oldest = gt_word_queue_turn(&gatherer->queue);
    struct gt_referrer referrer = gatherer->referrer;

    if (!oldest->region) return oldest;
    gatherer->referrer = oldest->referrer;
    if (oldest->is_pointer)
        look_at_pointer(gatherer, oldest);
    else
        look_at(gatherer, oldest->region, oldest->object, &oldest->word);
    gatherer->referrer = referrer;
    return oldest;
}

/* The entry for the next word, which leads into the region. */
static struct gt_waiting_word *next_entry(struct gt_gatherer *gatherer,
                                          const struct gt_region *region)
{
    __builtin_prefetch(region);
    struct gt_waiting_word *entry = take_turn(gatherer);
    entry->referrer = gatherer->referrer;
    entry->region = region;
    return entry;
}

static void look(void *ctx, const struct gt_word *word)
{
    struct gt_gatherer *gatherer = ctx;
    const struct gt_region *region = gt_heap_region(&gatherer->analysis->heap->graph, word->value);

    if (!region || is_dead(gatherer, word->addr, word->value)) return;
    struct gt_waiting_word *entry = next_entry(gatherer, region);
    entry->word = *word;
    entry->is_pointer = false;
}

static void look_by_pointer(void *ctx, uint64_t value, gt_type_id type, uint64_t addr,
                            uint64_t offset)
{
    struct gt_gatherer *gatherer = ctx;
    const struct gt_region *region = gt_heap_region(&gatherer->analysis->heap->graph, value);

    if (!region || is_dead(gatherer, addr, value)) return;
    struct gt_waiting_word *entry = next_entry(gatherer, region);
    entry->word.addr = addr;
    entry->word.value = value;
    entry->word.offset = offset;
    entry->word.type = type;
    entry->is_pointer = true;
}

static void look_by_string(void *ctx, uint64_t value, uint64_t len, gt_type_id type, uint64_t addr,
                           uint64_t offset)
{
    struct gt_gatherer *gatherer = ctx;
    const struct gt_region *region = gt_heap_region(&gatherer->analysis->heap->graph, value);

    if (!region || is_dead(gatherer, addr, value) ||
        gt_string_covers_half(&gatherer->analysis->heap->graph, region, value, len,
                              &gatherer->covered.half))
        return;
    struct gt_waiting_word *entry = next_entry(gatherer, region);
    entry->word = gt_word_of_string(value, len, type, addr, offset);
    entry->is_pointer = false;
}

static void look_at_waiting(struct gt_gatherer *gatherer)
{
    for (size_t i = 0; i < GT_WORDS_WAITING; i++)
        take_turn(gatherer)->region = NULL;
}

static void begin(void *ctx, uint32_t object)
{
    struct gt_gatherer *gatherer = ctx;

    gatherer->referrer = (struct gt_referrer){.object = object};
}

/* The spread of types has noted what plain pointers lead to. That is all that this pass asks about
 * them, as long as it reads the same words. */
static bool are_noted(const struct gt_heap_analysis *analysis)
{
    return analysis->referrers == &analysis->live && !analysis->dead_words.len;
}

static void look_at_roots(struct gt_gatherer *gatherer, gt_typed_word_fn *look)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    struct gt_word word;

    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        gatherer->referrer = (struct gt_referrer){.object = GT_NO_OBJECT, .root = (uint32_t)i};
        gt_typing_root(analysis->typing, i, &word);
        look(gatherer, &word);
    }
}

static void look_at_objects(struct gt_gatherer *gatherer, const struct gt_bitmap *objects,
                            struct gt_word_reader reader)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;

    reader.plain = are_noted(analysis) ? GT_PLAIN_POINTED : GT_PLAIN_READ;
    reader.ctx = gatherer;
    gt_typing_read_all(analysis->typing, objects, begin, &reader);
}

/* Settles most words. Returns the objects whose words are left: `rest`, or all. */
static const struct gt_bitmap *settle_most(struct gt_gatherer *gatherer, struct gt_bitmap *rest)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;

    if (!are_noted(analysis)) return analysis->referrers;
    gt_bitmap_init(rest, analysis->live.bits);
    gt_settle_covering_words(analysis, &gatherer->covered, rest);
    return rest;
}

static void every_doubt(struct gt_gatherer *gatherer)
{
    const struct gt_bitmap *doubtful = &gatherer->analysis->doubtful;
    uint32_t scan_objects = gatherer->analysis->heap->graph.scan_objects;

    for (size_t i = gt_bitmap_next(doubtful, 0); i < doubtful->bits && i < scan_objects;
         i = gt_bitmap_next(doubtful, i + 1))
        gt_typing_words(gatherer->analysis->typing, (uint32_t)i, doubt, gatherer);
}

/* Windows were kept before it was known which blocks matter. Of a block that matters, all were
 * kept: a window sets its block's bits before it is decided whether it is kept. */
static void keep_views_that_matter(struct gt_gatherer *gatherer)
{
    struct gt_vec *list = &gatherer->out->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++) {
        struct gt_window_ref *window = gt_vec_at(list, i);
        if (gt_block_matters(gatherer, window->block))
            *(struct gt_window_ref *)gt_vec_at(list, kept++) = *window;
    }
    list->len = kept;
}

static void record(void *ctx, const struct gt_word *word)
{
    struct gt_gatherer *gatherer = ctx;
    struct gt_window_ref window = {0};
    uint32_t object = gt_heap_object(&gatherer->analysis->heap->graph, word->value);

    if (object == GT_NO_OBJECT || is_dead(gatherer, word->addr, word->value) ||
        !gt_block_matters(gatherer, object))
        return;
    struct gt_window_target target =
        gt_window_target_in(gt_heap_region_of(&gatherer->analysis->heap->graph, object), object);
    if (gt_window_judge(gatherer->analysis, word, &gatherer->referrer, &target, &window) ==
        GT_IS_WINDOW)
        keep_view(gatherer, object, word, &window);
}

/* ---- all ----------------------------------------------------------------------------------- */

static void collect(const struct gt_heap_analysis *analysis, struct gt_windows *out)
{
    struct gt_gatherer gatherer = {
        .analysis = analysis, .out = out, .references = GT_VEC_OF(struct gt_undecided_word)};
    struct gt_bitmap *bits[] = {&gatherer.referenced,   &gatherer.covered.whole, &gatherer.small,
                                &gatherer.covered.half, &gatherer.covered.full,  &gatherer.partial,
                                &gatherer.doubtful};
    struct gt_bitmap rest = {0};

    *out = (struct gt_windows){.list = GT_VEC_OF(struct gt_window_ref),
                               .blocks = GT_VEC_OF(struct gt_window_block),
                               .undecided_words = GT_VEC_OF(struct gt_undecided_word),
                               .set_aside = GT_VEC_OF(struct gt_aside)};
    gt_bitmap_init(&out->undecided, analysis->heap->graph.objects);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        gt_bitmap_init(bits[i], analysis->heap->graph.objects);
    if (are_noted(analysis)) gt_bitmap_copy(&gatherer.covered.whole, &analysis->typing->pointed);
    gatherer.queue.bits[0] = &gatherer.covered.whole;
    gatherer.queue.bits[1] = &analysis->heap->graph.allocated;
    respect_weak_pointers(&gatherer);
    look_at_roots(&gatherer, look);
    look_at_waiting(&gatherer);
    const struct gt_bitmap *objects = settle_most(&gatherer, &rest);
    look_at_objects(&gatherer, objects,
                    (struct gt_word_reader){
                        .word = look, .pointer = look_by_pointer, .string = look_by_string});
    look_at_waiting(&gatherer);
    every_doubt(&gatherer);
    gt_decide_stale(&gatherer);
    gt_decide_references(&gatherer);
    gt_decide_covered(&gatherer);
    if (gatherer.overflowed) {
        gt_vec_clear(&out->list);
        look_at_roots(&gatherer, record);
        look_at_objects(&gatherer, objects, (struct gt_word_reader){.word = record});
    } else {
        keep_views_that_matter(&gatherer);
    }
    gt_make_blocks(&gatherer);
    gt_vec_deinit(&gatherer.references);
    gt_u32s_deinit(&gatherer.stale);
    gt_bitmap_deinit(&rest);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        gt_bitmap_deinit(bits[i]);
}

const struct gt_windows *gt_windows_of(struct gt_heap_analysis *analysis)
{
    if (!analysis->windows) {
        analysis->windows = gt_alloc(sizeof *analysis->windows);
        collect(analysis, analysis->windows);
        gt_main_referrers_choose(analysis, analysis->windows);
    }
    return analysis->windows;
}

void gt_windows_destroy(struct gt_heap_analysis *analysis)
{
    if (!analysis->windows) return;
    gt_vec_deinit(&analysis->windows->list);
    gt_vec_deinit(&analysis->windows->blocks);
    gt_map_deinit(&analysis->windows->stale);
    gt_bitmap_deinit(&analysis->windows->undecided);
    gt_vec_deinit(&analysis->windows->undecided_words);
    gt_vec_deinit(&analysis->windows->set_aside);
    gt_free(analysis->windows);
    analysis->windows = NULL;
}
