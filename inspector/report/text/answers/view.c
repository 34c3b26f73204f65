/* One value for a terminal: what it is, what it retains, and its parts. */
#include "inspector/names/words.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/answers/values.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>

enum { VALUE_COLUMN = 4 };

static void put_head(struct gt_page *page, const struct gt_view *view)
{
    gt_page_deinit(page);
    gt_page_line(page, 0, VALUE_COLUMN);
    gt_page_format(page, GT_BOLD, "%s%s%s", gt_word(&gt_view_words, view->what),
                   view->name ? " " : "", view->name ? view->name : "");
    gt_page_format(page, GT_PLAIN, " at %s, %s", gt_address(view->address).text,
                   gt_bytes(view->bytes).text);
    if (view->goroutine) gt_page_format(page, GT_PLAIN, ", goroutine %" PRIu64, view->goroutine);
    if (view->retained_bytes != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, ", retains %s in %s object%s",
                       gt_bytes((uint64_t)view->retained_bytes).text,
                       gt_count((uint64_t)view->retained_objects).text,
                       gt_s((uint64_t)view->retained_objects));
    if (view->note) gt_page_format(page, GT_YELLOW, "; %s", view->note);
    gt_page_deinit(page);
}

bool gt_text_show(const struct gt_view *view, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, view->process);
    put_head(&page, view);
    gt_page_values(&page, VALUE_COLUMN, &view->value);
    return true;
}
