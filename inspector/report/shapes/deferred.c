/* Deferred calls: the function that defers them, where, and how many. */
#include "inspector/report/shapes/shapes.h"
#include "inspector/report/units.h"

enum { SHOWN = 5 }; /* sites of one function that the text shows */

static const struct gt_field site_list[] = {
    GT_FIELD("file", TEXT, struct gt_source_location, file),
    GT_FIELD("line", LINE, struct gt_source_location, line),
};
static const struct gt_fields site_fields = GT_FIELDS(site_list, struct gt_source_location);

static const struct gt_field fields[] = {
    GT_IN_INSTANCE("goroutine", SIZE, deferred.goroutine),
    GT_IN_INSTANCE("function", TEXT, deferred.site.function),
    GT_FIELD_OBJECT("site", &site_fields, struct gt_instance, deferred.site),
    GT_IN_INSTANCE("deferred_function", TEXT, deferred.deferred_function),
    GT_IN_INSTANCE("calls", SIZE, deferred.calls),
};

static void put(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    const struct gt_source_location *site = &instance->deferred.site;

    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_PLAIN, "goroutine %" PRIu64 ": %s call%s of %s deferred by %s  ",
                   instance->deferred.goroutine, gt_exact(instance->deferred.calls).text,
                   gt_s(instance->deferred.calls), gt_or(instance->deferred.deferred_function, "?"),
                   gt_or(site->function, "?"));
    gt_page_site(page, site);
    gt_page_deinit(page);
}

/* The sites and goroutines of one function, those with the most calls first. */
static void put_all(struct gt_page *page, unsigned column, const struct gt_instance *instances,
                    size_t count)
{
    size_t end = page->all || count < SHOWN ? count : SHOWN;

    for (size_t i = 1; i < end; i++)
        put(page, column, &instances[i]);
    if (end == count) return;
    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_DIM, "%zu shown; --format=json --instances=all lists all", end);
    gt_page_deinit(page);
}

const struct gt_shape gt_shape_deferred = {
    .fields = GT_FIELDS(fields, struct gt_instance),
    .put = put,
    .put_all = put_all,
    .key = offsetof(struct gt_instance, deferred.goroutine),
    .numbered = true,
    .single = true,
};
