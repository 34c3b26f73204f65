/* The sample as text and in the other formats: lines fit the page, nothing hostile gets through,
 * and what was not analysed is reported. */
#include "inspector/report/escape.h"
#include "tests/unit/report/sample.h"
#include "tests/unit/report/writing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct gt_style plain = {.size = sizeof plain, .width = 100};

static void assert_fits(const char *text, unsigned width)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        if (gt_columns(text, length) > width)
            fail_msg("%u columns in a line of %u: %.*s", gt_columns(text, length), width,
                     (int)length, text);
        assert_true(length == 0 || text[length - 1] != ' ');
        text += length + (text[length] != '\0');
    }
}

static void assert_harmless(const char *text)
{
    for (; *text; text++)
        if (*text != '\n' && *text != '\t')
            assert_true((unsigned char)*text >= ' ' && *text != 0x7f);
}

static void no_line_is_wider_than_the_page(void **state)
{
    (void)state;
    for (unsigned width = 40; width <= 160; width += 7) {
        const struct gt_style style = {.size = sizeof style, .width = width, .all = width % 2};
        char *report = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &style);
        char *goroutines = gt_written_goroutines(&gt_sample_report, GT_FORMAT_TEXT, &style);
        char *check = gt_written_check(&gt_sample_check, GT_FORMAT_TEXT, &style);
        assert_fits(report, width);
        assert_fits(goroutines, width);
        assert_fits(check, width);
        free(report);
        free(goroutines);
        free(check);
    }
}

/* Sites make links of such texts anywhere. */
static void markdown_makes_no_links_of_texts(void **state)
{
    struct gt_finding finding = gt_sample_report.findings[0];
    struct gt_report sample = gt_sample_report;

    (void)state;
    finding.title = "@team http://evil www.evil #12 !7 100% of a@b";
    sample.findings = &finding;
    sample.finding_count = 1;
    char *text = gt_written_report(&sample, GT_FORMAT_MARKDOWN, NULL);
    assert_non_null(strstr(text, "@<!-- -->team http:<!-- -->//evil www.<!-- -->evil "
                                 "\\#<!-- -->12 \\!<!-- -->7 100% of a@<!-- -->b"));
    assert_null(strstr(text, "http://"));
    free(text);
}

static void check_harmless(char *text)
{
    assert_non_null(text);
    assert_harmless(text);
    assert_null(strstr(text, "\xc2\x9b"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    free(text);
}

static void nothing_from_the_target_reaches_the_terminal_raw(void **state)
{
    (void)state;
    for (int format = 0; format < GT_FORMATS; format++) {
        if (format == GT_FORMAT_PPROF) continue; /* no text */
        if (gt_format_has(format, GT_DOCUMENT_REPORT))
            check_harmless(gt_written_report(&gt_sample_report, format, &plain));
        if (gt_format_has(format, GT_DOCUMENT_GOROUTINES))
            check_harmless(gt_written_goroutines(&gt_sample_report, format, &plain));
    }
}

static void a_format_has_a_name_and_a_document(void **state)
{
    (void)state;
    for (int format = 0; format < GT_FORMATS; format++) {
        bool any = false;
        assert_non_null(gt_format_name(format));
        for (int document = 0; document < GT_DOCUMENTS; document++)
            any |= gt_format_has(format, document);
        assert_true(any);
    }
    assert_null(gt_format_name(GT_FORMATS));
    assert_false(gt_format_has(GT_FORMATS, GT_DOCUMENT_REPORT));
    assert_false(gt_format_has(GT_FORMAT_TEXT, GT_DOCUMENTS));
}

static void a_terminal_code_is_shown_escaped(void **state)
{
    (void)state;
    char *text = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &plain);
    assert_non_null(strstr(text, "\\x1b[31mred\\nnew \\xff\\x9b\\u202e"));
    free(text);
}

static void colour_only_when_asked_for(void **state)
{
    const struct gt_style coloured = {.size = sizeof coloured, .width = 100, .colour = true};

    (void)state;
    char *without = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, NULL);
    char *with = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &coloured);
    assert_null(strchr(without, '\033'));
    assert_non_null(strstr(with, "\033[1;31mproven\033[0m"));
    free(without);
    free(with);
}

static void findings_keep_the_order_of_the_report(void **state)
{
    static const char *const headings[] = {
        " 1  HUNG GOROUTINES", " 2  SUBSTRINGS",     " 3  FINALIZER CYCLES", " 4  TICKERS",
        " 5  LOST ELEMENTS",   " 6  DEFERRED CALLS", " 7  SUBSLICES"};

    (void)state;
    char *text = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &plain);
    const char *at = text;
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        at = strstr(at, headings[i]);
        assert_non_null(at);
    }
    free(text);
}

static void not_found_and_could_not_look_read_differently(void **state)
{
    char blind[80];

    (void)state;
    snprintf(blind, sizeof blind, "none found, but 1 of %d kinds could not be looked for",
             GT_KINDS);
    char *text = gt_written_report(&gt_sample_empty, GT_FORMAT_TEXT, &plain);
    assert_non_null(strstr(text, "not found: substrings, subslices"));
    assert_non_null(strstr(text, "could not look for: tickers\n"));
    assert_non_null(strstr(text, blind));
    free(text);
    text = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &plain);
    assert_null(strstr(text, "not found"));
    assert_null(strstr(text, "could not look for"));
    free(text);
}

static void what_was_not_judged_is_reported(void **state)
{
    const struct gt_style wide = {.size = sizeof wide, .width = 400},
                          all = {.size = sizeof all, .all = true, .width = 400};

    (void)state;
    char *brief = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &wide);
    char *full = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &all);
    assert_non_null(strstr(brief, "not analysed: 2.1 MiB in 4 blocks: unsafe.Pointer in main.pag"));
    assert_non_null(
        strstr(brief, "set aside: 16 MiB of spare capacity in 16 blocks, kept for reu"));
    assert_null(strstr(brief, "held by global main.arena.base main.pages"));
    assert_non_null(strstr(full, "held by global main.arena.base main.pages"));
    free(brief);
    free(full);
}

static void a_kind_that_may_be_missed_is_not_called_not_found(void **state)
{
    struct gt_report report = gt_sample_empty;

    (void)state;
    report.coverage.undecided_bytes = report.coverage.undecided_of[GT_SUBSTRING] = 4096;
    report.coverage.undecided_blocks = 1;
    report.min_bytes = 4096;
    char *text = gt_written_report(&report, GT_FORMAT_TEXT, &plain);
    assert_non_null(strstr(text, "not found: subslices"));
    assert_non_null(strstr(text, "perhaps missed: substrings: 4 KiB were not analysed"));
    free(text);
    report.min_bytes = 4097;
    text = gt_written_report(&report, GT_FORMAT_TEXT, &plain);
    assert_non_null(strstr(text, "not found: substrings, subslices"));
    assert_non_null(strstr(text, "not analysed: 4 KiB in 1 block\n"));
    free(text);
}

static void notes_are_counted_or_listed(void **state)
{
    const struct gt_style all = {.size = sizeof all, .all = true};

    (void)state;
    char *brief = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &plain);
    char *full = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &all);
    assert_non_null(strstr(brief, "limits: 1 note on what could not be read; --coverage lists it"));
    assert_non_null(strstr(full, "goroutine 77: its stack is"));
    free(brief);
    free(full);
}

static void the_runtimes_own_frames_are_left_out(void **state)
{
    const struct gt_style all = {.size = sizeof all, .all = true};

    (void)state;
    char *brief = gt_written_goroutines(&gt_sample_report, GT_FORMAT_TEXT, &plain);
    char *full = gt_written_goroutines(&gt_sample_report, GT_FORMAT_TEXT, &all);
    assert_null(strstr(brief, "runtime.gopark"));
    assert_null(strstr(brief, "runtime.goexit"));
    assert_non_null(strstr(brief, "main.(*fetcher).get.func1"));
    assert_non_null(strstr(full, "runtime.gopark"));
    assert_non_null(strstr(full, "runtime.goexit"));
    free(brief);
    free(full);
}

static void a_bar_shows_windows_and_spare(void **state)
{
    (void)state;
    char *text = gt_written_report(&gt_sample_report, GT_FORMAT_TEXT, &plain);
    const char *bar = strstr(text, "    [#.");
    assert_non_null(bar);
    assert_non_null(strstr(bar, "]  40 of 4,096 bytes used, 56 spare"));
    free(text);
}

static void traceback_reads_like_go(void **state)
{
    (void)state;
    const struct gt_style whole = {.size = sizeof whole, .all = true};
    char *text = gt_written_goroutines(&gt_sample_report, GT_FORMAT_TRACEBACK, &whole);
    assert_int_equal(strncmp(text, "panic: ", 7), 0);
    assert_non_null(strstr(text, " [recovered]\n\tpanic: runtime error: index out of range\n"
                                 "\tpanic: (?)\n"
                                 "[signal SIGSEGV: segmentation violation addr=0x0 pc=0x0]\n\n"
                                 "goroutine 12 [chan send, 192 minutes]:\n"
                                 "runtime.gopark(...)\n\t/go/src/runtime/proc.go:435\n"));
    assert_non_null(strstr(text, "\ncreated by main.(*fetcher).get\n\t/src/app/fetch.go:80\n"));
    assert_non_null(strstr(text, "\n\ngoroutine 13 [chan send, 1 minutes]:\n"));
    assert_non_null(strstr(text, "\n\ngoroutine 14 [chan send]:\n"));
    free(text);
    text = gt_written_goroutines(&gt_sample_report, GT_FORMAT_TRACEBACK, NULL);
    assert_non_null(strstr(text, "\n\ngoroutine 12 [chan send, 192 minutes]:\nmain."));
    assert_null(strstr(text, "runtime.gopark"));
    free(text);
}

static void a_form_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    assert_null(gt_written_check(&gt_sample_check, GT_FORMAT_MARKDOWN, NULL));
    assert_null(gt_written_goroutines(&gt_sample_report, GT_FORMAT_MARKDOWN, NULL));
    assert_null(gt_written_report(&gt_sample_report, (enum gt_format)99, NULL));
}

static void a_profile_is_gzipped(void **state)
{
    (void)state;
    char *profile = gt_written_goroutines(&gt_sample_report, GT_FORMAT_PPROF, &plain);
    assert_non_null(profile);
    assert_memory_equal(profile, "\x1f\x8b\x08", 3);
    free(profile);
    profile = gt_written_goroutines(&gt_sample_empty, GT_FORMAT_PPROF, NULL);
    assert_non_null(profile);
    free(profile);
    assert_null(gt_written_report(&gt_sample_report, GT_FORMAT_PPROF, NULL));
}

static void a_full_disk_is_an_error(void **state)
{
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    if (!full) skip();
    struct gt_error *error = gt_report_write(&gt_sample_report, GT_FORMAT_JSON, NULL, full);
    assert_non_null(error);
    assert_int_equal(gt_error_code(error), GT_ERR_IO);
    gt_error_destroy(error);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markdown_makes_no_links_of_texts),
        cmocka_unit_test(no_line_is_wider_than_the_page),
        cmocka_unit_test(nothing_from_the_target_reaches_the_terminal_raw),
        cmocka_unit_test(a_format_has_a_name_and_a_document),
        cmocka_unit_test(a_terminal_code_is_shown_escaped),
        cmocka_unit_test(colour_only_when_asked_for),
        cmocka_unit_test(findings_keep_the_order_of_the_report),
        cmocka_unit_test(not_found_and_could_not_look_read_differently),
        cmocka_unit_test(what_was_not_judged_is_reported),
        cmocka_unit_test(a_kind_that_may_be_missed_is_not_called_not_found),
        cmocka_unit_test(notes_are_counted_or_listed),
        cmocka_unit_test(the_runtimes_own_frames_are_left_out),
        cmocka_unit_test(a_bar_shows_windows_and_spare),
        cmocka_unit_test(traceback_reads_like_go),
        cmocka_unit_test(a_form_that_is_not_there_is_an_error),
        cmocka_unit_test(a_profile_is_gzipped),
        cmocka_unit_test(a_full_disk_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
