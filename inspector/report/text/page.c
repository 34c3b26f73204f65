/* Escapes the text, splits it at spaces, and writes word by word, with a count of the columns.
 * Spaces are held back until a word follows. */
#include "inspector/report/text/page.h"

#include "inspector/base/str.h"
#include "inspector/report/escape.h"

#include <stdarg.h>
#include <string.h>

enum { LEAST_WIDTH = 40, USUAL_WIDTH = 100 };

static const char *const inks[] = {
    [GT_PLAIN] = "",         [GT_BOLD] = "\033[1m",    [GT_DIM] = "\033[2m",
    [GT_RED] = "\033[1;31m", [GT_YELLOW] = "\033[33m", [GT_CYAN] = "\033[36m",
    [GT_GREEN] = "\033[32m",
};

void gt_page_init(struct gt_page *page, FILE *to, const struct gt_style *style)
{
    unsigned width = style && style->width ? style->width : USUAL_WIDTH;

    *page = (struct gt_page){.to = to, .width = width < LEAST_WIDTH ? LEAST_WIDTH : width};
    if (!style) return;
    page->colour = style->colour;
    page->all = style->all;
}

static void spaces(struct gt_page *page, unsigned count)
{
    page->gap += count;
    page->column += count;
}

static void write_gap(struct gt_page *page)
{
    for (; page->gap; page->gap--)
        putc(' ', page->to);
}

void gt_page_deinit(struct gt_page *page)
{
    putc('\n', page->to);
    page->column = page->gap = 0;
}

static void break_line(struct gt_page *page)
{
    gt_page_deinit(page);
    spaces(page, page->indent);
}

void gt_page_line(struct gt_page *page, unsigned column, unsigned indent)
{
    if (page->column) gt_page_deinit(page);
    /* On a narrow page deep lines start at its middle, so that words still fit. */
    page->indent = indent < page->width / 2 ? indent : page->width / 2;
    spaces(page, column < page->width / 2 ? column : page->width / 2);
}

static void put_bytes(struct gt_page *page, const char *bytes, size_t length, unsigned columns)
{
    write_gap(page);
    fwrite(bytes, 1, length, page->to);
    page->column += columns;
}

/* Prints `length` bytes without spaces, which take so many columns. A word that fits on no line is
 * cut. */
static void put_characters(struct gt_page *page, const char *word, size_t length, unsigned columns)
{
    if (length && page->column + columns <= page->width) {
        put_bytes(page, word, length, columns);
        return;
    }
    for (size_t i = 0; i < length;) {
        size_t bytes = gt_character(word + i, &columns);
        if (page->column + columns > page->width) break_line(page);
        put_bytes(page, word + i, bytes, columns);
        i += bytes;
    }
}

static void put_word(struct gt_page *page, enum gt_ink ink, const char *word, size_t length,
                     unsigned columns)
{
    bool inked = page->colour && ink != GT_PLAIN && length;

    if (inked) {
        write_gap(page);
        fputs(inks[ink], page->to);
    }
    put_characters(page, word, length, columns);
    if (inked) fputs("\033[0m", page->to);
}

static void put_words(struct gt_page *page, enum gt_ink ink, const char *text)
{
    while (*text) {
        unsigned gap = (unsigned)strspn(text, " ");
        size_t length = strcspn(text + gap, " ");
        unsigned columns = gt_columns(text + gap, length);

        /* A word that is too long for any line is cut at the end of this line, not moved to the
         * next one first. */
        bool fits = page->column + gap + columns <= page->width;
        bool hopeless = page->indent + columns > page->width && page->column + gap < page->width;
        if (fits || hopeless)
            spaces(page, gap);
        else if (page->column > page->indent)
            break_line(page);
        put_word(page, ink, text + gap, length, columns);
        text += gap + length;
    }
}

void gt_page_put(struct gt_page *page, enum gt_ink ink, const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    put_words(page, ink, gt_str_text(&safe));
    gt_str_deinit(&safe);
}

void gt_page_format(struct gt_page *page, enum gt_ink ink, const char *format, ...)
{
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    gt_page_put(page, ink, gt_str_text(&text));
    gt_str_deinit(&text);
}

void gt_page_tab(struct gt_page *page, unsigned column)
{
    unsigned gap = column > page->column + 2 ? column - page->column : 2;

    if (page->column + gap >= page->width)
        break_line(page);
    else
        spaces(page, gap);
}

void gt_page_right(struct gt_page *page, enum gt_ink ink, const char *text)
{
    unsigned columns = gt_columns(text, strlen(text));

    gt_page_tab(page, columns < page->width ? page->width - columns : 0);
    gt_page_put(page, ink, text);
}

void gt_page_clause(struct gt_page *page, const char *text)
{
    struct gt_str safe = {0};

    gt_escape(&safe, text);
    unsigned columns = gt_columns(gt_str_text(&safe), safe.len);
    gt_page_put(page, GT_PLAIN, ",");
    if (page->column + 1 + columns > page->width && page->indent + columns <= page->width)
        break_line(page);
    else
        spaces(page, 1);
    put_words(page, GT_PLAIN, gt_str_text(&safe));
    gt_str_deinit(&safe);
}
