/* The values are one list: reading a value adds its parts at the end, and the list is read from the
 * first to the last. That is breadth first, without recursion. */
#include "inspector/detect/values/values_impl.h"

#include "inspector/base/str.h"

#include <stdarg.h>

enum { MAX_LEVEL = 250 }; /* nesting of values, so that a document's depth is bounded */

/* ---- the list ------------------------------------------------------------------------------ */

uint32_t gt_value_parts(struct gt_value_reader *reader, uint32_t of, uint64_t want, uint64_t *got)
{
    uint64_t room = reader->how.budget - reader->values.len;
    uint32_t first = (uint32_t)reader->values.len;

    *got = want < room ? want : room;
    reader->cut |= *got < want;
    for (uint64_t i = 0; i < *got; i++) {
        struct gt_typed_value *value = gt_vec_push(&reader->values);
        *value =
            (struct gt_typed_value){.kind = GT_TYPED_UNKNOWN, .len = GT_UNKNOWN, .cap = GT_UNKNOWN};
        gt_vec_push(&reader->waits);
    }
    gt_value_at(reader, of)->left_out += want - *got;
    return first;
}

void gt_value_set(struct gt_value_reader *reader, uint32_t place, uint32_t of, const char *name,
                  gt_type_id type, uint64_t addr, unsigned deeper)
{
    struct gt_typed_value *value = gt_value_at(reader, place);

    *value = (struct gt_typed_value){.name = gt_heap_analysis_keep(reader->analysis, name),
                                     .kind = GT_TYPED_UNKNOWN,
                                     .address = addr,
                                     .len = GT_UNKNOWN,
                                     .cap = GT_UNKNOWN,
                                     .depth = gt_value_at(reader, of)->depth + deeper};
    if (type)
        value->type = gt_heap_analysis_keep(reader->analysis, gt_types_name(reader->types, type));
    uint32_t level = ((struct gt_value_wait *)gt_vec_at(&reader->waits, of))->level;
    *(struct gt_value_wait *)gt_vec_at(&reader->waits, place) =
        (struct gt_value_wait){type, level + 1};
}

bool gt_value_may_follow(const struct gt_value_reader *reader, uint32_t place)
{
    return gt_value_at(reader, place)->depth < reader->how.depth;
}

uint64_t gt_value_fit(const struct gt_value_reader *reader, uint64_t addr, uint64_t size,
                      uint64_t count)
{
    uint32_t object = gt_heap_object(&reader->analysis->heap->graph, addr);
    uint64_t bytes, avail = 0;

    if (!size) return count;
    if (object != GT_NO_OBJECT) {
        uint64_t base = gt_goheap_user(reader->analysis->heap, object, &bytes);
        avail = addr >= base ? base + bytes - addr : 0;
    } else if (!reader->mem->map(reader->mem->ctx, addr, &avail)) {
        avail = 0;
    }
    return avail / size < count ? avail / size : count;
}

const char *gt_value_text(const struct gt_value_reader *reader, const char *format, ...)
{
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    const char *kept = gt_arena_strndup(reader->analysis->storage, gt_str_text(&text), text.len);
    gt_str_deinit(&text);
    return kept;
}

/* ---- structs and pointers ------------------------------------------------------------------- */

static void read_struct(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    const struct gt_type *type = gt_types_get(reader->types, id);
    uint64_t addr = gt_value_at(reader, place)->address, count;
    uint32_t first = gt_value_parts(reader, place, type->field_count, &count);

    for (uint32_t i = 0; i < count; i++)
        gt_value_set(reader, first + i, place, type->fields[i].name,
                     gt_types_find(reader->types, type->fields[i].type),
                     addr + type->fields[i].offset, 0);
    gt_value_at(reader, place)->kind = GT_TYPED_STRUCT;
    gt_value_at(reader, place)->first = first;
    gt_value_at(reader, place)->count = (uint32_t)count;
}

static void read_pointer(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    gt_type_id elem = gt_types_elem(reader->types, id);
    struct gt_typed_value *value = gt_value_at(reader, place);
    uint64_t count;

    value->kind = GT_TYPED_POINTER;
    if (!gt_mem_u64(reader->mem, value->address, &value->points_to)) {
        value->note = "the core has no memory there";
        return;
    }
    if (value->points_to && !gt_mem_u8(reader->mem, value->points_to, &(uint8_t){0}))
        value->note = "the core has no memory at that address";
    if (!value->points_to || !elem || !gt_value_may_follow(reader, place)) return;
    uint64_t target = value->points_to;
    uint32_t first = gt_value_parts(reader, place, 1, &count);
    if (!count) return;
    gt_value_set(reader, first, place, "*", elem, target, 1);
    gt_value_at(reader, place)->first = first;
    gt_value_at(reader, place)->count = 1;
}

static void read_unsafe(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    struct gt_typed_value *value = gt_value_at(reader, place);

    (void)id;
    value->kind = GT_TYPED_UNSAFE_POINTER;
    if (!gt_mem_u64(reader->mem, value->address, &value->points_to))
        value->note = "the core has no memory there";
}

/* ---- all kinds ----------------------------------------------------------------------------- */

static gt_value_fn *reader_of(const struct gt_type *type)
{
    static gt_value_fn *const readers[] = {
        [GT_T_ARRAY] = gt_value_array, [GT_T_CHAN] = gt_value_channel,
        [GT_T_FUNC] = gt_value_func,   [GT_T_INTERFACE] = gt_value_interface,
        [GT_T_MAP] = gt_value_map,     [GT_T_POINTER] = read_pointer,
        [GT_T_SLICE] = gt_value_slice, [GT_T_STRING] = gt_value_string,
        [GT_T_STRUCT] = read_struct,   [GT_T_UNSAFE_POINTER] = read_unsafe,
    };

    if (type->kind < sizeof readers / sizeof *readers && readers[type->kind])
        return readers[type->kind];
    return gt_value_scalar;
}

static void read_value(struct gt_value_reader *reader, uint32_t place)
{
    struct gt_value_wait wait = *(struct gt_value_wait *)gt_vec_at(&reader->waits, place);

    if (!wait.type)
        gt_value_at(reader, place)->note = "its type is not known";
    else if (wait.level > MAX_LEVEL)
        gt_value_at(reader, place)->note = "it lies too deep in others to be shown";
    else
        reader_of(gt_types_get(reader->types, wait.type))(reader, place, wait.type);
}

struct gt_values gt_value_finish(struct gt_value_reader *reader)
{
    size_t count = reader->values.len;
    struct gt_typed_value *values =
        gt_arena_alloc(reader->analysis->storage, count * sizeof *values);

    memcpy(values, reader->values.data, count * sizeof *values);
    gt_vec_deinit(&reader->values);
    gt_vec_deinit(&reader->waits);
    return (struct gt_values){values, count, reader->cut};
}

struct gt_value_reader gt_value_reader_of(const struct gt_heap_analysis *analysis,
                                          const struct gt_value_limits *how)
{
    return (struct gt_value_reader){.analysis = analysis,
                                    .types = analysis->process->types,
                                    .mem = analysis->process->mem,
                                    .how = *how,
                                    .values = GT_VEC_OF(struct gt_typed_value),
                                    .waits = GT_VEC_OF(struct gt_value_wait)};
}

void gt_value_read_all(struct gt_value_reader *reader, const char *name, gt_type_id type,
                       uint64_t addr)
{
    gt_vec_push(&reader->values);
    gt_vec_push(&reader->waits);
    gt_value_set(reader, 0, 0, name, type, addr, 0);
    if (reader->elements) gt_value_elements(reader, 0, type);
    for (uint32_t place = reader->elements != 0; place < reader->values.len; place++)
        read_value(reader, place);
}

struct gt_values gt_values_read(const struct gt_heap_analysis *analysis,
                                const struct gt_value_limits *how, const char *name,
                                gt_type_id type, uint64_t addr)
{
    struct gt_value_reader reader = gt_value_reader_of(analysis, how);

    gt_value_read_all(&reader, name, type, addr);
    return gt_value_finish(&reader);
}

struct gt_values gt_values_read_map(const struct gt_heap_analysis *analysis,
                                    const struct gt_value_limits *how, const char *name,
                                    gt_type_id map, uint64_t header)
{
    struct gt_value_reader reader = gt_value_reader_of(analysis, how);

    reader.header = true;
    gt_value_read_all(&reader, name, map, header);
    return gt_value_finish(&reader);
}

struct gt_values gt_values_read_array(const struct gt_heap_analysis *analysis,
                                      const struct gt_value_limits *how, gt_type_id elem,
                                      uint64_t addr, uint64_t count)
{
    struct gt_value_reader reader = gt_value_reader_of(analysis, how);

    reader.elements = count;
    gt_value_read_all(&reader, NULL, elem, addr);
    return gt_value_finish(&reader);
}
