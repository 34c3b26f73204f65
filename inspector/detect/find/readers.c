/* Binding turns a path into steps, each an offset or a pointer to follow, and chooses a read
 * function by the kind of the type at its end. Reading runs the steps, then this function. */
#include "inspector/detect/find/readers.h"

#include "inspector/base/error.h"
#include "inspector/detect/inspect/near_names.h"

typedef bool read_fn(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                     uint64_t addr, struct gt_read_value *out);

/* ---- reading ------------------------------------------------------------------------------- */

/* `constant` is the word's size. */
static bool read_unsigned(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                          uint64_t addr, struct gt_read_value *out)
{
    uint64_t word;

    if (!gt_mem_uint(analysis->process->mem, addr, (unsigned)reader->constant, &word)) return false;
    out->number = word;
    return true;
}

static bool read_signed(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                        uint64_t addr, struct gt_read_value *out)
{
    unsigned shift = reader->constant < 8 ? (unsigned)(64 - 8 * reader->constant) : 0;
    uint64_t word;

    if (!gt_mem_uint(analysis->process->mem, addr, (unsigned)reader->constant, &word)) return false;
    out->number = (int64_t)(word << shift) >> shift;
    return true;
}

static bool read_bool(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                      uint64_t addr, struct gt_read_value *out)
{
    uint8_t byte;

    (void)reader;
    if (!gt_mem_u8(analysis->process->mem, addr, &byte)) return false;
    out->number = byte != 0;
    return true;
}

static bool read_float32(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                         uint64_t addr, struct gt_read_value *out)
{
    uint32_t word;
    float number;

    (void)reader;
    if (!gt_mem_u32(analysis->process->mem, addr, &word)) return false;
    memcpy(&number, &word, sizeof number);
    out->number = number;
    return true;
}

static bool read_float64(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                         uint64_t addr, struct gt_read_value *out)
{
    uint64_t word;
    double number;

    (void)reader;
    if (!gt_mem_u64(analysis->process->mem, addr, &word)) return false;
    memcpy(&number, &word, sizeof number);
    out->number = number;
    return true;
}

/* For kinds that may be nil. For slices and strings it reads the word at offset `constant`. */
static bool read_word(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                      uint64_t addr, struct gt_read_value *out)
{
    uint64_t word;

    if (!gt_mem_u64(analysis->process->mem, addr + reader->constant, &word)) return false;
    out->number = word;
    return true;
}

static bool read_text(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                      uint64_t addr, struct gt_read_value *out)
{
    uint64_t length;

    (void)reader;
    if (!gt_mem_u64(analysis->process->mem, addr, &out->text) ||
        !gt_mem_u64(analysis->process->mem, addr + 8, &length))
        return false;
    out->number = length;
    return true;
}

static bool read_constant(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                          uint64_t addr, struct gt_read_value *out)
{
    (void)analysis, (void)addr;
    out->number = reader->constant;
    return true;
}

/* A number in the runtime's struct to which the word at addr points; `constant` is its field. */
static bool read_kept(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                      uint64_t addr, struct gt_read_value *out)
{
    uint64_t header, number = 0;

    if (!gt_mem_u64(analysis->process->mem, addr, &header)) return false;
    if (header &&
        !gt_process_field(analysis->process, header, (enum gt_field_id)reader->constant, &number))
        return false;
    out->number = number;
    return true;
}

/* The same if the object itself is that struct: the header of a map, or of a channel. */
static bool read_own(const struct gt_heap_analysis *analysis, const struct gt_reader *reader,
                     uint64_t addr, struct gt_read_value *out)
{
    uint64_t number;

    if (!gt_process_field(analysis->process, addr, (enum gt_field_id)reader->constant, &number))
        return false;
    out->number = number;
    return true;
}

enum gt_reading_of gt_reader_read(const struct gt_heap_analysis *analysis,
                                  const struct gt_reader *reader, uint64_t addr,
                                  struct gt_read_value *out)
{
    *out = reader->value;
    if (!reader->read) return GT_READ;
    for (size_t i = 0; i < reader->step_count; i++) {
        addr += reader->steps[i].offset;
        if (!reader->steps[i].follow) continue;
        if (!gt_mem_u64(analysis->process->mem, addr, &addr)) return GT_READ_NOT_IN_CORE;
        if (!addr) return GT_READ_THROUGH_NIL;
    }
    return reader->read(analysis, reader, addr, out) ? GT_READ : GT_READ_NOT_IN_CORE;
}

/* ---- binding a path ------------------------------------------------------------------------ */

struct binder {
    const struct gt_heap_analysis *analysis;
    struct gt_types *types;
    const struct gt_operand *operand;
    struct gt_reader *out;
};

static void add_step(struct gt_reader *reader, uint64_t offset, bool follow)
{
    reader->steps[reader->step_count++] = (struct gt_reader_step){offset, follow};
}

/* The target of a pointer, which is followed. */
static gt_type_id followed(const struct binder *binder, gt_type_id type)
{
    if (!type || gt_types_get(binder->types, type)->kind != GT_T_POINTER) return type;
    add_step(binder->out, 0, true);
    return gt_types_elem(binder->types, type);
}

static struct gt_error *no_field(const struct binder *binder, size_t at, gt_type_id type)
{
    const struct gt_type *described = gt_types_get(binder->types, type);
    struct gt_near_names near = {.wanted = binder->operand->names[at]};

    for (size_t i = 0; i < described->field_count; i++)
        if (described->fields[i].name) gt_near_names_offer(&near, described->fields[i].name);
    return gt_condition_error(binder->operand->name_columns[at], "%s has no field '%s'%s",
                              described->name, near.wanted,
                              gt_near_names_text(&near, binder->analysis->storage));
}

static struct gt_error *bind_name(const struct binder *binder, size_t at, gt_type_id *type)
{
    unsigned column = binder->operand->name_columns[at];
    const char *name = binder->operand->names[at];

    *type = followed(binder, *type);
    if (!*type)
        return gt_condition_error(column,
                                  "nothing is known of the fields there, so there is "
                                  "no '%s'",
                                  name);
    const struct gt_type *described = gt_types_get(binder->types, *type);
    if (described->kind != GT_T_STRUCT)
        return gt_condition_error(column, "%s is no struct, so it has no field '%s'",
                                  described->name, name);
    struct gt_field_way way = gt_field_way(binder->types, *type, name);
    if (!way.count) return no_field(binder, at, *type);
    for (size_t i = 0; i < way.count; i++) {
        if (i) followed(binder, *type);
        add_step(binder->out, way.fields[i].offset, false);
        *type = gt_types_find(binder->types, way.fields[i].type);
    }
    return NULL;
}

/* ---- binding the value at its end ----------------------------------------------------------- */

struct way_to_read {
    enum gt_operand_sort sort;
    read_fn *read;
};

static const struct way_to_read values[] = {
    [GT_T_BOOL] = {GT_SORT_BOOL, read_bool},
    [GT_T_INT] = {GT_SORT_NUMBER, read_signed},
    [GT_T_INT8] = {GT_SORT_NUMBER, read_signed},
    [GT_T_INT16] = {GT_SORT_NUMBER, read_signed},
    [GT_T_INT32] = {GT_SORT_NUMBER, read_signed},
    [GT_T_INT64] = {GT_SORT_NUMBER, read_signed},
    [GT_T_UINT] = {GT_SORT_NUMBER, read_unsigned},
    [GT_T_UINT8] = {GT_SORT_NUMBER, read_unsigned},
    [GT_T_UINT16] = {GT_SORT_NUMBER, read_unsigned},
    [GT_T_UINT32] = {GT_SORT_NUMBER, read_unsigned},
    [GT_T_UINT64] = {GT_SORT_NUMBER, read_unsigned},
    [GT_T_UINTPTR] = {GT_SORT_NUMBER, read_unsigned},
    [GT_T_FLOAT32] = {GT_SORT_NUMBER, read_float32},
    [GT_T_FLOAT64] = {GT_SORT_NUMBER, read_float64},
    [GT_T_CHAN] = {GT_SORT_ADDRESS, read_word},
    [GT_T_FUNC] = {GT_SORT_ADDRESS, read_word},
    [GT_T_MAP] = {GT_SORT_ADDRESS, read_word},
    [GT_T_POINTER] = {GT_SORT_ADDRESS, read_word},
    [GT_T_UNSAFE_POINTER] = {GT_SORT_ADDRESS, read_word},
    [GT_T_INTERFACE] = {GT_SORT_REFERENCE, read_word},
    [GT_T_SLICE] = {GT_SORT_REFERENCE, read_word},
    [GT_T_STRING] = {GT_SORT_TEXT, read_text},
};

/* Maps and channels are pointers; the object itself is their target. */
static bool is_header(const struct binder *binder, const struct gt_type *type)
{
    return !binder->operand->name_count && (type->kind == GT_T_MAP || type->kind == GT_T_CHAN);
}

static void bind_value(const struct binder *binder, const struct gt_type *type)
{
    struct way_to_read way = {GT_SORT_NONE, NULL};

    if (type->kind < sizeof values / sizeof *values && values[type->kind].read &&
        !is_header(binder, type))
        way = values[type->kind];
    binder->out->sort = way.sort;
    binder->out->read = way.read;
    binder->out->constant = way.sort == GT_SORT_NUMBER ? type->size : 0;
}

static void measure(const struct binder *binder, read_fn *read, uint64_t constant)
{
    binder->out->read = read;
    binder->out->constant = constant;
}

static struct gt_error *bind_measure(const struct binder *binder, const struct gt_type *type)
{
    const struct gt_operand *operand = binder->operand;
    bool len = operand->kind == GT_OPERAND_LEN;
    read_fn *kept = is_header(binder, type) ? read_own : read_kept;

    if (type->kind == GT_T_STRING && len)
        measure(binder, read_word, 8);
    else if (type->kind == GT_T_SLICE)
        measure(binder, read_word, len ? 8 : 16);
    else if (type->kind == GT_T_ARRAY)
        measure(binder, read_constant, type->len);
    else if (type->kind == GT_T_MAP && len)
        measure(binder, kept, type->map.swiss ? GT_F_map_used : GT_F_hmap_count);
    else if (type->kind == GT_T_CHAN)
        measure(binder, kept, len ? GT_F_hchan_qcount : GT_F_hchan_dataqsiz);
    else
        return gt_condition_error(operand->column, "%s has no %s()", type->name,
                                  len ? "len" : "cap");
    return NULL;
}

/* ---- all ----------------------------------------------------------------------------------- */

static struct gt_error *bind_path(const struct binder *binder, gt_type_id type)
{
    struct gt_error *error = NULL;

    for (size_t i = 0; i < binder->operand->name_count && !error; i++)
        error = bind_name(binder, i, &type);
    if (error) return error;
    if (!type)
        return gt_condition_error(binder->operand->column, "nothing is known of what is there");
    binder->out->type = type;
    if (binder->operand->kind != GT_OPERAND_VALUE)
        return bind_measure(binder, gt_types_get(binder->types, type));
    bind_value(binder, gt_types_get(binder->types, type));
    return NULL;
}

static void bind_written(const struct gt_operand *operand, struct gt_reader *out)
{
    static const enum gt_operand_sort sorts[] = {[GT_OPERAND_NUMBER] = GT_SORT_NUMBER,
                                                 [GT_OPERAND_BOOL] = GT_SORT_BOOL,
                                                 [GT_OPERAND_NIL] = GT_SORT_NIL,
                                                 [GT_OPERAND_TEXT] = GT_SORT_TEXT};

    out->sort = sorts[operand->kind];
    out->value.number = operand->kind == GT_OPERAND_NUMBER ? operand->number : operand->truth;
    if (operand->kind == GT_OPERAND_TEXT)
        out->value = (struct gt_read_value){.number = operand->length, .written = operand->text};
}

struct gt_error *gt_reader_bind(const struct gt_heap_analysis *analysis,
                                const struct gt_operand *operand, gt_type_id type,
                                struct gt_reader *out)
{
    struct binder binder = {analysis, analysis->process->types, operand, out};

    *out = (struct gt_reader){.sort = GT_SORT_NUMBER};
    if (gt_operand_is_path(operand)) return bind_path(&binder, type);
    bind_written(operand, out);
    return NULL;
}
