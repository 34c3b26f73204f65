#include "inspector/detect/windows/windows.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/windows/dead_slots.h"
#include "inspector/detect/windows/main_referrers.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/stale.h"
#include "inspector/detect/windows/window_words.h"
#include "inspector/detect/windows/word_queue.h"

#include <stdlib.h>

enum {
    MIN_BLOCK = 16,
    MAX_VIEWS = 1 << 18,     /* windows kept in the first pass */
    MAX_UNDECIDED = 1 << 15, /* undecided words kept, for large and for small blocks */
    LARGE_BLOCK = 1 << 12,
};

struct gatherer {
    const struct gt_heap_analysis *analysis;
    struct gt_bitmap whole;         /* some pointer covers it */
    struct gt_bitmap referenced;    /* some untyped pointer may cover it */
    struct gt_bitmap small, half;   /* a window covers less than half of it; a window covers half or
                                     * more */
    struct gt_bitmap partial, full; /* a window leaves pointers out; a window leaves none out */
    struct gt_bitmap doubtful;      /* a doubtful object points to it too */
    struct gt_referrer referrer;    /* the referrer whose words are visited */
    struct gt_word_queue queue;     /* words whose objects are being prefetched */
    bool overflowed;                /* some windows were dropped */
    struct gt_vec references;       /* struct gt_undecided_word, into large blocks */
    struct gt_u32s stale;           /* the keys of out->stale, as they were met */
    size_t undecided_kept[2];       /* words that leave small blocks undecided; and large ones */
    struct gt_windows *out;
};

/* ---- what a window means for its block ----------------------------------------------------- */

static bool open_for_bytes(const struct gatherer *gatherer, uint32_t object)
{
    return gt_bit(&gatherer->small, object) && !gt_bit(&gatherer->half, object);
}

static bool open_for_pointers(const struct gatherer *gatherer, uint32_t object)
{
    return gt_bit(&gatherer->partial, object) && !gt_bit(&gatherer->full, object);
}

static bool is_open(const struct gatherer *gatherer, uint32_t object)
{
    return open_for_bytes(gatherer, object) || open_for_pointers(gatherer, object);
}

static bool is_settled(const struct gatherer *gatherer, uint32_t object)
{
    return gt_bit(&gatherer->whole, object) || gt_bit(&gatherer->out->undecided, object);
}

static void note_window(struct gatherer *gatherer, const struct gt_window_target *target,
                        const struct gt_window_ref *window)
{
    uint32_t object = target->object;

    gt_bit_set(window->len * 2 < target->size ? &gatherer->small : &gatherer->half, object);
    if (object >= gatherer->analysis->heap->graph.scan_objects) return;
    /* Only the first window is tested: a test for each of many windows would read the block as
     * often. */
    if (gt_bit(&gatherer->partial, object) || gt_bit(&gatherer->full, object)) return;
    bool partial =
        window->kind == GT_P_POINTER || gt_window_leaves_out(gatherer->analysis, target, window);
    gt_bit_set(partial ? &gatherer->partial : &gatherer->full, object);
}

static void keep_view(struct gatherer *gatherer, uint32_t object, const struct gt_word *word,
                      struct gt_window_ref *window)
{
    window->block = object;
    window->referrer = gatherer->referrer;
    window->referrer.offset = word->offset;
    gt_vec_add(&gatherer->out->list, window);
}

/* If such words are many, those into large blocks are kept. */
static void keep_undecided(struct gatherer *gatherer, uint32_t object,
                           const struct gt_referrer *referrer, enum gt_word_verdict verdict)
{
    struct gt_undecided_word word = {object, *referrer, (uint8_t)verdict};
    bool large = gt_heap_size(&gatherer->analysis->heap->graph, object) >= LARGE_BLOCK;

    if (gt_bit_test_set(&gatherer->out->undecided, object)) return;
    if (gatherer->undecided_kept[large]++ < MAX_UNDECIDED)
        gt_vec_add(&gatherer->out->undecided_words, &word);
}

static void note_stale(struct gatherer *gatherer, uint32_t object,
                       const struct gt_referrer *referrer)
{
    bool added;
    uint64_t *root = gt_map_put(&gatherer->out->stale, object, &added);

    if (!added) return;
    *root = (uint64_t)referrer->root + 1;
    gt_u32s_add(&gatherer->stale, object);
}

static void note_undecided(struct gatherer *gatherer, uint32_t object, const struct gt_word *word,
                           enum gt_word_verdict verdict)
{
    struct gt_referrer referrer = gatherer->referrer;

    if (gt_window_may_be_stale(gatherer->analysis, word, &referrer)) {
        note_stale(gatherer, object, &referrer);
        return;
    }
    referrer.offset = word->offset;
    keep_undecided(gatherer, object, &referrer, verdict);
}

/* Whether the reference matters is known after all windows. */
static void note_reference(struct gatherer *gatherer, uint32_t object, const struct gt_word *word)
{
    struct gt_undecided_word reference = {object, gatherer->referrer, GT_IS_REFERENCE};

    if (gt_bit_test_set(&gatherer->referenced, object)) return;
    if (gt_heap_size(&gatherer->analysis->heap->graph, object) < LARGE_BLOCK) return;
    reference.referrer.offset = word->offset;
    if (gatherer->references.len < MAX_UNDECIDED) gt_vec_add(&gatherer->references, &reference);
}

static void look_at(struct gatherer *gatherer, const struct gt_region *region, uint32_t object,
                    const struct gt_word *word)
{
    struct gt_window_ref window = {0};

    if (gt_bit(&gatherer->whole, object)) return;
    if (!gt_bit(&gatherer->analysis->heap->graph.allocated, object)) return;
    struct gt_window_target target = gt_window_target_in(region, object);
    enum gt_word_verdict verdict =
        gt_window_judge(gatherer->analysis, word, &gatherer->referrer, &target, &window);
    if (verdict == GT_UNFIT)
        gt_check_length(gatherer->analysis, word, &gatherer->referrer, &target, &window);
    if (verdict == GT_COVERS_ALL) gt_bit_set(&gatherer->whole, object);
    if (verdict == GT_IS_REFERENCE) note_reference(gatherer, object, word);
    if (verdict > GT_IS_REFERENCE) note_undecided(gatherer, object, word, verdict);
    if (verdict != GT_IS_WINDOW) return;
    note_window(gatherer, &target, &window);
    if (word->uncapped || window.unsure) gt_bit_set(&gatherer->doubtful, object);
    if (gatherer->overflowed || gt_bit(&gatherer->referenced, object)) return;
    if (!is_open(gatherer, object)) return;
    if (gatherer->out->list.len == MAX_VIEWS)
        gatherer->overflowed = true;
    else
        keep_view(gatherer, object, word, &window);
}

/* If what was inferred is wrong, the block may have more windows. */
static void doubt(void *ctx, const struct gt_word *word)
{
    struct gatherer *gatherer = ctx;
    uint32_t object = gt_heap_object(&gatherer->analysis->heap->graph, word->value);

    if (object != GT_NO_OBJECT) gt_bit_set(&gatherer->doubtful, object);
}

static bool is_dead(struct gatherer *gatherer, const struct gt_word *word)
{
    bool unsure = false;
    bool dead = gt_dead_word(gatherer->analysis, gatherer->referrer.object, word->addr, &unsure);

    if (unsure) doubt(gatherer, word);
    return dead;
}

/* A weak pointer whose handle is alive can make its whole object reachable again (1.24+). */
static void respect_weak_pointers(struct gatherer *gatherer)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    const struct gt_referrer nobody = {.object = GT_NO_OBJECT, .root = GT_NO_ROOT};

    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        uint32_t handle = gt_heap_object(&analysis->heap->graph, special->words[0]);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE && handle != GT_NO_OBJECT &&
            gt_bit(&analysis->live, handle))
            keep_undecided(gatherer, special->object, &nobody, GT_WEAK_ONLY);
    }
}

/* Handles the oldest word of the queue, and returns its entry, for the next word. */
static struct gt_waiting_word *take_turn(struct gatherer *gatherer)
{
    struct gt_waiting_word *oldest = gt_word_queue_turn(&gatherer->queue);
    struct gt_referrer referrer = gatherer->referrer;

    if (oldest->region) {
        gatherer->referrer = oldest->referrer;
        look_at(gatherer, oldest->region, oldest->object, &oldest->word);
        gatherer->referrer = referrer;
    }
    return oldest;
}

static void look(void *ctx, const struct gt_word *word)
{
    struct gatherer *gatherer = ctx;
    const struct gt_region *region = gt_heap_region(&gatherer->analysis->heap->graph, word->value);

    if (!region || is_dead(gatherer, word)) return;
    __builtin_prefetch(region);
    struct gt_waiting_word *entry = take_turn(gatherer);
    entry->word = *word;
    entry->referrer = gatherer->referrer;
    entry->region = region;
}

static void look_at_waiting(struct gatherer *gatherer)
{
    for (size_t i = 0; i < GT_WORDS_WAITING; i++)
        take_turn(gatherer)->region = NULL;
}

static void begin(void *ctx, uint32_t object)
{
    struct gatherer *gatherer = ctx;

    gatherer->referrer = (struct gt_referrer){.object = object};
}

static void every_word(struct gatherer *gatherer, gt_typed_word_fn *visit)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    struct gt_word word;

    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        gatherer->referrer = (struct gt_referrer){.object = GT_NO_OBJECT, .root = (uint32_t)i};
        gt_typing_root(analysis->typing, i, &word);
        visit(gatherer, &word);
    }
    gt_typing_words_of_all(analysis->typing, analysis->referrers, begin, visit, gatherer);
}

static void every_doubt(struct gatherer *gatherer)
{
    const struct gt_bitmap *doubtful = &gatherer->analysis->doubtful;
    uint32_t scan_objects = gatherer->analysis->heap->graph.scan_objects;

    for (size_t i = gt_bitmap_next(doubtful, 0); i < doubtful->bits && i < scan_objects;
         i = gt_bitmap_next(doubtful, i + 1))
        gt_typing_words(gatherer->analysis->typing, (uint32_t)i, doubt, gatherer);
}

/* ---- which blocks matter ------------------------------------------------------------------- */

/* The tiny allocator's blocks have parts of several owners. */
static bool is_too_small(const struct gatherer *gatherer, uint32_t object)
{
    return gt_heap_size(&gatherer->analysis->heap->graph, object) < MIN_BLOCK ||
           gt_goheap_tiny(gatherer->analysis->heap, object);
}

static bool matters(const struct gatherer *gatherer, uint32_t object)
{
    return !is_settled(gatherer, object) && is_open(gatherer, object) &&
           !is_too_small(gatherer, object);
}

/* A block that only words that may be stale lead to has no windows. */
static void decide_stale(struct gatherer *gatherer)
{
    for (size_t i = 0; i < gatherer->stale.len; i++) {
        uint32_t object = gatherer->stale.at[i];
        struct gt_referrer referrer = {.object = GT_NO_OBJECT,
                                       .root = gt_stale_root(gatherer->out, object)};
        if (!gt_bit(&gatherer->small, object) && !gt_bit(&gatherer->half, object))
            keep_undecided(gatherer, object, &referrer, GT_STALE_ONLY);
    }
}

/* A block whose windows would leave something out, if no untyped pointer covered it. */
static void decide_references(struct gatherer *gatherer)
{
    const struct gt_bitmap *referenced = &gatherer->referenced;
    const struct gt_referrer nobody = {.object = GT_NO_OBJECT, .root = GT_NO_ROOT};

    for (size_t i = 0; i < gatherer->references.len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(&gatherer->references, i);
        if (is_open(gatherer, word->block))
            keep_undecided(gatherer, word->block, &word->referrer, GT_UNTYPED);
    }
    for (size_t i = gt_bitmap_next(referenced, 0); i < referenced->bits;
         i = gt_bitmap_next(referenced, i + 1))
        if (is_open(gatherer, (uint32_t)i))
            keep_undecided(gatherer, (uint32_t)i, &nobody, GT_UNTYPED);
        else
            gt_bit_set(&gatherer->whole, i);
}

/* Is it certain that the block is no finding? It is small, or memory of the runtime; or a window
 * leaves out less than half of the bytes and no pointer; or there is no window, and it is one
 * value. */
static bool is_covered(const struct gatherer *gatherer, uint32_t block)
{
    const struct gt_heap_analysis *analysis = gatherer->analysis;
    bool half = gt_bit(&gatherer->half, block);

    if (is_too_small(gatherer, block) || gt_window_is_runtimes(analysis, block)) return true;
    if (!half && !gt_bit(&gatherer->small, block)) return gt_window_is_one_value(analysis, block);
    return half && (block >= analysis->heap->graph.scan_objects || gt_bit(&gatherer->full, block));
}

static void decide_covered(struct gatherer *gatherer)
{
    struct gt_bitmap *undecided = &gatherer->out->undecided;

    for (size_t i = 0; i < (undecided->bits + 63) / 64; i++)
        undecided->words[i] &= ~gatherer->whole.words[i];
    for (size_t i = gt_bitmap_next(undecided, 0); i < undecided->bits;
         i = gt_bitmap_next(undecided, i + 1))
        if (is_covered(gatherer, (uint32_t)i)) gt_bit_clear(undecided, i);
}

/* Windows were kept before it was known which blocks matter. A block's windows are complete only if
 * its first one was kept, which it was: a window sets its bits before it is judged. */
static void keep_views_that_matter(struct gatherer *gatherer)
{
    struct gt_vec *list = &gatherer->out->list;
    size_t kept = 0;

    for (size_t i = 0; i < list->len; i++) {
        struct gt_window_ref *window = gt_vec_at(list, i);
        if (matters(gatherer, window->block))
            *(struct gt_window_ref *)gt_vec_at(list, kept++) = *window;
    }
    list->len = kept;
}

static void record(void *ctx, const struct gt_word *word)
{
    struct gatherer *gatherer = ctx;
    struct gt_window_ref window = {0};
    uint32_t object = gt_heap_object(&gatherer->analysis->heap->graph, word->value);

    if (object == GT_NO_OBJECT || is_dead(gatherer, word) || !matters(gatherer, object)) return;
    struct gt_window_target target =
        gt_window_target_in(gt_heap_region_of(&gatherer->analysis->heap->graph, object), object);
    if (gt_window_judge(gatherer->analysis, word, &gatherer->referrer, &target, &window) ==
        GT_IS_WINDOW)
        keep_view(gatherer, object, word, &window);
}

/* ---- blocks -------------------------------------------------------------------------------- */

static int by_block(const void *a, const void *b)
{
    const struct gt_window_ref *left = a, *right = b;

    if (left->block != right->block) return left->block < right->block ? -1 : 1;
    if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
    return left->cap > right->cap ? -1 : left->cap < right->cap;
}

static void make_blocks(struct gatherer *gatherer)
{
    struct gt_windows *out = gatherer->out;

    if (out->list.len) qsort(out->list.data, out->list.len, sizeof(struct gt_window_ref), by_block);
    for (size_t i = 0, next; i < out->list.len; i = next) {
        const struct gt_window_ref *first = gt_vec_at(&out->list, i);
        struct gt_window_block block = {.block = first->block, .first = i};
        for (next = i; next < out->list.len; next++)
            if (((struct gt_window_ref *)gt_vec_at(&out->list, next))->block != block.block) break;
        block.count = next - i;
        gt_goheap_user(gatherer->analysis->heap, block.block, &block.size);
        block.wastes = open_for_bytes(gatherer, block.block);
        block.loses = open_for_pointers(gatherer, block.block);
        block.inferred = gt_bit(&gatherer->doubtful, block.block);
        block.stale = gt_stale_root(out, block.block);
        bool agreed = gt_window_block_complete(gatherer->analysis, out, &block);
        if (agreed && !gt_window_block_denied(gatherer->analysis, out, &block))
            gt_vec_add(&out->blocks, &block);
        else
            keep_undecided(gatherer, block.block, &first->referrer,
                           agreed                              ? GT_CONTRADICTS
                           : gt_window_block_weak(out, &block) ? GT_MAY_BE_TEXT
                                                               : GT_UNEQUAL);
    }
}

static void collect(const struct gt_heap_analysis *analysis, struct gt_windows *out)
{
    struct gatherer gatherer = {
        .analysis = analysis, .out = out, .references = GT_VEC_OF(struct gt_undecided_word)};
    struct gt_bitmap *bits[] = {&gatherer.referenced, &gatherer.whole, &gatherer.small,
                                &gatherer.half,       &gatherer.full,  &gatherer.partial,
                                &gatherer.doubtful};

    *out = (struct gt_windows){.list = GT_VEC_OF(struct gt_window_ref),
                               .blocks = GT_VEC_OF(struct gt_window_block),
                               .undecided_words = GT_VEC_OF(struct gt_undecided_word),
                               .set_aside = GT_VEC_OF(struct gt_aside)};
    gt_bitmap_init(&out->undecided, analysis->heap->graph.objects);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        gt_bitmap_init(bits[i], analysis->heap->graph.objects);
    gatherer.queue.bits[0] = &gatherer.whole;
    gatherer.queue.bits[1] = &analysis->heap->graph.allocated;
    respect_weak_pointers(&gatherer);
    every_word(&gatherer, look);
    look_at_waiting(&gatherer);
    every_doubt(&gatherer);
    decide_stale(&gatherer);
    decide_references(&gatherer);
    decide_covered(&gatherer);
    if (gatherer.overflowed) {
        gt_vec_clear(&out->list);
        every_word(&gatherer, record);
    } else {
        keep_views_that_matter(&gatherer);
    }
    make_blocks(&gatherer);
    gt_vec_deinit(&gatherer.references);
    gt_u32s_deinit(&gatherer.stale);
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
