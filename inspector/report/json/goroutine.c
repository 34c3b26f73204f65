/* The document gotopsy-goroutine/1. */
#include "inspector/report/json/values.h"
#include "inspector/report/sinks.h"

static json_t *variable_of(const struct gt_variable *variable)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o}", "name", gt_json_text(variable->name),
                     "address", gt_json_address(variable->address), "bytes",
                     gt_json_size(variable->bytes), "inferred", variable->inferred, "value",
                     gt_json_values(&variable->value), "retained_bytes",
                     gt_json_size(variable->retained_bytes));
}

static json_t *frame_of(const struct gt_frame_view *frame)
{
    json_t *variables = json_array();

    for (size_t i = 0; i < frame->variable_count; i++)
        variables = gt_json_append(variables, variable_of(&frame->variables[i]));
    return json_pack("{s:o, s:o, s:o}", "calls", gt_json_stack(&frame->calls), "cfa",
                     gt_json_address(frame->cfa), "variables", variables);
}

bool gt_json_goroutine(const struct gt_goroutine_view *view, const struct gt_style *style, FILE *to)
{
    json_t *frames = json_array();

    (void)style;
    for (size_t i = 0; i < view->frame_count; i++)
        frames = gt_json_append(frames, frame_of(&view->frames[i]));
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                  "gotopsy-goroutine/1", "tool", gt_json_tool(), "core",
                  gt_json_core(view->process), "binary", gt_json_binary(view->process), "goroutine",
                  gt_json_size(view->id), "parent",
                  view->parent ? gt_json_size(view->parent) : json_null(), "status",
                  gt_json_text(gt_goroutine_status_name(view->status)), "wait_reason",
                  gt_json_text(view->wait_reason), "stack_bytes", gt_json_size(view->stack_bytes),
                  "created_by", gt_json_location(&view->created_by), "frames", frames,
                  "frames_left_out", gt_json_size(view->frames_left_out)),
        to);
}
