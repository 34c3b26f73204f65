/* Hung goroutines: what one waits for, where, and what started it. */
#include "inspector/report/shapes/shapes.h"

static const struct gt_field fields[] = {
    GT_IN_INSTANCE("goroutine", SIZE, hung.goroutine),
    GT_IN_INSTANCE("parent", ID_OR_NULL, hung.parent),
    GT_IN_INSTANCE("wait_reason", TEXT, hung.wait_reason),
    GT_IN_INSTANCE("wait_ns", SIGNED, hung.wait_ns),
    GT_FIELD_LIST("blocked_on", &gt_thing_fields, struct gt_instance, hung.blocked,
                  hung.blocked_count),
    GT_IN_INSTANCE("stack", STACK, hung.stack),
    GT_IN_INSTANCE("created_by", LOCATION, hung.created_by),
    GT_FIELD_LABELS("labels", struct gt_instance, hung.labels, hung.label_count),
    GT_IN_INSTANCE("stack_bytes", SIZE, hung.stack_bytes),
};

static void put_blocked(struct gt_page *page, const struct gt_instance *instance)
{
    const struct gt_blocked_thing *first = instance->hung.blocked;

    if (!instance->hung.blocked_count) return;
    gt_page_format(page, GT_PLAIN, ", on a %s", gt_word(&gt_thing_words, first->what));
    if (first->type) gt_page_format(page, GT_DIM, " (%s)", first->type);
    if (first->address) gt_page_format(page, GT_DIM, " at %s", gt_address(first->address).text);
    if (instance->hung.blocked_count > 1)
        gt_page_format(page, GT_PLAIN, " or %zu more", instance->hung.blocked_count - 1);
}

static void put(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_PLAIN, "goroutine %" PRIu64, instance->hung.goroutine);
    if (instance->hung.wait_reason)
        gt_page_format(page, GT_PLAIN, ": %s", instance->hung.wait_reason);
    if (instance->hung.wait_ns != GT_UNKNOWN)
        gt_page_format(page, GT_PLAIN, " for %s", gt_duration(instance->hung.wait_ns).text);
    else if (instance->hung.wait_reason)
        gt_page_put(page, GT_PLAIN, " (no collection has seen it wait)");
    put_blocked(page, instance);
    gt_page_deinit(page);
    gt_page_stack(page, column + GT_STEP_IN, &instance->hung.stack, &instance->hung.created_by);
    gt_page_labels(page, column + GT_STEP_IN, instance->hung.labels, instance->hung.label_count);
}

const struct gt_shape gt_shape_hung = {
    .fields = GT_FIELDS(fields, struct gt_instance),
    .put = put,
    .key = offsetof(struct gt_instance, hung.goroutine),
    .numbered = true,
    .mostly = true,
};
