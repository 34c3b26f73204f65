/* `memory`: the tree of all mapped memory, one line for each part. */
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/text/page.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"
#include "inspector/report/why_resident.h"

#include <inttypes.h>
#include <string.h>

enum {
    NAME = 2, /* the columns where a part's name begins and where its numbers end */
    MAPPED = 50,
    RESIDENT = 64,
    SHOWN_CLASSES = 8,
    LABEL = 12,
};

/* ---- the tree ------------------------------------------------------------------------------ */

static void put_number(struct gt_page *page, unsigned end, const char *text)
{
    gt_page_tab(page, end - (unsigned)strlen(text));
    gt_page_put(page, GT_PLAIN, text);
}

static void put_row(struct gt_page *page, unsigned depth, const char *name, const char *mapped,
                    const char *resident)
{
    gt_page_line(page, NAME + 2 * depth, NAME + 2 * depth + 2);
    gt_page_put(page, depth ? GT_PLAIN : GT_BOLD, name);
    put_number(page, MAPPED, mapped);
    if (resident) put_number(page, RESIDENT, resident);
}

static bool is_class(const struct gt_memory_part *part)
{
    return part->count != GT_UNKNOWN;
}

/* How many of the size classes beside it have more free bytes. Only the first few are shown. */
static size_t larger(const struct gt_report *report, const struct gt_memory_part *part)
{
    size_t count = 0;

    for (size_t i = 0; i < report->memory.tree_count; i++) {
        const struct gt_memory_part *other = &report->memory.tree[i];
        if (is_class(other) &&
            (other->bytes > part->bytes || (other->bytes == part->bytes && other < part)))
            count++;
    }
    return count;
}

static void put_part(struct gt_page *page, const struct gt_memory_part *part)
{
    const struct gt_amount mapped = gt_bytes(part->bytes),
                           resident = gt_bytes(part->resident_bytes);
    char name[GT_PART_NAME];

    put_row(page, part->depth, gt_part_name(name, part), mapped.text,
            part->resident_bytes ? resident.text : NULL);
    if (is_class(part))
        gt_page_format(page, GT_DIM, "  in %s span%s", gt_count((uint64_t)part->count).text,
                       part->count == 1 ? "" : "s");
    gt_page_deinit(page);
}

static void put_tree(struct gt_page *page, const struct gt_report *report)
{
    uint64_t left_out = 0;

    put_row(page, 0, "", "mapped", "resident");
    gt_page_deinit(page);
    for (size_t i = 0; i < report->memory.tree_count; i++) {
        const struct gt_memory_part *part = &report->memory.tree[i];
        bool shown = part->bytes && (!is_class(part) || larger(report, part) < SHOWN_CLASSES);
        if (shown) put_part(page, part);
        if (is_class(part) && !shown) left_out++;
    }
    put_row(page, 0, "all", gt_bytes(report->memory.mapped_bytes).text,
            gt_bytes(report->memory.resident_bytes).text);
    gt_page_deinit(page);
    if (!left_out) return;
    gt_page_line(page, NAME, NAME);
    gt_page_format(page, GT_DIM, "%s size classes with fewer free bytes are not shown",
                   gt_count(left_out).text);
    gt_page_deinit(page);
}

/* ---- around it ----------------------------------------------------------------------------- */

static void put_why(struct gt_page *page, const struct gt_report *report)
{
    struct gt_str why = {0};

    gt_say_why_resident(&why, report);
    if (why.len) gt_page_labelled(page, LABEL, "why", gt_str_text(&why));
    gt_str_deinit(&why);
}

/* What "resident" means in this core, and what it leaves out. */
static void put_meaning(struct gt_page *page, const struct gt_report *report)
{
    struct gt_str text = {0};

    gt_str_add(&text,
               report->memory.resident_is_least
                   ? "pages of the core with more than zeros: at least so much was touched"
                   : "pages that the process had touched: those that are no hole of the core");
    gt_str_format(&text, "; of the %s that files back, a core does not tell how much was in memory",
                  gt_bytes(report->memory.file_bytes).text);
    gt_page_labelled(page, LABEL, "resident", gt_str_text(&text));
    gt_str_deinit(&text);
}

static void put_pacing(struct gt_page *page, const struct gt_report *report)
{
    struct gt_str text = {0};

    gt_say_pacing(&text, &report->memory.pacing);
    gt_page_labelled(page, LABEL, "collector", gt_str_text(&text));
    gt_str_deinit(&text);
}

static void put_counters(struct gt_page *page, const struct gt_counters *counters)
{
    const struct {
        const char *name;
        int64_t value;
    } all[] = {
        {"HeapSys", counters->heap_sys},           {"HeapIdle", counters->heap_idle},
        {"HeapReleased", counters->heap_released}, {"StackSys", counters->stack_sys},
        {"MSpanSys", counters->mspan_sys},         {"MCacheSys", counters->mcache_sys},
        {"BuckHashSys", counters->buck_hash_sys},  {"GCSys", counters->gc_sys},
        {"OtherSys", counters->other_sys},
    };
    struct gt_str text = {0};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].value != GT_UNKNOWN)
            gt_str_format(&text, "%s%s %s", text.len ? ", " : "", all[i].name,
                          gt_bytes((uint64_t)all[i].value).text);
    if (text.len) gt_page_labelled(page, LABEL, "MemStats", gt_str_text(&text));
    gt_str_deinit(&text);
}

bool gt_text_memory(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    struct gt_page page;

    gt_page_init(&page, to, style);
    gt_page_process(&page, report);
    put_why(&page, report);
    put_pacing(&page, report);
    put_counters(&page, &report->memory.counters);
    put_meaning(&page, report);
    gt_page_deinit(&page);
    put_tree(&page, report);
    return true;
}
