/* Tests each live object of the kind, then the values inside other objects. The dominator tree has
 * what each match retains, by which the list is sorted. What all of them retain together is found
 * by one mark without them. */
#include "inspector/detect/find/find.h"

#include "inspector/base/error.h"
#include "inspector/detect/find/held.h"
#include "inspector/detect/find/inside_list.h"
#include "inspector/detect/find/tests.h"
#include "inspector/detect/find/which.h"
#include "inspector/detect/heap_tables/root_rows.h"
#include "inspector/detect/inspect/freed.h"

#include <inttypes.h>
#include <stdlib.h>

enum { USUAL_TOP = 30 };

struct match {
    uint64_t retained;
    uint32_t object;
};

struct finder {
    struct gt_heap_analysis *analysis;
    const struct gt_find_options *options;
    struct gt_find *out;
    struct gt_conditions conditions;
    struct gt_wanted_kind kind;
    struct gt_tests tests;              /* bound to the kind's type */
    struct gt_found_condition *tallies; /* by condition */
    struct gt_bitmap matched;           /* objects */
    struct gt_vec matches;              /* struct match */
    struct gt_inside inside;            /* empty if the type is not known */
    struct gt_vec notes;                /* const char * */
};

/* ---- matching objects --------------------------------------------------------------------- */

static void tally(struct gt_found_condition *tallies, const enum gt_outcome *each, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t *const numbers[GT_OUTCOMES] = {[GT_NOT_MET] = &tallies[i].not_met,
                                                [GT_NOT_IN_CORE] = &tallies[i].not_in_core,
                                                [GT_THROUGH_NIL] = &tallies[i].through_nil,
                                                [GT_IS_MET] = &tallies[i].met};
        ++*numbers[each[i]];
    }
}

/* Different types with one name are one kind. The conditions are bound to one of these types, so
 * objects of the others are not judged. */
static bool is_other(const struct finder *finder, uint32_t object)
{
    gt_type_id type = gt_typing_type(finder->analysis->typing, object);

    return finder->tests.count && type && type != finder->kind.type;
}

static void judge(struct finder *finder, uint32_t object)
{
    struct gt_find *out = finder->out;
    uint64_t bytes = gt_heap_size(&finder->analysis->heap->graph, object), room;
    enum gt_outcome each[GT_MOST_CONDITIONS], all = GT_NOT_IN_CORE;

    out->objects++;
    out->bytes += bytes;
    if (is_other(finder, object)) {
        for (size_t i = 0; i < finder->tests.count; i++)
            each[i] = GT_NOT_IN_CORE;
    } else {
        all = gt_tests_run(&finder->tests, gt_goheap_user(finder->analysis->heap, object, &room),
                           each);
    }
    tally(finder->tallies, each, finder->tests.count);
    out->not_in_core += all == GT_NOT_IN_CORE;
    out->through_nil += all == GT_THROUGH_NIL;
    if (all != GT_IS_MET) return;
    out->matches++;
    out->match_bytes += bytes;
    gt_bit_set(&finder->matched, object);
}

static void judge_all(struct finder *finder, const struct gt_object_kinds *kinds)
{
    const struct gt_bitmap *live = &finder->analysis->live;
    uint32_t place = 0;

    if (finder->kind.number == GT_NO_KIND) return;
    for (size_t at = gt_bitmap_next(live, 0); at < live->bits; at = gt_bitmap_next(live, at + 1))
        if (gt_object_kind_number(kinds, place++) == finder->kind.number)
            judge(finder, (uint32_t)at);
}

/* ---- the list ------------------------------------------------------------------------------ */

static int most_first(const void *a, const void *b)
{
    const struct match *left = a, *right = b;

    if (left->retained != right->retained) return left->retained > right->retained ? -1 : 1;
    return left->object < right->object ? -1 : left->object > right->object;
}

static void collect(struct finder *finder, const struct gt_dominators *tree)
{
    const struct gt_bitmap *matched = &finder->matched;

    for (size_t at = gt_bitmap_next(matched, 0); at < matched->bits;
         at = gt_bitmap_next(matched, at + 1)) {
        uint32_t node = gt_dominators_node(tree, (uint32_t)at);
        uint64_t retained = gt_heap_size(&finder->analysis->heap->graph, (uint32_t)at);
        if (node != GT_NO_NODE) retained = gt_dominators_retained(tree, node);
        if (retained < finder->options->min_bytes) continue;
        gt_vec_add(&finder->matches, &(struct match){retained, (uint32_t)at});
    }
    if (finder->matches.len)
        qsort(finder->matches.data, finder->matches.len, sizeof(struct match), most_first);
}

static const struct gt_found_entry *entries_of(const struct finder *finder, size_t count)
{
    const struct gt_goheap *heap = finder->analysis->heap;
    struct gt_found_entry *entries =
        gt_arena_alloc(finder->analysis->storage, count * sizeof *entries);
    uint64_t room;

    for (size_t i = 0; i < count; i++) {
        const struct match *match = gt_vec_at(&finder->matches, i);
        entries[i] =
            (struct gt_found_entry){gt_goheap_user(heap, match->object, &room),
                                    gt_heap_size(&heap->graph, match->object), match->retained};
    }
    return entries;
}

static const struct gt_found_holder *holders_of(struct finder *finder,
                                                const struct gt_dominators *tree, size_t count)
{
    struct gt_arena *storage = finder->analysis->storage;
    struct gt_found_holder *holders = gt_arena_alloc(storage, count * sizeof *holders);
    struct gt_held *held = gt_arena_alloc(storage, count * sizeof *held);
    struct gt_keys keys;

    for (size_t i = 0; i < count; i++)
        held[i].object = ((const struct match *)gt_vec_at(&finder->matches, i))->object;
    gt_held_fill(finder->analysis, tree, held, count);
    gt_keys_init(&keys, finder->analysis);
    for (size_t i = 0; i < count; i++) {
        if (!held[i].known) continue;
        holders[i].path = gt_path_to(&keys, &held[i].by);
        const char *name = gt_referrer_place(&keys, &held[i].by);
        if (strcmp(name, "it") != 0)
            holders[i].name = gt_heap_analysis_keep(finder->analysis, name);
        else if (holders[i].path.count)
            holders[i].name = holders[i].path.steps[holders[i].path.count - 1].what;
    }
    gt_keys_deinit(&keys);
    return holders;
}

static void fill_list(struct finder *finder, const struct gt_dominators *tree)
{
    size_t top = finder->options->top ? finder->options->top : USUAL_TOP;
    struct gt_found_list *list = gt_arena_alloc(finder->analysis->storage, sizeof *list);

    collect(finder, tree);
    size_t listed = finder->matches.len < top ? finder->matches.len : top;
    list->entries = entries_of(finder, listed);
    list->holders = holders_of(finder, tree, listed < GT_MOST_HELD ? listed : GT_MOST_HELD);
    finder->out->list = list;
    finder->out->listed = listed;
    finder->out->left_out = finder->out->matches - listed;
    if (finder->inside.analysis)
        list->values = gt_inside_list(&finder->inside, tree, top, finder->options->min_bytes,
                                      &finder->out->inside);
}

static void fill_retained(struct finder *finder)
{
    struct gt_freed freed = {0};

    if (finder->out->matches) freed = gt_freed_with_objects(finder->analysis, &finder->matched);
    finder->out->retained_bytes = (int64_t)freed.bytes;
    finder->out->retained_objects = (int64_t)freed.objects;
    fill_list(finder, &gt_live_tree(finder->analysis)->tree);
}

/* ---- notes --------------------------------------------------------------------------------- */

static void add_note(struct finder *finder, const char *note)
{
    gt_vec_add(&finder->notes, &note);
}

static void note_not_read(struct finder *finder)
{
    struct gt_arena *storage = finder->analysis->storage;
    uint64_t maps = finder->inside.not_read;

    if (finder->inside.offsets.full)
        add_note(finder, "large types have too many values of it: not all are counted");
    if (maps)
        add_note(finder, gt_arena_format(storage, "%s maps could not be read to the end",
                                         gt_heap_analysis_count(finder->analysis, maps)));
}

static void note_untyped(struct finder *finder)
{
    uint64_t bytes = finder->analysis->typing->untyped_bytes;

    if (bytes)
        add_note(finder,
                 gt_arena_format(finder->analysis->storage,
                                 "%s bytes of live objects have no known type: what there is of "
                                 "it among them is not counted",
                                 gt_heap_analysis_count(finder->analysis, bytes)));
}

static void keep_notes(struct finder *finder)
{
    size_t size = finder->notes.len * sizeof(const char *);
    const char **notes = gt_arena_alloc(finder->analysis->storage, size);

    if (size) memcpy(notes, finder->notes.data, size);
    finder->out->notes = notes;
    finder->out->note_count = finder->notes.len;
}

/* ---- inside other objects ------------------------------------------------------------------ */

/* Words of maps and channels are pointers: what people look for are the objects behind them. */
static bool lies_inside(const struct finder *finder)
{
    gt_type_id type = finder->kind.type;
    uint8_t kind = type ? gt_types_get(finder->analysis->process->types, type)->kind : 0;

    return type && kind != GT_T_MAP && kind != GT_T_CHAN;
}

static void look_inside(struct finder *finder)
{
    if (!lies_inside(finder)) return;
    finder->tests.analysis = finder->analysis;
    gt_inside_find(&finder->inside, finder->analysis, finder->kind.type, finder->kind.number,
                   &finder->tests);
}

/* ---- all ----------------------------------------------------------------------------------- */

static struct gt_error *bind(struct finder *finder)
{
    const struct gt_wanted_kind *kind = &finder->kind;

    if (!finder->conditions.count) return NULL;
    if (kind->type)
        return gt_tests_bind(finder->analysis, &finder->conditions, kind->type, &finder->tests);
    return gt_error_create(GT_ERR_USAGE, "%s has no conditions: %s", kind->name,
                           kind->elem ? "these are arrays, and elements are no objects"
                                      : "nothing is known of what is in it");
}

static void begin(struct finder *finder)
{
    struct gt_find *out = finder->out;
    size_t count = finder->conditions.count;

    out->type = finder->kind.name;
    out->where = count ? gt_heap_analysis_keep(finder->analysis, finder->options->where) : NULL;
    finder->tallies = gt_arena_alloc(finder->analysis->storage, count * sizeof *finder->tallies);
    for (size_t i = 0; i < count; i++)
        finder->tallies[i].text = finder->conditions.list[i].text;
    out->conditions = finder->tallies;
    out->condition_count = count;
}

static struct gt_error *find(struct finder *finder)
{
    const struct gt_object_kinds *kinds = gt_object_kinds(finder->analysis);
    struct gt_error *error =
        gt_wanted_kind_find(finder->analysis, kinds, finder->options->type, &finder->kind);
    if (!error) error = bind(finder);
    if (!error) {
        begin(finder);
        judge_all(finder, kinds);
        look_inside(finder);
    }
    return error;
}

struct gt_error *gt_find_fill(struct gt_heap_analysis *analysis,
                              const struct gt_find_options *options, struct gt_find *out)
{
    struct finder *finder = gt_arena_alloc(analysis->storage, sizeof *finder);

    *finder = (struct finder){.analysis = analysis,
                              .options = options,
                              .out = out,
                              .matches = GT_VEC_OF(struct match),
                              .notes = GT_VEC_OF(const char *)};
    struct gt_error *error = gt_conditions_parse(options->where ? options->where : "",
                                                 analysis->storage, &finder->conditions);
    if (error) return error;
    gt_bitmap_init(&finder->matched, analysis->heap->graph.objects);
    error = find(finder);
    if (!error) {
        fill_retained(finder);
        note_untyped(finder);
        note_not_read(finder);
        keep_notes(finder);
    }
    gt_inside_deinit(&finder->inside);
    gt_bitmap_deinit(&finder->matched);
    gt_vec_deinit(&finder->matches);
    gt_vec_deinit(&finder->notes);
    return error;
}

bool gt_find_next(const struct gt_find *find, uint64_t *place, struct gt_found_object *found)
{
    if (!find || !place || !found || *place >= find->listed) return false;
    const struct gt_found_entry *entry = &find->list->entries[*place];
    *found = (struct gt_found_object){
        .address = entry->address, .bytes = entry->bytes, .retained_bytes = entry->retained};
    if (*place < GT_MOST_HELD) {
        found->held_by = find->list->holders[*place].name;
        found->path = find->list->holders[*place].path;
    }
    ++*place;
    return true;
}

bool gt_find_next_inside(const struct gt_find *find, uint64_t *place, struct gt_found_value *found)
{
    if (!find || !place || !found || *place >= find->inside.listed) return false;
    *found = find->list->values[(*place)++];
    return true;
}
