/* Looks up each pc in Go's table of code, which names the function and the calls inlined there. A
 * cache keeps the calls of each pc. Of a long stack both ends are described, and the recursion
 * between them is counted. */
#include "inspector/detect/describe/locations.h"

#include "gotypes/code/arguments.h"
#include "inspector/base/str.h"
#include "inspector/detect/describe/recurring.h"
#include "inspector/detect/describe/traceback_filter.h"
#include "inspector/runtime/process/closure_names.h"

#include <stdlib.h>

enum {
    MAX_INLINED = 64, /* calls inlined at one pc */
    MAX_PLACES = 128, /* calls of one stack; of a longer one both ends are kept */
    MAX_SAMPLE = 128, /* pcs of a profile bucket (runtime.maxProfStackDepth) */
};

/* The calls of one stack, built one after another. */
struct describer {
    const struct gt_process *process;
    struct gt_arena *storage;
    struct gt_vec locations; /* struct gt_source_location */
    struct gt_traceback_filter filter;
    struct gt_location_cache *cache; /* or NULL */
};

static struct describer describer_of(const struct gt_process *process, struct gt_arena *storage)
{
    return (struct describer){.process = process,
                              .storage = storage,
                              .locations = GT_VEC_OF(struct gt_source_location),
                              .filter = {.code = &process->code}};
}

/* "0x1, {#, #?}": a # stands for each word, and a ? follows a word that is no longer live. */
static const char *argument_pattern(const struct gt_argument *arguments, size_t count,
                                    struct gt_arena *storage)
{
    static const char *const texts[] = {[GT_ARGUMENT_WORD] = "#",
                                        [GT_ARGUMENT_OPEN] = "{",
                                        [GT_ARGUMENT_CLOSE] = "}",
                                        [GT_ARGUMENT_MORE] = "...",
                                        [GT_ARGUMENT_FAR] = "_"};
    struct gt_str pattern = {0};
    bool first = true;

    for (size_t i = 0; i < count; i++) {
        const struct gt_argument *argument = &arguments[i];
        bool word = argument->kind == GT_ARGUMENT_WORD;
        if (!first && argument->kind != GT_ARGUMENT_CLOSE) gt_str_add(&pattern, ", ");
        gt_str_add(&pattern, texts[argument->kind]);
        if (word && !argument->live) gt_str_add(&pattern, "?");
        first = argument->kind == GT_ARGUMENT_OPEN;
    }
    const char *kept = gt_arena_strndup(storage, gt_str_text(&pattern), pattern.len);
    gt_str_deinit(&pattern);
    return kept;
}

static const char *keep_text(struct gt_arena *storage, const char *text)
{
    return text ? gt_arena_strndup(storage, text, strlen(text)) : NULL;
}

static struct gt_source_location *add_position(struct describer *describer,
                                               const struct gt_source_pos *from, uint64_t pc)
{
    const struct gt_packages *packages = &describer->process->packages;
    struct gt_source_location *place = gt_vec_push(&describer->locations);

    *place = (struct gt_source_location){
        .function = keep_text(describer->storage, from->function),
        .file = keep_text(describer->storage, from->file),
        .source = from->file
                      ? gt_source_of(packages, from->function, from->file, describer->storage)
                      : NULL,
        .origin = gt_origin_of(packages, from->function, from->file),
        .line = from->line,
        .inlined = from->inlined,
        .pc = pc};
    place->internal = !gt_in_traceback(&describer->filter, from->function, from->id);
    return place;
}

/* Whether a call is internal depends on its stack. So its function's ID is kept with it. */
struct cached_call {
    struct gt_source_location place;
    uint8_t id;
    bool last; /* of its pc */
};

/* The key of a pc. It is 0 if the shift would lose the highest bit: such a pc is not kept. */
static uint64_t cache_key(uint64_t pc, bool is_return)
{
    return pc >> 63 ? 0 : pc << 1 | is_return;
}

/* Adds the calls of a pc from the cache; false if it does not have them. */
static bool add_cached(struct describer *describer, uint64_t key)
{
    const struct gt_location_cache *cache = describer->cache;
    const uint64_t *start = cache && key ? gt_map_find(&cache->runs, key) : NULL;

    if (!start) return false;
    for (size_t i = *start - 1; i < cache->calls.len; i++) {
        const struct cached_call *call = gt_vec_at(&cache->calls, i);
        struct gt_source_location *place = gt_vec_add(&describer->locations, &call->place);
        place->internal = !gt_in_traceback(&describer->filter, place->function, call->id);
        if (call->last) break;
    }
    return true;
}

/* Keeps the latest `count` locations, which are those of one pc. */
static void cache_places(struct describer *describer, uint64_t key,
                         const struct gt_source_pos *positions, size_t count)
{
    struct gt_location_cache *cache = describer->cache;
    size_t first = describer->locations.len - count;

    if (!cache || !key) return;
    if (!cache->calls.elem_size) cache->calls = GT_VEC_OF(struct cached_call);
    *gt_map_put(&cache->runs, key, NULL) = cache->calls.len + 1;
    for (size_t i = 0; i < count; i++) {
        const struct gt_source_location *place = gt_vec_at(&describer->locations, first + i);
        struct cached_call call = {*place, positions[i].id, i + 1 == count};
        gt_vec_add(&cache->calls, &call);
    }
}

void gt_location_cache_deinit(struct gt_location_cache *cache)
{
    gt_map_deinit(&cache->runs);
    gt_vec_deinit(&cache->calls);
}

static void add_places(struct describer *describer, uint64_t pc, bool is_return)
{
    uint64_t key = cache_key(pc, is_return);
    const struct gt_pclntab *tab;
    struct gt_func func;
    struct gt_source_pos positions[MAX_INLINED];
    struct gt_argument arguments[GT_MAX_ARGUMENTS];
    struct gt_source_location *place = NULL;

    if (add_cached(describer, key)) return;
    if (!gt_text_find(&describer->process->code, pc, &tab, &func)) return;
    uint64_t offset = pc - func.entry;
    if (is_return && offset) pc--;
    size_t count = gt_func_positions(tab, &func, pc, positions, MAX_INLINED);
    for (size_t i = 0; i < count; i++)
        place = add_position(describer, &positions[i], pc);
    if (!place) return;
    size_t words = gt_func_arguments(tab, &func, pc, arguments, GT_MAX_ARGUMENTS);
    place->arguments = argument_pattern(arguments, words, describer->storage);
    place->offset = (uint32_t)offset;
    cache_places(describer, key, positions, count);
}

/*
 * pcs are those of runtime.Callers: return addresses. Since Go 1.21 there is also one for each call
 * into which another was inlined: the address of the inline mark (runtime/symtab.go, Frames.Next).
 */
static void add_called(struct describer *describer, const uint64_t *pcs, size_t count)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    struct gt_source_pos positions[MAX_INLINED];

    for (size_t i = 0; i < count; i++) {
        if (!gt_text_find(&describer->process->code, pcs[i], &tab, &func)) continue;
        uint64_t pc = pcs[i] > func.entry ? pcs[i] - 1 : pcs[i];
        size_t inlined = gt_func_positions(tab, &func, pc, positions, MAX_INLINED);
        for (size_t j = 0; j < inlined; j++) {
            if (j && i + 1 < count && pcs[i + 1] == positions[j].pc + 1) break;
            add_position(describer, &positions[j], pc);
        }
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

static void add_native(struct describer *describer, const struct gt_native_frame *frame)
{
    uint64_t pc = gt_native_lookup_pc(frame);
    struct gt_source_location *place = gt_vec_push(&describer->locations);

    place->function = name_native(describer->process, describer->storage, pc);
    place->pc = pc;
}

static struct gt_stack keep(struct describer *describer)
{
    struct gt_vec *locations = &describer->locations;
    size_t size = locations->len * sizeof(struct gt_source_location);
    struct gt_source_location *kept = gt_arena_alloc(describer->storage, size);
    struct gt_stack stack = {kept, locations->len};

    if (size) memcpy(kept, locations->data, size);
    gt_vec_deinit(locations);
    return stack;
}

struct gt_stack gt_locations_at(const struct gt_process *process, struct gt_arena *storage,
                                uint64_t pc, bool is_return)
{
    struct describer describer = describer_of(process, storage);

    add_places(&describer, pc, is_return);
    return keep(&describer);
}

uint32_t gt_locations_gap(const struct gt_goroutine *g, uint32_t index)
{
    return g->frame_count > MAX_PLACES && index == MAX_PLACES / 2 ? g->frame_count - MAX_PLACES : 0;
}

/* Was the frame interrupted? If not, its pc is a return address. */
static bool is_interrupted(const struct gt_process *process, const struct gt_goroutines *goroutines,
                           const struct gt_goroutine *g, uint32_t frame)
{
    const struct gt_pclntab *tab;
    struct gt_func callee;

    if (frame == 0) return g->from_signal;
    return gt_text_find(&process->code, gt_g_frame(goroutines, g, frame - 1)->pc, &tab, &callee) &&
           gt_is_injected(&process->code, callee.id);
}

size_t gt_location_arguments(const struct gt_process *process,
                             const struct gt_goroutines *goroutines, const struct gt_goroutine *g,
                             uint32_t frame, struct gt_argument *out, size_t max)
{
    const struct gt_pclntab *tab;
    struct gt_func func;
    uint64_t pc = gt_g_frame(goroutines, g, frame)->pc;

    if (!gt_text_find(&process->code, pc, &tab, &func)) return 0;
    if (pc > func.entry && !is_interrupted(process, goroutines, g, frame)) pc--;
    return gt_func_arguments(tab, &func, pc, out, max);
}

/* How many calls of a frame Go's tracebacks show. */
static uint32_t count_places(struct describer *describer, uint64_t pc)
{
    struct describer of_one = describer_of(describer->process, describer->storage);
    uint32_t count = 0;

    add_places(&of_one, pc, true);
    for (size_t i = 0; i < of_one.locations.len; i++)
        count += !((const struct gt_source_location *)gt_vec_at(&of_one.locations, i))->internal;
    gt_vec_deinit(&of_one.locations);
    return count;
}

static void add_gap(struct describer *describer, const struct gt_goroutines *goroutines,
                    const struct gt_goroutine *g, uint32_t first, uint32_t left_out)
{
    struct gt_recurring found;
    struct gt_source_location *gap = gt_vec_push(&describer->locations);

    gap->function = gt_arena_format(describer->storage, "... %u frames ...", left_out);
    gap->left_out = left_out;
    if (!gt_find_recurring(describer->process, goroutines, g, first, left_out, &found)) return;
    gap->left_out = 0;
    for (size_t i = 0; i < found.count; i++)
        gap->left_out += found.times[i] * count_places(describer, found.pcs[i]);
    for (uint32_t i = 0; i < found.period; i++)
        gap->period += count_places(describer, gt_g_frame(goroutines, g, first + i)->pc);
    gap->recursive = found.same_functions;
}

/* The C frames that lie between a Go frame and the next one. */
static void add_callbacks(struct describer *describer, const struct gt_goroutines *goroutines,
                          const struct gt_goroutine *g, uint32_t below)
{
    for (uint32_t i = 0; i < g->callback_count; i++)
        if (gt_g_callback(goroutines, g, i)->below == below)
            add_native(describer, &gt_g_callback(goroutines, g, i)->frame);
}

struct gt_stack gt_locations_of(const struct gt_process *process,
                                const struct gt_goroutines *goroutines,
                                const struct gt_goroutine *g, struct gt_arena *storage)
{
    return gt_locations_of_many(NULL, process, goroutines, g, storage);
}

struct gt_stack gt_locations_of_many(struct gt_location_cache *cache,
                                     const struct gt_process *process,
                                     const struct gt_goroutines *goroutines,
                                     const struct gt_goroutine *g, struct gt_arena *storage)
{
    struct describer describer = describer_of(process, storage);

    describer.cache = cache;
    for (uint32_t i = 0; i < g->native_count; i++)
        add_native(&describer, gt_g_native(goroutines, g, i));
    for (uint32_t i = 0; i < g->frame_count; i++) {
        if (i) add_callbacks(&describer, goroutines, g, i);
        uint32_t left_out = gt_locations_gap(g, i);
        if (left_out) {
            add_gap(&describer, goroutines, g, i, left_out);
            i += left_out;
        }
        add_places(&describer, gt_g_frame(goroutines, g, i)->pc,
                   !is_interrupted(process, goroutines, g, i));
    }
    return keep(&describer);
}

struct gt_stack gt_locations_of_thread(const struct gt_process *process,
                                       const struct gt_thread_walk *walk, struct gt_arena *storage)
{
    struct describer describer = describer_of(process, storage);

    for (size_t i = 0; i < walk->native_count; i++)
        add_native(&describer, &walk->natives[i]);
    /* After C frames, the pc of Go's first function is a return address too. */
    for (size_t i = 0; i < walk->frame_count; i++)
        add_places(&describer, walk->frames[i].pc, i || walk->native_count);
    return keep(&describer);
}

struct gt_source_location gt_location_created(const struct gt_process *process,
                                              const struct gt_goroutine *g,
                                              struct gt_arena *storage)
{
    struct gt_stack at = gt_locations_at(process, storage, g->go_pc, true);

    /* The innermost inlined call has the go statement that the programmer wrote. The runtime starts
     * the main goroutine, which Go's tracebacks leave out too. */
    bool by_runtime = at.count && gt_is_in_package(at.locations[0].function, "runtime");
    if (!at.count || (by_runtime && !g->system)) return (struct gt_source_location){0};
    struct gt_source_location place = at.locations[0];
    place.offset = at.locations[at.count - 1].offset;
    return place;
}

const char *gt_location_created_in(const struct gt_process *process, const struct gt_goroutine *g,
                                   struct gt_arena *storage)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!gt_text_find(&process->code, g->go_pc, &tab, &func)) return NULL;
    return keep_text(storage, gt_func_name(tab, &func));
}

/* Functions of Go's library that only park goroutines. They do not show what waits and why. */
static bool only_parks(const char *function)
{
    static const char *const packages[] = {"runtime", "sync", "sync/atomic", "syscall"};

    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++)
        if (gt_is_in_package(function, packages[i])) return true;
    return strncmp(function, "internal/", 9) == 0 || strcmp(function, "time.Sleep") == 0;
}

unsigned gt_location_rank(const struct gt_source_location *place)
{
    enum { NOTHING, LIBRARY, DEPENDENCY, PROGRAM };

    if (place->origin == GT_ORIGIN_PROGRAM) return PROGRAM;
    if (place->origin == GT_ORIGIN_DEPENDENCY) return DEPENDENCY;
    if (place->origin == GT_ORIGIN_LIBRARY && !only_parks(place->function)) return LIBRARY;
    return strcmp(place->function, "runtime.main") == 0 ? LIBRARY : NOTHING;
}

const struct gt_source_location *gt_locations_user(const struct gt_stack *stack)
{
    const struct gt_source_location *best = NULL;
    unsigned highest = 0;

    for (size_t i = 0; i < stack->count; i++) {
        unsigned rank = gt_location_rank(&stack->locations[i]);
        if (rank <= highest) continue;
        best = &stack->locations[i];
        highest = rank;
    }
    return best;
}

const struct gt_source_location *gt_locations_own(const struct gt_stack *stack)
{
    const struct gt_source_location *place = gt_locations_user(stack);

    return place && place->origin != GT_ORIGIN_LIBRARY ? place : NULL;
}

const char *gt_location_name(const struct gt_heap_analysis *analysis,
                             const struct gt_source_location *place)
{
    const char *source = gt_closure_written_in(&analysis->process->code, place->function,
                                               place->file, analysis->storage);

    return source ? source : place->function;
}

struct gt_stack gt_locations_called(const struct gt_process *process, struct gt_arena *storage,
                                    const uint64_t *pcs, size_t count)
{
    struct describer describer = describer_of(process, storage);

    add_called(&describer, pcs, count);
    return keep(&describer);
}

struct gt_stack gt_locations_allocated(const struct gt_heap_analysis *analysis, uint32_t object)
{
    struct gt_process *process = analysis->process;
    struct describer describer = describer_of(analysis->process, analysis->storage);
    uint64_t depth = 0, pcs[MAX_SAMPLE];
    const uint64_t *bucket = gt_map_find(&analysis->samples, object);

    if (bucket && gt_process_field(process, *bucket, GT_F_bucket_nstk, &depth)) {
        if (depth > MAX_SAMPLE) depth = MAX_SAMPLE;
        if (gt_mem_read(process->mem, *bucket + process->layout.size[GT_S_bucket], pcs,
                        depth * sizeof *pcs))
            add_called(&describer, pcs, depth);
    }
    return keep(&describer);
}
