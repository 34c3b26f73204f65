/* Tickers and timers: when one fires, what it calls, and what owns it. */
#include "inspector/report/shapes/shapes.h"

static const char *const kinds[] = {
    [GT_TICKER_PERIODIC] = "ticker", [GT_TICKER_TIMER] = "timer", [GT_TICKER_FUNC] = "after-func"};
static const struct gt_words kind_words = GT_WORDS(kinds);

static const struct gt_field fields[] = {
    GT_IN_INSTANCE("timer", ADDRESS, ticker.timer),
    GT_FIELD_WORD("what", WORD, &kind_words, struct gt_instance, ticker.what),
    GT_IN_INSTANCE("period_ns", SIGNED, ticker.period_ns),
    GT_IN_INSTANCE("due_in_ns", SIGNED, ticker.due_in_ns),
    GT_IN_INSTANCE("callback", TEXT, ticker.callback),
    GT_IN_INSTANCE("referenced", BOOL, ticker.referenced),
    GT_IN_INSTANCE("owner_path", PATH, ticker.owner_path),
};

static void put_due(struct gt_page *page, int64_t due_in_ns)
{
    if (due_in_ns == GT_UNKNOWN) return;
    if (due_in_ns >= 0)
        gt_page_format(page, GT_PLAIN, ", fires in %s", gt_duration(due_in_ns).text);
    else
        gt_page_format(page, GT_PLAIN, ", overdue by %s", gt_duration(-due_in_ns).text);
}

static void put(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    bool periodic = instance->ticker.period_ns != GT_UNKNOWN && instance->ticker.period_ns > 0;

    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_put(page, GT_PLAIN, gt_word(&kind_words, instance->ticker.what));
    if (periodic)
        gt_page_format(page, GT_PLAIN, " of %s", gt_duration(instance->ticker.period_ns).text);
    gt_page_format(page, GT_DIM, " at %s", gt_address(instance->ticker.timer).text);
    put_due(page, instance->ticker.due_in_ns);
    if (instance->ticker.callback)
        gt_page_format(page, GT_PLAIN, ", calls %s", instance->ticker.callback);
    if (!instance->ticker.referenced)
        gt_page_put(page, GT_PLAIN, ", reached from the timer heap only");
    gt_page_deinit(page);
    if (instance->ticker.owner_path.count == 0) return;
    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_put(page, GT_DIM, "owner  ");
    gt_page_path(page, &instance->ticker.owner_path);
    gt_page_deinit(page);
}

const struct gt_shape gt_shape_ticker = {
    .fields = GT_FIELDS(fields, struct gt_instance),
    .put = put,
    .key = offsetof(struct gt_instance, ticker.timer),
};
