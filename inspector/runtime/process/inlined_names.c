/* Answers the queries of closure_names.h from the function tables of a process. */
#include "inspector/runtime/process/closure_names.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/process/packages.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_INLINED = 64, /* calls inlined at one pc */
    MAX_OUTERS = 16,  /* functions whose names a name may begin with */
};

struct outer {
    const struct gt_pclntab *tab;
    struct gt_func func;
    size_t length; /* of its name */
};

struct names {
    const struct gt_text *code;
    const char *file; /* of the closure's code */
    char *of;         /* the name for which `outers` were found */
    struct outer outers[MAX_OUTERS];
    size_t count;
};

/* ---- functions that a name begins with ---------------------------------------------------- */

static bool begins_with(const char *name, const char *function, size_t length)
{
    return length && strncmp(name, function, length) == 0 && strchr(".-", name[length]);
}

static void find_outers_in(struct names *names, const struct gt_pclntab *tab)
{
    size_t count = gt_pclntab_count(tab);
    struct gt_func func;

    for (size_t i = 0; i < count && names->count < MAX_OUTERS; i++) {
        if (!gt_func_at(tab, i, &func)) continue;
        const char *function = gt_func_name(tab, &func);
        size_t length = strlen(function);
        if (begins_with(names->of, function, length))
            names->outers[names->count++] = (struct outer){tab, func, length};
    }
}

static void find_outers(struct names *names, const char *name)
{
    gt_free(names->of);
    names->of = gt_strdup(name);
    names->count = 0;
    for (size_t i = 0; i < names->code->tab_count; i++)
        find_outers_in(names, names->code->tabs[i]);
}

/* The next one from `from` on with that name; NULL when there is none. */
static const struct outer *outer_of(struct names *names, const char *name, size_t length,
                                    size_t from)
{
    if (!names->of || !begins_with(names->of, name, length)) find_outers(names, name);
    for (size_t i = from; i < names->count; i++)
        if (names->outers[i].length == length) return &names->outers[i];
    return NULL;
}

static bool exists(void *ctx, const char *name, size_t length)
{
    return outer_of(ctx, name, length, 0) != NULL;
}

/* ---- inlined calls ------------------------------------------------------------------------ */

struct chain {
    const struct outer *outer;
    const char *calls; /* "two.one" */
    const char *found; /* "main.one" */
};

/* The rest of `calls` before this function, which must be its last part; NULL: it is not. */
static const char *before(const char *calls, const char *end, const char *function)
{
    size_t package = gt_package_length(function);
    const char *bare = function + package + (package > 0);
    size_t length = strlen(bare);

    if ((size_t)(end - calls) < length || memcmp(end - length, bare, length) != 0) return NULL;
    end -= length;
    if (end == calls) return end;
    return end[-1] == '.' ? end - 1 : NULL;
}

/* Positions are innermost first. Do they match all of `calls`? */
static bool makes_up(const char *calls, const struct gt_source_pos *positions, size_t count)
{
    const char *end = calls + strlen(calls);

    for (size_t i = 0; i < count && end; i++) {
        end = before(calls, end, positions[i].function);
        if (end == calls) return i + 1 == count;
    }
    return false;
}

static void match(void *ctx, uint64_t from, uint64_t to, int32_t value)
{
    struct chain *chain = ctx;
    struct gt_source_pos positions[MAX_INLINED];
    const struct outer *outer = chain->outer;

    (void)to;
    if (value < 0 || chain->found) return;
    size_t count = gt_func_positions(outer->tab, &outer->func, from, positions, MAX_INLINED);
    for (size_t i = 0; i + 1 < count && !chain->found; i++)
        if (makes_up(chain->calls, positions + i, count - 1 - i))
            chain->found = positions[i].function;
}

static const char *inlined(void *ctx, const char *name, size_t length, const char *calls)
{
    struct names *names = ctx;
    struct chain chain = {.calls = calls};

    chain.outer = outer_of(names, name, length, 0);
    while (chain.outer && !chain.found) {
        gt_func_pcdata_runs(chain.outer->tab, &chain.outer->func, GT_PCDATA_INL_TREE, match,
                            &chain);
        chain.outer = outer_of(names, name, length, (size_t)(chain.outer - names->outers) + 1);
    }
    return chain.found;
}

/* ---- files -------------------------------------------------------------------------------- */

static bool share_folder(const char *a, const char *b)
{
    const char *a_end = strrchr(a, '/'), *b_end = strrchr(b, '/');

    return a_end && b_end && a_end - a == b_end - b && memcmp(a, b, (size_t)(a_end - a)) == 0;
}

static bool beside(void *ctx, const char *name, size_t length)
{
    struct names *names = ctx;
    struct gt_source_pos positions[MAX_INLINED];
    const struct outer *outer = outer_of(names, name, length, 0);

    if (!outer) return false;
    size_t count =
        gt_func_positions(outer->tab, &outer->func, outer->func.entry, positions, MAX_INLINED);
    const char *file = count ? positions[count - 1].file : NULL;
    return file && names->file && share_folder(file, names->file);
}

const char *gt_closure_written_in(const struct gt_text *code, const char *name, const char *file,
                                  struct gt_arena *storage)
{
    struct names names = {.code = code, .file = file};
    struct gt_name_facts facts = {&names, exists, inlined, beside};
    const char *source = gt_closure_source(&facts, name, storage);

    gt_free(names.of);
    return source;
}
