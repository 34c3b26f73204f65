/* Writes to a memory stream. If that fails, the text is freed, and NULL is returned. */
#include "tests/unit/report/writing.h"

#include <stdlib.h>

static char *finish(struct gt_error *error, FILE *memory, char **text)
{
    fclose(memory);
    if (!error) return *text;
    gt_error_destroy(error);
    free(*text);
    return NULL;
}

char *gt_written_report(const struct gt_report *report, enum gt_format format,
                        const struct gt_style *style)
{
    char *text;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    return finish(gt_report_write(report, format, style, memory), memory, &text);
}

char *gt_written_goroutines(const struct gt_report *report, enum gt_format format,
                            const struct gt_style *style)
{
    char *text;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    return finish(gt_goroutines_write(report, format, style, memory), memory, &text);
}

char *gt_written_check(const struct gt_check *check, enum gt_format format,
                       const struct gt_style *style)
{
    char *text;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    return finish(gt_check_write(check, format, style, memory), memory, &text);
}
