/* Copies as many bytes as both versions of the struct have, and checks that the rest of a longer
 * one is 0. */
#include "inspector/base/options.h"

#include <string.h>

static bool is_zero(const unsigned char *bytes, size_t size)
{
    while (size > 0 && bytes[size - 1] == 0)
        size--;
    return size == 0;
}

struct gt_error *gt_options_take(void *own, size_t size, const void *given)
{
    size_t given_size = size;

    memset(own, 0, size);
    if (given) memcpy(&given_size, given, sizeof given_size);
    if (given_size < sizeof given_size)
        return gt_error_plain(GT_ERR_USAGE, "an option struct must begin with its size");
    size_t known = given_size < size ? given_size : size;
    if (given) memcpy(own, given, known);
    memcpy(own, &size, sizeof size);
    if (given && !is_zero((const unsigned char *)given + known, given_size - known))
        return gt_error_plain(GT_ERR_USAGE, "an option is set that this version does not know");
    return NULL;
}
