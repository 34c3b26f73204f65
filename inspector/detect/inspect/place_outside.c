/* Addresses outside of the heap and of goroutines' stacks: code, data, memory of the runtime,
 * files. */
#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/root_names.h"
#include "inspector/detect/inspect/place.h"
#include "inspector/runtime/goroutines/thread_walk.h"
#include "inspector/runtime/typing/static_areas.h"

#include <inttypes.h>

enum { NIL_PAGE = 4096, SPECIAL_BYTES = 64 };

typedef bool finder_fn(const struct gt_heap_analysis *analysis, struct gt_object *out);

static bool holds(const struct gt_object *out, uint64_t base, uint64_t bytes)
{
    return out->address - base < bytes;
}

static void set_range(struct gt_object *out, enum gt_address_kind what, uint64_t base,
                      uint64_t bytes)
{
    out->what = what;
    out->base = base;
    out->bytes = bytes;
}

/* ---- the program's sections ----------------------------------------------------------------- */

/* Data without a name in the debug information: by its section, or by the path from a variable. */
/* The type and path of a literal that a variable leads to, if types lead there. */
static void in_area(const struct gt_heap_analysis *analysis, struct gt_place *place)
{
    const struct gt_static_area *area =
        gt_static_area_at(analysis->typing->statics, place->answer->address);

    if (!area) return;
    place->type = area->type;
    place->offset = (place->answer->address - area->addr) %
                    gt_types_get(analysis->process->types, area->type)->size;
    place->answer->base = area->addr;
    place->answer->bytes = area->size;
}

static bool in_data(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    struct gt_root root = {
        .addr = out->address & ~(uint64_t)7, .kind = GT_ROOT_GLOBAL, .frame = GT_NO_FRAME};
    char field[GT_FIELD];
    gt_type_id type;

    if (!gt_process_is_static(analysis->process, out->address)) return false;
    out->what = GT_ADDRESS_DATA;
    out->name = gt_root_name(analysis, &root, false, field, sizeof field, &type);
    if (*field) out->field = gt_heap_analysis_keep(analysis, field);
    out->type = gt_heap_analysis_keep(analysis, gt_analysis_type_name(analysis, type));
    return true;
}

static bool in_text(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!gt_text_find(&analysis->process->code, out->address, &tab, &func)) return false;
    set_range(out, GT_ADDRESS_TEXT, func.entry, func.end - func.entry);
    out->name = gt_heap_analysis_keep(analysis, gt_func_name(tab, &func));
    struct gt_stack places =
        gt_locations_at(analysis->process, analysis->storage, out->address, false);
    if (places.count) out->location = places.locations[0];
    return true;
}

static bool in_types(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    const struct gt_process *process = analysis->process;

    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        if (!holds(out, module->types, module->etypes - module->types)) continue;
        set_range(out, GT_ADDRESS_READ_ONLY, module->types, module->etypes - module->types);
        gt_type_id type = gt_types_at(process->types, out->address);
        out->name = type ? gt_arena_format(analysis->storage, "type descriptor of %s",
                                           gt_types_name(process->types, type))
                         : "types, strings and tables of the program";
        return true;
    }
    return false;
}

/* ---- the runtime's own ---------------------------------------------------------------------- */

static uint64_t size_of(const struct gt_process *process, const char *type)
{
    const struct gt_facts *facts = process->facts;
    uint64_t size = 0;

    if (!facts->type_size || !facts->type_size(facts->ctx, type, &size)) return 0;
    return size;
}

static bool in_mspan(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    uint64_t bytes = size_of(analysis->process, "runtime.mspan");

    for (size_t i = 0; i < analysis->heap->spans.len; i++) {
        const struct gt_span *span = gt_vec_at(&analysis->heap->spans, i);
        if (!holds(out, span->address, bytes)) continue;
        set_range(out, GT_ADDRESS_RUNTIME, span->address, bytes);
        out->name = "mspan";
        out->note =
            gt_arena_format(analysis->storage, "it describes the span at 0x%" PRIx64, span->base);
        return true;
    }
    return false;
}

static bool in_special(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        if (!holds(out, special->address, SPECIAL_BYTES)) continue;
        set_range(out, GT_ADDRESS_RUNTIME, special->address, 0);
        out->name = "special";
        out->note = gt_arena_format(analysis->storage, "it belongs to the object at 0x%" PRIx64,
                                    gt_heap_address(&analysis->heap->graph, special->object));
        return true;
    }
    return false;
}

/* The stacks on which the runtime itself runs: the scheduler's, and those of signal handlers. */
static bool in_stack_of(const struct gt_heap_analysis *analysis, uint64_t m, enum gt_field_id field,
                        const char *name, struct gt_object *out)
{
    const struct gt_process *process = analysis->process;
    uint64_t g, low, high, tid = 0;

    if (!gt_process_field(process, m, field, &g) ||
        !gt_process_field(process, g, GT_F_g_stack_lo, &low) ||
        !gt_process_field(process, g, GT_F_g_stack_hi, &high) || high <= low ||
        !holds(out, low, high - low))
        return false;
    gt_process_field(process, m, GT_F_m_procid, &tid);
    set_range(out, GT_ADDRESS_RUNTIME, low, high - low);
    out->name = name;
    out->note = gt_arena_format(analysis->storage, "of thread %" PRIu64, tid);
    return true;
}

static bool in_thread_stack(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    struct gt_u64s all = gt_all_ms(analysis->process);
    bool found = false;

    for (size_t i = 0; i < all.len && !found; i++) {
        uint64_t m = all.at[i];
        found = in_stack_of(analysis, m, GT_F_m_g0, "stack of the scheduler (g0)", out) ||
                in_stack_of(analysis, m, GT_F_m_gsignal, "stack of signal handlers (gsignal)", out);
    }
    gt_u64s_deinit(&all);
    return found;
}

static bool open_arenas(const struct gt_heap_analysis *analysis, struct gt_arenas *arenas)
{
    uint64_t mheap;
    struct gt_error *error = gt_process_global(analysis->process, "runtime.mheap_", &mheap);

    if (!error) return gt_arenas_find(analysis->process, mheap, arenas);
    gt_error_destroy(error);
    return false;
}

static bool in_heap_arena(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    const struct gt_heap *graph = &analysis->heap->graph;
    uint64_t bytes = size_of(analysis->process, "runtime.heapArena");
    uint64_t low = graph->first_page << GT_PAGE_SHIFT;
    struct gt_arenas arenas;

    if (!bytes || !graph->page_count || !open_arenas(analysis, &arenas)) return false;
    uint64_t last = gt_arena_number(&arenas, low + ((graph->page_count - 1) << GT_PAGE_SHIFT));
    for (uint64_t number = gt_arena_number(&arenas, low); number <= last; number++) {
        uint64_t arena = gt_arena_at(&arenas, number);
        if (!arena || !holds(out, arena, bytes)) continue;
        set_range(out, GT_ADDRESS_RUNTIME, arena, bytes);
        out->name = "heapArena";
        out->note = gt_arena_format(analysis->storage, "it describes the arena at 0x%" PRIx64,
                                    gt_arena_base(&arenas, number));
        return true;
    }
    return false;
}

static bool in_free_heap(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    struct gt_arenas arenas;

    if (out->address >> 48 || !open_arenas(analysis, &arenas)) return false;
    uint64_t number = gt_arena_number(&arenas, out->address);
    if (!gt_arena_at(&arenas, number)) return false;
    set_range(out, GT_ADDRESS_FREE_HEAP, gt_arena_base(&arenas, number),
              (uint64_t)1 << GT_ARENA_SHIFT);
    out->note = "in an arena of the heap, and in no span of objects: free, or kept for stacks";
    return true;
}

/* ---- mappings ------------------------------------------------------------------------------ */

static bool in_file(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    size_t count;
    const struct gt_file_mapping *all = gt_core_mappings(analysis->process->core, &count);

    for (size_t i = 0; i < count; i++) {
        if (!holds(out, all[i].start, all[i].end - all[i].start)) continue;
        set_range(out, GT_ADDRESS_FILE, all[i].start, all[i].end - all[i].start);
        out->name = gt_heap_analysis_keep(analysis, all[i].path);
        out->note = gt_arena_format(analysis->storage, "offset 0x%" PRIx64 " of the file",
                                    all[i].offset + (out->address - all[i].start));
        return true;
    }
    return false;
}

static const struct gt_thread *thread_in(const struct gt_heap_analysis *analysis,
                                         const struct gt_segment *segment)
{
    size_t count;
    const struct gt_thread *all = gt_core_threads(analysis->process->core, &count);

    for (size_t i = 0; i < count; i++)
        if (all[i].sp >= segment->start && all[i].sp < segment->end) return &all[i];
    return NULL;
}

static bool in_segment(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    size_t count;
    const struct gt_segment *all = gt_core_segments(analysis->process->core, &count);

    for (size_t i = 0; i < count; i++) {
        if (!holds(out, all[i].start, all[i].end - all[i].start)) continue;
        set_range(out, all[i].flags ? GT_ADDRESS_MEMORY : GT_ADDRESS_RESERVED, all[i].start,
                  all[i].end - all[i].start);
        const struct gt_thread *thread = thread_in(analysis, &all[i]);
        if (!all[i].flags)
            out->note = "address space that is reserved, without memory";
        else if (thread)
            out->note = gt_arena_format(analysis->storage,
                                        "the stack pointer of thread %d is in it", thread->tid);
        else
            out->note = "mapped, of C or of the Go runtime: it is in none of the structures that "
                        "gotopsy knows";
        return true;
    }
    return false;
}

static bool in_nothing(const struct gt_heap_analysis *analysis, struct gt_object *out)
{
    (void)analysis;
    out->what = GT_ADDRESS_NOT_MAPPED;
    out->note = out->address < NIL_PAGE ? "nil, or a field of what nil points to"
                                        : "the process had no memory there";
    return true;
}

void gt_place_outside(const struct gt_heap_analysis *analysis, struct gt_place *place)
{
    static finder_fn *const finders[] = {in_data,    in_text,       in_types,     in_mspan,
                                         in_special, in_heap_arena, in_free_heap, in_thread_stack,
                                         in_file,    in_segment,    in_nothing};

    for (size_t i = 0; i < sizeof finders / sizeof *finders; i++)
        if (finders[i](analysis, place->answer)) break;
    if (place->answer->what == GT_ADDRESS_DATA) in_area(analysis, place);
}
