/* The shape of the kind writes the instance. Common to all kinds are the other instances, by their
 * keys, and the path. */
#include "inspector/report/text/details.h"

#include "inspector/report/shape.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

enum { SHOWN_OTHERS = 4 }; /* further instances, by address */

static uint64_t key_of(const struct gt_shape *shape, const struct gt_instance *instance)
{
    uint64_t key;

    memcpy(&key, (const char *)instance + shape->key, sizeof key);
    return key;
}

static void put_others(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    const struct gt_shape *shape = gt_shape_of(finding->kind);
    size_t end = finding->instance_count;

    if (end < 2 || shape->single) return;
    if (!page->all && end > SHOWN_OTHERS + 1) end = SHOWN_OTHERS + 1;
    gt_page_line(page, column, column + GT_STEP_IN);
    if (shape->numbered)
        gt_page_put(page, GT_DIM, end == 2 ? "also goroutine " : "also goroutines ");
    else
        gt_page_put(page, GT_DIM, "also at ");
    for (size_t i = 1; i < end; i++) {
        uint64_t key = key_of(shape, &finding->instances[i]);
        gt_page_format(page, GT_DIM, shape->numbered ? "%s%" PRIu64 : "%s0x%" PRIx64,
                       i > 1 ? ", " : "", key);
    }
    gt_page_deinit(page);
    if (end == finding->count) return; /* all of them */
    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_DIM, "%zu of %s shown", end, gt_count(finding->count).text);
    gt_page_put(page, GT_DIM,
                finding->instance_count == finding->count
                    ? "; all in the JSON"
                    : "; --format=json --instances=all lists all");
    gt_page_deinit(page);
}

void gt_page_cost(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    uint64_t stacks = finding->stack_bytes;
    uint64_t heap = finding->bytes_freed > stacks ? finding->bytes_freed - stacks : 0;

    gt_page_line(page, column, column + 2 * GT_STEP_IN);
    gt_page_put(page, GT_DIM, "frees   ");
    if (finding->bytes_freed == 0)
        gt_page_put(page, GT_PLAIN, "nothing by itself");
    else
        gt_page_format(page, GT_PLAIN, "%s of heap", gt_bytes(heap).text);
    if (finding->objects_freed)
        gt_page_format(page, GT_PLAIN, " in %s object%s", gt_count(finding->objects_freed).text,
                       finding->objects_freed == 1 ? "" : "s");
    if (stacks) gt_page_format(page, GT_PLAIN, " and %s of stacks", gt_bytes(stacks).text);
    if (finding->bytes_shared)
        gt_page_format(page, GT_PLAIN, "; %s more when the other findings are fixed too",
                       gt_bytes(finding->bytes_shared).text);
    if (finding->descriptor_bytes)
        gt_page_format(page, GT_DIM, "; %s of goroutine descriptors stay, for new goroutines",
                       gt_bytes(finding->descriptor_bytes).text);
    gt_page_deinit(page);
}

void gt_page_details(struct gt_page *page, unsigned column, const struct gt_finding *finding)
{
    const struct gt_shape *shape = gt_shape_of(finding->kind);

    if (finding->instance_count) shape->put(page, column, &finding->instances[0]);
    put_others(page, column, finding);
    if (shape->put_all) shape->put_all(page, column, finding->instances, finding->instance_count);
    if (finding->path.count == 0) return;
    gt_page_line(page, column, column + 2 * GT_STEP_IN);
    gt_page_put(page, GT_DIM, shape->mostly ? "mostly held by " : "held by ");
    gt_page_path(page, &finding->path);
    gt_page_deinit(page);
}
