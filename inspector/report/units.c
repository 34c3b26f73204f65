/* Chooses the unit so that the rounded number stays below the next unit. A duration has at most two
 * units, or one decimal. */
#include "inspector/report/units.h"

#include "gotopsy.h"
#include "inspector/base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* "17.2 KiB": one decimal below 100, none where it would be ".0". */
static struct gt_amount scaled(double value, const char *unit)
{
    struct gt_amount amount;

    snprintf(amount.text, sizeof amount.text, "%.*f", value < 99.95 ? 1 : 0, value);
    size_t length = strlen(amount.text);
    if (length > 2 && strcmp(amount.text + length - 2, ".0") == 0) length -= 2;
    snprintf(amount.text + length, sizeof amount.text - length, " %s", unit);
    return amount;
}

struct gt_amount gt_bytes(uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double value = (double)bytes;
    unsigned unit = 0;

    /* 1023.6 KiB would be printed as 1024 KiB. */
    for (; value >= (unit ? 1023.5 : 1024) && unit < 6; unit++)
        value /= 1024;
    return scaled(value, units[unit]);
}

struct gt_amount gt_exact(uint64_t count)
{
    struct gt_amount amount;

    gt_grouped(amount.text, count);
    return amount;
}

struct gt_amount gt_count(uint64_t count)
{
    if (count < 1000000) return gt_exact(count);
    if (count < 999500000) return scaled((double)count / 1e6, "M");
    return scaled((double)count / 1e9, "G");
}

static const struct span {
    uint64_t ns;
    const char *name;
    uint64_t lesser_ns; /* what the second number counts; its name follows it */
    const char *before, *lesser;
} spans[] = {
    {86400000000000, "d", 3600000000000, "", "h"},
    {3600000000000, "h", 60000000000, "", "m"},
    {60000000000, "m", 1000000000, "", "s"},
    {1000000000, "", 100000000, ".", "s"},
    {1000000, "", 100000, ".", "ms"},
    {1000, "", 100, ".", "us"},
    {1, "", 1, ".", "ns"},
};

struct gt_amount gt_duration(int64_t ns)
{
    struct gt_amount amount = {"?"};
    uint64_t size = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    const struct span *span = spans;

    if (ns == GT_UNKNOWN) return amount;
    while (span->ns > 1 && size < span->ns)
        span++;
    uint64_t whole = size / span->ns, rest = size % span->ns / span->lesser_ns;
    int length = snprintf(amount.text, sizeof amount.text, "%s%" PRIu64, ns < 0 ? "-" : "", whole);
    char *end = amount.text + length;
    size_t room = sizeof amount.text - (size_t)length;
    if (rest)
        snprintf(end, room, "%s%s%" PRIu64 "%s", span->name, span->before, rest, span->lesser);
    else
        snprintf(end, room, "%s", *span->name ? span->name : span->lesser);
    return amount;
}

struct gt_amount gt_percent(uint64_t part, uint64_t whole)
{
    struct gt_amount amount = {"?"};
    double percent = whole ? 100.0 * (double)part / (double)whole : 0;

    if (whole == 0) return amount;
    /* A part that is not all is never rounded up to 100%. */
    if (part < whole && percent > 99.9) percent = 99.9;
    int decimals = percent < 9.95 || (percent > 90 && part < whole) ? 1 : 0;
    snprintf(amount.text, sizeof amount.text, "%.*f%%", decimals, percent);
    return amount;
}

struct gt_amount gt_address(uint64_t address)
{
    struct gt_amount amount;

    snprintf(amount.text, sizeof amount.text, "0x%" PRIx64, address);
    return amount;
}
