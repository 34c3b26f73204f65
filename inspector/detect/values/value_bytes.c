/* Strings and bytes: always their lengths, and their contents only with show_data. */
#include "inspector/detect/values/values_impl.h"

enum { MAX_DATA = 256 };

bool gt_value_is_bytes(struct gt_value_reader *reader, gt_type_id elem)
{
    return elem && gt_types_get(reader->types, elem)->kind == GT_T_UINT8;
}

void gt_value_data(struct gt_value_reader *reader, uint32_t place, uint64_t addr, uint64_t len)
{
    struct gt_typed_value *value = gt_value_at(reader, place);
    uint64_t bytes = gt_value_fit(reader, addr, 1, len);
    const unsigned char *data;

    if (bytes < len) value->note = "its length goes past the memory that it points to";
    if (bytes > MAX_DATA) bytes = MAX_DATA;
    if (!reader->analysis->show_data || !bytes) return;
    data = gt_mem_at(reader->mem, addr, bytes);
    if (!data) return;
    char *copy = gt_arena_alloc(reader->analysis->storage, bytes + 1);
    memcpy(copy, data, bytes);
    value->data = copy;
    value->data_bytes = bytes;
}

void gt_value_string(struct gt_value_reader *reader, uint32_t place, gt_type_id type)
{
    struct gt_typed_value *value = gt_value_at(reader, place);
    uint64_t len;

    (void)type;
    value->kind = GT_TYPED_STRING;
    if (!gt_mem_u64(reader->mem, value->address, &value->points_to) ||
        !gt_mem_u64(reader->mem, value->address + 8, &len)) {
        value->note = "the core has no memory there";
        return;
    }
    value->len = (int64_t)len;
    if (len) gt_value_data(reader, place, value->points_to, len);
}
