/* The report for a ticket: a heading, a table of the causes, and a section for each. */
#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/str.h"
#include "inspector/report/markdown/sinks.h"
#include "inspector/report/markdown/words.h"
#include "inspector/report/names.h"
#include "inspector/report/text/details.h"
#include "inspector/report/text/holders.h"
#include "inspector/report/text/summary.h"
#include "inspector/report/text/unjudged.h"
#include "inspector/report/units.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_WIDTH = 100 };

static void put_lines(FILE *to, const struct gt_summary_line *line, const struct gt_report *report)
{
    for (; line->label; line++) {
        struct gt_str text = {0};
        line->say(&text, report);
        if (text.len) {
            fprintf(to, "- **%s:** ", line->label);
            gt_markdown_put(to, gt_str_text(&text));
            putc('\n', to);
        }
        gt_str_deinit(&text);
    }
}

static void put_row(FILE *to, const struct gt_finding *finding)
{
    fprintf(to, "| %u | %s | %s | %s %s | %s | ", finding->id, gt_kind_plural(finding->kind),
            gt_bytes(finding->bytes_freed).text, gt_count(finding->count).text,
            gt_kind_unit(finding->kind, finding->count), gt_confidence_name(finding->confidence));
    gt_markdown_put(to, finding->title ? finding->title : "");
    fputs(" |\n", to);
}

static void put_table(FILE *to, const struct gt_report *report)
{
    if (report->finding_count == 0) return;
    fputs("\n| # | cause | frees | of what | how sure | |\n|---|---|---:|---:|---|---|\n", to);
    for (size_t i = 0; i < report->finding_count; i++)
        put_row(to, &report->findings[i]);
}

typedef void draw_fn(struct gt_page *page, const void *what);

/* A file in memory. Closing it writes to `code` and `size`, so these are in a heap block. */
struct memory {
    FILE *file;
    char *code;
    size_t size;
    struct gt_resource *held;
};

static void close_memory(void *what, size_t size)
{
    struct memory *memory = what;

    (void)size;
    fclose(memory->file);
    free(memory->code);
}

static struct memory *open_memory(void)
{
    struct memory *memory = gt_calloc(1, sizeof *memory);

    memory->file = open_memstream(&memory->code, &memory->size);
    if (memory->file) {
        memory->held = gt_hold(memory, 0, close_memory);
        return memory;
    }
    gt_free(memory);
    return NULL;
}

/* Writes a part of the text report as a block of code. */
static bool put_drawn(FILE *to, draw_fn *draw, const void *what)
{
    const struct gt_style style = {.width = CODE_WIDTH};
    struct gt_page page;
    struct memory *memory = open_memory();

    if (!memory) return false;
    gt_page_init(&page, memory->file, &style);
    draw(&page, what);
    bool written = fflush(memory->file) == 0;
    if (written && *memory->code) gt_markdown_code(to, memory->code);
    gt_let_go(memory->held);
    gt_free(memory);
    return written;
}

static void draw_details(struct gt_page *page, const void *what)
{
    gt_page_details(page, 0, what);
    gt_page_cost(page, 0, what);
}

static void draw_holders(struct gt_page *page, const void *what)
{
    gt_page_holders(page, what);
}

static bool put_holders(FILE *to, const struct gt_report *report)
{
    if (!report->holder_count) return true;
    fputs("\n## Largest holders of the live heap\n\n", to);
    return put_drawn(to, draw_holders, report);
}

static void draw_unjudged(struct gt_page *page, const void *what)
{
    gt_page_unjudged(page, what);
}

static void put_sentence(FILE *to, const char *label, const char *text)
{
    if (!text) return;
    fprintf(to, "**%s:** ", label);
    gt_markdown_put(to, text);
    fputs("\n\n", to);
}

static bool put_section(FILE *to, const struct gt_finding *finding)
{
    fprintf(to, "\n## %u. %s: %s, %s\n\n", finding->id, gt_kind_plural(finding->kind),
            gt_bytes(finding->bytes_freed).text, gt_confidence_name(finding->confidence));
    gt_markdown_put(to, finding->title ? finding->title : "");
    fputs("\n\n", to);
    if (!put_drawn(to, draw_details, finding)) return false;
    put_sentence(to, "Doubt", finding->doubt);
    put_sentence(to, "Fix", finding->advice);
    return true;
}

static void put_notes(FILE *to, const struct gt_report *report)
{
    for (size_t i = 0; i < report->coverage.note_count; i++) {
        fputs("- ", to);
        gt_markdown_put(to, report->coverage.notes[i]);
        putc('\n', to);
    }
}

bool gt_markdown_report(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    struct gt_str process = {0};

    (void)style;
    gt_summary_process(&process, report);
    fputs("# ", to);
    gt_markdown_put(to, gt_str_text(&process));
    fputs("\n\n", to);
    gt_str_deinit(&process);
    put_lines(to, gt_summary_head, report);
    put_table(to, report);
    for (size_t i = 0; i < report->finding_count; i++)
        if (!put_section(to, &report->findings[i])) return false;
    if (!put_holders(to, report)) return false;
    fputs("\n## What was looked at\n\n", to);
    put_lines(to, gt_summary_tail, report);
    put_notes(to, report);
    putc('\n', to);
    return put_drawn(to, draw_unjudged, report);
}
