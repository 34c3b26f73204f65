/* Arrays and slices: their first elements. */
#include "inspector/detect/values/values_impl.h"

#include <inttypes.h>
#include <stdio.h>

/* Reads the first few of `len` elements, as far as the memory at addr can hold them. */
static void read_elements(struct gt_value_reader *reader, uint32_t place, gt_type_id elem,
                          uint64_t addr, uint64_t len, unsigned deeper)
{
    uint64_t size = elem ? gt_types_get(reader->types, elem)->size : 0, got;
    uint64_t there = gt_value_fit(reader, addr, size, len);
    uint64_t shown = there < reader->how.most ? there : reader->how.most;
    char name[32];

    if (there < len)
        gt_value_at(reader, place)->note = "its length goes past the memory that it points to";
    if (!elem) shown = 0;
    uint32_t first = gt_value_parts(reader, place, shown, &got);
    for (uint32_t i = 0; i < got; i++) {
        snprintf(name, sizeof name, "[%" PRIu32 "]", i);
        gt_value_set(reader, first + i, place, name, elem, addr + i * size, deeper);
    }
    struct gt_typed_value *value = gt_value_at(reader, place);
    value->first = first;
    value->count = (uint32_t)got;
    value->left_out = len - got;
}

void gt_value_array(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    gt_type_id elem = gt_types_elem(reader->types, id);
    uint64_t len = gt_types_get(reader->types, id)->len;
    struct gt_typed_value *value = gt_value_at(reader, place);
    bool bytes = gt_value_is_bytes(reader, elem);

    value->kind = bytes ? GT_TYPED_BYTES : GT_TYPED_ARRAY;
    value->len = value->cap = (int64_t)len;
    if (bytes)
        gt_value_data(reader, place, value->address, len);
    else
        read_elements(reader, place, elem, value->address, len, 0);
}

void gt_value_slice(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    gt_type_id elem = gt_types_elem(reader->types, id);
    struct gt_typed_value *value = gt_value_at(reader, place);
    bool bytes = gt_value_is_bytes(reader, elem);
    uint64_t len, cap;

    value->kind = bytes ? GT_TYPED_BYTES : GT_TYPED_SLICE;
    if (!gt_mem_u64(reader->mem, value->address, &value->points_to) ||
        !gt_mem_u64(reader->mem, value->address + 8, &len)) {
        value->note = "the core has no memory there";
        return;
    }
    bool capped = gt_mem_u64(reader->mem, value->address + 16, &cap);
    value->len = (int64_t)len;
    if (capped) value->cap = (int64_t)cap;
    uint64_t data = value->points_to;
    if (capped && len > cap)
        value->note = "its length is above its capacity: it is damaged, or was being written";
    else if (bytes && len)
        gt_value_data(reader, place, data, len);
    else if (len && gt_value_may_follow(reader, place))
        read_elements(reader, place, elem, data, len, 1);
    else
        value->left_out = bytes ? 0 : len;
}
