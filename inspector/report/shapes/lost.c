/* Lost elements: an array, and its slots that no window covers. */
#include "inspector/report/shapes/shapes.h"
#include "inspector/report/units.h"

enum { SHOWN_SLOTS = 3 }; /* slots that are shown, with what they keep */

static const struct gt_field slot_list[] = {
    GT_FIELD("index", SIZE, struct gt_slot, index),
    GT_FIELD("target", BLOCK, struct gt_slot, target),
};
static const struct gt_fields slot_fields = GT_FIELDS(slot_list, struct gt_slot);

static const struct gt_field fields[] = {
    GT_IN_INSTANCE("block", BLOCK, lost.block),
    GT_IN_INSTANCE("element_type", TEXT, lost.element_type),
    GT_IN_INSTANCE("slot_count", SIZE, lost.slot_count),
    GT_IN_INSTANCE("spare_slot_count", SIZE, lost.spare_slot_count),
    GT_FIELD_LIST("slots", &slot_fields, struct gt_instance, lost.slots, lost.slots_len),
};

static void put_slot(struct gt_page *page, unsigned column, const struct gt_slot *slot)
{
    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_PLAIN, "[%" PRIu64 "] -> %s, %s at %s", slot->index,
                   gt_or(slot->target.type, "?"), gt_bytes(slot->target.size).text,
                   gt_address(slot->target.address).text);
    gt_page_deinit(page);
}

static void put(struct gt_page *page, unsigned column, const struct gt_instance *instance)
{
    size_t slots = instance->lost.slots_len;
    size_t shown = page->all || slots < SHOWN_SLOTS ? slots : SHOWN_SLOTS;

    gt_page_line(page, column, column + GT_STEP_IN);
    gt_page_format(page, GT_PLAIN, "array of %s, %s at %s: %s slot%s not covered",
                   gt_or(instance->lost.element_type, "pointers"),
                   gt_bytes(instance->lost.block.size).text,
                   gt_address(instance->lost.block.address).text,
                   gt_exact(instance->lost.slot_count).text, gt_s(instance->lost.slot_count));
    if (instance->lost.spare_slot_count)
        gt_page_format(page, GT_PLAIN, ", %s of them in the spare capacity",
                       gt_exact(instance->lost.spare_slot_count).text);
    gt_page_deinit(page);
    for (size_t i = 0; i < shown; i++)
        put_slot(page, column + GT_STEP_IN, &instance->lost.slots[i]);
}

const struct gt_shape gt_shape_lost = {
    .fields = GT_FIELDS(fields, struct gt_instance),
    .put = put,
    .key = offsetof(struct gt_instance, lost.block.address),
};
