/* The package ends at the first dot after the last slash. Only the text before the first bracket or
 * parenthesis is searched, since type arguments contain paths of their own. */
#include "inspector/base/package.h"

#include <string.h>

size_t gt_package_length(const char *function)
{
    size_t end = strcspn(function, "[("), start = end;

    while (start > 0 && function[start - 1] != '/')
        start--;
    const char *dot = memchr(function + start, '.', end - start);
    return dot ? (size_t)(dot - function) : 0;
}

bool gt_is_in_package(const char *function, const char *package)
{
    size_t length = strlen(package);

    return gt_package_length(function) == length && memcmp(function, package, length) == 0;
}

static bool is_below_runtime(const char *name)
{
    static const char below[] = "internal/runtime/";

    return strncmp(name, below, sizeof below - 1) == 0;
}

bool gt_is_runtime_package(const char *path)
{
    return strcmp(path, "runtime") == 0 || is_below_runtime(path);
}

bool gt_is_runtimes(const char *function)
{
    return gt_is_in_package(function, "runtime") || is_below_runtime(function);
}
