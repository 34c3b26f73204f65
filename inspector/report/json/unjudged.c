/* In JSON: blocks that were not analysed, and spare capacity that was set aside. */
#include "inspector/report/json/values.h"
#include "inspector/report/names.h"

#include <string.h>

static json_t *undecided(const struct gt_undecided *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "count", gt_json_size(row->count),
                     "bytes", gt_json_size(row->bytes), "block", gt_json_block(&row->block),
                     "reason", gt_json_text(gt_undecided_reason_name(row->reason)), "word",
                     json_pack("{s:o}", "address", gt_json_address(row->word)), "holder",
                     gt_json_text(row->holder), "path", gt_json_path(&row->path), "retained_bytes",
                     gt_json_signed(row->retained_bytes));
}

json_t *gt_json_undecided(const struct gt_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->undecided_count; i++)
        list = gt_json_append(list, undecided(&report->undecided[i]));
    return list;
}

/* The text reserves its memory, since unwinding would leak the values that are made already. */
static json_t *reason_of(const struct gt_set_aside *row)
{
    enum { LONGEST = 128 }; /* beside the owner's name */
    struct gt_str text = {0};

    if (!gt_str_try_reserve(&text, LONGEST + (row->owner ? strlen(row->owner) : 0))) return NULL;
    gt_say_aside_reason(&text, row);
    json_t *reason = gt_json_text(gt_str_text(&text));
    gt_str_deinit(&text);
    return reason;
}

static json_t *set_aside(const struct gt_set_aside *row)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "count", gt_json_size(row->count), "bytes",
                     gt_json_size(row->bytes), "block", gt_json_block(&row->block), "reason",
                     reason_of(row), "holder", gt_json_text(row->holder), "path",
                     gt_json_path(&row->path));
}

json_t *gt_json_set_aside(const struct gt_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->set_aside_count; i++)
        list = gt_json_append(list, set_aside(&report->set_aside[i]));
    return list;
}
