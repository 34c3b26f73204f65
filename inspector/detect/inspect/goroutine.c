/* Lists all frames' variables with the pieces that are in memory, then gives each root of the
 * goroutine to the variable that contains it, or makes a slot of it. One spread over exclusive
 * owners weighs all of them. */
#include "inspector/detect/inspect/goroutine.h"

#include "inspector/base/error.h"
#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/locations.h"
#include "inspector/detect/values/values.h"
#include "inspector/graph/exclusive.h"
#include "inspector/runtime/typing/frame_words.h"
#include "inspector/runtime/typing/map_shapes.h"

#include <inttypes.h>

enum { MAX_FRAMES = 100, USUAL_MOST = 20, MAX_VALUES = 500 };

struct lister {
    const struct gt_heap_analysis *analysis;
    const struct gt_goroutine *g;
    uint32_t number; /* the goroutine's index in its list */
    struct gt_value_limits how;
    struct gt_vec variables;    /* struct gt_variable, by frame */
    struct gt_u64s first;       /* by frame and one more entry: where its variables begin */
    struct gt_vec pieces;       /* struct gt_value_piece, of all variables */
    struct gt_u64s first_piece; /* by variable and one more entry: where its pieces begin */
    struct gt_vec owners;       /* struct owned: the owner of each root */
};

struct owned {
    size_t variable;
    uint32_t root;
};

static struct gt_variable *variable_at(const struct lister *lister, size_t index)
{
    return gt_vec_at(&lister->variables, index);
}

static size_t first_of(const struct lister *lister, uint32_t frame)
{
    return lister->first.at[frame];
}

/* ---- variables ----------------------------------------------------------------------------- */

/* A value with its type alone. */
static struct gt_values bare_value(const struct lister *lister, const struct gt_typed_value *value)
{
    struct gt_typed_value *copy = gt_arena_alloc(lister->analysis->storage, sizeof *copy);

    *copy = *value;
    return (struct gt_values){copy, 1, false};
}

/* A piece of a variable whose type is not known. */
static struct gt_values part_of_value(const struct lister *lister,
                                      const struct gt_frame_variable *variable)
{
    struct gt_typed_value value = {
        .name = gt_heap_analysis_keep(lister->analysis, variable->name),
        .kind = GT_TYPED_UNKNOWN,
        .address = variable->addr,
        .len = GT_UNKNOWN,
        .cap = GT_UNKNOWN,
        .note = gt_arena_format(lister->analysis->storage,
                                "only %" PRIu64 " bytes of it are in memory, from offset %" PRIu64,
                                variable->size, variable->piece_offset)};

    return bare_value(lister, &value);
}

static struct gt_values read_variable(const struct lister *lister,
                                      const struct gt_frame_variable *variable, size_t first)
{
    struct gt_types *types = lister->analysis->process->types;
    gt_type_id type = gt_types_find(types, variable->type);

    if (!type) return part_of_value(lister, variable);
    if (!variable->piece_offset && variable->size >= gt_types_get(types, type)->size)
        return gt_values_read(lister->analysis, &lister->how, variable->name, type, variable->addr);
    return gt_values_read_pieces(lister->analysis, &lister->how, variable->name, type,
                                 gt_vec_at(&lister->pieces, first), lister->pieces.len - first);
}

static bool is_piece_of(const struct gt_frame_variable *piece, const struct gt_frame_variable *of)
{
    return piece == of || (of->entry && piece->entry == of->entry);
}

/* The variable that begins at an index of the frame's, with all pieces of it. */
static void add_variable(struct lister *lister, const struct gt_variables *of_frame, size_t index)
{
    const struct gt_frame_variable *variable = &of_frame->list[index];
    struct gt_variable added = {.name = gt_heap_analysis_keep(lister->analysis, variable->name),
                                .address = variable->addr};
    size_t first = lister->pieces.len;

    for (size_t i = index; i < of_frame->count; i++) {
        const struct gt_frame_variable *part = &of_frame->list[i];
        struct gt_value_piece piece = {part->addr, part->size, part->piece_offset};
        if (!is_piece_of(part, variable)) continue;
        gt_vec_add(&lister->pieces, &piece);
        added.bytes += piece.size;
    }
    added.value = read_variable(lister, variable, first);
    gt_u64s_add(&lister->first_piece, first);
    gt_vec_add(&lister->variables, &added);
}

static bool is_first_piece(const struct gt_variables *of_frame, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_piece_of(&of_frame->list[index], &of_frame->list[i])) return false;
    return true;
}

static void add_variables(struct lister *lister, uint32_t frame)
{
    const struct gt_frame *at = gt_g_frame(lister->analysis->goroutines, lister->g, frame);
    struct gt_root root = {
        .addr = at->cfa, .owner = lister->number, .frame = frame, .kind = GT_ROOT_FRAME};
    struct gt_variables variables;

    gt_u64s_add(&lister->first, lister->variables.len);
    gt_frame_variables(lister->analysis->typing, &root, &variables);
    for (size_t i = 0; i < variables.count; i++)
        if (*variables.list[i].name && is_first_piece(&variables, i))
            add_variable(lister, &variables, i);
}

/* ---- pointer words ------------------------------------------------------------------------- */

static bool contains(const struct lister *lister, size_t variable, uint64_t addr)
{
    size_t end = lister->first_piece.at[variable + 1];

    for (size_t i = lister->first_piece.at[variable]; i < end; i++) {
        const struct gt_value_piece *piece = gt_vec_at(&lister->pieces, i);
        if (addr - piece->addr < piece->size) return true;
    }
    return false;
}

/* The variable that contains a word: one of its frame, or an argument of an adjacent frame. */
static bool find_variable(const struct lister *lister, const struct gt_root *root, size_t *found)
{
    uint32_t low = root->frame ? root->frame - 1 : 0, end = root->frame + 2;

    if (!root->addr) return false;
    for (uint32_t frame = low; frame < end && frame + 1 < lister->first.len; frame++)
        for (size_t i = first_of(lister, frame); i < first_of(lister, frame + 1); i++)
            if (contains(lister, i, root->addr)) {
                *found = i;
                return true;
            }
    return false;
}

static const char *slot_name(const struct lister *lister, const struct gt_root *root)
{
    const struct gt_heap_analysis *analysis = lister->analysis;

    if (!root->addr || root->frame >= lister->g->frame_count) return "register";
    uint64_t cfa = gt_g_frame(analysis->goroutines, lister->g, root->frame)->cfa;
    bool below = root->addr < cfa;
    return gt_arena_format(analysis->storage, "slot %c0x%" PRIx64, below ? '-' : '+',
                           below ? cfa - root->addr : root->addr - cfa);
}

/* The pointer itself, or the map in whose header it is. */
static struct gt_values slot_value(const struct lister *lister, const struct gt_root *root)
{
    const struct gt_heap_analysis *analysis = lister->analysis;
    struct gt_frame_map map = gt_frame_map_of(analysis->heap, root);

    if (map.type)
        return gt_values_read_map(analysis, &lister->how, slot_name(lister, root), map.type,
                                  map.header);
    uint32_t object = gt_heap_object(&analysis->heap->graph, root->value);
    const char *type = object == GT_NO_OBJECT ? NULL : gt_block_of(analysis, object).type;
    struct gt_typed_value value = {.name = slot_name(lister, root),
                                   .kind = GT_TYPED_POINTER,
                                   .address = root->addr,
                                   .points_to = root->value,
                                   .len = GT_UNKNOWN,
                                   .cap = GT_UNKNOWN};

    if (type) value.type = gt_arena_format(analysis->storage, "*%s", type);
    if (root->kind == GT_ROOT_CONSERVATIVE) value.note = "it may be no pointer";
    return bare_value(lister, &value);
}

static void add_slot(struct lister *lister, uint32_t number)
{
    const struct gt_root *root = gt_root_at(lister->analysis->roots, number);
    struct gt_variable added = {.name = slot_name(lister, root),
                                .address = root->addr,
                                .bytes = root->addr ? 8 : 0,
                                .inferred = true,
                                .frame = root->frame,
                                .value = slot_value(lister, root)};
    struct owned owned = {lister->variables.len, number};
    gt_vec_add(&lister->variables, &added);
    gt_vec_add(&lister->owners, &owned);
}

/* Slots without variables come after all variables; each has its frame. */
static void add_roots(struct lister *lister)
{
    const struct gt_heap_analysis *analysis = lister->analysis;
    uint32_t frames = (uint32_t)lister->first.len - 1;

    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        struct owned owned = {0, i};
        if ((root->kind != GT_ROOT_FRAME && root->kind != GT_ROOT_CONSERVATIVE) ||
            root->owner != lister->number || root->frame >= frames)
            continue;
        if (find_variable(lister, root, &owned.variable))
            gt_vec_add(&lister->owners, &owned);
        else
            add_slot(lister, i);
    }
}

/* ---- retained bytes ------------------------------------------------------------------------ */

/* What each variable alone retains. Objects that several variables or other roots lead to count for
 * none. */
static void weigh(struct lister *lister)
{
    const struct gt_heap_analysis *analysis = lister->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;
    struct gt_bitmap without, base;
    struct gt_exclusive owners;
    struct gt_cut cut;

    gt_bitmap_init(&without, analysis->roots->list.len + 1);
    gt_bitmap_init(&base, graph->objects);
    gt_cut_init(&cut, graph);
    for (size_t i = 0; i < lister->owners.len; i++)
        gt_bit_set(&without, ((const struct owned *)gt_vec_at(&lister->owners, i))->root);
    gt_live_mark(analysis->heap, analysis->roots, &without, NULL, &base);
    gt_exclusive_init(&owners, graph, &cut, &analysis->live, &base, (uint32_t)lister->variables.len,
                      (uint32_t)analysis->roots->list.len);
    for (size_t variable = 0; variable < lister->variables.len; variable++)
        for (size_t i = 0; i < lister->owners.len; i++) {
            const struct owned *owned = gt_vec_at(&lister->owners, i);
            if (owned->variable == variable)
                gt_exclusive_root(&owners, (uint32_t)variable, owned->root,
                                  gt_root_at(analysis->roots, owned->root)->value);
        }
    gt_exclusive_spread(&owners);
    for (size_t i = 0; i < lister->variables.len; i++)
        variable_at(lister, i)->retained_bytes = gt_exclusive_owned(&owners, (uint32_t)i).bytes;
    gt_exclusive_deinit(&owners);
    gt_cut_deinit(&cut);
    gt_bitmap_deinit(&base);
    gt_bitmap_deinit(&without);
}

/* ---- frames -------------------------------------------------------------------------------- */

static bool is_of_frame(const struct lister *lister, size_t index, uint32_t frame)
{
    const struct gt_variable *variable = variable_at(lister, index);

    if (variable->inferred) return variable->frame == frame;
    return index >= first_of(lister, frame) && index < first_of(lister, frame + 1);
}

static void fill_frame(const struct lister *lister, uint32_t frame, struct gt_frame_view *out)
{
    const struct gt_heap_analysis *analysis = lister->analysis;
    const struct gt_frame *at = gt_g_frame(analysis->goroutines, lister->g, frame);
    struct gt_vec own = GT_VEC_OF(struct gt_variable);

    out->calls = gt_locations_at(analysis->process, analysis->storage, at->pc, frame > 0);
    out->cfa = at->cfa;
    for (size_t i = 0; i < lister->variables.len; i++)
        if (is_of_frame(lister, i, frame)) gt_vec_add(&own, variable_at(lister, i));
    struct gt_variable *list = gt_arena_alloc(analysis->storage, own.len * sizeof *list);
    if (own.len) memcpy(list, own.data, own.len * sizeof *list);
    for (size_t i = 0; i < own.len; i++)
        list[i].frame = frame;
    out->variables = list;
    out->variable_count = own.len;
    gt_vec_deinit(&own);
}

static void fill_frames(struct lister *lister, struct gt_goroutine_view *out)
{
    uint32_t count = lister->g->frame_count < MAX_FRAMES ? lister->g->frame_count : MAX_FRAMES;
    struct gt_frame_view *frames =
        gt_arena_alloc(lister->analysis->storage, count * sizeof *frames);

    for (uint32_t frame = 0; frame < count; frame++)
        add_variables(lister, frame);
    gt_u64s_add(&lister->first, lister->variables.len);
    gt_u64s_add(&lister->first_piece, lister->pieces.len);
    add_roots(lister);
    weigh(lister);
    for (uint32_t frame = 0; frame < count; frame++)
        fill_frame(lister, frame, &frames[frame]);
    out->frames = frames;
    out->frame_count = count;
    out->frames_left_out = lister->g->frame_count - count;
}

/* ---- all ----------------------------------------------------------------------------------- */

static const struct gt_goroutine *find(const struct gt_heap_analysis *analysis, uint64_t id)
{
    for (uint32_t i = 0; i < analysis->goroutines->count; i++)
        if (analysis->goroutines->list[i].id == id) return &analysis->goroutines->list[i];
    return NULL;
}

static void fill(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                 struct gt_goroutine_view *out)
{
    out->id = g->id;
    out->parent = g->parent_id;
    out->status = gt_g_status(g);
    out->wait_reason = gt_heap_analysis_keep(analysis, g->wait_reason);
    out->stack_bytes = g->stack_hi - g->stack_lo;
    out->created_by = gt_location_created(analysis->process, g, analysis->storage);
}

struct gt_error *gt_goroutine_fill(const struct gt_heap_analysis *analysis,
                                   const struct gt_goroutine_options *options,
                                   struct gt_goroutine_view *out)
{
    const struct gt_goroutine *g = find(analysis, options->goroutine);

    if (!g)
        return gt_error_create(GT_ERR_USAGE,
                               "there is no goroutine %" PRIu64 "; 'gotopsy goroutines' lists them",
                               options->goroutine);
    struct lister lister = {.analysis = analysis,
                            .g = g,
                            .number = (uint32_t)(g - analysis->goroutines->list),
                            .how = {.depth = (uint32_t)options->depth,
                                    .most = options->most ? options->most : USUAL_MOST,
                                    .budget = MAX_VALUES},
                            .variables = GT_VEC_OF(struct gt_variable),
                            .pieces = GT_VEC_OF(struct gt_value_piece),
                            .owners = GT_VEC_OF(struct owned)};
    fill(analysis, g, out);
    fill_frames(&lister, out);
    gt_vec_deinit(&lister.variables);
    gt_u64s_deinit(&lister.first);
    gt_vec_deinit(&lister.pieces);
    gt_u64s_deinit(&lister.first_piece);
    gt_vec_deinit(&lister.owners);
    return NULL;
}
