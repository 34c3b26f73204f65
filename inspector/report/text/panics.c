/* The same panics are written in two forms. In both, a value that was recovered and raised again
 * comes once. */
#include "inspector/report/text/panics.h"

#include "inspector/report/escape.h"
#include "inspector/report/units.h"

#include <inttypes.h>
#include <string.h>

/* Go prints one line for a value that was recovered and raised again. */
static bool is_shown_before(const struct gt_report *report, size_t i)
{
    return i > 0 && report->crash.panics[i - 1].repanicked;
}

static const char *mark_of(const struct gt_panic *panic)
{
    if (panic->repanicked) return " [recovered, repanicked]";
    return panic->recovered ? " [recovered]" : "";
}

static bool is_cut(const struct gt_panic *panic)
{
    return panic->value && panic->text_bytes > panic->value_bytes;
}

static void add_cut(struct gt_str *to, const struct gt_panic *panic)
{
    if (is_cut(panic))
        gt_str_format(to, "... (%s of %s bytes shown)", gt_count(panic->value_bytes).text,
                      gt_count(panic->text_bytes).text);
}

/* ---- in words ---- */

static void add_type(struct gt_str *to, const struct gt_panic *panic)
{
    if (panic->type)
        gt_str_format(to, "panic with a %s", panic->type);
    else
        gt_str_add(to, "panic with a value whose type is not in the core");
}

static void say(struct gt_str *to, const struct gt_panic *panic)
{
    bool by_text = panic->by_runtime || (panic->type && strcmp(panic->type, "nil") == 0);

    if (panic->goexit) {
        gt_str_add(to, "runtime.Goexit");
        return;
    }
    if (panic->value && by_text)
        gt_str_add(to, "panic");
    else
        add_type(to, panic);
    if (panic->value) {
        gt_str_add(to, ": ");
        gt_escape_bytes(to, panic->value, panic->value_bytes);
        add_cut(to, panic);
    }
    gt_str_add(to, mark_of(panic));
}

void gt_say_panics(struct gt_str *to, const struct gt_report *report)
{
    for (size_t i = 0; i < report->crash.panic_count; i++) {
        if (is_shown_before(report, i)) continue;
        if (to->len) gt_str_add(to, ", then ");
        say(to, &report->crash.panics[i]);
    }
}

const char *gt_panics_hint(const struct gt_report *report)
{
    unsigned hidden = 0;

    for (size_t i = 0; i < report->crash.panic_count; i++)
        hidden += report->crash.panics[i].hidden && !is_shown_before(report, i);
    if (hidden == 0) return "";
    return hidden == 1 ? "--show-data shows the text" : "--show-data shows the texts";
}

/* ---- as Go prints them (runtime/panic.go, printpanics; error.go, printpanicval) ---- */

/* A value of a named type: main.name("Ann"), main.number(12), main.point(1+2i). */
static void print_value(struct gt_str *to, const struct gt_panic *panic)
{
    bool quoted = panic->named && panic->text_bytes;
    bool enclosed = panic->named && !quoted && panic->value[0] != '(';

    if (panic->named) gt_escape(to, panic->type);
    gt_str_add(to, quoted ? "(\"" : enclosed ? "(" : "");
    gt_escape_bytes(to, panic->value, panic->value_bytes);
    add_cut(to, panic);
    gt_str_add(to, quoted ? "\")" : enclosed ? ")" : "");
}

static void print_type(struct gt_str *to, const struct gt_panic *panic)
{
    gt_str_add(to, "(");
    gt_escape(to, panic->type ? panic->type : "?");
    gt_str_add(to, ")");
    if (panic->hidden)
        gt_str_add(to, " see --show-data");
    else if (panic->address)
        gt_str_format(to, " 0x%" PRIx64, panic->address);
}

static void print_panic(struct gt_str *to, const struct gt_panic *panic)
{
    gt_str_add(to, "panic: ");
    if (panic->value)
        print_value(to, panic);
    else
        print_type(to, panic);
    gt_str_format(to, "%s\n", mark_of(panic));
}

void gt_print_panics(struct gt_str *to, const struct gt_report *report)
{
    const struct gt_panic *panics = report->crash.panics;

    for (size_t i = 0; i < report->crash.panic_count; i++) {
        if (is_shown_before(report, i)) continue;
        if (i && !panics[i - 1].goexit) gt_str_add(to, "\t");
        if (!panics[i].goexit) print_panic(to, &panics[i]);
    }
}
