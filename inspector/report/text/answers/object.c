/* One address for a terminal: what it is, its referrers and its pointers. */
#include "inspector/report/sinks.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { LABEL_COLUMN = 4, TEXT_COLUMN = 16, PATH_COLUMN = 20 };

static void put_label(struct gt_page *page, const char *label)
{
    gt_page_line(page, LABEL_COLUMN, TEXT_COLUMN);
    gt_page_put(page, GT_DIM, label);
    gt_page_tab(page, TEXT_COLUMN);
}

/* ---- what it is ---------------------------------------------------------------------------- */

static void put_object_head(struct gt_page *page, const struct gt_object *object)
{
    gt_page_format(page, GT_BOLD, "heap object%s%s", object->type ? " of type " : "",
                   object->type ? object->type : "");
    gt_page_format(page, GT_PLAIN, ", %s at %s", gt_bytes(object->place.slot_bytes).text,
                   gt_address(object->base).text);
}

static void put_stack_head(struct gt_page *page, const struct gt_object *object)
{
    gt_page_format(page, GT_BOLD, "stack of goroutine %" PRIu64, object->goroutine);
    if (object->frame != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, ", frame %" PRId64, object->frame);
    if (object->location.function)
        gt_page_format(page, GT_PLAIN, " of %s", object->location.function);
    if (object->name) gt_page_format(page, GT_BOLD, ", variable %s", object->name);
    if (object->type) gt_page_format(page, GT_PLAIN, " %s", object->type);
}

static void put_other_head(struct gt_page *page, const struct gt_object *object)
{
    gt_page_put(page, GT_BOLD, gt_address_kind_name(object->what));
    if (object->name) gt_page_format(page, GT_BOLD, ": %s", object->name);
    if (object->type) gt_page_format(page, GT_PLAIN, " %s", object->type);
    if (object->bytes)
        gt_page_format(page, GT_PLAIN, ", %s at %s", gt_bytes(object->bytes).text,
                       gt_address(object->base).text);
}

static void put_head(struct gt_page *page, const struct gt_object *object)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, LABEL_COLUMN);
    gt_page_format(page, GT_BOLD, "%s: ", gt_address(object->address).text);
    if (object->what == GT_ADDRESS_OBJECT)
        put_object_head(page, object);
    else if (object->what == GT_ADDRESS_STACK)
        put_stack_head(page, object);
    else
        put_other_head(page, object);
    gt_page_deinit(page);
}

static void put_at(struct gt_page *page, const struct gt_object *object)
{
    uint64_t offset = object->address - object->base;

    if (!object->field && !(object->base && offset)) return;
    put_label(page, "there");
    if (object->field) gt_page_put(page, GT_PLAIN, object->field);
    if (object->field && object->type_at) gt_page_format(page, GT_PLAIN, " %s", object->type_at);
    if (object->base && object->address > object->base)
        gt_page_format(page, GT_DIM, "%soffset %s", object->field ? ", " : "",
                       gt_exact(offset).text);
    gt_page_deinit(page);
}

static void put_location(struct gt_page *page, const struct gt_object *object)
{
    if (!object->location.function) return;
    put_label(page, "code");
    gt_page_format(page, GT_PLAIN, "%s ", object->location.function);
    gt_page_site(page, &object->location);
    gt_page_deinit(page);
}

static void put_note(struct gt_page *page, const struct gt_object *object)
{
    if (!object->note) return;
    put_label(page, "note");
    gt_page_put(page, GT_PLAIN, object->note);
    gt_page_deinit(page);
}

/* ---- the heap ------------------------------------------------------------------------------ */

static void put_span(struct gt_page *page, const struct gt_heap_place *place)
{
    if (!place->span) return;
    put_label(page, "span");
    gt_page_format(page, GT_PLAIN, "slot %s of %s, ", gt_exact(place->slot).text,
                   gt_exact(place->slots).text);
    if (place->size_class)
        gt_page_format(page, GT_PLAIN, "size class %u (%s), ", place->size_class,
                       gt_bytes(place->slot_bytes).text);
    else
        gt_page_format(page, GT_PLAIN, "large object (%s), ", gt_bytes(place->slot_bytes).text);
    gt_page_put(page, GT_PLAIN, place->noscan ? "without pointers" : "with pointers");
    gt_page_format(page, GT_DIM, "; mspan %s, %s at %s", gt_address(place->span).text,
                   gt_bytes(place->span_bytes).text, gt_address(place->span_base).text);
    gt_page_deinit(page);
}

static void put_live(struct gt_page *page, const struct gt_object *object)
{
    static const char *const said[] = {
        [GT_GC_MARK_NONE] = NULL,
        [GT_GC_MARK_UNKNOWN] = "the collector has no marks yet",
        [GT_GC_MARK_MARKED] = "marked by the last collection",
        [GT_GC_MARK_NOT_MARKED] = "not marked by the last collection",
        [GT_GC_MARK_ALLOCATED_SINCE] = "allocated since the last collection marked",
    };

    put_label(page, "state");
    gt_page_put(page, object->live ? GT_PLAIN : GT_YELLOW, object->live ? "live" : "garbage");
    gt_page_format(page, GT_PLAIN, ", %s", said[object->gc_mark]);
    gt_page_deinit(page);
    if (object->retained_bytes == GT_UNKNOWN) return;
    put_label(page, "retains");
    gt_page_format(page, GT_BOLD, "%s", gt_bytes((uint64_t)object->retained_bytes).text);
    gt_page_format(page, GT_PLAIN, " in %s object%s",
                   gt_count((uint64_t)object->retained_objects).text,
                   object->retained_objects == 1 ? "" : "s");
    gt_page_deinit(page);
}

static void put_specials(struct gt_page *page, const struct gt_object *object)
{
    for (size_t i = 0; i < object->special_count; i++) {
        const struct gt_special_record *special = &object->specials[i];
        if (special->kind == GT_SPECIAL_PROFILE) continue;
        put_label(page, gt_special_kind_name(special->kind));
        if (special->function) gt_page_put(page, GT_PLAIN, special->function);
        gt_page_format(page, GT_DIM, "%sspecial at %s", special->function ? ", " : "",
                       gt_address(special->address).text);
        gt_page_deinit(page);
    }
    if (!object->allocated_at.count) return;
    put_label(page, "allocated");
    gt_page_deinit(page);
    gt_page_stack(page, TEXT_COLUMN, &object->allocated_at, NULL);
}

/* ---- referrers ---------------------------------------------------------------------------- */

static void put_referrer(struct gt_page *page, const struct gt_referrers *referrer)
{
    gt_page_line(page, LABEL_COLUMN, TEXT_COLUMN);
    gt_page_format(page, GT_PLAIN, "%9s", gt_count(referrer->count).text);
    gt_page_tab(page, TEXT_COLUMN);
    gt_page_put(page, GT_BOLD,
                referrer->name   ? referrer->name
                : referrer->type ? referrer->type
                                 : "untyped object");
    if (!referrer->name) gt_page_format(page, GT_DIM, " at %s", gt_address(referrer->object).text);
    if (referrer->goroutine)
        gt_page_format(page, GT_PLAIN, ", goroutine %" PRIu64, referrer->goroutine);
    gt_page_deinit(page);
    if (!referrer->object || !referrer->path.count) return;
    gt_page_line(page, TEXT_COLUMN, PATH_COLUMN);
    gt_page_put(page, GT_DIM, "held by ");
    gt_page_path(page, &referrer->path);
    gt_page_deinit(page);
}

static void put_referrers(struct gt_page *page, const struct gt_object *object)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, LABEL_COLUMN);
    gt_page_format(page, GT_BOLD, "pointed to by %s word%s of live memory",
                   gt_count(object->referring_words).text, object->referring_words == 1 ? "" : "s");
    if (object->referring_garbage)
        gt_page_format(page, GT_PLAIN, ", and %s of garbage",
                       gt_count(object->referring_garbage).text);
    gt_page_deinit(page);
    for (size_t i = 0; i < object->referrer_count; i++)
        put_referrer(page, &object->referrers[i]);
    if (!object->referrers_left_out) return;
    gt_page_line(page, TEXT_COLUMN, TEXT_COLUMN);
    gt_page_format(page, GT_DIM, "%zu of %s shown", object->referrer_count,
                   gt_count(object->referrer_count + object->referrers_left_out).text);
    gt_page_deinit(page);
}

/* ---- pointers ----------------------------------------------------------------------------- */

static void put_target(struct gt_page *page, const struct gt_pointer *pointer)
{
    if (pointer->len != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, "%s, len %s, ", gt_typed_kind_name(pointer->kind),
                       gt_exact((uint64_t)pointer->len).text);
    if (pointer->into.address)
        gt_page_format(page, GT_PLAIN, "%s, %s at %s",
                       pointer->into.type ? pointer->into.type : "object",
                       gt_bytes(pointer->into.size).text, gt_address(pointer->into.address).text);
    else
        gt_page_format(page, GT_PLAIN, "%s at %s", gt_address_kind_name(pointer->where),
                       gt_address(pointer->value).text);
}

static void put_pointers(struct gt_page *page, const struct gt_object *object)
{
    if (!object->pointer_count) return;
    gt_page_deinit(page);
    gt_page_line(page, 0, LABEL_COLUMN);
    gt_page_format(page, GT_BOLD, "points to, by %s",
                   gt_count(object->pointer_count + object->pointers_left_out).text);
    gt_page_put(page, GT_BOLD,
                object->pointer_count + object->pointers_left_out == 1 ? " word" : " words");
    gt_page_deinit(page);
    for (size_t i = 0; i < object->pointer_count; i++) {
        const struct gt_pointer *pointer = &object->pointers[i];
        gt_page_line(page, LABEL_COLUMN, TEXT_COLUMN + 8);
        if (pointer->field)
            gt_page_put(page, GT_PLAIN, pointer->field);
        else
            gt_page_format(page, GT_DIM, "+%s", gt_exact(pointer->offset).text);
        gt_page_tab(page, TEXT_COLUMN + 8);
        put_target(page, pointer);
        gt_page_deinit(page);
    }
    if (!object->pointers_left_out) return;
    gt_page_line(page, TEXT_COLUMN, TEXT_COLUMN);
    gt_page_format(page, GT_DIM, "%zu of %s shown", object->pointer_count,
                   gt_count(object->pointer_count + object->pointers_left_out).text);
    gt_page_deinit(page);
}

bool gt_text_object(const struct gt_object *object, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, object->process);
    put_head(&page, object);
    put_at(&page, object);
    put_location(&page, object);
    put_span(&page, &object->place);
    if (object->gc_mark) put_live(&page, object);
    if (object->gc_mark) put_specials(&page, object);
    put_note(&page, object);
    if (object->gc_mark) put_referrers(&page, object);
    if (object->gc_mark) put_pointers(&page, object);
    return true;
}
