#include "inspector/detect/places.h"

#include "inspector/base/str.h"

#include <stdlib.h>

enum {
    MAX_INLINED = 64, /* calls inlined at one pc */
    MAX_PLACES = 128, /* told of one stack: both ends of a longer one */
    MAX_SAMPLE = 128, /* pcs of a profile bucket (runtime.maxProfStackDepth) */
};

static void add_places(const struct gt_process *process, struct gt_arena *storage, uint64_t pc,
                       bool is_return, struct gt_vec *out)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    struct gt_source_pos positions[MAX_INLINED];

    if (is_return && pc) pc--;
    if (!gt_text_find(&process->code, pc, &tab, &func)) return;
    size_t count = gt_func_positions(tab, &func, pc, positions, MAX_INLINED);
    for (size_t i = 0; i < count; i++) {
        struct gt_place *place = gt_vec_push(out);
        const struct gt_source_pos *from = &positions[i];
        place->function = gt_arena_strndup(storage, from->function, strlen(from->function));
        if (from->file) place->file = gt_arena_strndup(storage, from->file, strlen(from->file));
        place->line = from->line;
        place->inlined = from->inlined;
        place->pc = pc;
    }
}

/* The name, without its folders, of the file that was mapped at pc; NULL when none was. */
static const char *file_at(const struct gt_core *core, uint64_t pc)
{
    size_t count;
    const struct gt_file_mapping *maps = gt_core_mappings(core, &count);

    for (size_t i = 0; i < count; i++) {
        if (pc < maps[i].start || pc >= maps[i].end) continue;
        const char *slash = strrchr(maps[i].path, '/');
        return slash ? slash + 1 : maps[i].path;
    }
    return NULL;
}

static const char *name_native(const struct gt_process *process, struct gt_arena *storage,
                               uint64_t pc)
{
    const char *name, *file = file_at(process->core, pc);
    uint64_t offset;

    if (gt_binary_symbol_at(process->binary, pc, &name, &offset) ||
        gt_libraries_symbol_at(&process->libraries, pc, &name, &offset))
        return gt_arena_strndup(storage, name, strlen(name));
    return file ? gt_arena_format(storage, "? (%s)", file) : "?";
}

static void add_natives(const struct gt_process *process, const struct gt_goroutines *goroutines,
                        const struct gt_goroutine *g, struct gt_arena *storage, struct gt_vec *out)
{
    for (uint32_t i = 0; i < g->native_count; i++) {
        uint64_t pc = gt_native_lookup_pc(gt_g_native(goroutines, g, i));
        struct gt_place *place = gt_vec_push(out);
        place->function = name_native(process, storage, pc);
        place->pc = pc;
    }
}

static struct gt_stack keep(struct gt_vec *places, struct gt_arena *storage)
{
    size_t size = places->len * sizeof(struct gt_place);
    struct gt_place *kept = gt_arena_alloc(storage, size);
    struct gt_stack stack = {kept, places->len};

    if (size) memcpy(kept, places->data, size);
    gt_vec_free(places);
    return stack;
}

struct gt_stack gt_places_at(const struct gt_process *process, struct gt_arena *storage,
                             uint64_t pc, bool is_return)
{
    struct gt_vec places = GT_VEC_OF(struct gt_place);

    add_places(process, storage, pc, is_return, &places);
    return keep(&places, storage);
}

struct gt_stack gt_places_of(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                             struct gt_arena *storage)
{
    struct gt_vec places = GT_VEC_OF(struct gt_place);

    add_natives(process, goroutines, g, storage, &places);
    for (uint32_t i = 0; i < g->frame_count; i++) {
        if (g->frame_count > MAX_PLACES && i == MAX_PLACES / 2) {
            struct gt_place *gap = gt_vec_push(&places);
            gap->function =
                gt_arena_format(storage, "... %u frames ...", g->frame_count - MAX_PLACES);
            i = g->frame_count - MAX_PLACES / 2;
        }
        add_places(process, storage, gt_g_frame(goroutines, g, i)->pc, i > 0, &places);
    }
    return keep(&places, storage);
}

const char *gt_places_key(const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                          struct gt_arena *storage)
{
    struct gt_str key = {0};

    gt_str_format(&key, "%d %s %llx", g->status, g->wait_reason ? g->wait_reason : "",
                  (unsigned long long)g->go_pc);
    for (uint32_t i = 0; i < g->native_count; i++)
        gt_str_format(&key, " %llx", (unsigned long long)gt_g_native(goroutines, g, i)->pc);
    for (uint32_t i = 0; i < g->frame_count; i++)
        gt_str_format(&key, " %llx", (unsigned long long)gt_g_frame(goroutines, g, i)->pc);
    const char *kept = gt_arena_strndup(storage, key.text, key.len);
    gt_str_free(&key);
    return kept;
}

struct gt_place gt_place_created(const struct gt_process *process, const struct gt_goroutine *g,
                                 struct gt_arena *storage)
{
    struct gt_stack at = gt_places_at(process, storage, g->go_pc, true);

    /* The innermost inlined call holds the go statement that the programmer wrote. The runtime
     * starts its own and the main goroutine, which Go's tracebacks do not tell either. */
    bool by_runtime = at.count && strncmp(at.places[0].function, "runtime.", 8) == 0;
    return at.count && !by_runtime ? at.places[0] : (struct gt_place){0};
}

const struct gt_place *gt_places_user(const struct gt_stack *stack)
{
    static const char *const own[] = {"runtime.", "sync.", "internal/", "syscall.", "time.Sleep"};

    for (size_t i = 0; i < stack->count; i++) {
        bool theirs = stack->places[i].file; /* C's have none */
        for (size_t j = 0; j < sizeof own / sizeof *own; j++)
            theirs &= strncmp(stack->places[i].function, own[j], strlen(own[j])) != 0;
        if (theirs || strcmp(stack->places[i].function, "runtime.main") == 0)
            return &stack->places[i];
    }
    return NULL;
}

struct gt_stack gt_places_allocated(const struct gt_study *study, uint32_t object)
{
    struct gt_process *process = study->process;
    struct gt_vec places = GT_VEC_OF(struct gt_place);
    uint64_t depth = 0, pc;
    const uint64_t *bucket = gt_map_find(&study->samples, object);

    if (bucket && gt_process_field(process, *bucket, GT_F_bucket_nstk, &depth)) {
        uint64_t pcs = *bucket + process->layout.size[GT_S_bucket];
        for (uint64_t i = 0; i < depth && i < MAX_SAMPLE; i++)
            if (gt_mem_u64(process->mem, pcs + i * 8, &pc))
                add_places(process, study->storage, pc, true, &places);
    }
    return keep(&places, study->storage);
}
