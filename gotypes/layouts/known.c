/* Searches all rows of known.def for each query: first for the program's own version, then for the
 * nearest known release. A row for an experiment that the program has comes before the row for all
 * programs. */
#include "gotypes/layouts/known.h"

#include <stdlib.h>
#include <string.h>

const char *const gt_known_constants[] = {
    "runtime._KindSpecialFinalizer",
    "runtime._KindSpecialCleanup",
    "runtime._KindSpecialWeakHandle",
    "runtime._KindSpecialProfile",
};
const size_t gt_known_constant_count = sizeof gt_known_constants / sizeof *gt_known_constants;

const char *const gt_known_globals[] = {"runtime.semtable", "runtime.waitReasonStrings",
                                        "runtime.printBacklog"};
const size_t gt_known_global_count = sizeof gt_known_globals / sizeof *gt_known_globals;

/* A line of known.def. `text` is a struct's fields ("next@0:8 offset@8:2"). */
struct row {
    const char *name;
    unsigned arches, since, until;
    const char *experiment; /* "" for every program whose experiments have no row of their own */
    uint64_t value;         /* a struct's or a variable's size, or the constant */
    const char *text;
};

#define RELEASE(number)
#define KNOWN(name, arches, since, until, experiment, value, text)                                 \
    {name, arches, since, until, experiment, value, text},
static const struct row rows[] = {
#include "gotypes/layouts/known.def"
};
#undef RELEASE
#undef KNOWN

#define RELEASE(number) number,
#define KNOWN(name, arches, since, until, experiment, value, text)
static const unsigned releases[] = {
#include "gotypes/layouts/known.def"
};
#undef RELEASE
#undef KNOWN

enum { ROWS = sizeof rows / sizeof *rows, RELEASES = sizeof releases / sizeof *releases };

void gt_known_range(unsigned *first, unsigned *last)
{
    *first = releases[0];
    *last = releases[RELEASES - 1];
}

bool gt_known_find(const struct gt_go_version *version, enum gt_arch arch, struct gt_known *out)
{
    unsigned asked = gt_version_number(version);

    *out = (struct gt_known){.version = version, .arch = arch, .asked = asked};
    if (asked < releases[0]) return false;
    for (size_t i = 0; i < RELEASES; i++) {
        bool same = releases[i] / 1000 == version->minor;
        if (out->exact && (!same || out->nearest >= asked)) break;
        if (same || releases[i] < asked) out->nearest = releases[i];
        out->exact |= same;
    }
    return true;
}

static bool has_experiment(const struct gt_known *known, const char *name)
{
    for (size_t i = 0; i < known->version->experiment_count; i++)
        if (strcmp(known->version->experiments[i], name) == 0) return true;
    return false;
}

static const struct row *find_at(const struct gt_known *known, const char *name, unsigned version)
{
    const struct row *found = NULL;

    for (size_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (!(row->arches & known->arch) || version < row->since || version > row->until ||
            strcmp(row->name, name) != 0)
            continue;
        if (*row->experiment && has_experiment(known, row->experiment)) return row;
        if (!*row->experiment) found = row;
    }
    return found;
}

static const struct row *find(const struct gt_known *known, const char *name)
{
    const struct row *row = find_at(known, name, known->asked);

    return row ? row : find_at(known, name, known->nearest);
}

/* ---- the interface of facts.h -------------------------------------------------------------- */

static bool field(void *ctx, const char *type, const char *path, uint64_t *offset, uint64_t *size)
{
    const struct row *row = find(ctx, type);
    size_t length = strlen(path);

    for (const char *at = row ? row->text : NULL; at; at = strchr(at, ' ')) {
        at += *at == ' ';
        if (strncmp(at, path, length) != 0 || at[length] != '@') continue;
        char *end;
        *offset = strtoull(at + length + 1, &end, 10);
        *size = strtoull(end + 1, NULL, 10);
        return true;
    }
    return false;
}

static bool type_size(void *ctx, const char *type, uint64_t *size)
{
    const struct row *row = find(ctx, type);

    if (row) *size = row->value;
    return row && row->value; /* 0: programs with the experiment lack the struct */
}

static bool constant(void *ctx, const char *name, int64_t *value)
{
    const struct row *row = find(ctx, name);

    if (row) *value = (int64_t)row->value;
    return row;
}

struct gt_facts gt_known_facts(const struct gt_known *known)
{
    return (struct gt_facts){.ctx = (void *)known, /* the functions only read it */
                             .field = field,
                             .type_size = type_size,
                             .constant = constant};
}

uint64_t gt_known_global_size(const struct gt_known *known, const char *name)
{
    const struct row *row = find(known, name);

    return row ? row->value : 0;
}
