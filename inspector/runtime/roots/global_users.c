/* Keeps two sorted lists: the addresses that code refers to, and the targets of words of globals. A
 * global begins at the highest address in these lists that is not above the queried one. */
#include "inspector/runtime/roots/global_users.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/process/code_references.h"

#include <stdlib.h>

enum { MAX_USERS = 64 }; /* functions counted for one global */

struct reference {
    uint64_t target; /* the first member, by which the list is searched */
    uint64_t entry;  /* of the function that refers to it */
};

struct pointed {     /* the target of a word of a global */
    uint64_t target; /* the first member, as above */
    uint64_t word;
};

struct gt_global_users {
    struct gt_process *process;
    const struct gt_roots *roots;
    unsigned threads;
    struct gt_vec list;    /* struct reference, sorted; filled by the first query */
    struct gt_vec pointed; /* struct pointed, likewise */
    bool read;
};

struct gt_global_users *gt_global_users_create(struct gt_process *process,
                                               const struct gt_roots *roots, unsigned threads)
{
    struct gt_global_users *users = gt_calloc(1, sizeof *users);

    *users = (struct gt_global_users){.process = process,
                                      .roots = roots,
                                      .threads = threads,
                                      .list = GT_VEC_OF(struct reference),
                                      .pointed = GT_VEC_OF(struct pointed)};
    return users;
}

void gt_global_users_destroy(struct gt_global_users *users)
{
    if (!users) return;
    gt_vec_deinit(&users->list);
    gt_vec_deinit(&users->pointed);
    gt_free(users);
}

/* ---- sections ------------------------------------------------------------------------------ */

struct section {
    const char *name;
    uint64_t start, end;
};

static bool section_of(const struct gt_process *process, uint64_t addr, struct section *out)
{
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        const struct section sections[] = {{".data", module->data, module->edata},
                                           {".bss", module->bss, module->ebss},
                                           {".noptrdata", module->noptrdata, module->enoptrdata},
                                           {".noptrbss", module->noptrbss, module->enoptrbss}};
        for (size_t j = 0; j < sizeof sections / sizeof *sections; j++)
            if (addr >= sections[j].start && addr < sections[j].end) {
                *out = sections[j];
                return true;
            }
    }
    return false;
}

/* ---- all of them --------------------------------------------------------------------------- */

static int by_target(const void *a, const void *b)
{
    const struct reference *left = a, *right = b;

    if (left->target != right->target) return left->target < right->target ? -1 : 1;
    return left->entry < right->entry ? -1 : left->entry > right->entry;
}

/* Globals of at least a word begin at addresses that are multiples of a word. So other addresses
 * are no references, or are references to smaller globals, which are not needed. `kept` is the
 * last target of the function, which it mostly uses more than once. */
static void note(const void *process, struct gt_code_notes *notes, uint64_t entry, uint64_t target)
{
    struct reference reference = {target, entry};
    struct section section;

    if (target % 8 || target == notes->kept || !section_of(process, target, &section)) return;
    notes->kept = target;
    gt_vec_add(&notes->list, &reference);
}

static void read_code(struct gt_global_users *users)
{
    users->read = true;
    gt_code_references(users->process, users->threads, note, users->process, &users->list);
    if (users->list.len)
        qsort(users->list.data, users->list.len, sizeof(struct reference), by_target);
}

static int by_pointed(const void *a, const void *b)
{
    const struct pointed *left = a, *right = b;

    if (left->target != right->target) return left->target < right->target ? -1 : 1;
    return left->word < right->word ? -1 : left->word > right->word;
}

static void read_words(struct gt_global_users *users)
{
    const struct gt_vec *statics = &users->roots->statics;

    for (size_t i = 0; i < statics->len; i++) {
        const struct gt_root *word = gt_vec_at(statics, i);
        struct pointed pointed = {word->value, word->addr};
        if (word->kind == GT_ROOT_GLOBAL) gt_vec_add(&users->pointed, &pointed);
    }
    if (users->pointed.len)
        qsort(users->pointed.data, users->pointed.len, sizeof(struct pointed), by_pointed);
}

static const struct reference *reference_at(const struct gt_global_users *users, size_t index)
{
    return gt_vec_at(&users->list, index);
}

/* False for functions that use every global: package initialisers, and those that the collector
 * calls. */
static bool tells_apart(const char *function)
{
    size_t length = strlen(function);

    return strcmp(function, "?") != 0 &&
           (length < 5 || strcmp(function + length - 5, ".init") != 0) &&
           !strstr(function, ".init.");
}

static void add_user(struct gt_referred *out, const char *function)
{
    size_t known = out->user_count < 2 ? out->user_count : 2;

    for (size_t i = 0; i < known; i++)
        if (strcmp(out->users[i], function) == 0) return;
    if (out->user_count < 2) out->users[out->user_count] = function;
    out->user_count++;
}

/* The first of the words that lead to the highest target up to addr; NULL if there is no target
 * there. */
static const struct pointed *pointed_before(const struct gt_global_users *users, uint64_t addr)
{
    size_t count = gt_vec_up_to(&users->pointed, addr);

    if (count == 0) return NULL;
    const struct pointed *last = gt_vec_at(&users->pointed, count - 1);
    return gt_vec_at(&users->pointed, gt_vec_up_to(&users->pointed, last->target - 1));
}

/* The start of the global that holds addr: an address that code refers to, or that a word of
 * another global leads to. */
static uint64_t begin_of(const struct gt_global_users *users, const struct section *section,
                         uint64_t addr, uint64_t *from)
{
    size_t end = gt_vec_up_to(&users->list, addr);
    uint64_t start = end ? reference_at(users, end - 1)->target : 0;
    const struct pointed *pointed = pointed_before(users, addr);

    *from = 0;
    if (pointed && pointed->target >= start && pointed->target >= section->start) {
        *from = pointed->word;
        return pointed->target;
    }
    return start >= section->start ? start : addr;
}

static void add_users(struct gt_global_users *users, uint64_t start, struct gt_referred *out)
{
    const char *last = NULL;
    size_t end = gt_vec_up_to(&users->list, start),
           first = start ? gt_vec_up_to(&users->list, start - 1) : 0;

    for (size_t i = first; i < end && i < first + MAX_USERS; i++) {
        const char *function = gt_process_function(users->process, reference_at(users, i)->entry);
        if (!tells_apart(function) || (last && strcmp(last, function) == 0)) continue;
        last = function;
        add_user(out, function);
    }
}

bool gt_global_users_at(struct gt_global_users *users, uint64_t addr, struct gt_referred *out)
{
    struct section section;
    uint64_t from;

    if (!section_of(users->process, addr, &section)) return false;
    if (!users->read) {
        read_code(users);
        read_words(users);
    }
    uint64_t start = begin_of(users, &section, addr, &from);
    *out = (struct gt_referred){.section = section.name,
                                .offset = start - section.start,
                                .inside = addr - start,
                                .from = from};
    add_users(users, start, out);
    return true;
}
