#include "inspector/detect/windows/windows.h"

#include "inspector/base/alloc.h"
#include "inspector/detect/windows/main_holders.h"
#include "inspector/detect/windows/set_aside.h"
#include "inspector/detect/windows/window_words.h"

#include <stdlib.h>

enum {
    MIN_BLOCK = 16,
    MAX_VIEWS = 1 << 18,     /* kept on suspicion; beyond, only those of blocks known to matter */
    MAX_UNDECIDED = 1 << 15, /* words kept that leave large blocks undecided; and small ones */
    LARGE_BLOCK = 1 << 12,
    WAITING = 16, /* words whose regions are being fetched */
};

struct waiting { /* a word, and who holds it */
    struct gt_word word;
    struct gt_holder holder;
    const struct gt_region *region;
};

struct collecting {
    const struct gt_study *study;
    struct gt_bitmap whole;         /* some pointer covers it */
    struct gt_bitmap referenced;    /* some untyped pointer may cover it */
    struct gt_bitmap small, half;   /* it has a window under half of it; and one that is not */
    struct gt_bitmap partial, full; /* a window with pointers beside it; and one without */
    struct gt_bitmap doubtful;      /* something doubtful points to it too */
    struct gt_holder holder;        /* whose words are being looked at */
    struct waiting ring[WAITING];   /* the last words seen: their turn comes in a moment */
    size_t seen;
    bool overflowed;          /* the views are incomplete */
    struct gt_vec references; /* struct gt_undecided_word, into large blocks */
    size_t undecided_kept[2]; /* words that leave small blocks undecided; and large ones */
    struct gt_windows *out;
};

/* ---- what a window says of its block ------------------------------------------------------- */

static bool any_set(const unsigned char *bytes, uint64_t from, uint64_t to)
{
    for (; from + 8 <= to; from += 8)
        if (gt_load64(bytes + from)) return true;
    return false;
}

/* Does the block hold anything that is not nil outside the window's len? */
static bool holds_outside(const struct gt_study *study, uint32_t object, const struct gt_view *view)
{
    uint64_t user;
    uint64_t addr = gt_goheap_user(study->heap, object, &user);
    const unsigned char *bytes = gt_mem_at(study->process->mem, addr, user);

    return bytes && (any_set(bytes, 0, view->offset) ||
                     any_set(bytes, (view->offset + view->len + 7) & ~(uint64_t)7, user));
}

static bool open_for_bytes(const struct collecting *collecting, uint32_t object)
{
    return gt_bit(&collecting->small, object) && !gt_bit(&collecting->half, object);
}

static bool open_for_pointers(const struct collecting *collecting, uint32_t object)
{
    return gt_bit(&collecting->partial, object) && !gt_bit(&collecting->full, object);
}

static bool is_open(const struct collecting *collecting, uint32_t object)
{
    return open_for_bytes(collecting, object) || open_for_pointers(collecting, object);
}

static bool is_settled(const struct collecting *collecting, uint32_t object)
{
    return gt_bit(&collecting->whole, object) || gt_bit(&collecting->out->undecided, object);
}

static void note_window(struct collecting *collecting, uint32_t object, const struct gt_view *view)
{
    uint64_t user;

    gt_goheap_user(collecting->study->heap, object, &user);
    gt_bit_set(view->len * 2 < user ? &collecting->small : &collecting->half, object);
    if (object >= collecting->study->heap->graph.scan_objects) return;
    /* The first window decides; to look again for each of many would read the block as often. */
    if (gt_bit(&collecting->partial, object) || gt_bit(&collecting->full, object)) return;
    bool partial = view->kind == GT_P_POINTER || holds_outside(collecting->study, object, view);
    gt_bit_set(partial ? &collecting->partial : &collecting->full, object);
}

static void keep_view(struct collecting *collecting, uint32_t object, const struct gt_word *word,
                      struct gt_view *view)
{
    view->block = object;
    view->holder = collecting->holder;
    view->holder.offset = word->offset;
    gt_vec_add(&collecting->out->views, view);
}

/* Nothing says that it will be used again: a frame that was interrupted keeps what it no longer
 * needs, and so may a slot that the stack map and the variable there disagree about. */
static bool may_be_stale(const struct collecting *collecting, const struct gt_word *word)
{
    const struct gt_holder *holder = &collecting->holder;

    return holder->object == GT_NO_OBJECT &&
           (word->disputed ||
            gt_root_at(collecting->study->roots, holder->root)->kind == GT_ROOT_CONSERVATIVE);
}

/* Of many such words those into large blocks are kept. */
static void keep_undecided(struct collecting *collecting, uint32_t object,
                           const struct gt_holder *holder, enum gt_word_verdict verdict)
{
    struct gt_undecided_word word = {object, *holder, (uint8_t)verdict};
    bool large = gt_heap_size(&collecting->study->heap->graph, object) >= LARGE_BLOCK;

    if (gt_bit_test_set(&collecting->out->undecided, object)) return;
    if (collecting->undecided_kept[large]++ < MAX_UNDECIDED)
        gt_vec_add(&collecting->out->undecided_words, &word);
}

static void note_undecided(struct collecting *collecting, uint32_t object,
                           const struct gt_word *word, enum gt_word_verdict verdict)
{
    struct gt_holder holder = collecting->holder;

    if (may_be_stale(collecting, word)) {
        uint64_t *root = gt_map_put(&collecting->out->stale, object, NULL);
        if (!*root) *root = (uint64_t)holder.root + 1;
        return;
    }
    holder.offset = word->offset;
    keep_undecided(collecting, object, &holder, verdict);
}

/* Whether it matters is known when all windows are. */
static void note_reference(struct collecting *collecting, uint32_t object,
                           const struct gt_word *word)
{
    struct gt_undecided_word reference = {object, collecting->holder, GT_IS_REFERENCE};

    if (gt_bit_test_set(&collecting->referenced, object)) return;
    if (gt_heap_size(&collecting->study->heap->graph, object) < LARGE_BLOCK) return;
    reference.holder.offset = word->offset;
    if (collecting->references.len < MAX_UNDECIDED) gt_vec_add(&collecting->references, &reference);
}

static void look_at(struct collecting *collecting, const struct gt_region *region,
                    const struct gt_word *word)
{
    struct gt_view view = {0};
    uint32_t slot = gt_region_slot(region, word->value), object = region->first + slot;

    if (slot >= region->count || gt_bit(&collecting->whole, object)) return;
    if (!gt_bit(&collecting->study->heap->graph.allocated, object)) return;
    enum gt_word_verdict verdict = gt_window_judge(collecting->study, word, object, &view);
    if (verdict == GT_COVERS_ALL) gt_bit_set(&collecting->whole, object);
    if (verdict == GT_IS_REFERENCE) note_reference(collecting, object, word);
    if (verdict > GT_IS_REFERENCE) note_undecided(collecting, object, word, verdict);
    if (verdict != GT_IS_WINDOW) return;
    note_window(collecting, object, &view);
    if (word->uncapped) gt_bit_set(&collecting->doubtful, object);
    if (collecting->overflowed || gt_bit(&collecting->referenced, object)) return;
    if (!is_open(collecting, object)) return;
    if (collecting->out->views.len == MAX_VIEWS)
        collecting->overflowed = true;
    else
        keep_view(collecting, object, word, &view);
}

/* It may have more windows than are seen, if what was inferred is wrong. */
static void doubt(void *ctx, const struct gt_word *word)
{
    struct collecting *collecting = ctx;
    uint32_t object = gt_heap_object(&collecting->study->heap->graph, word->value);

    if (object != GT_NO_OBJECT) gt_bit_set(&collecting->doubtful, object);
}

/* What a lost element points to makes no window. */
static bool is_dead(struct collecting *collecting, const struct gt_word *word)
{
    const struct gt_map *dead = &collecting->study->dead_words;
    const uint64_t *inferred = dead->len ? gt_map_find(dead, word->addr) : NULL;

    if (inferred && *inferred) doubt(collecting, word);
    return inferred != NULL;
}

/* A weak pointer whose handle is alive can bring all of its object back (1.24+). */
static void respect_weak_pointers(struct collecting *collecting)
{
    const struct gt_study *study = collecting->study;
    const struct gt_holder nobody = {.object = GT_NO_OBJECT, .root = GT_NO_ROOT};

    for (size_t i = 0; i < study->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(study->specials, i);
        uint32_t handle = gt_heap_object(&study->heap->graph, special->words[0]);
        if (special->kind == GT_SPECIAL_WEAK_HANDLE && handle != GT_NO_OBJECT &&
            gt_bit(&study->live, handle))
            keep_undecided(collecting, special->object, &nobody, GT_WEAK_ONLY);
    }
}

/* Looks at the word that waited longest; this one waits while its region is fetched. */
static void look(void *ctx, const struct gt_word *word)
{
    struct collecting *collecting = ctx;
    struct waiting *place = &collecting->ring[collecting->seen % WAITING];
    const struct gt_region *region = gt_heap_region(&collecting->study->heap->graph, word->value);

    if (!region || is_dead(collecting, word)) return;
    collecting->seen++;
    __builtin_prefetch(region);
    struct waiting oldest = *place;
    *place = (struct waiting){*word, collecting->holder, region};
    if (!oldest.region) return;
    collecting->holder = oldest.holder;
    look_at(collecting, oldest.region, &oldest.word);
    collecting->holder = place->holder;
}

static void look_at_waiting(struct collecting *collecting)
{
    for (size_t i = 0; i < WAITING; i++) {
        struct waiting *place = &collecting->ring[(collecting->seen + i) % WAITING];
        collecting->holder = place->holder;
        if (place->region) look_at(collecting, place->region, &place->word);
        place->region = NULL;
    }
}

static void every_word(struct collecting *collecting, gt_typed_word_fn *visit)
{
    const struct gt_study *study = collecting->study;
    uint32_t scan_objects = study->heap->graph.scan_objects;
    struct gt_word word;

    for (size_t i = 0; i < study->roots->list.len; i++) {
        collecting->holder = (struct gt_holder){.object = GT_NO_OBJECT, .root = (uint32_t)i};
        gt_typing_root(study->typing, i, &word);
        visit(collecting, &word);
    }
    for (size_t i = gt_bitmap_next(&study->holders, 0); i < scan_objects;
         i = gt_bitmap_next(&study->holders, i + 1)) {
        collecting->holder = (struct gt_holder){.object = (uint32_t)i};
        gt_typing_words(study->typing, (uint32_t)i, visit, collecting);
    }
}

static void every_doubt(struct collecting *collecting)
{
    const struct gt_bitmap *doubtful = &collecting->study->doubtful;
    uint32_t scan_objects = collecting->study->heap->graph.scan_objects;

    for (size_t i = gt_bitmap_next(doubtful, 0); i < doubtful->bits && i < scan_objects;
         i = gt_bitmap_next(doubtful, i + 1))
        gt_typing_words(collecting->study->typing, (uint32_t)i, doubt, collecting);
}

/* ---- which blocks matter ------------------------------------------------------------------- */

static bool matters(const struct collecting *collecting, uint32_t object)
{
    const struct gt_study *study = collecting->study;

    return !is_settled(collecting, object) && is_open(collecting, object) &&
           gt_heap_size(&study->heap->graph, object) >= MIN_BLOCK &&
           !gt_goheap_tiny(study->heap, object);
}

/* What words that may be stale alone lead to has no windows to be judged by. */
static void decide_stale(struct collecting *collecting)
{
    const struct gt_map *stale = &collecting->out->stale;

    for (size_t i = 0; i < stale->cap; i++) {
        uint32_t object = (uint32_t)stale->slots[i].key;
        struct gt_holder holder = {.object = GT_NO_OBJECT,
                                   .root = (uint32_t)(stale->slots[i].value - 1)};
        if (stale->slots[i].used && !gt_bit(&collecting->small, object) &&
            !gt_bit(&collecting->half, object))
            keep_undecided(collecting, object, &holder, GT_STALE_ONLY);
    }
}

/* A block of which windows would leave something out, if no untyped pointer covered it. */
static void decide_references(struct collecting *collecting)
{
    const struct gt_bitmap *referenced = &collecting->referenced;
    const struct gt_holder nobody = {.object = GT_NO_OBJECT, .root = GT_NO_ROOT};

    for (size_t i = 0; i < collecting->references.len; i++) {
        const struct gt_undecided_word *word = gt_vec_at(&collecting->references, i);
        if (is_open(collecting, word->block))
            keep_undecided(collecting, word->block, &word->holder, GT_UNTYPED);
    }
    for (size_t i = gt_bitmap_next(referenced, 0); i < referenced->bits;
         i = gt_bitmap_next(referenced, i + 1))
        if (is_open(collecting, (uint32_t)i))
            keep_undecided(collecting, (uint32_t)i, &nobody, GT_UNTYPED);
        else
            gt_bit_set(&collecting->whole, i);
}

/* What a pointer covers whole is judged, whatever else leads to it. */
static void decide_whole(struct collecting *collecting)
{
    struct gt_bitmap *undecided = &collecting->out->undecided;

    for (size_t i = 0; i < (undecided->bits + 63) / 64; i++)
        undecided->words[i] &= ~collecting->whole.words[i];
}

/* Views were kept on suspicion; before a block was known to matter some may have been passed over,
 * so a block's views are complete only if its first one was kept: it was, since the bits that a
 * window sets are set before it is looked at. */
static void keep_views_that_matter(struct collecting *collecting)
{
    struct gt_vec *views = &collecting->out->views;
    size_t kept = 0;

    for (size_t i = 0; i < views->len; i++) {
        struct gt_view *view = gt_vec_at(views, i);
        if (matters(collecting, view->block)) *(struct gt_view *)gt_vec_at(views, kept++) = *view;
    }
    views->len = kept;
}

static void record(void *ctx, const struct gt_word *word)
{
    struct collecting *collecting = ctx;
    struct gt_view view = {0};
    uint32_t object = gt_heap_object(&collecting->study->heap->graph, word->value);

    if (object == GT_NO_OBJECT || is_dead(collecting, word) || !matters(collecting, object)) return;
    if (gt_window_judge(collecting->study, word, object, &view) == GT_IS_WINDOW)
        keep_view(collecting, object, word, &view);
}

/* ---- blocks -------------------------------------------------------------------------------- */

static int by_block(const void *a, const void *b)
{
    const struct gt_view *left = a, *right = b;

    if (left->block != right->block) return left->block < right->block ? -1 : 1;
    if (left->offset != right->offset) return left->offset < right->offset ? -1 : 1;
    return left->cap > right->cap ? -1 : left->cap < right->cap;
}

static uint32_t stale_root(const struct gt_windows *windows, uint32_t block)
{
    const uint64_t *root = windows->stale.len ? gt_map_find(&windows->stale, block) : NULL;

    return root ? (uint32_t)(*root - 1) : GT_NO_ROOT;
}

static void make_blocks(struct collecting *collecting)
{
    struct gt_windows *out = collecting->out;

    if (out->views.len) qsort(out->views.data, out->views.len, sizeof(struct gt_view), by_block);
    for (size_t i = 0, next; i < out->views.len; i = next) {
        const struct gt_view *first = gt_vec_at(&out->views, i);
        struct gt_windowed block = {.block = first->block, .first = i};
        for (next = i; next < out->views.len; next++)
            if (((struct gt_view *)gt_vec_at(&out->views, next))->block != block.block) break;
        block.count = next - i;
        gt_goheap_user(collecting->study->heap, block.block, &block.size);
        block.wastes = open_for_bytes(collecting, block.block);
        block.loses = open_for_pointers(collecting, block.block);
        block.inferred = gt_bit(&collecting->doubtful, block.block);
        block.stale = stale_root(out, block.block);
        bool agreed = gt_window_block_complete(collecting->study, out, &block);
        if (agreed && !gt_window_block_denied(collecting->study, out, &block))
            gt_vec_add(&out->blocks, &block);
        else
            keep_undecided(collecting, block.block, &first->holder,
                           agreed ? GT_CONTRADICTS : GT_UNEQUAL);
    }
}

static void collect(const struct gt_study *study, struct gt_windows *out)
{
    struct collecting collecting = {
        .study = study, .out = out, .references = GT_VEC_OF(struct gt_undecided_word)};
    struct gt_bitmap *bits[] = {&collecting.referenced, &collecting.whole, &collecting.small,
                                &collecting.half,       &collecting.full,  &collecting.partial,
                                &collecting.doubtful};

    *out = (struct gt_windows){.views = GT_VEC_OF(struct gt_view),
                               .blocks = GT_VEC_OF(struct gt_windowed),
                               .undecided_words = GT_VEC_OF(struct gt_undecided_word),
                               .set_aside = GT_VEC_OF(struct gt_aside)};
    gt_bitmap_init(&out->undecided, study->heap->graph.objects);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        gt_bitmap_init(bits[i], study->heap->graph.objects);
    respect_weak_pointers(&collecting);
    every_word(&collecting, look);
    look_at_waiting(&collecting);
    every_doubt(&collecting);
    decide_stale(&collecting);
    decide_references(&collecting);
    decide_whole(&collecting);
    if (collecting.overflowed) {
        gt_vec_clear(&out->views);
        every_word(&collecting, record);
    } else {
        keep_views_that_matter(&collecting);
    }
    make_blocks(&collecting);
    gt_vec_free(&collecting.references);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        gt_bitmap_free(bits[i]);
}

const struct gt_windows *gt_windows_of(struct gt_study *study)
{
    if (!study->windows) {
        study->windows = gt_alloc(sizeof *study->windows);
        collect(study, study->windows);
        gt_main_holders_choose(study, study->windows);
    }
    return study->windows;
}

void gt_windows_forget(struct gt_study *study)
{
    if (!study->windows) return;
    gt_vec_free(&study->windows->views);
    gt_vec_free(&study->windows->blocks);
    gt_map_free(&study->windows->stale);
    gt_bitmap_free(&study->windows->undecided);
    gt_vec_free(&study->windows->undecided_words);
    gt_vec_free(&study->windows->set_aside);
    gt_free(study->windows);
    study->windows = NULL;
}
