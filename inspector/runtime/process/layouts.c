/* Puts the sources of facts into one chain and resolves every field with it: first without the
 * program's types, which cannot be found without some of the fields, then with them. Then it
 * records what is missing, or known only from an older Go. */
#include "inspector/runtime/process/layouts.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/core/debug_file.h"
#include "inspector/runtime/process/landmarks.h"

#include <stdio.h>

static struct gt_error *resolve(struct gt_process *process)
{
    return gt_error_file(gt_layout_resolve(process->facts, &process->version, &process->layout),
                         gt_binary_path(process->binary));
}

/* Debug information that was stripped may be in a separate file. */
static void open_debug_file(struct gt_process *process)
{
    char *why = NULL;

    if (gt_binary_has_dwarf(process->binary)) return;
    process->debug = gt_debug_file_find(process->core, process->binary, &why);
    if (why) gt_process_lost(process, GT_OF_NAMES, "%s", why);
    gt_free(why);
}

/* The file with the program's symbols: its own, or the separate one. */
static const struct gt_binary *symbols_of(const struct gt_process *process)
{
    return process->debug ? process->debug : process->binary;
}

/* Without DWARF, the layouts come from the table of the program's Go version. */
struct gt_error *gt_layouts_find(struct gt_process *process)
{
    struct gt_error *error = NULL;

    open_debug_file(process);
    gt_facts_chain_init(&process->chain);
    process->facts = &process->chain.facts;
    if (gt_binary_has_dwarf(symbols_of(process)))
        error = gt_dwarf_open(symbols_of(process), &process->dwarf);
    if (error) {
        process->dwarf = NULL;
        gt_process_lost(process, GT_OF_NAMES, "%s", gt_error_message(error));
        gt_error_destroy(error);
    }
    if (process->dwarf && process->cache_path)
        gt_dwarf_use_kept(process->dwarf, symbols_of(process), process->cache_path);
    if (process->dwarf) gt_facts_chain_add(&process->chain, gt_dwarf_facts(process->dwarf));
    gt_facts_chain_add(&process->chain, &process->known_facts);
    process->landmarks = gt_landmarks_create(process);
    gt_facts_chain_add(&process->chain, gt_landmarks_facts(process->landmarks));
    return resolve(process);
}

/* The rtypes that survived are the program's own, and come before the table. */
static struct gt_error *use_rtypes(struct gt_process *process)
{
    if (process->dwarf || !process->module_count) return NULL;
    process->rtypes = gt_rtype_facts_create(process->types, process->mem, &process->modules[0]);
    gt_facts_chain_init(&process->chain);
    gt_facts_chain_add(&process->chain, gt_rtype_facts_of(process->rtypes));
    gt_facts_chain_add(&process->chain, gt_named_types_facts(process->type_names));
    gt_facts_chain_add(&process->chain, &process->known_facts);
    gt_facts_chain_add(&process->chain, gt_landmarks_facts(process->landmarks));
    return resolve(process);
}

/* ---- missing fields, and fields that nobody has checked ------------------------------------ */

static void describe_lack(void *ctx, const char *type, const char *path, enum gt_need need)
{
    static const struct {
        enum gt_evidence of;
        const char *what;
    } costs[] = {
        [GT_NEED_HEAP] = {GT_OF_HEAP, " of the heap"},
        [GT_NEED_GOROUTINES] = {GT_OF_GOROUTINES, " of goroutines"},
        [GT_NEED_TIMERS] = {GT_OF_TIMERS, " of timers"},
        [GT_NEED_SPECIALS] = {GT_OF_SPECIALS, " of finalizers and cleanups"},
        [GT_NEED_DEFERS] = {GT_OF_DEFERS, " of deferred calls"},
        [GT_NEED_NAMES] = {GT_OF_NAMES, ""},
    };

    gt_process_lost(ctx, costs[need].of,
                    "the program does not tell where %s%s%s is: what is read%s by it is "
                    "unknown",
                    type, path ? "." : "", path ? path : "", costs[need].what);
}

struct names { /* names in a line */
    char text[600];
    size_t length;
    bool more; /* not all names fit */
};

static void add_name(void *ctx, const char *name)
{
    struct names *names = ctx;
    size_t room = sizeof names->text - names->length;
    int length =
        snprintf(names->text + names->length, room, "%s%s", names->length ? ", " : "", name);

    if ((size_t)length < room) {
        names->length += (size_t)length;
        return;
    }
    names->text[names->length] = '\0';
    names->more = true;
}

/* What the program describes itself, without the table; NULL when that is nothing. */
static const struct gt_facts *own_facts(const struct gt_process *process)
{
    if (process->dwarf) return gt_dwarf_facts(process->dwarf);
    return process->rtypes ? gt_rtype_facts_of(process->rtypes) : NULL;
}

/* The structs and constants that only the table has. */
static void name_borrowed(const struct gt_process *process, const struct gt_facts *own,
                          struct names *names)
{
    struct gt_layout of_program;
    int64_t value;

    gt_error_destroy(gt_layout_resolve(own, &process->version, &of_program));
    gt_layout_beyond(&process->layout, &of_program, &process->version, add_name, names);
    for (size_t i = 0; i < gt_known_constant_count; i++)
        if (!own->constant || !own->constant(own->ctx, gt_known_constants[i], &value))
            add_name(names, gt_known_constants[i]);
}

/* Go is newer than the table: the fields taken from it are recorded, since nobody has checked
 * them. */
static void describe_of_newer(struct gt_process *process)
{
    static const struct gt_facts nothing = {0};
    const struct gt_facts *own = own_facts(process);
    struct names names = {.length = 0};
    unsigned first, last;

    if (process->known.exact) return;
    gt_known_range(&first, &last);
    name_borrowed(process, own ? own : &nothing, &names);
    gt_process_lost(process, GT_OF_NAMES,
                    "%s is newer than go1.%u.%u, the newest that was looked at: layouts are the "
                    "program's own, by its %s%s%s%s; statuses, wait reasons and the heap's design "
                    "are taken for that one's; 'gotopsy check' tells how far this holds",
                    process->version.text, last / 1000, last % 1000,
                    process->dwarf ? "debug information" : "types without debug information",
                    names.length ? ", but that one's for " : "", names.text,
                    names.more ? " and more" : "");
}

struct gt_error *gt_layouts_settle(struct gt_process *process)
{
    struct gt_error *error = use_rtypes(process);

    if (error) return error;
    describe_of_newer(process);
    gt_layout_lacks(&process->layout, &process->version, describe_lack, process);
    return NULL;
}
