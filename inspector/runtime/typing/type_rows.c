/* What every object of a type needs, made at its first use. */
#include "inspector/runtime/typing/typing_impl.h"

#include <stdio.h>

enum {
    WORD = 8,
    MASK_WORDS = 64, /* of one mask */
};

/* internal/sync.HashTrieMap and unique's own trie point to the first field of their nodes,
 * node{isEntry bool}. The node is an entry or an inner node (1.24+, hashtriemap.go; 1.25+,
 * canonmap.go). */
static void fill_trie(const struct gt_typing *typing, const struct gt_type *type,
                      struct gt_type_row *row)
{
    static const struct {
        const char *node, *package;
    } tries[] = {{"sync.node[", "internal/sync"}, {"unique.node[", "unique"}};
    static const char *const real[] = {"indirect", "entry"};
    char name[512];

    if (type->kind != GT_T_STRUCT || type->size == 0) return;
    for (size_t i = 0; i < 2 * sizeof tries / sizeof *tries; i++) {
        const char *node = strstr(type->name, tries[i / 2].node);
        if (!node) continue;
        snprintf(name, sizeof name, "%s.%s%s", tries[i / 2].package, real[i % 2],
                 strchr(node, '['));
        row->trie[i % 2] = gt_types_named(typing->types, name);
    }
}

/* The timer heaps' pointers lead into what time.NewTimer and the others allocate: timeTimer
 * (1.23+), or Timer and Ticker, which have the same layout (time/sleep.go, tick.go). */
static void fill_timer(const struct gt_typing *typing, const struct gt_type *type,
                       struct gt_type_row *row)
{
    const struct gt_layout *layout = &typing->process->layout;
    bool newer = gt_has(layout, GT_F_timeTimer_timer);

    if (strcmp(type->name, "runtime.timer") != 0) return;
    row->around = gt_types_named(typing->types, newer ? "runtime.timeTimer" : "time.Timer");
    if (!row->around) row->around = gt_types_named(typing->types, "time.Ticker");
    row->within = newer ? gt_off(layout, GT_F_timeTimer_timer) : WORD;
}

static void fill_row(const struct gt_typing *typing, gt_type_id id, struct gt_type_row *row)
{
    const struct gt_type *type = gt_types_get(typing->types, id);
    uint64_t pointers;

    row->known = true;
    row->size = type->size;
    row->is_map = type->kind == GT_T_MAP;
    row->shaped = strstr(type->name, "go.shape.") != NULL;
    fill_trie(typing, type, row);
    fill_timer(typing, type, row);
    row->has_pointers = type->ptr_bytes > 0 && type->size % WORD == 0;
    row->plain = !row->is_map && !row->trie[0] && !row->around;
    if (!row->has_pointers || type->size > MASK_WORDS * WORD) return;
    const unsigned char *bits = gt_types_mask(typing->types, id, &pointers);
    if (!bits || pointers > MASK_WORDS) return;
    row->words = (uint8_t)(type->size / WORD);
    row->mask = gt_bits_load(bits, (pointers + 7) / 8, 0, pointers);
}

const struct gt_type_row *gt_type_row_make(const struct gt_typing *typing, gt_type_id id)
{
    struct gt_vec *rows = typing->rows;

    while (rows->len <= id)
        gt_vec_push(rows);
    struct gt_type_row *row = gt_vec_at(rows, id);
    if (!row->known) fill_row(typing, id, row);
    return row;
}

static bool is_plain(const struct gt_typing *typing, const struct gt_pointer_slot *place)
{
    return place->kind == GT_P_POINTER && place->offset <= UINT32_MAX &&
           gt_is_plain(typing, place->type);
}

static struct gt_plain_slice make_slice(const struct gt_typing *typing,
                                        const struct gt_pointer_slot *place)
{
    struct gt_plain_slice slice = {place->offset, 0, place->type, GT_NO_TYPE};
    const struct gt_type_row *row = place->type ? gt_type_row(typing, place->type) : NULL;

    if (row && row->size <= UINT32_MAX) slice.size = (uint32_t)row->size;
    if (!row || !row->has_pointers) return slice;
    slice.memory = row->is_map ? gt_type_cell(typing, place->type) : place->type;
    if (slice.memory >= GT_OPAQUE_TYPE) slice.memory = GT_NO_TYPE;
    if (slice.memory) gt_type_row(typing, slice.memory);
    return slice;
}

static bool is_leaf(const struct gt_typing *typing, const struct gt_pointer_slot *place)
{
    if (place->kind != GT_P_POINTER || !place->type || place->offset > UINT32_MAX) return false;
    const struct gt_type_row *row = gt_type_row(typing, place->type);
    return row->plain && !row->has_pointers;
}

static struct gt_leaf_pointer make_leaf(const struct gt_typing *typing,
                                        const struct gt_pointer_slot *place)
{
    uint64_t size = gt_type_row(typing, place->type)->size;

    return (struct gt_leaf_pointer){
        (uint32_t)place->offset, size < 2 || size > UINT32_MAX ? 0 : (uint32_t)size, place->type};
}

static struct gt_plain_pointer make_plain(const struct gt_typing *typing,
                                          const struct gt_pointer_slot *place)
{
    return (struct gt_plain_pointer){(uint32_t)place->offset,
                                     gt_type_row(typing, place->type)->words * (uint32_t)WORD,
                                     place->type};
}

struct plan_lists { /* with room for all words of the type */
    struct gt_plain_pointer *plain;
    struct gt_leaf_pointer *leaves;
    struct gt_plain_slice *slices;
    struct gt_pointer_slot *others;
    uint64_t *claiming;
};

/* Sorts the words of the plan's type into its lists. */
static void fill_plan(const struct gt_typing *typing, struct gt_word_plan *plan,
                      const struct plan_lists *lists)
{
    for (size_t i = 0; i < plan->all->count; i++) {
        const struct gt_pointer_slot *place = &plan->all->places[i];
        if (is_plain(typing, place)) {
            lists->plain[plan->plain_count++] = make_plain(typing, place);
            continue;
        }
        lists->others[plan->others.count++] = *place;
        if (place->kind == GT_P_SLICE)
            lists->slices[plan->slice_count++] = make_slice(typing, place);
        else if (is_leaf(typing, place))
            lists->leaves[plan->leaf_count++] = make_leaf(typing, place);
        else if (!(GT_CLAIMLESS_KINDS >> place->kind & 1))
            lists->claiming[plan->claiming_count++] = place->offset;
    }
    plan->only_plain = plan->all->complete && !plan->others.count;
    plan->claims_more = plan->claiming_count || !plan->all->complete;
}

static void add_unclaimed(struct gt_word_plan *plan, uint64_t words, uint32_t *offsets)
{
    for (; words; words &= words - 1)
        offsets[plan->unclaimed_count++] = (uint32_t)__builtin_ctzll(words) * WORD;
}

/* Does a round see all words that a pass for windows reads? It sees the strings in `unclaimed`, and
 * asks for those in `claiming`. */
static bool are_all_settled(const struct gt_word_plan *plan)
{
    size_t strings = 0;

    for (size_t i = 0; i < plan->others.count; i++) {
        if (!(GT_SETTLED_KINDS >> plan->others.places[i].kind & 1)) return false;
        strings += plan->others.places[i].kind == GT_P_STRING;
    }
    return strings == plan->string_count;
}

/* `left`: the words of the type's mask that are in no list yet. */
static void list_unclaimed(struct gt_word_plan *plan, uint64_t left, uint32_t *offsets)
{
    uint64_t strings = 0;

    for (size_t i = 0; i < plan->all->count; i++)
        if (plan->all->places[i].kind == GT_P_STRING &&
            plan->all->places[i].offset / WORD < MASK_WORDS)
            strings |= (uint64_t)1 << plan->all->places[i].offset / WORD;
    add_unclaimed(plan, left & strings, offsets);
    plan->string_count = plan->unclaimed_count;
    add_unclaimed(plan, left & ~strings, offsets);
    plan->unclaimed = offsets;
    plan->settles = plan->others.count && plan->all->complete && are_all_settled(plan);
}

/* Takes the word at an offset off `left`; false if it has no such word. */
static bool take_word(uint64_t offset, uint64_t *left)
{
    uint64_t bit =
        offset % WORD == 0 && offset / WORD < MASK_WORDS ? (uint64_t)1 << offset / WORD : 0;
    bool has = *left & bit;

    *left &= ~bit;
    return has;
}

/* Sorts out the words of the type's mask that are in no list yet. A damaged type may have fields
 * that overlap. */
static void find_unclaimed(struct gt_word_plan *plan, const struct gt_type_row *row,
                           uint32_t *offsets)
{
    uint64_t left = row->mask;

    plan->exact = left && !(left & ~gt_low_bits(row->words));
    for (size_t i = 0; i < plan->plain_count; i++)
        plan->exact &= take_word(plan->plain[i].offset, &left);
    for (size_t i = 0; i < plan->slice_count; i++)
        plan->exact &= take_word(plan->slices[i].offset, &left);
    for (size_t i = 0; i < plan->leaf_count; i++)
        plan->exact &= take_word(plan->leaves[i].offset, &left);
    list_unclaimed(plan, left, offsets);
    plan->only_plain &= !plan->unclaimed_count;
}

const struct gt_type_row *gt_type_row_plan(const struct gt_typing *typing, gt_type_id id)
{
    const struct gt_pointer_layout *all = gt_types_pointer_layout(typing->types, id);
    struct gt_word_plan *plan = gt_arena_alloc(typing->plans, sizeof *plan);
    size_t room = all->count + 1;
    struct plan_lists lists = {gt_arena_alloc(typing->plans, room * sizeof *lists.plain),
                               gt_arena_alloc(typing->plans, room * sizeof *lists.leaves),
                               gt_arena_alloc(typing->plans, room * sizeof *lists.slices),
                               gt_arena_alloc(typing->plans, room * sizeof *lists.others),
                               gt_arena_alloc(typing->plans, room * sizeof *lists.claiming)};

    *plan = (struct gt_word_plan){.all = all,
                                  .others = {.places = lists.others, .complete = all->complete},
                                  .plain = lists.plain,
                                  .leaves = lists.leaves,
                                  .slices = lists.slices,
                                  .claiming = lists.claiming};
    fill_plan(typing, plan, &lists);
    struct gt_type_row *row = gt_vec_at(typing->rows, id);
    if (row->words)
        find_unclaimed(plan, row,
                       gt_arena_alloc(typing->plans, MASK_WORDS * sizeof *plan->unclaimed));
    row->plan = plan;
    return row;
}

bool gt_plan_leads_to_bitmaps(const struct gt_typing *typing, const struct gt_word_plan *plan)
{
    struct gt_word_plan *known = (struct gt_word_plan *)plan;

    for (size_t i = 0; plan->leads == GT_LEADS_UNKNOWN && i < plan->plain_count; i++)
        if (gt_type_row(typing, plan->plain[i].type)->elsewhere) known->leads = GT_LEADS_ELSEWHERE;
    if (plan->leads == GT_LEADS_UNKNOWN) known->leads = GT_LEADS_TO_BITMAPS;
    return plan->leads == GT_LEADS_TO_BITMAPS;
}

void gt_forget_leads(struct gt_typing *typing)
{
    for (size_t i = 0; i < typing->rows->len; i++) {
        const struct gt_type_row *row = gt_row_at(typing, (gt_type_id)i);
        if (row->known && row->plan) row->plan->leads = GT_LEADS_UNKNOWN;
    }
}

gt_type_id gt_type_cell(const struct gt_typing *typing, gt_type_id map)
{
    gt_type_id cell = gt_type_row(typing, map)->cell;

    if (cell) return cell;
    cell = gt_types_cell(typing->types, map);
    ((struct gt_type_row *)gt_vec_at(typing->rows, map))->cell = cell;
    return cell;
}
