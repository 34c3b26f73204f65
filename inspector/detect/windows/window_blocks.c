/* What the windows of one block say together. */
#include "inspector/detect/windows/windows.h"
#include "inspector/runtime/typing/shapes.h"

/* Bytes of the block inside a window, by cap or by len. The views are sorted by offset. */
static uint64_t covered(const struct gt_windows *windows, const struct gt_windowed *block,
                        bool by_len)
{
    uint64_t end = 0, bytes = 0;

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_view *view = gt_window_of(windows, block, i);
        uint64_t from = view->offset > end ? view->offset : end;
        uint64_t to = view->offset + (by_len ? view->len : view->cap);
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

/* The size of a block's elements that all its windows agree on; 0 when there is none. Windows whose
 * elements are known decide; the others must fit them. Weak ones do not decide alone. */
static uint64_t agreed_size(const struct gt_study *study, const struct gt_windows *windows,
                            const struct gt_windowed *block)
{
    uint64_t known = 0, offsets = 0, widest = UINT64_MAX;
    bool weak = true;

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_view *view = gt_window_of(windows, block, i);
        weak &= view->weak;
        if (!view->inferred || view->kind == GT_P_STRING) {
            if (known && view->elem_size != known) return 0;
            known = view->elem_size;
        } else {
            uint64_t most = (block->size - view->offset) / (view->cap / view->elem_size);
            offsets = common_divisor(view->offset, offsets);
            widest = most < widest ? most : widest;
        }
    }
    if (weak) return 0;
    if (!known) return gt_shape_element(study->typing->shapes, block->block, offsets, widest);
    return known <= widest && offsets % known == 0 ? known : 0;
}

/* Counts an inferred window's elements by the size that its block agreed on. */
static void resize(struct gt_windows *windows, const struct gt_windowed *block)
{
    for (size_t i = 0; i < block->count; i++) {
        struct gt_view *view = gt_vec_at(&windows->views, block->first + i);
        view->len = view->len / view->elem_size * block->elem_size;
        view->cap = view->cap / view->elem_size * block->elem_size;
        view->elem_size = block->elem_size;
    }
}

bool gt_window_block_complete(const struct gt_study *study, struct gt_windows *windows,
                              struct gt_windowed *block)
{
    for (size_t i = 0; i < block->count; i++)
        block->inferred |= gt_window_of(windows, block, i)->inferred;
    block->elem_size = agreed_size(study, windows, block);
    if (!block->elem_size) return false;
    resize(windows, block);
    for (size_t i = 0; i < block->count; i++) {
        const struct gt_view *view = gt_window_of(windows, block, i);
        block->strings |= view->kind == GT_P_STRING;
        block->slices |= view->kind == GT_P_SLICE;
        block->elements |= view->kind == GT_P_POINTER;
    }
    uint64_t by_cap = covered(windows, block, false), by_len = covered(windows, block, true);
    block->wasted = block->size - by_cap;
    block->spare = by_cap - by_len;
    return true;
}

struct lie { /* a block's windows, while its pointer words are visited in order */
    const struct gt_study *study;
    const struct gt_windows *windows;
    const struct gt_windowed *block;
    uint64_t skip;    /* the allocator's header */
    size_t next;      /* window to be looked at */
    uint64_t claimed; /* bytes before this are pointer-free, as a window says */
    bool found;
};

static bool claims_no_pointers(const struct gt_study *study, const struct gt_view *view)
{
    if (view->kind == GT_P_STRING) return true;
    return view->elem && !gt_types_get(study->process->types, view->elem)->ptr_bytes;
}

static void find_lie(void *ctx, uint64_t offset, uint64_t value)
{
    struct lie *lie = ctx;

    (void)value;
    for (; lie->next < lie->block->count; lie->next++) {
        const struct gt_view *view = gt_window_of(lie->windows, lie->block, lie->next);
        if (view->offset + lie->skip >= offset + 8) break;
        uint64_t end = view->offset + view->cap + lie->skip;
        if (end > lie->claimed && claims_no_pointers(lie->study, view)) lie->claimed = end;
    }
    lie->found |= lie->claimed > offset;
}

bool gt_window_block_denied(const struct gt_study *study, const struct gt_windows *windows,
                            const struct gt_windowed *block)
{
    struct lie lie = {study, windows, block, 0, 0, 0, false};
    uint64_t user, slot = gt_heap_address(&study->heap->graph, block->block);

    if (block->block >= study->heap->graph.scan_objects) return false;
    lie.skip = gt_goheap_user(study->heap, block->block, &user) - slot;
    gt_heap_words(&study->heap->graph, block->block, find_lie, &lie);
    return lie.found;
}

void gt_windows_mark(const struct gt_windows *windows, const struct gt_windowed *block, bool by_len,
                     struct gt_bitmap *elements)
{
    uint64_t done = 0; /* elements before this one are settled: each is set once */

    for (size_t i = 0; i < block->count; i++) {
        const struct gt_view *view = gt_window_of(windows, block, i);
        uint64_t size = block->elem_size, from = view->offset / size;
        uint64_t to = (view->offset + (by_len ? view->len : view->cap) + size - 1) / size;
        for (from = from > done ? from : done; from < to && from < elements->bits; from++)
            gt_bit_set(elements, from);
        done = to > done ? to : done;
    }
}

/* What a string says, if that may be told at all: strings are secrets. */
static const char *data_of(const struct gt_study *study, const struct gt_view *view)
{
    enum { SHOWN = 64 };
    uint64_t user, len = view->len < SHOWN ? view->len : SHOWN;
    uint64_t addr = gt_goheap_user(study->heap, view->block, &user) + view->offset;
    const unsigned char *bytes = gt_mem_at(study->process->mem, addr, len);

    if (!study->show_data || view->kind != GT_P_STRING || !bytes) return NULL;
    return gt_arena_strndup(study->storage, (const char *)bytes, len);
}

struct gt_window *gt_windows_tell(const struct gt_study *study, const struct gt_windows *windows,
                                  const struct gt_windowed *block, size_t max, size_t *count)
{
    *count = block->count < max ? block->count : max;
    struct gt_window *told = gt_arena_alloc(study->storage, *count * sizeof *told);

    for (size_t i = 0; i < *count; i++) {
        const struct gt_view *view = gt_window_of(windows, block, i);
        told[i] = (struct gt_window){
            .offset = view->offset,
            .length = view->len,
            .capacity = view->cap,
            .kind = view->kind == GT_P_STRING  ? "string"
                    : view->kind == GT_P_SLICE ? "slice"
                                               : "element",
            .holder = gt_holder_field(study, &view->holder),
            .data = data_of(study, view),
        };
    }
    return told;
}
