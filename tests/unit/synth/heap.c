/*
 * The heap: spans of one page for small objects, and a span of its own for each larger one.
 *
 * All slots of objects are allocated, unless the test frees them; the rest of a span is free. The
 * last collection marked what is allocated. Pointer words of small objects are bits at the end of
 * their span; those of larger ones come from the span's type.
 */
#include "inspector/runtime/heap/size_classes.h"
#include "tests/unit/synth/synth_impl.h"

enum {
    SPAN_PAGE = 8192,
    MASK_BYTES = SPAN_PAGE / 64,
    MAX_SMALL = 512,
    GENERATION = 6, /* mheap_.sweepgen: three collections are complete, all spans are swept */
};

static struct synth_span *add_span(struct synth *synth, uint64_t slot, bool noscan, uint64_t type)
{
    uint64_t pages = (slot + SPAN_PAGE - 1) / SPAN_PAGE, bytes = pages * SPAN_PAGE;
    struct synth_span *span = gt_vec_push(&synth->spans);

    span->noscan = noscan, span->type = type;
    span->slot = slot > SPAN_PAGE / 2 || type ? bytes : slot;
    span->nelems = (bytes - (noscan || type ? 0 : MASK_BYTES)) / span->slot;
    span->base = synth_alloc(synth, SYNTH_HEAP, bytes, SPAN_PAGE);
    span->mspan = synth_alloc(synth, SYNTH_OFF_HEAP, synth_size_of(synth, "runtime.mspan"), 8);
    return span;
}

static struct synth_span *span_for(struct synth *synth, uint64_t slot, bool noscan)
{
    for (size_t i = 0; i < synth->spans.len; i++) {
        struct synth_span *span = gt_vec_at(&synth->spans, i);
        if (span->slot == slot && span->noscan == noscan && !span->type &&
            span->used < span->nelems)
            return span;
    }
    return add_span(synth, slot, noscan, 0);
}

static uint64_t take_slot(struct synth_span *span)
{
    span->allocated[span->used / 8] |= (unsigned char)(1 << span->used % 8);
    return span->base + span->used++ * span->slot;
}

struct synth_span *synth_span_of(struct synth *synth, uint64_t addr)
{
    for (size_t i = 0; i < synth->spans.len; i++) {
        struct synth_span *span = gt_vec_at(&synth->spans, i);
        if (addr >= span->base && addr < span->base + span->slot * span->nelems) return span;
    }
    fail_msg("no object at 0x%llx", (unsigned long long)addr);
    return NULL;
}

void synth_free_object(struct synth *synth, uint64_t addr)
{
    struct synth_span *span = synth_span_of(synth, addr);
    uint64_t number = (addr - span->base) / span->slot;

    span->allocated[number / 8] &= (unsigned char)~(1 << number % 8);
}

void synth_never_marked(struct synth *synth, uint64_t addr)
{
    struct synth_span *span = synth_span_of(synth, addr);
    uint64_t number = (addr - span->base) / span->slot;

    span->unmarked[number / 8] |= (unsigned char)(1 << number % 8);
}

void synth_had_type(struct synth *synth, uint64_t addr, uint64_t rtype)
{
    synth_span_of(synth, addr)->former_type = rtype;
}

static uint64_t rounded(uint64_t size)
{
    uint64_t whole = size ? (size + 15) / 16 * 16 : 16;

    return whole > SPAN_PAGE / 2 ? whole : gt_slot_for(whole);
}

/* Bit i of the object's words. */
static void set_pointer(struct synth *synth, uint64_t addr, uint64_t word)
{
    uint64_t page = addr / SPAN_PAGE * SPAN_PAGE, bit = (addr - page) / 8 + word;
    uint64_t at = page + SPAN_PAGE - MASK_BYTES + bit / 64 * 8;

    synth_put(synth, at, synth_get(synth, at) | (uint64_t)1 << bit % 64);
}

uint64_t synth_object(struct synth *synth, uint64_t size, const char *mask)
{
    uint64_t slot = rounded(size);

    /* Slots of 16 bytes without pointers are the tiny allocator's. */
    if (!mask || !strchr(mask, 'p'))
        return take_slot(span_for(synth, slot > 16 ? slot : gt_slot_for(17), true));
    assert_true(slot <= MAX_SMALL && strlen(mask) * 8 <= slot);
    uint64_t addr = take_slot(span_for(synth, slot, false));
    for (uint64_t i = 0; mask[i]; i++)
        if (mask[i] == 'p') set_pointer(synth, addr, i);
    return addr;
}

uint64_t synth_struct(struct synth *synth, uint64_t size, const enum gt_field_id *pointers,
                      size_t count)
{
    uint64_t addr = take_slot(span_for(synth, rounded(size), false));

    for (size_t i = 0; i < count; i++)
        if (synth_has(synth, pointers[i]))
            set_pointer(synth, addr, gt_off(&synth->layout, pointers[i]) / 8);
    return addr;
}

uint64_t synth_closure(struct synth *synth, const char *function, uint64_t captured)
{
    uint64_t closure = synth_object(synth, 16, ".p");

    synth_put(synth, closure, synth_entry(synth, function));
    synth_put(synth, closure + 8, captured);
    return closure;
}

uint64_t synth_map(struct synth *synth, uint64_t entries)
{
    enum { FULL = 0x11, EMPTY = 0x80 };
    static const enum gt_field_id pointers[] = {GT_F_map_dirPtr};
    uint64_t group = synth_object(synth, SYNTH_GROUP, NULL);
    uint64_t map =
        synth_struct(synth, synth_size_of(synth, "internal/runtime/maps.Map"), pointers, 1);

    for (uint64_t slot = 0; slot < 8; slot++)
        synth_put_sized(synth, group + slot, 1, slot < entries ? FULL : EMPTY);
    synth_set(synth, map, GT_F_map_used, entries);
    synth_set(synth, map, GT_F_map_dirPtr, group);
    return map;
}

uint64_t synth_tiled(struct synth *synth, uint64_t size, uint64_t rtype)
{
    return take_slot(add_span(synth, size, false, rtype));
}

/* ---- finishing ----------------------------------------------------------------------------- */

/* 0: a large object. */
static uint64_t class_of(const struct synth_span *span)
{
    unsigned number = 1;

    if (span->slot > SPAN_PAGE / 2 || span->type) return 0;
    while (gt_slot_of_class(number) != span->slot)
        number++;
    return number;
}

static void finish_span(struct synth *synth, const struct synth_span *span)
{
    uint64_t size = (span->nelems + 7) / 8, first = 0, count = 0;
    uint64_t marks = synth_alloc(synth, SYNTH_OFF_HEAP, size, 8);
    uint64_t bits = synth_new_bytes(synth, SYNTH_OFF_HEAP, span->allocated, size);

    for (uint64_t i = 0; i < size; i++)
        synth_put_sized(synth, bits + i, 1, span->allocated[i] & ~span->unmarked[i]);

    for (uint64_t i = 0; i < span->nelems; i++)
        count += span->allocated[i / 8] >> i % 8 & 1;
    while (first < span->nelems && span->allocated[first / 8] >> first % 8 & 1)
        first++;
    const uint64_t fields[][2] = {
        {GT_F_mspan_startAddr, span->base},
        {GT_F_mspan_npages, (span->slot + SPAN_PAGE - 1) / SPAN_PAGE},
        {GT_F_mspan_freeindex, first},
        {GT_F_mspan_freeIndexForScan, first},
        {GT_F_mspan_nelems, span->nelems},
        {GT_F_mspan_allocCount, count},
        {GT_F_mspan_limit, span->base + span->nelems * span->slot},
        {GT_F_mspan_allocBits, bits},
        {GT_F_mspan_gcmarkBits, marks},
        {GT_F_mspan_sweepgen, GENERATION},
        {GT_F_mspan_spanclass, class_of(span) << 1 | span->noscan},
        {GT_F_mspan_state, 1}, /* in use */
        {GT_F_mspan_elemsize, span->slot},
        {GT_F_mspan_largeType, span->type ? span->type : span->former_type},
    };

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        synth_set(synth, span->mspan, (enum gt_field_id)fields[i][0], fields[i][1]);
}

/* The one arena that holds all spans, of which there is only what says which pages begin a span. */
static void add_arena(struct synth *synth)
{
    enum { ARENA_SHIFT = 26, BITS = 1024 };
    uint64_t base = synth->area[SYNTH_HEAP].base;
    uint64_t number = (base + (UINT64_C(1) << 47)) >> ARENA_SHIFT;
    uint64_t bits = synth_alloc(synth, SYNTH_OFF_HEAP, BITS, 8);
    uint64_t list = synth_alloc(synth, SYNTH_OFF_HEAP, 16, 8), table = list + 8;

    for (size_t i = 0; i < synth->spans.len; i++) {
        const struct synth_span *span = gt_vec_at(&synth->spans, i);
        uint64_t page = (span->base - base) / SPAN_PAGE, word = bits + page / 64 * 8;
        synth_put(synth, word, synth_get(synth, word) | UINT64_C(1) << page % 64);
    }
    synth_put(synth, list, number);
    synth_put(synth, table, bits - gt_off(&synth->layout, GT_F_heapArena_pageInUse));
    synth_set(synth, synth->mheap, GT_F_mheap_arenas, table - number * 8);
    synth_put_slice(synth, synth->mheap + gt_off(&synth->layout, GT_F_mheap_arena_numbers), list,
                    1);
}

void synth_finish_heap(struct synth *synth)
{
    uint64_t all = synth_alloc(synth, SYNTH_OFF_HEAP, synth->spans.len * 8, 8), pages = 0;

    for (size_t i = 0; i < synth->spans.len; i++) {
        const struct synth_span *span = gt_vec_at(&synth->spans, i);
        finish_span(synth, span);
        pages += (span->slot + SPAN_PAGE - 1) / SPAN_PAGE;
        synth_put(synth, all + i * 8, span->mspan);
    }
    if (!synth_has(synth, GT_F_heapArena_bitmap)) add_arena(synth);
    synth_set(synth, synth->mheap, GT_F_mheap_sweepgen, GENERATION);
    synth_set(synth, synth->mheap, GT_F_mheap_pagesInUse, pages);
    synth_put_slice(synth, synth->mheap + gt_off(&synth->layout, GT_F_mheap_allspans), all,
                    synth->spans.len);
}
