/* A table names the kinds of roots that have no variable. Globals and frames' words are named by
 * debug information, else by the section and offset, or by the distance from the caller's frame. */
#include "inspector/detect/describe/root_names.h"

#include "inspector/base/package.h"
#include "inspector/base/str.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/describe/static_names.h"
#include "inspector/runtime/typing/saved_registers.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/waits/waiting_values.h"

#include <ctype.h>
#include <inttypes.h>

void gt_strip_indices(char *field)
{
    char *to = field;

    for (char *from = field; *from; from++) {
        *to++ = *from;
        if (*from != '[' || !isdigit((unsigned char)from[1])) continue;
        while (isdigit((unsigned char)from[1]))
            from++; /* keeps at least one digit, so that the star has room */
        *to++ = '*';
    }
    *to = '\0';
}

const char *gt_without_global(const char *name)
{
    static const char named[] = "global ", unnamed[] = "global at ";

    bool cut = strncmp(name, named, sizeof named - 1) == 0 &&
               strncmp(name, unnamed, sizeof unnamed - 1) != 0;
    return cut ? name + sizeof named - 1 : name;
}

/* Functions that the compiler makes for go and defer statements with arguments. */
static bool is_wrapper(const char *function)
{
    return strstr(function, ".gowrap") || strstr(function, ".deferwrap");
}

/* The function of a frame's root. A wrapper's variables are the arguments of the function that it
 * calls, which the compiler usually inlines into it. */
static const char *frame_function(const struct gt_heap_analysis *analysis,
                                  const struct gt_root *root)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[root->owner];
    struct gt_stack places;

    if (root->frame >= g->frame_count) return "?";
    uint64_t pc = gt_g_frame(analysis->goroutines, g, root->frame)->pc;
    const char *name = gt_process_function(analysis->process, pc - (root->frame > 0));
    if (!is_wrapper(name)) return name;
    places = gt_locations_at(analysis->process, analysis->storage, pc, root->frame > 0);
    return places.count ? places.locations[0].function : name;
}

/* The name is the global's offset in its section, which identifies it, and the functions that use
 * it. */
static const char *unnamed_global(const struct gt_heap_analysis *analysis,
                                  const struct gt_root *root, bool grouped)
{
    struct gt_referred at;
    struct gt_str name = {0};

    if (!gt_global_users_at(analysis->users, root->addr, &at)) return "unnamed global";
    gt_str_format(&name, "global at %s+0x%" PRIx64, at.section,
                  at.offset + (grouped ? 0 : at.inside));
    if (at.user_count) gt_str_format(&name, " (used by %s", at.users[0]);
    if (at.user_count > 1)
        gt_str_format(&name, "%s%s", at.user_count == 2 ? " and " : ", ", at.users[1]);
    if (at.user_count > 2) gt_str_format(&name, " and %zu more", at.user_count - 2);
    if (at.user_count) gt_str_format(&name, ")");
    const char *kept = gt_arena_strndup(analysis->storage, gt_str_text(&name), name.len);
    gt_str_deinit(&name);
    return kept;
}

const char *gt_global_place(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    struct gt_referred at;

    if (!gt_global_users_at(analysis->users, root->addr, &at)) return "global";
    return gt_arena_format(analysis->storage, "global at %s+0x%" PRIx64, at.section,
                           at.offset + at.inside);
}

const char *gt_static_place(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                            bool grouped)
{
    struct gt_referred at;

    if (!gt_global_users_at(analysis->users, root->addr, &at)) return "static data";
    return gt_arena_format(analysis->storage, "static data at %s+0x%" PRIx64, at.section,
                           at.offset + (grouped ? 0 : at.inside));
}

/* The compiler gives a value that is being sent a slot without a name. */
static bool is_being_sent(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                          uint64_t addr)
{
    struct gt_waiting_value value;

    return gt_waiting_value_at(analysis->process, g, addr, &value) && value.sent;
}

/* A word of a frame is named by its distance from the caller's frame. In a frame that is scanned
 * conservatively the distance says nothing. */
static const char *unnamed_slot(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                                const char *function)
{
    const struct gt_goroutine *g = &analysis->goroutines->list[root->owner];

    if (root->kind == GT_ROOT_CONSERVATIVE)
        return gt_arena_format(analysis->storage, "%s frame (interrupted)", function);
    if (!root->addr || root->frame >= g->frame_count)
        return gt_arena_format(analysis->storage, "%s frame", function);
    if (is_being_sent(analysis, g, root->addr))
        return gt_arena_format(analysis->storage, "%s value being sent", function);
    uint64_t base = gt_g_frame(analysis->goroutines, g, root->frame)->cfa;
    bool below = root->addr < base;
    return gt_arena_format(analysis->storage, "%s frame, slot %c0x%" PRIx64, function,
                           below ? '-' : '+', (below ? base - root->addr : root->addr - base));
}

const char *gt_variable_name(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                             bool grouped, char *field, size_t field_size, gt_type_id *type)
{
    uint64_t offset = 0;
    const char *name = gt_typing_variable(analysis->typing, root, type, &offset);
    struct gt_root home = *root;

    if (*type) gt_types_field_path(analysis->process->types, *type, offset, field, field_size);
    if (root->kind == GT_ROOT_GLOBAL)
        return name ? gt_arena_format(analysis->storage, "global %s", name)
                    : unnamed_global(analysis, root, grouped);
    home.frame = gt_frame_of_word(analysis->process, analysis->goroutines, root);
    const char *function = frame_function(analysis, &home);
    if (!name) return unnamed_slot(analysis, root, function);
    return gt_arena_format(analysis->storage, "%s variable %s", function, name);
}

const char *gt_root_name(const struct gt_heap_analysis *analysis, const struct gt_root *root,
                         bool grouped, char *field, size_t field_size, gt_type_id *type)
{
    static const char *const plain[GT_ROOT_KINDS] = {
        [GT_ROOT_CONTEXT] = "goroutine's saved context",
        [GT_ROOT_FINALIZER] = "function of a finalizer",
        [GT_ROOT_CONTENTS] = "object with a finalizer",
        [GT_ROOT_CLEANUP] = "cleanup",
        [GT_ROOT_WEAK_HANDLE] = "weak pointer's handle",
        [GT_ROOT_QUEUED] = "queue of finalizers",
        [GT_ROOT_QUEUED_CLEANUP] = "queue of cleanups",
        [GT_ROOT_TINY] = "tiny allocator",
    };

    *field = '\0';
    *type = GT_NO_TYPE;
    const char *name = root->kind == GT_ROOT_GLOBAL
                           ? gt_static_name(analysis, root->addr, grouped, field, field_size, type)
                           : NULL;
    if (name) return name;
    if (root->kind == GT_ROOT_GLOBAL || root->kind == GT_ROOT_FRAME ||
        root->kind == GT_ROOT_CONSERVATIVE)
        return gt_variable_name(analysis, root, grouped, field, field_size, type);
    if (root->kind == GT_ROOT_DEFER) return "deferred call";
    return plain[root->kind];
}

bool gt_root_is_runtimes(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    struct gt_root first = *root;
    struct gt_referred at;
    gt_type_id type;
    uint64_t offset;

    first.addr = gt_static_first(analysis->typing->statics, root->addr);
    const char *name = gt_typing_variable(analysis->typing, &first, &type, &offset);
    if (name) return gt_is_runtimes(name);
    if (!gt_global_users_at(analysis->users, first.addr, &at) || !at.user_count) return false;
    return gt_is_runtimes(at.users[0]) && (at.user_count < 2 || gt_is_runtimes(at.users[1]));
}

bool gt_root_is_late(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    gt_type_id type;
    uint64_t offset;

    if (root->kind == GT_ROOT_GLOBAL) return gt_root_is_runtimes(analysis, root);
    return gt_root_is_goroutines(root) &&
           !gt_typing_variable(analysis->typing, root, &type, &offset);
}
