/* What follows from all windows of one block. */
#include "inspector/detect/windows/windows.h"
#include "inspector/runtime/typing/shapes.h"

/* Bytes of the block inside a window, by cap or by len. The windows are sorted by offset. */
static uint64_t covered(const struct gt_windows *windows, const struct gt_window_block *block,
                        bool by_len)
{
    uint64_t end = 0, bytes = 0;

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_window_ref *window = gt_window_of(windows, block, i);
        uint64_t from = window->offset > end ? window->offset : end;
        uint64_t to = window->offset + (by_len ? window->len : window->cap);
        if (to <= from) continue;
        bytes += to - from;
        end = to;
    }
    return bytes;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

bool gt_window_block_weak(const struct gt_windows *windows, const struct gt_window_block *block)
{
    for (size_t i = 0; i < block->count; i++)
        if (!gt_window_of(windows, block, i)->weak) return false;
    return true;
}

/* The size of a block's elements on which all its windows agree; 0 when there is none. Windows with
 * known elements decide, and the others must fit them. Weak windows do not decide alone. */
static uint64_t agreed_size(const struct gt_heap_analysis *analysis,
                            const struct gt_windows *windows, const struct gt_window_block *block)
{
    uint64_t known = 0, offsets = 0, widest = UINT64_MAX;

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_window_ref *window = gt_window_of(windows, block, i);
        if (!window->inferred || window->kind == GT_P_STRING) {
            if (known && window->elem_size != known) return 0;
            known = window->elem_size;
        } else {
            uint64_t most = (block->size - window->offset) / (window->cap / window->elem_size);
            if (window->bounded && window->elem_size < most) most = window->elem_size;
            offsets = common_divisor(window->offset, offsets);
            widest = most < widest ? most : widest;
        }
    }
    if (gt_window_block_weak(windows, block)) return 0;
    if (!known) return gt_shape_element(analysis->typing->shapes, block->block, offsets, widest);
    return known <= widest && offsets % known == 0 ? known : 0;
}

/* Sets the element size of inferred windows to the size on which the block's windows agreed. */
static void resize(struct gt_windows *windows, const struct gt_window_block *block)
{
    for (size_t i = 0; i < block->count; i++) {
        struct gt_window_ref *window = gt_vec_at(&windows->list, block->first + i);
        window->len = window->len / window->elem_size * block->elem_size;
        window->cap = window->cap / window->elem_size * block->elem_size;
        window->elem_size = block->elem_size;
    }
}

bool gt_window_block_complete(const struct gt_heap_analysis *analysis, struct gt_windows *windows,
                              struct gt_window_block *block)
{
    for (size_t i = 0; i < block->count; i++)
        block->inferred |= gt_window_of(windows, block, i)->inferred;
    block->elem_size = agreed_size(analysis, windows, block);
    if (!block->elem_size) return false;
    resize(windows, block);
    for (size_t i = 0; i < block->count; i++) {
        const struct gt_window_ref *window = gt_window_of(windows, block, i);
        block->strings |= window->kind == GT_P_STRING;
        block->slices |= window->kind == GT_P_SLICE;
        block->elements |= window->kind == GT_P_POINTER;
        block->passing |= window->untyped && window->referrer.object == GT_NO_OBJECT &&
                          gt_root_at(analysis->roots, window->referrer.root)->kind == GT_ROOT_FRAME;
    }
    uint64_t by_cap = covered(windows, block, false), by_len = covered(windows, block, true);
    block->wasted = block->size - by_cap;
    block->spare = by_cap - by_len;
    return true;
}

struct overlap { /* a block's windows, while its pointer words are visited in order */
    const struct gt_heap_analysis *analysis;
    const struct gt_windows *windows;
    const struct gt_window_block *block;
    uint64_t skip;    /* the allocator's header */
    size_t next;      /* the next window */
    uint64_t claimed; /* bytes before this one are pointer-free according to a window */
    bool found;
};

static bool claims_no_pointers(const struct gt_heap_analysis *analysis,
                               const struct gt_window_ref *window)
{
    if (window->kind == GT_P_STRING) return true;
    return window->elem && !gt_types_get(analysis->process->types, window->elem)->ptr_bytes;
}

static void find_overlap(void *ctx, uint64_t offset, uint64_t value)
{
    struct overlap *overlap = ctx;

    (void)value;
    for (; overlap->next < overlap->block->count; overlap->next++) {
        const struct gt_window_ref *window =
            gt_window_of(overlap->windows, overlap->block, overlap->next);
        if (window->offset + overlap->skip >= offset + 8) break;
        uint64_t end = window->offset + window->cap + overlap->skip;
        if (end > overlap->claimed && claims_no_pointers(overlap->analysis, window))
            overlap->claimed = end;
    }
    overlap->found |= overlap->claimed > offset;
}

bool gt_window_block_denied(const struct gt_heap_analysis *analysis,
                            const struct gt_windows *windows, const struct gt_window_block *block)
{
    struct overlap overlap = {analysis, windows, block, 0, 0, 0, false};
    uint64_t user, slot = gt_heap_address(&analysis->heap->graph, block->block);

    if (block->block >= analysis->heap->graph.scan_objects) return false;
    overlap.skip = gt_goheap_user(analysis->heap, block->block, &user) - slot;
    gt_heap_words(&analysis->heap->graph, block->block, find_overlap, &overlap);
    return overlap.found;
}

void gt_windows_mark(const struct gt_windows *windows, const struct gt_window_block *block,
                     bool by_len, struct gt_bitmap *elements)
{
    uint64_t done = 0; /* elements before this one are done: each is set once */

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_window_ref *window = gt_window_of(windows, block, i);
        uint64_t size = block->elem_size, from = window->offset / size;
        uint64_t to = (window->offset + (by_len ? window->len : window->cap) + size - 1) / size;
        for (from = from > done ? from : done; from < to && from < elements->bits; from++)
            gt_bit_set(elements, from);
        done = to > done ? to : done;
    }
}

/* The contents of a string, if they may be shown: strings are secrets. */
static const char *data_of(const struct gt_heap_analysis *analysis,
                           const struct gt_window_ref *window)
{
    enum { SHOWN = 64 };
    uint64_t user, len = window->len < SHOWN ? window->len : SHOWN;
    uint64_t addr = gt_goheap_user(analysis->heap, window->block, &user) + window->offset;
    const unsigned char *bytes = gt_mem_at(analysis->process->mem, addr, len);

    if (!analysis->show_data || window->kind != GT_P_STRING || !bytes) return NULL;
    return gt_arena_strndup(analysis->storage, (const char *)bytes, len);
}

struct gt_window *gt_windows_describe(const struct gt_heap_analysis *analysis,
                                      const struct gt_windows *windows,
                                      const struct gt_window_block *block, size_t max,
                                      size_t *count)
{
    *count = block->count < max ? block->count : max;
    struct gt_window *out = gt_arena_alloc(analysis->storage, *count * sizeof *out);

    for (size_t i = 0; i < *count; i++) {
        const struct gt_window_ref *window = gt_window_of(windows, block, i);
        out[i] = (struct gt_window){
            .offset = window->offset,
            .length = window->len,
            .capacity = window->cap,
            .kind = window->kind == GT_P_STRING  ? GT_WINDOW_STRING
                    : window->kind == GT_P_SLICE ? GT_WINDOW_SLICE
                                                 : GT_WINDOW_ELEMENT,
            .holder = gt_referrer_field(analysis, &window->referrer),
            .data = data_of(analysis, window),
        };
    }
    return out;
}
