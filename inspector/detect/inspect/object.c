/* First finds what is at the address. Each part of the answer about a heap object is then found by
 * itself: specials, retained size, referrers, pointers. */
#include "inspector/detect/inspect/object.h"

#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/inspect/freed.h"
#include "inspector/detect/inspect/place.h"
#include "inspector/detect/inspect/pointer_free.h"
#include "inspector/detect/inspect/pointers.h"
#include "inspector/detect/inspect/referrers.h"
#include "inspector/runtime/heap/gcmarks.h"

/* ---- the collector ------------------------------------------------------------------------- */

static enum gt_gc_mark mark_of(const struct gt_heap_analysis *analysis, uint32_t object)
{
    struct gt_gcmarks marks;
    enum gt_gc_mark mark = GT_GC_MARK_NOT_MARKED;

    gt_gcmarks_init(&marks, analysis->heap);
    if (marks.none)
        mark = GT_GC_MARK_UNKNOWN;
    else if (gt_bit(&marks.unjudged, object))
        mark = GT_GC_MARK_ALLOCATED_SINCE;
    else if (gt_bit(&marks.marked, object))
        mark = GT_GC_MARK_MARKED;
    gt_gcmarks_deinit(&marks);
    return mark;
}

/* ---- specials ------------------------------------------------------------------------------ */

static const char *function_of(const struct gt_heap_analysis *analysis,
                               const struct gt_special *special)
{
    bool called = special->kind == GT_SPECIAL_CLEANUP && special->word_count > 1;
    uint64_t funcval = special->words[called ? 1 : 0];

    if (special->kind != GT_SPECIAL_FINALIZER && special->kind != GT_SPECIAL_CLEANUP) return NULL;
    const char *name = gt_process_closure(analysis->process, funcval);
    return strcmp(name, "?") == 0 ? NULL : gt_heap_analysis_keep(analysis, name);
}

static void fill_specials(const struct gt_heap_analysis *analysis, uint32_t object,
                          struct gt_object *out)
{
    struct gt_vec found = GT_VEC_OF(struct gt_special_record);

    for (size_t i = 0; i < analysis->specials->list.len; i++) {
        const struct gt_special *special = gt_special_at(analysis->specials, i);
        if (special->object != object) continue;
        struct gt_special_record *record = gt_vec_push(&found);
        *record = (struct gt_special_record){(enum gt_special_kind)special->kind, special->address,
                                             function_of(analysis, special)};
    }
    struct gt_special_record *list = gt_arena_alloc(analysis->storage, found.len * sizeof *list);
    if (found.len) memcpy(list, found.data, found.len * sizeof *list);
    out->specials = list;
    out->special_count = found.len;
    gt_vec_deinit(&found);
}

static bool has_finalizer(const struct gt_object *out)
{
    for (size_t i = 0; i < out->special_count; i++)
        if (out->specials[i].kind == GT_SPECIAL_FINALIZER) return true;
    return false;
}

/* ---- all ----------------------------------------------------------------------------------- */

static void fill_retained(const struct gt_heap_analysis *analysis, uint32_t object,
                          struct gt_object *out)
{
    if (!out->live) return;
    struct gt_freed freed = gt_freed_with_object(analysis, object);
    out->retained_bytes = (int64_t)freed.bytes;
    out->retained_objects = (int64_t)freed.objects;
    if (has_finalizer(out) && !out->note)
        out->note = "what it points to is held by its finalizer, too, until that has run";
}

static void fill_object(struct gt_heap_analysis *analysis, uint32_t object, size_t most,
                        struct gt_object *out)
{
    struct gt_place place = {.answer = out};
    uint64_t count = 0;

    if (out->type)
        count = gt_typing_elements(analysis->typing, object);
    else
        gt_place_fill_type(analysis, object, gt_pointer_free_type(analysis, object, &count),
                           &place);
    out->elements = out->type && count > 1 ? count : 0;
    out->live = gt_bit(&analysis->live, object);
    out->gc_mark = mark_of(analysis, object);
    out->allocated_at = gt_locations_allocated(analysis, object);
    fill_specials(analysis, object, out);
    fill_retained(analysis, object, out);
    gt_referrers_fill(analysis, object, most, out);
    gt_pointers_fill(analysis, object, most, out);
}

void gt_object_fill(struct gt_heap_analysis *analysis, size_t most, struct gt_object *out)
{
    uint32_t object = gt_heap_object(&analysis->heap->graph, out->address);

    out->retained_bytes = out->retained_objects = GT_UNKNOWN;
    gt_place_find(analysis, out);
    if (object != GT_NO_OBJECT) fill_object(analysis, object, most, out);
}
