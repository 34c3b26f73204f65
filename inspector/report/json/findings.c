/* Findings in JSON: what they share, and one shape of instance for each kind. */
#include "inspector/report/json/values.h"

static json_t *window(const struct gt_window *window)
{
    json_t *object =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "offset", gt_json_size(window->offset), "length",
                  gt_json_size(window->length), "capacity", gt_json_size(window->capacity), "kind",
                  gt_json_text(window->kind), "holder", gt_json_text(window->holder));

    if (object && window->data) json_object_set_new(object, "data", gt_json_text(window->data));
    return object;
}

static json_t *windows(const struct gt_window *all, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(list, window(&all[i]));
    return list;
}

static json_t *json_windowed(const struct gt_instance *instance)
{
    const struct gt_stack *allocated_at = &instance->windowed.allocated_at;

    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "block", gt_json_block(&instance->windowed.block),
                     "windows",
                     windows(instance->windowed.windows, instance->windowed.window_count),
                     "wasted_bytes", gt_json_size(instance->windowed.wasted_bytes), "spare_bytes",
                     gt_json_size(instance->windowed.spare_bytes), "allocated_at",
                     allocated_at->count ? gt_json_stack(allocated_at) : json_null());
}

static json_t *slots(const struct gt_slot *all, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(list, json_pack("{s:o, s:o}", "index", gt_json_size(all[i].index),
                                              "target", gt_json_block(&all[i].target)));
    return list;
}

static json_t *json_lost(const struct gt_instance *instance)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "block", gt_json_block(&instance->lost.block),
                     "element_type", gt_json_text(instance->lost.element_type), "slot_count",
                     gt_json_size(instance->lost.slot_count), "spare_slot_count",
                     gt_json_size(instance->lost.spare_slot_count), "slots",
                     slots(instance->lost.slots, instance->lost.slots_len));
}

/* A list: a select blocks on several channels. */
static json_t *blocked_on(const struct gt_instance *instance)
{
    json_t *list = json_array();

    for (size_t i = 0; i < instance->hung.blocked_count; i++)
        list = gt_json_append(list, gt_json_thing(&instance->hung.blocked[i]));
    return list;
}

static json_t *json_hung(const struct gt_instance *instance)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "goroutine",
                     gt_json_size(instance->hung.goroutine), "parent",
                     instance->hung.parent ? gt_json_size(instance->hung.parent) : json_null(),
                     "wait_reason", gt_json_text(instance->hung.wait_reason), "wait_ns",
                     gt_json_signed(instance->hung.wait_ns), "blocked_on", blocked_on(instance),
                     "stack", gt_json_stack(&instance->hung.stack), "created_by",
                     gt_json_location(&instance->hung.created_by), "labels",
                     gt_json_labels(instance->hung.labels, instance->hung.label_count),
                     "stack_bytes", gt_json_size(instance->hung.stack_bytes));
}

static json_t *json_ticker(const struct gt_instance *instance)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "timer", gt_json_address(instance->ticker.timer),
        "what", gt_json_text(instance->ticker.what), "period_ns",
        gt_json_signed(instance->ticker.period_ns), "due_in_ns",
        gt_json_signed(instance->ticker.due_in_ns), "callback",
        gt_json_text(instance->ticker.callback), "referenced", instance->ticker.referenced,
        "owner_path", gt_json_path(&instance->ticker.owner_path));
}

static json_t *edges(const struct gt_edge *all, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(
            list, json_pack("{s:o, s:o, s:o}", "address", gt_json_address(all[i].address), "type",
                            gt_json_text(all[i].type), "field", gt_json_text(all[i].field)));
    return list;
}

static json_t *json_cycle(const struct gt_instance *instance)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "object", gt_json_block(&instance->cycle.object),
                     "mechanism", gt_json_text(instance->cycle.mechanism), "function",
                     gt_json_text(instance->cycle.function), "cycle",
                     edges(instance->cycle.cycle, instance->cycle.cycle_len));
}

static json_t *site(const struct gt_source_location *place)
{
    return json_pack("{s:o, s:o}", "file", gt_json_text(place->file), "line",
                     place->line ? json_integer(place->line) : json_null());
}

static json_t *json_deferred(const struct gt_instance *instance)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "goroutine",
                     gt_json_size(instance->deferred.goroutine), "function",
                     gt_json_text(instance->deferred.site.function), "site",
                     site(&instance->deferred.site), "deferred_function",
                     gt_json_text(instance->deferred.deferred_function), "calls",
                     gt_json_size(instance->deferred.calls));
}

static json_t *(*const shapes[GT_KINDS])(const struct gt_instance *instance) = {
#define KIND(kind, name, heading, plural, one, many, shape, numbered, single) [kind] = json_##shape,
#include "inspector/report/kinds.def"
#undef KIND
};

static json_t *instances(const struct gt_finding *finding)
{
    json_t *list = json_array();

    for (size_t i = 0; i < finding->instance_count; i++)
        list = gt_json_append(list, shapes[finding->kind](&finding->instances[i]));
    return list;
}

static json_t *finding_of(const struct gt_finding *finding)
{
    return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                     (int)finding->id, "kind", gt_kind_name(finding->kind), "confidence",
                     gt_confidence_name(finding->confidence), "title", gt_json_text(finding->title),
                     "bytes_freed", gt_json_size(finding->bytes_freed), "bytes_shared",
                     gt_json_size(finding->bytes_shared), "stack_bytes",
                     gt_json_size(finding->stack_bytes), "descriptor_bytes",
                     gt_json_size(finding->descriptor_bytes), "objects_freed",
                     gt_json_size(finding->objects_freed), "count", gt_json_size(finding->count),
                     "doubt", gt_json_text(finding->doubt), "advice", gt_json_text(finding->advice),
                     "path", gt_json_path(&finding->path), "instances", instances(finding));
}

json_t *gt_json_findings(const struct gt_finding *findings, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(list, finding_of(&findings[i]));
    return list;
}
