/* Interfaces with their values, and funcs with what they captured. */
#include "inspector/detect/values/values_impl.h"

#include "inspector/runtime/functions/closures.h"

static void add_one(struct gt_value_reader *reader, uint32_t place, const char *name,
                    gt_type_id type, uint64_t addr)
{
    uint64_t got;
    uint32_t first = gt_value_parts(reader, place, 1, &got);

    if (!got) return;
    gt_value_set(reader, first, place, name, type, addr, 1);
    gt_value_at(reader, place)->first = first;
    gt_value_at(reader, place)->count = 1;
}

void gt_value_interface(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    struct gt_typed_value *value = gt_value_at(reader, place);
    uint64_t head, addr = value->address;

    value->kind = GT_TYPED_INTERFACE;
    if (!gt_mem_u64(reader->mem, addr, &head) ||
        !gt_mem_u64(reader->mem, addr + 8, &value->points_to)) {
        value->note = "the core has no memory there";
        return;
    }
    if (!head) {
        value->points_to = 0;
        return;
    }
    bool empty = gt_types_get(reader->types, id)->empty_interface;
    gt_type_id dynamic =
        empty ? gt_types_at(reader->types, head) : gt_types_of_itab(reader->types, head);
    if (!dynamic) {
        value->note = "the type of what is in it cannot be read";
        return;
    }
    value->dynamic = gt_heap_analysis_keep(reader->analysis, gt_types_name(reader->types, dynamic));
    if (!gt_value_may_follow(reader, place)) return;
    bool direct = gt_types_get(reader->types, dynamic)->direct_iface;
    add_one(reader, place, "(in it)", dynamic, direct ? addr + 8 : value->points_to);
}

void gt_value_func(struct gt_value_reader *reader, uint32_t place, gt_type_id id)
{
    struct gt_typed_value *value = gt_value_at(reader, place);
    uint64_t entry;

    (void)id;
    value->kind = GT_TYPED_FUNC;
    if (!gt_mem_u64(reader->mem, value->address, &value->points_to)) {
        value->note = "the core has no memory there";
        return;
    }
    if (!value->points_to) return;
    uint64_t closure = value->points_to;
    value->text = gt_heap_analysis_keep(reader->analysis,
                                        gt_process_closure(reader->analysis->process, closure));
    if (!gt_mem_u64(reader->mem, closure, &entry) || !gt_value_may_follow(reader, place)) return;
    gt_type_id captured = gt_closure_type(reader->analysis->typing->closures, entry);
    if (captured) add_one(reader, place, "(captured)", captured, closure);
}
