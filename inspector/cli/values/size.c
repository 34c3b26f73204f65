/* strtod reads the number, and a table has the factor of each unit. Upper and lower case are the
 * same. */
#include "inspector/cli/values/size.h"

#include "inspector/base/error.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *name;
    double bytes;
} units[] = {
    {"", 1},       {"B", 1},        {"K", 0x1p10},   {"KiB", 0x1p10}, {"KB", 1e3},
    {"M", 0x1p20}, {"MiB", 0x1p20}, {"MB", 1e6},     {"G", 0x1p30},   {"GiB", 0x1p30},
    {"GB", 1e9},   {"T", 0x1p40},   {"TiB", 0x1p40}, {"TB", 1e12},
};

bool gt_size_parse(const char *text, uint64_t *bytes)
{
    size_t digits = strspn(text, "0123456789."), whole = strspn(text, "0123456789");
    char *end;
    double number = strtod(text, &end);

    /* strtod also reads "0x10", "1e6" and "inf", so only digits and at most one point are
     * accepted. */
    if (whole == 0 || end != text + digits) return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcasecmp(end, units[i].name) != 0) continue;
        if (number * units[i].bytes >= 0x1p63) return false;
        *bytes = (uint64_t)(number * units[i].bytes);
        return true;
    }
    return false;
}

struct gt_error *gt_size_error(const char *option, const char *text)
{
    return gt_error_create(
        GT_ERR_USAGE, "%s takes a size such as 65536, 64KiB, 5M or 1MB, not '%s'", option, text);
}
