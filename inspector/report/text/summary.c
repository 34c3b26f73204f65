/* Each line is a function that adds its text. Two tables at the end have the lines in the order of
 * the page, with their labels. */
#include "inspector/report/text/summary.h"

#include "inspector/report/names.h"
#include "inspector/report/text/panics.h"
#include "inspector/report/text/signal.h"
#include "inspector/report/text/unjudged.h"
#include "inspector/report/units.h"
#include "inspector/report/why_resident.h"

#include <inttypes.h>
#include <string.h>

static void add_program(struct gt_str *to, const struct gt_report *report)
{
    const char *path = report->binary.path ? report->binary.path : report->core.path;

    gt_str_add(to, report->core.command ? report->core.command : gt_base_name(path ? path : "?"));
    if (report->core.arguments_hidden) gt_str_add(to, " (arguments hidden: --show-data)");
    if (report->core.pid != GT_UNKNOWN) gt_str_format(to, ", pid %" PRId64, report->core.pid);
}

void gt_summary_process(struct gt_str *to, const struct gt_report *report)
{
    const char *signal = gt_signal_name(report->core.signal);

    add_program(to, report);
    gt_str_format(to, ": %s", report->binary.go_version ? report->binary.go_version : "Go");
    if (report->binary.goarch) gt_str_format(to, " %s", report->binary.goarch);
    if (report->binary.build_id) gt_str_format(to, ", build %.12s", report->binary.build_id);
    gt_str_format(to, ", core of %s", gt_bytes(report->core.bytes).text);
    if (report->core.origin) gt_str_format(to, " by %s", gt_core_origin_name(report->core.origin));
    if (signal) gt_str_format(to, " on %s", signal);
}

void gt_summary_crash(struct gt_str *to, const struct gt_report *report)
{
    const char *hint = gt_panics_hint(report);

    if (!report->crash.died) return;
    gt_say_panics(to, report);
    if (report->crash.fatal_error)
        gt_str_format(to, "%sfatal error: %s", to->len ? ", then " : "", report->crash.fatal_error);
    gt_say_signal(to, report);
    if (*hint) gt_str_format(to, "; %s", hint);
}

static void say_heap(struct gt_str *to, const struct gt_report *report)
{
    gt_str_format(to, "%s live in %s object%s", gt_bytes(report->live.bytes).text,
                  gt_count(report->live.objects).text, gt_s(report->live.objects));
}

static uint64_t reserved_bytes(const struct gt_report *report)
{
    for (size_t i = 0; i < report->memory.part_count; i++)
        if (report->memory.parts[i].what == GT_MEMORY_RESERVED)
            return report->memory.parts[i].bytes;
    return 0;
}

enum { SMALL_PART = 100 }; /* parts below 1/100 of the memory are not named */

/* Address space that is only reserved takes no memory, so it is shown apart. */
static void say_memory(struct gt_str *to, const struct gt_report *report)
{
    uint64_t reserved = reserved_bytes(report), left = report->memory.mapped_bytes - reserved;
    uint64_t least = left / SMALL_PART;
    const char *before = ": ";

    gt_str_format(to, "%s mapped", gt_bytes(left).text);
    for (size_t i = 0; i < report->memory.part_count; i++) {
        const struct gt_memory_part *part = &report->memory.parts[i];
        if (part->bytes <= least || part->what == GT_MEMORY_RESERVED) continue;
        gt_str_format(to, "%s%s %s", before, gt_bytes(part->bytes).text,
                      gt_memory_kind_name(part->what));
        before = ", ";
        left -= part->bytes;
    }
    if (left) gt_str_format(to, "%s%s other", before, gt_bytes(left).text);
    if (reserved)
        gt_str_format(to, "; beside it %s of address space is reserved", gt_bytes(reserved).text);
}

void gt_summary_goroutines(struct gt_str *to, const struct gt_report *report)
{
    gt_str_add(to, gt_count(report->goroutines.total).text);
    if (report->goroutines.system)
        gt_str_format(to, " (%s runtime)", gt_count(report->goroutines.system).text);
    if (report->goroutines.status_count == 1) {
        gt_str_format(to, ", %s%s", report->goroutines.total > 1 ? "all " : "",
                      gt_goroutine_status_name(report->goroutines.by_status[0].status));
        return;
    }
    for (size_t i = 0; i < report->goroutines.status_count; i++) {
        const struct gt_status_count *row = &report->goroutines.by_status[i];
        gt_str_format(to, "%s%s %s", i ? ", " : ": ", gt_count(row->number).text,
                      gt_goroutine_status_name(row->status));
    }
}

static bool found(const struct gt_report *report, enum gt_kind kind)
{
    for (size_t i = 0; i < report->finding_count; i++)
        if (report->findings[i].kind == kind) return true;
    return report->smaller[kind].findings > 0;
}

/* The sum of all findings that are too small to be shown. */
static struct gt_smaller sum_of_smaller(const struct gt_report *report)
{
    struct gt_smaller sum = {0};

    for (unsigned kind = 0; kind < GT_KINDS; kind++) {
        sum.findings += report->smaller[kind].findings;
        sum.count += report->smaller[kind].count;
        sum.bytes += report->smaller[kind].bytes;
    }
    return sum;
}

static void say_smaller(struct gt_str *to, const struct gt_report *report)
{
    const char *before = "";

    for (unsigned kind = 0; kind < GT_KINDS; kind++) {
        const struct gt_smaller *smaller = &report->smaller[kind];
        if (!smaller->findings) continue;
        gt_str_format(to, "%s%s: %s %s, %s in %s finding%s", before, gt_kind_plural(kind),
                      gt_count(smaller->count).text, gt_kind_unit(kind, smaller->count),
                      gt_bytes(smaller->bytes).text, gt_count(smaller->findings).text,
                      smaller->findings == 1 ? "" : "s");
        if (smaller->suspects) gt_str_format(to, ", %s suspect", gt_count(smaller->suspects).text);
        before = "; ";
    }
    if (to->len)
        gt_str_format(to, " (each below %s; --min-bytes=1 lists them)",
                      gt_bytes(report->min_bytes).text);
}

enum outcome { NOT_FOUND, PERHAPS_MISSED, NOT_LOOKED_FOR };

/* The result for a kind without a finding. */
static enum outcome outcome_of(const struct gt_report *report, enum gt_kind kind)
{
    if (!report->looked_for[kind]) return NOT_LOOKED_FOR;
    return gt_may_be_missed(report, kind) ? PERHAPS_MISSED : NOT_FOUND;
}

static unsigned say_unseen(struct gt_str *to, const struct gt_report *report, enum outcome outcome)
{
    unsigned count = 0;

    for (unsigned kind = 0; kind < GT_KINDS; kind++) {
        if (found(report, kind) || outcome_of(report, kind) != outcome) continue;
        gt_str_format(to, "%s%s", count++ ? ", " : "", gt_kind_plural(kind));
    }
    return count;
}

static void say_not_found(struct gt_str *to, const struct gt_report *report)
{
    say_unseen(to, report, NOT_FOUND);
}

static void say_perhaps_missed(struct gt_str *to, const struct gt_report *report)
{
    if (say_unseen(to, report, PERHAPS_MISSED))
        gt_str_format(to, ": %s were not analysed",
                      gt_bytes(report->coverage.undecided_bytes).text);
}

static void say_not_looked_for(struct gt_str *to, const struct gt_report *report)
{
    say_unseen(to, report, NOT_LOOKED_FOR);
}

static void say_only_small(struct gt_str *to, const struct gt_report *report,
                           unsigned not_looked_for)
{
    struct gt_smaller sum = sum_of_smaller(report);

    gt_str_format(to, "none of %s or more; %s smaller, %s together",
                  gt_bytes(report->min_bytes).text, gt_count(sum.findings).text,
                  gt_bytes(sum.bytes).text);
    if (not_looked_for)
        gt_str_format(to, "; %u of %u kinds could not be looked for", not_looked_for, GT_KINDS);
}

static void say_no_leaks(struct gt_str *to, const struct gt_report *report)
{
    struct gt_str unseen = {0};
    unsigned not_looked_for = say_unseen(&unseen, report, NOT_LOOKED_FOR);
    unsigned perhaps_missed = say_unseen(&unseen, report, PERHAPS_MISSED);

    gt_str_deinit(&unseen);
    if (not_looked_for == GT_KINDS)
        gt_str_add(to, "could not be looked for");
    else if (sum_of_smaller(report).findings)
        say_only_small(to, report, not_looked_for);
    else if (not_looked_for)
        gt_str_format(to, "none found, but %u of %u kinds could not be looked for", not_looked_for,
                      GT_KINDS);
    else
        gt_str_add(to, "none found");
    if (perhaps_missed)
        gt_str_format(to, "; %s were not analysed",
                      gt_bytes(report->coverage.undecided_bytes).text);
    if (report->set_aside_count)
        gt_str_format(to, "; %s were set aside", gt_bytes(report->coverage.set_aside_bytes).text);
}

static uint64_t stack_bytes(const struct gt_report *report)
{
    uint64_t total = 0;

    for (size_t i = 0; i < report->finding_count; i++)
        total += report->findings[i].stack_bytes;
    return total < report->leaks_total.bytes ? total : report->leaks_total.bytes;
}

static void say_leaks(struct gt_str *to, const struct gt_report *report)
{
    uint64_t stacks = stack_bytes(report), heap = report->leaks_total.bytes - stacks;

    if (report->finding_count == 0) {
        say_no_leaks(to, report);
        return;
    }
    gt_str_format(to, "%s in %zu %s: %s of the live heap", gt_bytes(report->leaks_total.bytes).text,
                  report->finding_count, report->finding_count == 1 ? "finding" : "findings",
                  gt_percent(heap, report->live.bytes).text);
    if (stacks) gt_str_format(to, ", and %s of stacks", gt_bytes(stacks).text);
}

static void say_disputed(struct gt_str *to, const struct gt_report *report)
{
    uint64_t disputed = report->coverage.names_disputed;

    if (disputed)
        gt_str_format(
            to, "; %s stack %s no name: the stack map has a pointer where the variable has none",
            gt_count(disputed).text, disputed == 1 ? "word has" : "words have");
}

static void say_coverage(struct gt_str *to, const struct gt_report *report)
{
    uint64_t typed = report->coverage.typed_bytes, untyped = report->coverage.untyped_bytes;

    if (typed + untyped)
        gt_str_format(to, "types are known for %s of the live bytes with pointers; ",
                      gt_percent(typed, typed + untyped).text);
    uint64_t precise = report->coverage.frames_precise;
    uint64_t conservative = report->coverage.frames_conservative;
    gt_str_format(to, "%s frame%s stack maps, %s %s scanned conservatively", gt_count(precise).text,
                  precise == 1 ? " has" : "s have", gt_count(conservative).text,
                  conservative == 1 ? "was" : "were");
    say_disputed(to, report);
}

/* What could not be analysed because the binary is stripped. */
static void say_blind(struct gt_str *to, const struct gt_report *report)
{
    if (!report->binary.dwarf)
        gt_str_format(to,
                      "%s; strings and slices in them are recognised by their shape, and "
                      "findings that depend on one are at most likely",
                      report->binary.symbols
                          ? "globals and stack variables have no types"
                          : "globals and stack variables have no names and no types");
}

static void say_missing(struct gt_str *to, const struct gt_report *report)
{
    if (report->core.truncated) gt_str_add(to, "the core is truncated");
    if (report->coverage.missing_bytes == 0) return;
    gt_str_format(to, "%s%s of heap and stacks are not in the core",
                  report->core.truncated ? "; " : "",
                  gt_bytes(report->coverage.missing_bytes).text);
}

static void say_unverified(struct gt_str *to, const struct gt_report *report)
{
    if (!report->binary.path || report->binary.verified_by) return;
    gt_str_add(to, "not verified to be the one that made the core, so nothing is proven");
}

static void say_contradictions(struct gt_str *to, const struct gt_report *report)
{
    const struct gt_coverage_contradiction *first = report->coverage.contradictions;
    size_t count = report->coverage.contradiction_count;

    if (!count) return;
    gt_str_format(to, "the core contradicts itself, so nothing is proven: %s: %s", first->what,
                  gt_count(first->count).text);
    if (count > 1) gt_str_format(to, "; and %zu more", count - 1);
    gt_str_add(to, "; --coverage lists all");
}

#define SEE_WAITS "; see gotopsy waits"

static void say_deadlock(struct gt_str *to, const struct gt_report *report)
{
    uint64_t count = report->waits.deadlocked, circles = report->waits.deadlocks;

    if (!circles) return;
    if (circles == 1 && count == 1)
        gt_str_add(to, "1 goroutine waits for a lock that it holds itself");
    else if (circles == 1)
        gt_str_format(to, "%s goroutines wait for each other's lock%s", gt_count(count).text,
                      count == 2 ? "" : "s");
    else
        gt_str_format(to, "%s goroutines wait for each other's locks, in %s circles",
                      gt_count(count).text, gt_count(circles).text);
    if (report->waits.behind)
        gt_str_format(to, ", and %s more wait%s behind them", gt_count(report->waits.behind).text,
                      report->waits.behind == 1 ? "s" : "");
    gt_str_add(to, SEE_WAITS);
}

static void say_locks(struct gt_str *to, const struct gt_report *report)
{
    uint64_t left = report->waits.locks_left;

    if (left)
        gt_str_format(to, "%s %s locked, and no live goroutine holds %s: an Unlock is missing%s",
                      gt_count(left).text, left == 1 ? "is" : "are", left == 1 ? "it" : "them",
                      SEE_WAITS);
}

const struct gt_summary_line gt_summary_head[] = {
    {"crashed", gt_summary_crash, true},
    {"heap", say_heap, false},
    {"memory", say_memory, false},
    {"resident", gt_say_why_resident, true},
    {"goroutines", gt_summary_goroutines, false},
    {"deadlock", say_deadlock, true},
    {"locks", say_locks, true},
    {"missing", say_missing, true},
    {"binary", say_unverified, true},
    {"doubtful", say_contradictions, true},
    {"leaks", say_leaks, false},
    {NULL, NULL, false},
};

const struct gt_summary_line gt_summary_tail[] = {
    {"smaller", say_smaller, false},
    {"not found", say_not_found, false},
    {"perhaps missed", say_perhaps_missed, true},
    {"could not look for", say_not_looked_for, true},
    {"not analysed", gt_say_undecided, false},
    {"set aside", gt_say_set_aside, false},
    {"coverage", say_coverage, false},
    {"no debug information", say_blind, true},
    {NULL, NULL, false},
};
