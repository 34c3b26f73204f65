/* Addresses in the heap and in the stacks of goroutines. */
#include "inspector/detect/inspect/place.h"

#include "gotypes/types/type_at.h"
#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/runtime/typing/frame_words.h"

/* ---- types --------------------------------------------------------------------------------- */

static const char *keep_type(const struct gt_heap_analysis *analysis, gt_type_id type)
{
    return gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, type));
}

/* Fills in a variable of the type, in which the address is at `offset`. */
static void fill_variable(const struct gt_heap_analysis *analysis, gt_type_id type, uint64_t offset,
                          struct gt_place *place)
{
    struct gt_types *types = analysis->process->types;
    struct gt_object *out = place->answer;
    char field[GT_FIELD];
    uint64_t begin;

    out->type = keep_type(analysis, type);
    place->type = type;
    if (!type) return;
    place->offset = offset;
    gt_types_field_path(types, type, offset, field, sizeof field);
    if (*field) out->field = gt_heap_analysis_keep(analysis, field);
    out->type_at = keep_type(analysis, gt_type_at_offset(types, type, offset, &begin));
}

/* ---- the heap ------------------------------------------------------------------------------ */

static void fill_span(const struct gt_heap_analysis *analysis, const struct gt_region *region,
                      struct gt_object *out)
{
    const struct gt_span *span = gt_vec_at(&analysis->heap->spans, region->tag);

    out->place = (struct gt_heap_place){.span = span->address,
                                        .span_base = span->base,
                                        .span_bytes = span->npages << GT_PAGE_SHIFT,
                                        .size_class = span->span_class >> 1,
                                        .noscan = span->span_class & 1,
                                        .slot = gt_region_slot(region, out->address),
                                        .slots = region->count,
                                        .slot_bytes = region->slot_size};
}

void gt_place_fill_type(const struct gt_heap_analysis *analysis, uint32_t object, gt_type_id type,
                        struct gt_place *place)
{
    struct gt_types *types = analysis->process->types;
    struct gt_object *out = place->answer;
    uint64_t offset = out->address - out->base, size, begin;
    char field[GT_FIELD];

    out->type = keep_type(analysis, type);
    place->type = type;
    if (!type || out->address < out->base) return;
    gt_field_of_type(analysis, object, type, offset, field, sizeof field);
    if (*field) out->field = gt_heap_analysis_keep(analysis, field);
    size = gt_types_get(types, type)->size;
    if (!size) return;
    place->offset = offset % size;
    out->type_at = keep_type(analysis, gt_type_at_offset(types, type, place->offset, &begin));
}

static void fill_object(const struct gt_heap_analysis *analysis, uint32_t object,
                        struct gt_place *place)
{
    struct gt_object *out = place->answer;

    out->what = GT_ADDRESS_OBJECT;
    out->base = gt_goheap_user(analysis->heap, object, &out->bytes);
    if (gt_goheap_tiny(analysis->heap, object))
        out->note = "a block of the tiny allocator: several small values may share it";
    if (out->address < out->base)
        out->note = "this is the word in which the allocator notes the object's type";
    gt_place_fill_type(analysis, object, gt_typing_type(analysis->typing, object), place);
}

static bool in_heap(const struct gt_heap_analysis *analysis, struct gt_place *place)
{
    struct gt_object *out = place->answer;
    const struct gt_region *region = gt_heap_region(&analysis->heap->graph, out->address);

    if (!region) return false;
    fill_span(analysis, region, out);
    uint32_t object = gt_heap_object(&analysis->heap->graph, out->address);
    out->base = region->base + out->place.slot * region->slot_size;
    out->bytes = region->slot_size;
    if (object != GT_NO_OBJECT) {
        fill_object(analysis, object, place);
    } else if (out->place.slot < region->count) {
        out->what = GT_ADDRESS_FREE_SLOT;
        out->note = "nothing is allocated here: a pointer to it is stale";
    } else {
        out->what = GT_ADDRESS_UNUSED_SPAN;
        out->place.slot = region->count;
        out->base = region->base + region->count * region->slot_size;
        out->bytes = out->place.span_base + out->place.span_bytes - out->base;
    }
    return true;
}

/* ---- stacks -------------------------------------------------------------------------------- */

static const struct gt_goroutine *goroutine_at(const struct gt_heap_analysis *analysis,
                                               uint64_t addr)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const struct gt_goroutine *g = &analysis->goroutines->list[i];
        if (addr >= g->stack_lo && addr < g->stack_hi) return g;
    }
    return NULL;
}

/* The frame whose own part of the stack has the address; frame_count when none has. */
static uint32_t frame_at(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                         uint64_t addr)
{
    uint32_t frame = 0;

    if (addr < g->at.sp) return g->frame_count;
    while (frame < g->frame_count && addr >= gt_g_frame(analysis->goroutines, g, frame)->cfa)
        frame++;
    return frame;
}

static bool variable_in(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                        uint32_t frame, struct gt_place *place)
{
    struct gt_object *out = place->answer;
    struct gt_root root = {.addr = out->address,
                           .owner = (uint32_t)(g - analysis->goroutines->list),
                           .frame = frame,
                           .kind = GT_ROOT_FRAME};
    struct gt_variables variables;

    gt_frame_variables(analysis->typing, &root, &variables);
    const struct gt_frame_variable *variable = gt_variable_at(&variables, out->address);
    if (!variable) return false;
    out->frame = frame;
    out->name = gt_heap_analysis_keep(analysis, variable->name);
    out->base = variable->addr;
    out->bytes = variable->size;
    fill_variable(analysis, gt_types_find(analysis->process->types, variable->type),
                  variable->piece_offset + (out->address - variable->addr), place);
    return true;
}

static void fill_frame(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                       uint32_t frame, struct gt_place *place)
{
    struct gt_object *out = place->answer;

    out->frame = frame;
    /* Arguments are in the caller's part of the stack. */
    if (!variable_in(analysis, g, frame, place) && frame > 0)
        variable_in(analysis, g, frame - 1, place);
    const struct gt_frame *at =
        gt_g_frame(analysis->goroutines, g, (uint32_t)out->frame); /* one of the two frames */
    struct gt_stack places =
        gt_locations_at(analysis->process, analysis->storage, at->pc, out->frame > 0);
    if (places.count) out->location = places.locations[0];
}

static bool in_stack(const struct gt_heap_analysis *analysis, struct gt_place *place)
{
    struct gt_object *out = place->answer;
    const struct gt_goroutine *g = goroutine_at(analysis, out->address);

    if (!g) return false;
    uint32_t frame = frame_at(analysis, g, out->address);
    out->what = GT_ADDRESS_STACK;
    out->goroutine = g->id;
    out->base = g->stack_lo;
    out->bytes = g->stack_hi - g->stack_lo;
    if (frame < g->frame_count)
        fill_frame(analysis, g, frame, place);
    else if (out->address < g->at.sp)
        out->note = "below the stack pointer: no frame uses it";
    else
        out->note = "in no frame that could be walked";
    return true;
}

/* ---- globals ------------------------------------------------------------------------------- */

static bool in_global(const struct gt_heap_analysis *analysis, struct gt_place *place)
{
    struct gt_object *out = place->answer;
    const struct gt_debug_global *global = gt_process_global_at(analysis->process, out->address);

    if (!global) return false;
    out->what = GT_ADDRESS_DATA;
    out->name = gt_heap_analysis_keep(analysis, global->name);
    out->base = global->addr;
    out->bytes = global->size;
    fill_variable(analysis, gt_types_find(analysis->process->types, global->type),
                  out->address - global->addr, place);
    return true;
}

/* ---- all ----------------------------------------------------------------------------------- */

struct gt_place gt_place_find(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    struct gt_place place = {.answer = out};

    out->frame = GT_UNKNOWN;
    if (!in_heap(analysis, &place) && !in_stack(analysis, &place) && !in_global(analysis, &place))
        gt_place_outside(analysis, &place);
    return place;
}
