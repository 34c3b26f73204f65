/* `memory` as JSON, and the memory of a report. */
#include "inspector/base/str.h"
#include "inspector/report/json/values.h"
#include "inspector/report/names.h"
#include "inspector/report/sinks.h"
#include "inspector/report/why_resident.h"

/* The text reserves its memory, since unwinding would leak the values that are made already. */
static json_t *why_of(const struct gt_report *report)
{
    enum { LONGEST = 4096 };
    struct gt_str why = {0};

    if (!gt_str_try_reserve(&why, LONGEST)) return NULL;
    gt_say_why_resident(&why, report);
    json_t *value = gt_json_text(why.len ? gt_str_text(&why) : NULL);
    gt_str_deinit(&why);
    return value;
}

/* ---- in a report --------------------------------------------------------------------------- */

json_t *gt_json_memory_parts(const struct gt_report *report)
{
    json_t *parts = json_array();

    for (size_t i = 0; i < report->memory.part_count; i++)
        parts = gt_json_append(
            parts, json_pack("{s:o, s:o}", "name",
                             gt_json_text(gt_memory_kind_name(report->memory.parts[i].what)),
                             "bytes", gt_json_size(report->memory.parts[i].bytes)));
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o}", "mapped_bytes",
                     gt_json_size(report->memory.mapped_bytes), "parts", parts, "resident_bytes",
                     gt_json_size(report->memory.resident_bytes), "resident_is_least",
                     report->memory.resident_is_least, "file_bytes",
                     gt_json_size(report->memory.file_bytes), "why", why_of(report));
}

/* ---- the tree ------------------------------------------------------------------------------ */

static json_t *part_of(const struct gt_memory_part *part)
{
    char name[GT_PART_NAME];

    return json_pack("{s:o, s:o, s:o, s:o, s:[]}", "name", gt_json_text(gt_part_name(name, part)),
                     "bytes", gt_json_size(part->bytes), "resident_bytes",
                     gt_json_size(part->resident_bytes), "spans", gt_json_signed(part->count),
                     "parts");
}

/* lists[depth] is the list for the next part of that depth: that of the last part above it. */
static json_t *tree_of(const struct gt_report *report)
{
    enum { MAX_DEPTH = 8 };
    json_t *lists[MAX_DEPTH + 1] = {json_array()};

    for (size_t i = 0; i < report->memory.tree_count; i++) {
        const struct gt_memory_part *part = &report->memory.tree[i];
        unsigned depth = part->depth < MAX_DEPTH ? part->depth : MAX_DEPTH - 1;
        json_t *made = part_of(part);
        lists[depth + 1] = json_object_get(made, "parts");
        if (json_array_append_new(lists[depth], made) == 0) continue;
        json_decref(lists[0]);
        return NULL;
    }
    return lists[0];
}

/* ---- numbers ------------------------------------------------------------------------------- */

static json_t *class_of(const struct gt_size_class *class)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "size",
                     class->size ? gt_json_size(class->size) : json_null(), "spans",
                     gt_json_size(class->spans), "bytes", gt_json_size(class->bytes), "live_bytes",
                     gt_json_size(class->live_bytes), "garbage_bytes",
                     gt_json_size(class->garbage_bytes), "free_bytes",
                     gt_json_size(class->free_bytes), "end_bytes", gt_json_size(class->end_bytes));
}

static json_t *classes_of(const struct gt_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->memory.size_class_count; i++)
        list = gt_json_append(list, class_of(&report->memory.size_classes[i]));
    return list;
}

static json_t *counters_of(const struct gt_counters *counters)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "HeapSys",
        gt_json_signed(counters->heap_sys), "HeapIdle", gt_json_signed(counters->heap_idle),
        "HeapInuse", gt_json_signed(counters->heap_in_use), "HeapReleased",
        gt_json_signed(counters->heap_released), "StackInuse",
        gt_json_signed(counters->stack_in_use), "StackSys", gt_json_signed(counters->stack_sys),
        "MSpanSys", gt_json_signed(counters->mspan_sys), "MCacheSys",
        gt_json_signed(counters->mcache_sys), "BuckHashSys",
        gt_json_signed(counters->buck_hash_sys), "GCSys", gt_json_signed(counters->gc_sys),
        "OtherSys", gt_json_signed(counters->other_sys));
}

static json_t *pacing_of(const struct gt_pacing *pacing)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "gogc", gt_json_signed(pacing->gogc),
                     "memory_limit", gt_json_signed(pacing->memory_limit), "heap_goal",
                     gt_json_signed(pacing->heap_goal), "heap_live",
                     gt_json_signed(pacing->heap_live), "heap_marked",
                     gt_json_signed(pacing->heap_marked));
}

bool gt_json_memory(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    (void)style;
    return gt_json_dump(
        json_pack(
            "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
            "gotopsy-memory/1", "tool", gt_json_tool(), "core", gt_json_core(report), "binary",
            gt_json_binary(report), "live_bytes", gt_json_size(report->live.bytes), "mapped_bytes",
            gt_json_size(report->memory.mapped_bytes), "resident_bytes",
            gt_json_size(report->memory.resident_bytes), "resident_is_least",
            report->memory.resident_is_least, "file_bytes", gt_json_size(report->memory.file_bytes),
            "why", why_of(report), "parts", tree_of(report), "size_classes", classes_of(report),
            "counters", counters_of(&report->memory.counters), "pacing",
            pacing_of(&report->memory.pacing), "notes", gt_json_notes(report)),
        to);
}
