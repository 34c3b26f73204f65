/* `check`: how gotopsy's live set compares with the marks that the collector left. */
#include "inspector/report/json_values.h"
#include "inspector/report/page.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

enum { LABEL_COLUMNS = 16 };

static const struct {
    const char *name, *meaning;
    enum gt_ink ink;
} verdicts[] = {
    [GT_EXACT] = {"exact", "the same objects, one by one", GT_GREEN},
    [GT_EXPLAINED] = {"explained", "every difference has a reason with evidence", GT_GREEN},
    [GT_DIFFERS] = {"differs", "some differences have no explanation", GT_RED},
};

static void put_set(struct gt_page *page, const char *label, uint64_t objects, uint64_t bytes)
{
    gt_page_line(page, 0, LABEL_COLUMNS);
    gt_page_put(page, GT_BOLD, label);
    gt_page_tab(page, LABEL_COLUMNS);
    gt_page_format(page, GT_PLAIN, "%s objects, %s", gt_exact(objects).text, gt_bytes(bytes).text);
    gt_page_end(page);
}

static void put_difference(struct gt_page *page, const char *label,
                           const struct gt_difference *difference)
{
    put_set(page, label, difference->objects, difference->bytes);
    for (size_t i = 0; i < difference->explained_count; i++) {
        gt_page_line(page, LABEL_COLUMNS + 2, LABEL_COLUMNS + 6);
        gt_page_format(page, GT_PLAIN, "%s: %s", gt_exact(difference->explained[i].number).text,
                       difference->explained[i].name);
        gt_page_end(page);
    }
}

static void put_examples(struct gt_page *page, const struct gt_check *check)
{
    if (check->example_count == 0) return;
    gt_page_line(page, 0, LABEL_COLUMNS);
    gt_page_put(page, GT_YELLOW, "unexplained");
    gt_page_tab(page, LABEL_COLUMNS);
    for (size_t i = 0; i < check->example_count; i++)
        gt_page_format(page, GT_PLAIN, "%s%s", i ? ", " : "", gt_address(check->examples[i]).text);
    gt_page_end(page);
}

bool gt_text_check(const struct gt_check *check, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_format(&page, verdicts[check->verdict].ink, "%s", verdicts[check->verdict].name);
    gt_page_format(&page, GT_PLAIN, ": %s", verdicts[check->verdict].meaning);
    gt_page_end(&page);
    put_set(&page, "the collector", check->gc_objects, check->gc_bytes);
    put_set(&page, "gotopsy", check->own_objects, check->own_bytes);
    put_difference(&page, "only collector", &check->only_gc);
    put_difference(&page, "only gotopsy", &check->only_own);
    if (check->unjudged_objects) {
        gt_page_line(&page, 0, LABEL_COLUMNS);
        gt_page_format(&page, GT_PLAIN, "not compared: %s objects allocated since the last mark",
                       gt_exact(check->unjudged_objects).text);
        gt_page_end(&page);
    }
    put_examples(&page, check);
    return true;
}

static json_t *set_of(uint64_t objects, uint64_t bytes)
{
    return json_pack("{s:o, s:o}", "objects", gt_json_size(objects), "bytes", gt_json_size(bytes));
}

static json_t *difference_of(const struct gt_difference *difference)
{
    return json_pack("{s:o, s:o, s:o}", "objects", gt_json_size(difference->objects), "bytes",
                     gt_json_size(difference->bytes), "explained",
                     gt_json_counts(difference->explained, difference->explained_count));
}

static json_t *addresses_of(const uint64_t *addresses, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, gt_json_address(addresses[i]));
    return list;
}

bool gt_json_check(const struct gt_check *check, const struct gt_style *style, FILE *to)
{
    (void)style;
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "schema", "gotopsy-check/1",
                  "tool", gt_json_tool(), "gc", set_of(check->gc_objects, check->gc_bytes),
                  "gotopsy", set_of(check->own_objects, check->own_bytes), "only_gc",
                  difference_of(&check->only_gc), "only_gotopsy", difference_of(&check->only_own),
                  "unjudged_objects", gt_json_size(check->unjudged_objects), "examples",
                  addresses_of(check->examples, check->example_count), "verdict",
                  verdicts[check->verdict].name),
        to);
}
