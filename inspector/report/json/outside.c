/* In JSON: goroutines that wait for something that no other goroutine provides. */
#include "inspector/report/json/fields.h"
#include "inspector/report/json/values.h"

static json_t *wait_of(const struct gt_outside_wait *wait)
{
    json_t *things = json_array();

    for (size_t i = 0; i < wait->blocked_count; i++)
        things = gt_json_append(things, gt_json_fields(&gt_thing_fields, &wait->blocked[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "goroutine",
                     gt_json_size(wait->goroutine), "wait_ns", gt_json_signed(wait->wait_ns),
                     "action", gt_json_word(&gt_action_words, wait->action), "fd",
                     gt_json_signed(wait->fd), "poll", gt_json_address(wait->poll), "due_in_ns",
                     gt_json_signed(wait->due_in_ns), "in_bubble", wait->in_bubble, "things",
                     things);
}

json_t *gt_json_outside(const struct gt_outside_group *group)
{
    json_t *waits = json_array();

    for (size_t i = 0; i < group->wait_count; i++)
        waits = gt_json_append(waits, wait_of(&group->waits[i]));
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o}", "kind", gt_json_word(&gt_outside_words, group->kind),
        "wait_reason", gt_json_text(group->wait_reason), "bubble",
        group->bubble ? gt_json_size(group->bubble) : json_null(), "waits", waits, "stack",
        gt_json_stack(&group->stack), "created_by", gt_json_location(&group->created_by));
}
