/* A holder has a line for its size and name, a line for what is in it, then its path and the
 * advice. Clauses that nothing is known for are left out. */
#include "inspector/report/text/holders.h"

#include "inspector/names/words.h"
#include "inspector/report/names.h"
#include "inspector/report/text/pieces.h"
#include "inspector/report/units.h"

#include <string.h>

enum {
    ROW_COLUMN = 4,
    TEXT_COLUMN = 23,
    BYTES_COLUMNS = 9,
    SHARE_COLUMNS = 5,
};

/* ---- what it is ---------------------------------------------------------------------------- */

/* What comes before its name. Only a global needs the word: the name of another variable has more
 * than one word, and says what it is ("main.serve variable buf", "queue of finalizers"). */
static void put_what(struct gt_page *page, const struct gt_heap_holder *holder)
{
    bool many = holder->what == GT_HOLDER_OBJECTS, named = holder->name || holder->type;

    if (many)
        gt_page_format(page, GT_BOLD, "objects that several variables hold%s", named ? ": " : "");
    else if (holder->what != GT_HOLDER_VARIABLE || !holder->name || !strchr(holder->name, ' '))
        gt_page_format(page, GT_BOLD, "%s ", gt_word(&gt_holder_words, holder->what));
}

/* Without a type it is no variable of the program: "global at .bss+0x720", "object with a
 * finalizer". */
static bool is_its_name(const struct gt_heap_holder *holder)
{
    return holder->what == GT_HOLDER_VARIABLE && holder->name && !holder->type;
}

static void put_name(struct gt_page *page, const struct gt_heap_holder *holder)
{
    char type[GT_SHORT_TYPE];

    put_what(page, holder);
    if (holder->name) gt_page_put(page, GT_BOLD, holder->name);
    if (holder->type)
        gt_page_format(page, GT_PLAIN, "%s%s", holder->name ? " " : "",
                       gt_short_type(type, holder->type));
    if (holder->address && holder->what != GT_HOLDER_OBJECTS)
        gt_page_format(page, GT_DIM, " at %s", gt_address(holder->address).text);
}

static void put_head(struct gt_page *page, const struct gt_report *report,
                     const struct gt_heap_holder *holder)
{
    gt_page_line(page, ROW_COLUMN, TEXT_COLUMN);
    gt_page_format(page, GT_BOLD, "%*s", BYTES_COLUMNS, gt_bytes(holder->bytes).text);
    gt_page_format(page, GT_PLAIN, "  %*s", SHARE_COLUMNS,
                   gt_percent(holder->bytes, report->live.bytes).text);
    gt_page_tab(page, TEXT_COLUMN);
    put_name(page, holder);
    gt_page_deinit(page);
}

/* ---- what is in it ------------------------------------------------------------------------- */

static void add_room(struct gt_str *to, const struct gt_heap_holder *holder)
{
    bool map = holder->what == GT_HOLDER_MAP, slice = holder->what == GT_HOLDER_SLICE;
    const char *one = slice ? "element" : map ? "entry" : "value";
    const char *many = slice ? "elements" : map ? "entries" : "values";

    if (holder->entries == GT_UNKNOWN) return;
    gt_str_format(to, "%s %s", gt_count((uint64_t)holder->entries).text,
                  holder->entries == 1 ? one : many);
    gt_str_format(to, ", room for %s", gt_count((uint64_t)holder->room).text);
    if (holder->storage_bytes != GT_UNKNOWN)
        gt_str_format(to, " in %s", gt_bytes((uint64_t)holder->storage_bytes).text);
}

static void add_count(struct gt_str *to, const struct gt_heap_holder *holder)
{
    if (holder->count <= 1) return;
    gt_str_format(to, "%s%s %s", to->len ? "; " : "", gt_count(holder->count).text,
                  is_its_name(holder)                  ? "pointers"
                  : holder->what == GT_HOLDER_VARIABLE ? "pointers in it"
                                                       : "alike");
}

static void add_most(struct gt_str *to, const struct gt_heap_holder *holder)
{
    char type[GT_SHORT_TYPE];

    if (holder->objects <= 1) return;
    gt_str_format(to, "%skeeps %s objects", to->len ? "; " : "", gt_count(holder->objects).text);
    if (holder->most_bytes < holder->bytes / 10 || !holder->most_count) return;
    gt_str_format(to, ", %s of them %s (%s)", gt_count(holder->most_count).text,
                  holder->most_type ? gt_short_type(type, holder->most_type) : "without pointers",
                  gt_bytes(holder->most_bytes).text);
    if (holder->most_field)
        gt_str_format(to, "%s in %s", holder->most_count > 1 ? ", the largest" : "",
                      holder->most_field);
}

static void put_contents(struct gt_page *page, const struct gt_heap_holder *holder)
{
    struct gt_str text = {0};

    add_room(&text, holder);
    add_count(&text, holder);
    add_most(&text, holder);
    if (text.len) {
        gt_page_line(page, TEXT_COLUMN, TEXT_COLUMN);
        gt_page_put(page, GT_PLAIN, gt_str_text(&text));
        gt_page_deinit(page);
    }
    gt_str_deinit(&text);
}

static void put_rest(struct gt_page *page, const struct gt_heap_holder *holder)
{
    if (holder->path.count) {
        gt_page_line(page, TEXT_COLUMN, TEXT_COLUMN + 4);
        gt_page_put(page, GT_DIM, "held by ");
        gt_page_path(page, &holder->path);
        gt_page_deinit(page);
    }
    if (!holder->advice) return;
    gt_page_line(page, TEXT_COLUMN, TEXT_COLUMN + 8);
    gt_page_put(page, GT_GREEN, "fix     ");
    gt_page_put(page, GT_PLAIN, holder->advice);
    if (holder->spare_bytes > holder->storage_bytes / 2)
        gt_page_format(page, GT_PLAIN, ": frees %s", gt_bytes((uint64_t)holder->spare_bytes).text);
    gt_page_deinit(page);
}

void gt_page_holders(struct gt_page *page, const struct gt_report *report)
{
    if (!report->holder_count) return;
    gt_page_deinit(page);
    gt_page_line(page, 0, ROW_COLUMN);
    gt_page_put(page, GT_BOLD, "largest holders of the live heap");
    gt_page_deinit(page);
    for (size_t i = 0; i < report->holder_count; i++) {
        put_head(page, report, &report->holders[i]);
        put_contents(page, &report->holders[i]);
        put_rest(page, &report->holders[i]);
    }
}
