/* dump_sample DOCUMENT FORMAT: writes a sample document, for tests that validate it. */
#include "tests/unit/report/sample.h"

#include <string.h>

static enum gt_format format_of(const char *name)
{
    unsigned format = 0;

    while (format < GT_FORMATS && strcmp(gt_format_name(format), name) != 0)
        format++;
    return format;
}

static struct gt_error *dump(const char *document, enum gt_format format)
{
    if (strcmp(document, "check") == 0)
        return gt_check_write(&gt_sample_check, format, NULL, stdout);
    if (strcmp(document, "heap") == 0)
        return gt_heap_table_write(&gt_sample_heap, format, NULL, stdout);
    if (strcmp(document, "goroutines") == 0)
        return gt_goroutines_write(&gt_sample_report, format, NULL, stdout);
    if (strcmp(document, "empty") == 0)
        return gt_report_write(&gt_sample_empty, format, NULL, stdout);
    return gt_report_write(&gt_sample_report, format, NULL, stdout);
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    struct gt_error *error = dump(argv[1], format_of(argv[2]));
    if (!error) return 0;
    fprintf(stderr, "dump_sample: %s\n", gt_error_message(error));
    gt_error_destroy(error);
    return 1;
}
