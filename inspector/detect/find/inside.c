/* First come the live objects: values in structs and maps are tested at once, and arrays are
 * listed. Then come all live words: they hold elements of these arrays, and lead to queues and to
 * tiny blocks. At last the elements that are held are tested. */
#include "inspector/detect/find/inside.h"

#include "gotypes/types/maps.h"
#include "inspector/base/alloc.h"
#include "inspector/detect/describe/fields.h"

#include <inttypes.h>
#include <stdio.h>

static uint64_t size_of(const struct gt_inside *inside, gt_type_id type)
{
    return type ? gt_types_get(inside->offsets.types, type)->size : 0;
}

static uint32_t object_at(const struct gt_inside *inside, uint64_t addr)
{
    uint32_t object = gt_heap_object(&inside->analysis->heap->graph, addr);

    return object != GT_NO_OBJECT && gt_bit(&inside->analysis->live, object) ? object
                                                                             : GT_NO_OBJECT;
}

static uint32_t kind_number(const struct gt_inside *inside, uint32_t object)
{
    return gt_object_kind_number(inside->kinds, gt_rank_of(&inside->kinds->rank, object));
}

/* ---- values -------------------------------------------------------------------------------- */

static void add_value(struct gt_inside *inside, uint64_t addr, uint32_t object,
                      enum gt_inside_as as)
{
    enum gt_outcome each[GT_MOST_CONDITIONS];
    enum gt_outcome all = gt_tests_run(inside->tests, addr, each);

    inside->values++;
    inside->not_in_core += all == GT_NOT_IN_CORE;
    inside->through_nil += all == GT_THROUGH_NIL;
    if (all != GT_IS_MET) return;
    gt_bit_set(&inside->with, object);
    gt_vec_add(&inside->matches, &(struct gt_inside_match){addr, object, as});
}

/* Adds the values inside a value of a type. An object of the wanted kind is tested as an object,
 * not here. */
static void add_values(struct gt_inside *inside, uint64_t addr, gt_type_id type,
                       enum gt_inside_as as)
{
    size_t first, count = gt_offsets_in(&inside->offsets, type, &first);

    for (size_t i = 0; i < count; i++) {
        uint64_t at = addr + inside->offsets.all.at[first + i];
        uint32_t object = object_at(inside, at);
        if (object == GT_NO_OBJECT || kind_number(inside, object) == inside->whole) continue;
        add_value(inside, at, object, as);
    }
}

/* ---- maps and channels ----------------------------------------------------------------------- */

struct map_reader {
    struct gt_inside *inside;
    gt_type_id key, elem; /* none if they are objects of their own */
};

static bool add_entry(void *ctx, uint64_t key, uint64_t elem)
{
    const struct map_reader *reader = ctx;

    if (reader->key) add_values(reader->inside, key, reader->key, GT_AS_KEY);
    if (reader->elem) add_values(reader->inside, elem, reader->elem, GT_AS_VALUE);
    return true;
}

static gt_type_id part_of_map(struct gt_inside *inside, gt_type_id part, bool indirect)
{
    size_t first;

    return !indirect && gt_offsets_in(&inside->offsets, part, &first) ? part
                                                                      : (gt_type_id)GT_NO_TYPE;
}

/* True once for each header. */
static bool is_new_header(struct gt_inside *inside, uint64_t header)
{
    bool added;

    gt_map_put(&inside->headers, header, &added);
    return added;
}

static void add_map(struct gt_inside *inside, gt_type_id type, uint64_t header)
{
    struct gt_types *types = inside->offsets.types;
    struct gt_map_shape shape = gt_types_get(types, type)->map;
    struct map_reader reader = {
        inside, part_of_map(inside, gt_types_key(types, type), shape.indirect_key),
        part_of_map(inside, gt_types_elem(types, type), shape.indirect_elem)};

    if ((!reader.key && !reader.elem) || !is_new_header(inside, header)) return;
    inside->not_read += !gt_map_walk(types, type, header, add_entry, &reader);
}

/* Each value of the queue is an element of an array, or lies in the channel's own object. */
static void add_queue(struct gt_inside *inside, gt_type_id elem, uint64_t channel)
{
    const struct gt_process *process = inside->analysis->process;
    uint64_t count, room, buffer, next, size = size_of(inside, elem);
    size_t first;

    if (!gt_offsets_in(&inside->offsets, elem, &first) || !is_new_header(inside, channel)) return;
    if (!gt_process_field(process, channel, GT_F_hchan_qcount, &count) ||
        !gt_process_field(process, channel, GT_F_hchan_dataqsiz, &room) ||
        !gt_process_field(process, channel, GT_F_hchan_buf, &buffer) ||
        !gt_process_field(process, channel, GT_F_hchan_recvx, &next))
        return;
    uint32_t object = count ? object_at(inside, buffer) : GT_NO_OBJECT;
    if (!size || object == GT_NO_OBJECT || count > room || next >= room ||
        room > gt_heap_size(&inside->analysis->heap->graph, object) / size)
        return;
    struct gt_inside_array *array = gt_inside_array_of(&inside->arrays, object);
    if (array) array->queue = true;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t slot = buffer + (next + i) % room * size;
        if (array)
            gt_inside_arrays_hold(&inside->arrays, array, slot, size);
        else if (gt_typing_type(inside->analysis->typing, object) != elem)
            add_values(inside, slot, elem, GT_AS_QUEUED);
    }
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static void add_array(struct gt_inside *inside, uint32_t object, gt_type_id elem)
{
    uint64_t room, addr = gt_goheap_user(inside->analysis->heap, object, &room);
    size_t first;

    if (size_of(inside, elem) && gt_offsets_in(&inside->offsets, elem, &first))
        gt_inside_arrays_add(&inside->arrays, object, addr, room, elem, size_of(inside, elem));
}

static struct gt_inside_array *array_at(const struct gt_inside *inside, uint64_t addr)
{
    uint32_t object = object_at(inside, addr);

    return object == GT_NO_OBJECT ? NULL : gt_inside_array_of(&inside->arrays, object);
}

/* A live word leads to `bytes` from addr on. */
static void hold(struct gt_inside *inside, uint64_t addr, uint64_t bytes)
{
    const struct gt_inside_array *array = array_at(inside, addr);

    if (array) gt_inside_arrays_hold(&inside->arrays, array, addr, bytes);
}

/* An inferred slice has its capacity for a length, in the program's favour. What is beside its
 * pointer is its length, if it is a slice at all. */
static uint64_t length_of(const struct gt_inside *inside, const struct gt_word *word)
{
    uint64_t length;

    if (!word->inferred || !word->addr ||
        !gt_mem_u64(inside->analysis->process->mem, word->addr + sizeof length, &length) ||
        length > word->cap)
        return word->len;
    return length;
}

/* If the type of the slice's elements is unknown, it is taken to be that of the array's
 * elements. */
static void hold_slice(struct gt_inside *inside, const struct gt_word *word)
{
    const struct gt_inside_array *array = array_at(inside, word->value);
    uint64_t bytes;

    if (array && gt_mul(length_of(inside, word),
                        word->type ? size_of(inside, word->type) : array->stride, &bytes))
        gt_inside_arrays_hold(&inside->arrays, array, word->value, bytes);
}

/* The number of elements that the word leads to is not known. */
static void doubt(const struct gt_inside *inside, const struct gt_word *word)
{
    struct gt_inside_array *array = array_at(inside, word->value);

    if (array) array->doubtful = true;
}

static void add_elements(struct gt_inside *inside, const struct gt_inside_array *array)
{
    const struct gt_offsets *offsets = &inside->offsets;
    size_t first, count = gt_offsets_in(&inside->offsets, array->elem, &first);

    for (uint64_t i = 0; i < array->count; i++) {
        uint64_t addr = array->addr + i * array->stride;
        bool held = gt_bit(&inside->arrays.held, array->first + i);
        if (!held)
            *(array->doubtful && !array->queue ? &inside->uncertain : &inside->spare) += count;
        for (size_t each = 0; held && each < count; each++)
            add_value(inside, addr + offsets->all.at[first + each], array->object, GT_AS_ELEMENT);
    }
}

/* ---- objects --------------------------------------------------------------------------------- */

/* Storage of maps is read through its headers. */
static bool is_storage(const struct gt_inside *inside, gt_type_id type)
{
    return gt_is_map_storage(gt_types_name(inside->offsets.types, type));
}

/* The type of an object, or of its elements if it is an array. */
static gt_type_id type_of(const struct gt_inside *inside, uint32_t object, bool *array)
{
    const struct gt_object_kind *kind =
        gt_object_kind_at(inside->kinds, kind_number(inside, object));
    const struct gt_typing *typing = inside->analysis->typing;
    gt_type_id type = gt_typing_type(typing, object);

    *array = kind->form == GT_FORM_ARRAY && (!type || type == kind->type);
    if (type && !*array) *array = gt_typing_elements(typing, object) > 1;
    if (type) return type;
    if (kind->first) return kind->first;
    return *array || kind->form == GT_FORM_VALUE ? kind->type : (gt_type_id)GT_NO_TYPE;
}

static void look_into(struct gt_inside *inside, uint32_t object)
{
    uint64_t room;
    bool array;
    gt_type_id type = type_of(inside, object, &array);

    if (!type || kind_number(inside, object) == inside->whole) return;
    uint64_t addr = gt_goheap_user(inside->analysis->heap, object, &room);
    if (gt_types_get(inside->offsets.types, type)->kind == GT_T_MAP)
        add_map(inside, type, addr);
    else if (is_storage(inside, type))
        return;
    else if (array)
        add_array(inside, object, type);
    else if (size_of(inside, type) <= room)
        add_values(inside, addr, type, GT_AS_PART);
}

/* ---- words ----------------------------------------------------------------------------------- */

/* Adds the values at a pointer into a block of the tiny allocator. Such a block has no type. */
static void add_small(struct gt_inside *inside, const struct gt_word *word)
{
    uint32_t object = object_at(inside, word->value);
    bool added;
    size_t first;

    if (object == GT_NO_OBJECT || !gt_goheap_tiny(inside->analysis->heap, object)) return;
    if (!gt_offsets_in(&inside->offsets, word->type, &first)) return;
    gt_map_put(&inside->smalls, word->value, &added);
    if (added) add_values(inside, word->value, word->type, GT_AS_SMALL);
}

static void look_at_word(void *ctx, const struct gt_word *word)
{
    struct gt_inside *inside = ctx;

    switch (word->kind) {
    case GT_P_SLICE:
    case GT_P_COUNTED:
        hold_slice(inside, word);
        break;
    case GT_P_POINTER:
        hold(inside, word->value, size_of(inside, word->type));
        add_small(inside, word);
        break;
    case GT_P_MAP: /* headers on the heap are objects */
        if (word->type && object_at(inside, word->value) == GT_NO_OBJECT)
            add_map(inside, word->type, word->value);
        break;
    case GT_P_CHAN:
        add_queue(inside, word->type, word->value);
        break;
    case GT_P_UNSAFE:
    case GT_W_UNKNOWN:
    case GT_W_REFERENCE:
        doubt(inside, word);
        break;
    default:
        break;
    }
}

static void ignore(void *ctx, uint32_t object)
{
    (void)ctx, (void)object;
}

static void look_at_words(struct gt_inside *inside)
{
    const struct gt_heap_analysis *analysis = inside->analysis;
    struct gt_word word;

    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        gt_typing_root(analysis->typing, i, &word);
        look_at_word(inside, &word);
    }
    gt_typing_words_of_all(analysis->typing, &analysis->live, ignore, look_at_word, inside);
}

/* ---- all of them ----------------------------------------------------------------------------- */

void gt_inside_find(struct gt_inside *inside, struct gt_heap_analysis *analysis, gt_type_id type,
                    uint32_t whole, const struct gt_tests *tests)
{
    const struct gt_bitmap *live = &analysis->live;

    *inside = (struct gt_inside){.analysis = analysis,
                                 .kinds = gt_object_kinds(analysis),
                                 .whole = whole,
                                 .tests = tests,
                                 .matches = GT_VEC_OF(struct gt_inside_match)};
    gt_offsets_init(&inside->offsets, analysis->process->types, type);
    gt_inside_arrays_init(&inside->arrays, analysis->heap->graph.objects);
    gt_bitmap_init(&inside->with, analysis->heap->graph.objects);
    if (!size_of(inside, type)) return;
    for (size_t at = gt_bitmap_next(live, 0); at < live->bits; at = gt_bitmap_next(live, at + 1))
        look_into(inside, (uint32_t)at);
    gt_inside_arrays_seal(&inside->arrays);
    look_at_words(inside);
    gt_inside_arrays_finish(&inside->arrays);
    for (size_t i = 0; i < inside->arrays.list.len; i++)
        add_elements(inside, gt_vec_at(&inside->arrays.list, i));
}

void gt_inside_deinit(struct gt_inside *inside)
{
    gt_offsets_deinit(&inside->offsets);
    gt_inside_arrays_deinit(&inside->arrays);
    gt_map_deinit(&inside->headers);
    gt_map_deinit(&inside->smalls);
    gt_bitmap_deinit(&inside->with);
    gt_vec_deinit(&inside->matches);
}

/* ---- places ---------------------------------------------------------------------------------- */

static void place_in_array(const struct gt_inside *inside, const struct gt_inside_match *match,
                           char *out, size_t size)
{
    const struct gt_inside_array *array = gt_inside_array_of(&inside->arrays, match->object);
    uint64_t offset = match->addr - array->addr;
    int length = snprintf(out, size, "[%" PRIu64 "]", offset / array->stride);

    if (length > 0 && (size_t)length < size)
        gt_offsets_path(&inside->offsets, array->elem, offset % array->stride, out + length,
                        size - (size_t)length);
}

void gt_inside_place(const struct gt_inside *inside, const struct gt_inside_match *match, char *out,
                     size_t size)
{
    static const char *const names[] = {[GT_AS_KEY] = "key of an entry",
                                        [GT_AS_VALUE] = "value of an entry",
                                        [GT_AS_QUEUED] = "in the queue",
                                        [GT_AS_SMALL] = "in a tiny block"};
    uint64_t room;
    bool array;

    if (match->as == GT_AS_ELEMENT) {
        place_in_array(inside, match, out, size);
    } else if (match->as == GT_AS_PART) {
        gt_type_id type = type_of(inside, match->object, &array);
        uint64_t addr = gt_goheap_user(inside->analysis->heap, match->object, &room);
        gt_offsets_path(&inside->offsets, type, match->addr - addr, out, size);
    } else {
        snprintf(out, size, "%s", names[match->as]);
    }
}
