/* Goes over globals, write barriers, stacks and objects, each of which gives its words a class. A
 * word is first compared with the lowest and highest address of the wanted objects, which excludes
 * most words. */
#include "inspector/runtime/roots/leads.h"

#include "gotypes/types/type_at.h"
#include "inspector/base/error.h"
#include "inspector/runtime/goroutines/thread_walk.h"
#include "inspector/runtime/heap/size_classes.h"
#include "inspector/runtime/roots/stack_use.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORD = 8,
    MOST_OF_MHEAP = 96 << 10,   /* bytes of mheap_ in any version, if its size is not known */
    MOST_OF_BARRIER = 16 << 10, /* bytes of a write barrier's buffer: four times those of Go 1.19 */
};

struct seeker {
    const struct gt_goheap *heap;
    const struct gt_gcmarks *marks;
    const struct gt_bitmap *live, *wanted;
    struct gt_leads *out;
    uint64_t lo, hi;   /* all wanted objects are in [lo, hi) */
    struct gt_map own; /* objects that are gs, ms or Ps */
};

/* ---- known memory -------------------------------------------------------------------------- */

/* The addresses in the runtime's list of all its gs or Ps. The caller frees them. */
static struct gt_u64s listed(const struct gt_process *process, const char *global)
{
    struct gt_u64s all = {0};
    struct gt_slice list;
    uint64_t addr, one;
    struct gt_error *error = gt_process_global(process, global, &addr);

    if (error || !gt_process_slice(process, addr, WORD, &list)) {
        gt_error_destroy(error);
        return all;
    }
    for (uint64_t i = 0; i < list.len; i++)
        if (gt_mem_u64(process->mem, list.ptr + i * WORD, &one) && one) gt_u64s_add(&all, one);
    return all;
}

static void add_own(struct seeker *seeker, uint64_t addr)
{
    uint32_t object = gt_heap_object(&seeker->heap->graph, addr);

    if (object != GT_NO_OBJECT) gt_map_put(&seeker->own, object, NULL);
}

static void add_all_own(struct seeker *seeker, const struct gt_u64s *all)
{
    for (size_t i = 0; i < all->len; i++)
        add_own(seeker, all->at[i]);
}

static void list_own(struct seeker *seeker)
{
    const struct gt_process *process = seeker->heap->process;
    struct gt_u64s ps = listed(process, "runtime.allp"), gs = listed(process, "runtime.allgs");
    struct gt_u64s ms = gt_all_ms(process);
    uint64_t g;

    add_all_own(seeker, &ps);
    add_all_own(seeker, &gs);
    add_all_own(seeker, &ms);
    for (size_t i = 0; i < ms.len; i++) {
        if (gt_process_field(process, ms.at[i], GT_F_m_g0, &g)) add_own(seeker, g);
        if (gt_process_field(process, ms.at[i], GT_F_m_gsignal, &g)) add_own(seeker, g);
    }
    gt_u64s_deinit(&ps);
    gt_u64s_deinit(&gs);
    gt_u64s_deinit(&ms);
}

/* ---- words --------------------------------------------------------------------------------- */

/* A number may equal an address by chance: since Go 1.26 the heap may begin at a few GiB, which a
 * count of nanoseconds reaches in seconds. A uintptr may be an address. */
static bool is_number(const struct gt_process *process, uint64_t addr)
{
    const struct gt_debug_global *global = gt_process_global_at(process, addr);
    gt_type_id whole = global ? gt_types_find(process->types, global->type) : GT_NO_TYPE, part;
    uint64_t begin;

    if (!whole) return false;
    part = gt_type_at_offset(process->types, whole, addr - global->addr, &begin);
    if (!part) return false;
    uint8_t kind = gt_types_get(process->types, part)->kind;
    return kind >= GT_T_BOOL && kind <= GT_T_COMPLEX128 && kind != GT_T_UINTPTR;
}

static void look_at(struct seeker *seeker, uint64_t addr, uint64_t value, enum gt_lead lead)
{
    if (value - seeker->lo >= seeker->hi - seeker->lo) return;
    uint32_t object = gt_heap_object(&seeker->heap->graph, value);
    if (object == GT_NO_OBJECT || !gt_bit(seeker->wanted, object)) return;
    if (lead == GT_LEAD_WORD && is_number(seeker->heap->process, addr)) return;
    if (!gt_bit_test_set(&seeker->out->to[lead], object))
        *gt_map_put(&seeker->out->words[lead], object, NULL) = addr;
}

static void look_through_range(struct seeker *seeker, uint64_t from, uint64_t to, enum gt_lead lead)
{
    const struct gt_memory *mem = seeker->heap->process->mem;
    uint64_t avail;

    while (from < to) {
        const unsigned char *bytes = mem->map(mem->ctx, from, &avail);
        if (!bytes || !avail) return;
        uint64_t size = avail < to - from ? avail : to - from;
        for (uint64_t at = 0; at + WORD <= size; at += WORD)
            look_at(seeker, from + at, gt_load64(bytes + at), lead);
        from += size;
    }
}

/* ---- globals and stacks -------------------------------------------------------------------- */

/* mheap_ leads to no object, and is full of addresses of pages. */
static void find_mheap(const struct gt_process *process, uint64_t *from, uint64_t *to)
{
    struct gt_debug_global mheap;

    *from = *to = 0;
    if (!process->facts->global(process->facts->ctx, "runtime.mheap_", &mheap)) return;
    *from = mheap.addr;
    *to = mheap.addr + (mheap.size ? mheap.size : MOST_OF_MHEAP);
}

/* The mask has a bit for each word of the section. A damaged end may lie anywhere. */
static void look_through_section(struct seeker *seeker, uint64_t from, uint64_t to,
                                 const struct gt_bitvector *mask)
{
    uint64_t mheap, end;

    if ((to - from) / WORD > mask->bits) to = from + mask->bits * WORD;
    find_mheap(seeker->heap->process, &mheap, &end);
    if (mheap < from || mheap > to || end < mheap) mheap = end = to;
    if (end > to) end = to;
    look_through_range(seeker, from, mheap, GT_LEAD_WORD);
    look_through_range(seeker, end, to, GT_LEAD_WORD);
}

static void look_through_globals(struct seeker *seeker)
{
    const struct gt_process *process = seeker->heap->process;

    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        look_through_section(seeker, module->data, module->edata, &module->data_mask);
        look_through_section(seeker, module->bss, module->ebss, &module->bss_mask);
    }
}

/* Memory below the sp of a goroutine that has not run since is not used. */
static void look_through_stack(void *ctx, uint64_t from, uint64_t to, enum gt_stack_use use)
{
    static const enum gt_lead leads[] = {
        [GT_STACK_USED] = GT_LEAD_STACK,
        [GT_STACK_UNUSED] = GT_LEAD_FRAME,
        [GT_STACK_CUT_OFF] = GT_LEAD_UNWALKED,
        [GT_STACK_FREE] = GT_LEAD_FREED,
    };

    look_through_range(ctx, from, to, leads[use]);
}

/* ---- write barriers ------------------------------------------------------------------------ */

static void look_through_barrier(struct seeker *seeker, uint64_t p)
{
    const struct gt_process *process = seeker->heap->process;
    uint64_t from, to;

    if (!gt_has(&process->layout, GT_F_p_barrier_buf) ||
        !gt_process_field(process, p, GT_F_p_barrier_end, &to))
        return;
    from = p + gt_off(&process->layout, GT_F_p_barrier_buf);
    if (to > from && to - from <= MOST_OF_BARRIER)
        look_through_range(seeker, from, to, GT_LEAD_BARRIER);
}

static void look_through_barriers(struct seeker *seeker)
{
    struct gt_u64s ps = listed(seeker->heap->process, "runtime.allp");

    for (size_t i = 0; i < ps.len; i++)
        look_through_barrier(seeker, ps.at[i]);
    gt_u64s_deinit(&ps);
}

/* ---- objects ------------------------------------------------------------------------------- */

/* How many bytes of a slot certainly belong to its object: one word more than the next smaller
 * class has. The rest may be left over from the slot's last object, since not all allocations clear
 * it. */
static uint64_t sure_bytes(uint64_t slot_size)
{
    uint64_t below = gt_slot_below(slot_size);

    return below || slot_size == WORD ? below + WORD : slot_size;
}

static enum gt_lead lead_of(const struct seeker *seeker, uint32_t object)
{
    if (!gt_bit(&seeker->heap->graph.allocated, object) || gt_bit(seeker->wanted, object))
        return GT_LEAD_NONE;
    if (gt_bit(seeker->live, object))
        return gt_map_find(&seeker->own, object) ? GT_LEAD_NONE : GT_LEAD_WORD;
    return gt_bit(&seeker->marks->unjudged, object) ? GT_LEAD_OBJECT : GT_LEAD_NONE;
}

/* A bool may be followed by the old contents of its padding: a pointer except for its lowest byte
 * (http.persistConn.cacheKey.onlyH1). */
static bool may_be_bool(uint64_t word)
{
    return (word & 0xff) <= 1;
}

static void look_through_slot(struct seeker *seeker, const struct gt_region *region, uint32_t slot,
                              uint64_t size, enum gt_lead lead)
{
    uint64_t offset = slot * region->slot_size;

    for (uint64_t end = offset + size; offset + WORD <= end; offset += WORD) {
        uint64_t word = gt_load64(region->bytes + offset);
        if (lead != GT_LEAD_WORD || !may_be_bool(word))
            look_at(seeker, region->base + offset, word, lead);
    }
}

static void look_through_region(struct seeker *seeker, const struct gt_region *region)
{
    uint64_t size = sure_bytes(region->slot_size);

    if (region->scan == GT_SCAN_NONE || !region->bytes) return;
    for (uint32_t slot = 0; slot < region->count; slot++) {
        enum gt_lead lead = lead_of(seeker, region->first + slot);
        if (lead != GT_LEAD_NONE) look_through_slot(seeker, region, slot, size, lead);
    }
}

/* A free slot, or an object that the mark did not reach. */
static bool is_freed(const struct seeker *seeker, uint32_t object)
{
    return !gt_bit(&seeker->heap->graph.allocated, object) ||
           !(gt_bit(&seeker->marks->marked, object) || gt_bit(&seeker->marks->unjudged, object));
}

static void look_through_freed(struct seeker *seeker, const struct gt_region *region)
{
    if (region->scan == GT_SCAN_NONE || !region->bytes) return;
    for (uint32_t slot = 0; slot < region->count; slot++)
        if (is_freed(seeker, region->first + slot))
            look_through_slot(seeker, region, slot, region->slot_size, GT_LEAD_FREED);
}

static void find_bounds(struct seeker *seeker)
{
    const struct gt_heap *graph = &seeker->heap->graph;

    seeker->lo = UINT64_MAX;
    for (size_t i = gt_bitmap_next(seeker->wanted, 0); i < graph->objects;
         i = gt_bitmap_next(seeker->wanted, i + 1)) {
        uint64_t addr = gt_heap_address(graph, (uint32_t)i);
        uint64_t end = addr + gt_heap_size(graph, (uint32_t)i);
        if (addr < seeker->lo) seeker->lo = addr;
        if (end > seeker->hi) seeker->hi = end;
    }
}

/* Returns false if nothing is wanted. */
static bool begin(struct seeker *seeker)
{
    *seeker->out = (struct gt_leads){0};
    for (int lead = 0; lead < GT_LEADS; lead++)
        gt_bitmap_init(&seeker->out->to[lead], seeker->heap->graph.objects);
    find_bounds(seeker);
    return seeker->lo <= seeker->hi;
}

void gt_leads_find(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                   const struct gt_gcmarks *marks, const struct gt_bitmap *live,
                   const struct gt_bitmap *wanted, struct gt_leads *out)
{
    struct seeker seeker = {
        .heap = heap, .marks = marks, .live = live, .wanted = wanted, .out = out};

    if (!begin(&seeker)) return;
    list_own(&seeker);
    look_through_globals(&seeker);
    look_through_barriers(&seeker);
    gt_stack_use(heap, goroutines, &marks->unjudged, look_through_stack, &seeker);
    for (uint32_t i = 0; i < heap->graph.region_count; i++)
        look_through_region(&seeker, &heap->graph.regions[i]);
    gt_map_deinit(&seeker.own);
}

void gt_leads_in_freed(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                       const struct gt_gcmarks *marks, const struct gt_bitmap *recent,
                       const struct gt_bitmap *wanted, struct gt_leads *out)
{
    struct seeker seeker = {.heap = heap, .marks = marks, .wanted = wanted, .out = out};

    if (!begin(&seeker)) return;
    gt_stack_use(heap, goroutines, recent, look_through_stack, &seeker);
    gt_stack_use_freed(heap, recent, look_through_stack, &seeker);
    for (uint32_t i = 0; i < heap->graph.region_count; i++)
        look_through_freed(&seeker, &heap->graph.regions[i]);
}

void gt_leads_deinit(struct gt_leads *leads)
{
    for (int lead = 0; lead < GT_LEADS; lead++) {
        gt_bitmap_deinit(&leads->to[lead]);
        gt_map_deinit(&leads->words[lead]);
    }
}
