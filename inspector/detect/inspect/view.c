/* Finds the type of what is at the address, or looks up the global, reads the value by it, and
 * marks the heap without it. */
#include "inspector/detect/inspect/view.h"

#include "gotypes/types/type_at.h"
#include "inspector/base/error.h"
#include "inspector/detect/describe/fields.h"
#include "inspector/detect/inspect/freed.h"
#include "inspector/detect/inspect/lookup.h"
#include "inspector/detect/inspect/place.h"
#include "inspector/detect/inspect/pointer_free.h"
#include "inspector/detect/values/values.h"
#include "inspector/runtime/typing/static_areas.h"

#include <inttypes.h>

enum { USUAL_DEPTH = 1, USUAL_MOST = 20, MAX_VALUES = 5000 };

static struct gt_value_limits limits_of(const struct gt_show_options *options)
{
    return (struct gt_value_limits){.depth =
                                        options->depth ? (uint32_t)options->depth : USUAL_DEPTH,
                                    .most = options->most ? options->most : USUAL_MOST,
                                    .budget = MAX_VALUES};
}

static void set_freed(struct gt_view *out, struct gt_freed freed)
{
    out->retained_bytes = (int64_t)freed.bytes;
    out->retained_objects = (int64_t)freed.objects;
}

static void fill_retained(const struct gt_heap_analysis *analysis, struct gt_view *out)
{
    uint32_t object = gt_heap_object(&analysis->heap->graph, out->address);

    if (object == GT_NO_OBJECT) return;
    if (gt_bit(&analysis->live, object))
        set_freed(out, gt_freed_with_object(analysis, object));
    else
        out->note = "it is garbage: no root leads to it";
}

/* ---- by address ---------------------------------------------------------------------------- */

static enum gt_view_kind what_of(const struct gt_object *answer)
{
    if (answer->what == GT_ADDRESS_OBJECT) return GT_VIEW_OBJECT;
    if (answer->what == GT_ADDRESS_STACK) return GT_VIEW_VARIABLE;
    return answer->what == GT_ADDRESS_DATA ? GT_VIEW_GLOBAL : GT_VIEW_MEMORY;
}

static struct gt_error *no_type(const struct gt_object *answer)
{
    return gt_error_at(
        gt_error_create(GT_ERR_USAGE,
                        "no type is known of what is at 0x%" PRIx64 " (%s): give one, as "
                        "0x%" PRIx64 ",TYPE",
                        answer->address, gt_address_kind_name(answer->what), answer->address),
        answer->address);
}

struct subject {        /* what is at the address */
    gt_type_id type;    /* of the value that begins there; GT_NO_TYPE: not known */
    uint64_t count;     /* of these, if it is a whole object; else 1 */
    bool is_map_header; /* which has the map's own type */
};

static struct subject subject_of(const struct gt_heap_analysis *analysis, struct gt_object *answer)
{
    struct gt_types *types = analysis->process->types;
    struct gt_place place = gt_place_find(analysis, answer);
    uint32_t object = gt_heap_object(&analysis->heap->graph, answer->address);
    struct subject subject = {.count = 1};
    bool whole = object != GT_NO_OBJECT && answer->address == answer->base;

    if (place.type && whole && object < analysis->heap->graph.scan_objects)
        subject.count = gt_typing_elements(analysis->typing, object);
    if (!place.type && object != GT_NO_OBJECT)
        gt_place_fill_type(analysis, object, gt_pointer_free_type(analysis, object, &subject.count),
                           &place);
    if (!whole || !subject.count) subject.count = 1;
    if (place.type) subject.type = gt_type_beginning_at(types, place.type, place.offset);
    subject.is_map_header =
        whole && subject.type && gt_types_get(types, subject.type)->kind == GT_T_MAP;
    return subject;
}

static struct gt_values read_subject(const struct gt_heap_analysis *analysis,
                                     const struct gt_value_limits *how,
                                     const struct subject *subject, uint64_t addr)
{
    if (subject->is_map_header) return gt_values_read_map(analysis, how, NULL, subject->type, addr);
    if (subject->count > 1)
        return gt_values_read_array(analysis, how, subject->type, addr, subject->count);
    return gt_values_read(analysis, how, NULL, subject->type, addr);
}

/* Sets the type that was asked for, of one value. A map's header stays one if that type is a
 * map. */
static struct gt_error *set_type(const struct gt_heap_analysis *analysis, const char *name,
                                 struct subject *subject)
{
    subject->count = 1;
    struct gt_error *error = gt_lookup_type(analysis, name, &subject->type);
    if (!error && gt_types_get(analysis->process->types, subject->type)->kind != GT_T_MAP)
        subject->is_map_header = false;
    return error;
}

struct gt_error *gt_view_fill(const struct gt_heap_analysis *analysis,
                              const struct gt_show_options *options, struct gt_view *out)
{
    struct gt_object answer = {.address = options->address};
    struct subject subject = subject_of(analysis, &answer);
    struct gt_value_limits how = limits_of(options);
    struct gt_error *error = options->type ? set_type(analysis, options->type, &subject) : NULL;

    if (error) return error;
    if (!subject.type) return no_type(&answer);
    out->what = options->type && !answer.type ? GT_VIEW_MEMORY : what_of(&answer);
    out->name = answer.field && answer.name
                    ? gt_arena_format(analysis->storage, "%s%s", answer.name, answer.field)
                    : answer.name;
    out->goroutine = answer.goroutine;
    out->address = options->address;
    out->bytes = subject.is_map_header
                     ? answer.bytes
                     : subject.count * gt_types_get(analysis->process->types, subject.type)->size;
    out->retained_bytes = out->retained_objects = GT_UNKNOWN;
    if (!gt_mem_at(analysis->process->mem, out->address, 1))
        return gt_error_create(GT_ERR_USAGE, "the core has no memory at 0x%" PRIx64 " (%s)",
                               out->address, gt_address_kind_name(answer.what));
    out->value = read_subject(analysis, &how, &subject, out->address);
    fill_retained(analysis, out);
    return NULL;
}

/* ---- globals ------------------------------------------------------------------------------- */

/* The words of the variable, and of static data that it leads to. */
static void take_roots(const struct gt_heap_analysis *analysis,
                       const struct gt_debug_global *global, struct gt_bitmap *roots)
{
    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        if (root->kind != GT_ROOT_GLOBAL) continue;
        uint64_t first = gt_static_first(analysis->typing->statics, root->addr);
        if (first - global->addr < global->size || root->addr - global->addr < global->size)
            gt_bit_set(roots, i);
    }
}

static struct gt_freed freed_with_global(const struct gt_heap_analysis *analysis,
                                         const struct gt_debug_global *global)
{
    struct gt_bitmap roots;

    gt_bitmap_init(&roots, analysis->roots->list.len);
    take_roots(analysis, global, &roots);
    struct gt_freed freed = gt_freed_with_roots(analysis, &roots);
    gt_bitmap_deinit(&roots);
    return freed;
}

struct gt_error *gt_view_fill_global(const struct gt_heap_analysis *analysis,
                                     const struct gt_show_options *options, struct gt_view *out)
{
    const struct gt_debug_global *global;
    struct gt_value_limits how = limits_of(options);
    struct gt_error *error = gt_lookup_global(analysis, options->name, &global);

    if (error) return error;
    out->what = GT_VIEW_GLOBAL;
    out->name = gt_heap_analysis_keep(analysis, global->name);
    out->address = global->addr;
    out->bytes = global->size;
    out->value = gt_values_read(
        analysis, &how, NULL, gt_types_find(analysis->process->types, global->type), global->addr);
    set_freed(out, freed_with_global(analysis, global));
    return NULL;
}
