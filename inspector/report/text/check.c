/* `check`: how gotopsy's live set compares with the marks that the collector left. */
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/page.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

enum { LABEL_COLUMNS = 16 };

static const struct {
    const char *name, *meaning;
    enum gt_ink ink;
} verdicts[] = {
    [GT_EXACT] = {"exact", "the same objects, one by one", GT_GREEN},
    [GT_EXPLAINED] = {"explained", "every difference has its own evidence in the core", GT_GREEN},
    [GT_DIFFERS] = {"differs", "some differences have no explanation", GT_RED},
    [GT_NOT_COMPARABLE] = {"not comparable", NULL, GT_YELLOW},
    [GT_UNCERTAIN] = {"uncertain", NULL, GT_YELLOW},
};

static const char *meaning_of(char *text, const struct gt_check *check)
{
    const char *meaning = verdicts[check->verdict].meaning;

    return meaning ? meaning : gt_check_why(text, check);
}

static void put_set(struct gt_page *page, const char *label, uint64_t objects, uint64_t bytes)
{
    gt_page_line(page, 0, LABEL_COLUMNS);
    gt_page_put(page, GT_BOLD, label);
    gt_page_tab(page, LABEL_COLUMNS);
    gt_page_format(page, GT_PLAIN, "%s object%s, %s", gt_exact(objects).text, gt_s(objects),
                   gt_bytes(bytes).text);
    gt_page_deinit(page);
}

static void put_example(struct gt_page *page, const struct gt_check_example *example)
{
    gt_page_line(page, LABEL_COLUMNS + 6, LABEL_COLUMNS + 10);
    gt_page_format(page, GT_PLAIN, "%s, %s", gt_address(example->address).text,
                   gt_bytes(example->bytes).text);
    if (example->type) gt_page_format(page, GT_PLAIN, ", %s", example->type);
    if (example->evidence)
        gt_page_format(page, GT_PLAIN, ", by the word at %s", gt_address(example->evidence).text);
    gt_page_deinit(page);
}

static void put_label(struct gt_page *page, const struct gt_check_label *label, bool all)
{
    gt_page_line(page, LABEL_COLUMNS + 2, LABEL_COLUMNS + 6);
    gt_page_format(page, label->explains ? GT_PLAIN : GT_YELLOW, "%s, %s: %s",
                   gt_exact(label->objects).text, gt_bytes(label->bytes).text,
                   gt_check_reason_name(label->reason));
    gt_page_deinit(page);
    for (size_t i = 0; (all || !label->explains) && i < label->example_count; i++)
        put_example(page, &label->examples[i]);
}

static void put_difference(struct gt_page *page, const char *label,
                           const struct gt_difference *difference, bool all)
{
    put_set(page, label, difference->objects, difference->bytes);
    for (size_t i = 0; i < difference->label_count; i++)
        put_label(page, &difference->labels[i], all);
}

static void put_collections(struct gt_page *page, const struct gt_check *check)
{
    gt_page_line(page, 0, LABEL_COLUMNS);
    gt_page_put(page, GT_BOLD, "collections");
    gt_page_tab(page, LABEL_COLUMNS);
    gt_page_format(page, GT_PLAIN, "%s completed; phase: %s", gt_exact(check->cycles).text,
                   gt_gc_phase_name(check->phase));
    gt_page_deinit(page);
}

static void put_unjudged(struct gt_page *page, const struct gt_check *check)
{
    if (!check->unjudged_objects) return;
    gt_page_line(page, 0, LABEL_COLUMNS);
    gt_page_format(page, GT_PLAIN, "not compared: %s object%s allocated since the last mark",
                   gt_exact(check->unjudged_objects).text, gt_s(check->unjudged_objects));
    gt_page_deinit(page);
}

static void put_comparison(struct gt_page *page, const struct gt_check *check)
{
    put_set(page, "the collector", check->gc_objects, check->gc_bytes);
    put_set(page, "gotopsy", check->own_objects, check->own_bytes);
    put_difference(page, "only collector", &check->only_gc, check->all_examples);
    put_difference(page, "only gotopsy", &check->only_own, check->all_examples);
    put_unjudged(page, check);
}

/* If the marks are not complete, no numbers are shown. */
bool gt_text_check(const struct gt_check *check, const struct gt_style *style, FILE *to)
{
    char text[GT_CHECK_WHY];
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_format(&page, verdicts[check->verdict].ink, "%s", verdicts[check->verdict].name);
    gt_page_format(&page, GT_PLAIN, ": %s", meaning_of(text, check));
    gt_page_deinit(&page);
    put_collections(&page, check);
    if (check->verdict != GT_NOT_COMPARABLE || check->lacks) put_comparison(&page, check);
    if (check->lacks) gt_page_labelled(&page, LABEL_COLUMNS, "missing", check->lacks);
    return true;
}
