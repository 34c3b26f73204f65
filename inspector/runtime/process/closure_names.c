/* Takes one suffix of a closure after the other off the name. What is left is a function that
 * exists, or begins with a caller whose table has the inlined call. Otherwise it is split after the
 * nearest caller that exists. */
#include "inspector/runtime/process/closure_names.h"

#include "inspector/runtime/process/packages.h"

#include <string.h>

enum { MAX_STEPS = 64 }; /* closures and inlined calls in one name */

/* ---- parts of a name ---------------------------------------------------------------------- */

/* The length of `name` without the suffix of a closure, a wrapper or the body of a range over a
 * function; `length` when it has no such suffix. */
static size_t without_suffix(const char *name, size_t length)
{
    static const char *const suffixes[] = {".func", ".", "-range", ".gowrap", ".deferwrap"};
    size_t end = length;

    while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9')
        end--;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        size_t size = strlen(suffixes[i]);
        if (end < length && end > size && memcmp(name + end - size, suffixes[i], size) == 0)
            return end - size;
    }
    size_t fm = strlen("-fm");
    return length > fm && memcmp(name + length - fm, "-fm", fm) == 0 ? length - fm : length;
}

/* The dot where the last part of the first `length` bytes begins. Dots in brackets do not count. 0:
 * none. */
static size_t last_dot(const char *name, size_t length)
{
    int depth = 0;

    for (size_t i = length; i > 0; i--) {
        char c = name[i - 1];
        depth += (c == ']' || c == ')') - (c == '[' || c == '(');
        if (depth == 0 && c == '.') return i - 1;
    }
    return 0;
}

/* The package's own dot, or nothing, is before the first part. */
static size_t next_outer(const char *name, size_t length)
{
    size_t dot = last_dot(name, length);

    return dot > gt_package_length(name) ? dot : 0;
}

/* Does it certainly name one function or method, such as "main.run" or "main.(*conn).read"? */
static bool is_plain(const char *name)
{
    size_t length = strlen(name), outer;

    for (size_t before = 0; before != length;) {
        before = length;
        length = without_suffix(name, length);
    }
    outer = next_outer(name, length);
    return !outer || (name[outer - 1] == ')' && !next_outer(name, outer));
}

/* ---- the source function ------------------------------------------------------------------- */

struct namer {
    const struct gt_name_facts *facts;
    struct gt_arena *storage;
    const char *name; /* what is left of the name, or the inlined function's name */
    bool inlined;     /* it was found in a caller's name */
};

static void keep(struct namer *namer, const char *name, size_t length)
{
    namer->name = gt_arena_strndup(namer->storage, name, length);
}

/* By the calls that a caller has inlined, according to its table; the nearest caller first. */
static bool ask_outer(struct namer *namer)
{
    const struct gt_name_facts *facts = namer->facts;
    const char *name = namer->name;

    for (size_t at = next_outer(name, strlen(name)); at; at = next_outer(name, at)) {
        if (!facts->exists(facts->ctx, name, at)) continue;
        const char *found = facts->inlined(facts->ctx, name, at, name + at + 1);
        if (!found) continue;
        keep(namer, found, strlen(found));
        return namer->inlined = true;
    }
    return false;
}

/* By the grammar of names: the last function or method after the nearest caller. */
static void take_apart(struct namer *namer)
{
    const struct gt_name_facts *facts = namer->facts;
    const char *name = namer->name;
    size_t package = gt_package_length(name), last = next_outer(name, strlen(name)), at = last;

    while (at && !facts->exists(facts->ctx, name, at))
        at = next_outer(name, at);
    if (!at || !facts->beside(facts->ctx, name, at)) return;
    if (last > at && name[last - 1] == ')') last = next_outer(name, last);
    namer->name = gt_arena_format(namer->storage, "%.*s%s", (int)package, name, name + last);
    namer->inlined = true;
}

const char *gt_closure_source(const struct gt_name_facts *facts, const char *name,
                              struct gt_arena *storage)
{
    struct namer namer = {facts, storage, name, false};

    if (is_plain(name)) return NULL;
    for (unsigned step = 0; step < MAX_STEPS; step++) {
        size_t length = strlen(namer.name), left = without_suffix(namer.name, length);
        if (left == length) break;
        keep(&namer, namer.name, left);
        if (facts->exists(facts->ctx, namer.name, left) || ask_outer(&namer)) continue;
        if (without_suffix(namer.name, left) == left) take_apart(&namer);
    }
    return namer.inlined ? namer.name : NULL;
}
