/* One goroutine for a terminal: its frames, and the variables of each. */
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/answers/values.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { FRAME_COLUMN = 4, VARIABLE_COLUMN = 8 };

static void put_head(struct gt_page *page, const struct gt_goroutine_view *view)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, FRAME_COLUMN);
    gt_page_format(page, GT_BOLD, "goroutine %" PRIu64 ": %s", view->id,
                   gt_state_name(view->wait_reason, view->status));
    gt_page_format(page, GT_PLAIN, ", stack of %s", gt_bytes(view->stack_bytes).text);
    gt_page_deinit(page);
}

static void put_variable(struct gt_page *page, const struct gt_variable *variable)
{
    gt_page_values(page, VARIABLE_COLUMN, &variable->value);
    if (!variable->retained_bytes) return;
    gt_page_line(page, VARIABLE_COLUMN + 4, VARIABLE_COLUMN + 4);
    gt_page_format(page, GT_BOLD, "retains %s", gt_bytes(variable->retained_bytes).text);
    gt_page_deinit(page);
}

static void put_frame(struct gt_page *page, const struct gt_frame_view *frame)
{
    gt_page_deinit(page);
    for (size_t i = 0; i < frame->calls.count; i++) {
        const struct gt_source_location *place = &frame->calls.locations[i];
        gt_page_line(page, FRAME_COLUMN, FRAME_COLUMN + 4);
        gt_page_format(page, GT_BOLD, "%s", place->function);
        gt_page_put(page, GT_PLAIN, "  ");
        gt_page_site(page, place);
        if (place->inlined) gt_page_put(page, GT_DIM, " (inlined)");
        gt_page_deinit(page);
    }
    for (size_t i = 0; i < frame->variable_count; i++)
        put_variable(page, &frame->variables[i]);
}

bool gt_text_goroutine(const struct gt_goroutine_view *view, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, view->process);
    put_head(&page, view);
    for (size_t i = 0; i < view->frame_count; i++)
        put_frame(&page, &view->frames[i]);
    if (view->frames_left_out) {
        gt_page_line(&page, FRAME_COLUMN, FRAME_COLUMN);
        gt_page_format(&page, GT_DIM, "... %s more frames", gt_exact(view->frames_left_out).text);
        gt_page_deinit(&page);
    }
    if (!view->created_by.function) return true;
    gt_page_line(&page, FRAME_COLUMN, FRAME_COLUMN + 4);
    gt_page_format(&page, GT_PLAIN, "created by %s  ", view->created_by.function);
    gt_page_site(&page, &view->created_by);
    gt_page_deinit(&page);
    return true;
}
