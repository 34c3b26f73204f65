/* The first characters and a comma tell the forms apart. The digits of every form go through one
 * function. */
#include "inspector/cli/values/address.h"

#include "inspector/base/error.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct gt_error *bad_address(const char *text)
{
    char *end;
    uint64_t number = strtoull(text, &end, 10);

    if (*text >= '0' && *text <= '9' && !*end)
        return gt_error_create(GT_ERR_USAGE,
                               "an address is hexadecimal with 0x before it: 0x%s, or 0x%" PRIx64
                               " if %s is meant to be decimal",
                               text, number, text);
    return gt_error_create(GT_ERR_USAGE, "expected an address such as 0xc000012080, not '%s'",
                           text);
}

struct gt_error *gt_address_parse(const char *text, uint64_t *address)
{
    char *end;

    if (strncmp(text, "0x", 2) != 0 && strncmp(text, "0X", 2) != 0) return bad_address(text);
    if (strspn(text + 2, "0123456789abcdefABCDEF") != strlen(text + 2) || !text[2] ||
        strlen(text + 2) > 16)
        return bad_address(text);
    *address = strtoull(text, &end, 16);
    return NULL;
}

static struct gt_error *parse_part(const char *text, size_t length, uint64_t *address)
{
    char part[32];

    if (length >= sizeof part) return bad_address(text);
    memcpy(part, text, length);
    part[length] = '\0';
    return gt_address_parse(part, address);
}

/* In "(*main.session)(0xc000012080)" the result is the type that the pointer leads to. */
static struct gt_error *parse_conversion(const char *text, struct gt_arena *arena,
                                         uint64_t *address, const char **type)
{
    const char *open = strrchr(text, '('), *close = strrchr(text, ')');
    bool whole = open && close && open > text && open[-1] == ')' && close > open && !close[1];

    if (!whole || text[1] != '*' || text[2] == ')')
        return gt_error_create(
            GT_ERR_USAGE, "expected a conversion such as (*main.session)(0xc000012080), not '%s'",
            text);
    *type = gt_arena_strndup(arena, text + 2, (size_t)(open - 1 - (text + 2)));
    return parse_part(open + 1, (size_t)(close - open - 1), address);
}

struct gt_error *gt_address_parse_typed(const char *text, struct gt_arena *arena, uint64_t *address,
                                        const char **type)
{
    const char *comma = strchr(text, ',');

    *type = NULL;
    if (text[0] == '*' && text[1] == '(') text++;
    if (*text == '(') return parse_conversion(text, arena, address, type);
    if (!comma) return gt_address_parse(text, address);
    if (!comma[1])
        return gt_error_create(GT_ERR_USAGE, "expected a type after the comma in '%s'", text);
    *type = gt_arena_strndup(arena, comma + 1, strlen(comma + 1));
    return parse_part(text, (size_t)(comma - text), address);
}
