#include "inspector/runtime/global_users.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/code_references.h"

#include <stdlib.h>

enum { MAX_USERS = 64 }; /* of one global, that are told apart */

struct reference {
    uint64_t target, entry; /* of the function that refers to it */
};

struct gt_global_users {
    struct gt_process *process;
    struct gt_vec list; /* struct reference, sorted; once it was asked for */
    bool read;
};

struct gt_global_users *gt_global_users_create(struct gt_process *process)
{
    struct gt_global_users *users = gt_calloc(1, sizeof *users);

    *users = (struct gt_global_users){.process = process, .list = GT_VEC_OF(struct reference)};
    return users;
}

void gt_global_users_free(struct gt_global_users *users)
{
    if (!users) return;
    gt_vec_free(&users->list);
    free(users);
}

/* ---- sections ------------------------------------------------------------------------------ */

struct section {
    const char *name;
    uint64_t start, end;
};

/* Globals without pointers lie elsewhere: nobody asks for them. */
static bool section_of(const struct gt_process *process, uint64_t addr, struct section *out)
{
    for (size_t i = 0; i < process->module_count; i++) {
        const struct gt_module *module = &process->modules[i];
        const struct section sections[] = {{".data", module->data, module->edata},
                                           {".bss", module->bss, module->ebss}};
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

/* Globals with pointers begin at whole words. What is not at one is no reference, but for those to
 * smaller fields, which tell nothing. */
static void add(void *ctx, uint64_t entry, uint64_t target)
{
    struct gt_global_users *users = ctx;
    struct reference reference = {target, entry};
    struct section section;

    if (target % 8 == 0 && section_of(users->process, target, &section))
        gt_vec_add(&users->list, &reference);
}

static void read_code(struct gt_global_users *users)
{
    users->read = true;
    gt_code_references(users->process, add, users);
    if (users->list.len)
        qsort(users->list.data, users->list.len, sizeof(struct reference), by_target);
}

static const struct reference *reference_at(const struct gt_global_users *users, size_t index)
{
    return gt_vec_at(&users->list, index);
}

/* How many references are to `addr` or lower. */
static size_t count_up_to(const struct gt_global_users *users, uint64_t addr)
{
    size_t low = 0, high = users->list.len;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (reference_at(users, middle)->target <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those that start a global are no news: package initialisers, and what the collector calls. */
static bool is_telling(const char *function)
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

bool gt_global_users_at(struct gt_global_users *users, uint64_t addr, struct gt_referred *out)
{
    struct section section;
    const char *last = NULL;

    if (!section_of(users->process, addr, &section)) return false;
    if (!users->read) read_code(users);
    size_t end = count_up_to(users, addr);
    uint64_t start = addr;
    if (end && reference_at(users, end - 1)->target >= section.start)
        start = reference_at(users, end - 1)->target;
    *out = (struct gt_referred){
        .section = section.name, .offset = start - section.start, .inside = addr - start};
    size_t first = start ? count_up_to(users, start - 1) : 0;
    for (size_t i = first; i < end && i < first + MAX_USERS; i++) {
        const char *function = gt_process_function(users->process, reference_at(users, i)->entry);
        if (!is_telling(function) || (last && strcmp(last, function) == 0)) continue;
        last = function;
        add_user(out, function);
    }
    return true;
}
