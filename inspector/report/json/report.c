/* The documents gotopsy-report/1, gotopsy-goroutines/1 and gotopsy-threads/1. */
#include "inspector/report/json/values.h"
#include "inspector/report/signals.h"
#include "inspector/report/sinks.h"
#include "inspector/report/units.h"

static json_t *texts(const char *const *all, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        list = gt_json_append(list, gt_json_text(all[i]));
    return list;
}

json_t *gt_json_core(const struct gt_report *report)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:b, s:o}", "path",
                     gt_json_text(report->core.path), "bytes", gt_json_size(report->core.bytes),
                     "origin", gt_json_text(gt_core_origin_name(report->core.origin)), "truncated",
                     report->core.truncated, "pid", gt_json_signed(report->core.pid), "command",
                     gt_json_text(report->core.command), "arguments_hidden",
                     report->core.arguments_hidden, "signal",
                     gt_json_text(gt_signal_name(report->core.signal)));
}

json_t *gt_json_binary(const struct gt_report *report)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "path", gt_json_text(report->binary.path),
        "build_id", gt_json_text(report->binary.build_id), "verified_by",
        gt_json_text(gt_verified_by_name(report->binary.verified_by)), "go_version",
        gt_json_text(report->binary.go_version), "goarch", gt_json_text(report->binary.goarch),
        "dwarf", report->binary.dwarf, "symbols", report->binary.symbols, "experiments",
        texts(report->binary.experiments, report->binary.experiment_count));
}

static json_t *panic_of(const struct gt_panic *panic)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:b}", "type", gt_json_text(panic->type),
                     "value", gt_json_bytes(panic->value, panic->value_bytes), "text_bytes",
                     panic->text_bytes ? gt_json_size(panic->text_bytes) : json_null(), "hidden",
                     panic->hidden, "by_runtime", panic->by_runtime, "recovered", panic->recovered,
                     "repanicked", panic->repanicked, "goexit", panic->goexit);
}

static json_t *panics_of(const struct gt_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->crash.panic_count; i++) {
        const struct gt_panic *panic = &report->crash.panics[i];
        list = gt_json_append(list, panic_of(panic));
    }
    return list;
}

static json_t *sender_of(const struct gt_report *report)
{
    if (!report->crash.sent) return json_null();
    return json_pack("{s:I, s:I, s:b}", "pid", (json_int_t)report->crash.sender_pid, "uid",
                     (json_int_t)report->crash.sender_uid, "itself", report->crash.sent_by_itself);
}

static json_t *signal_of(const struct gt_report *report)
{
    if (!report->crash.signal) return json_null();
    return json_string(gt_signal_text(report->crash.signal).text);
}

/* Address 0 is an address here: a nil pointer leads to it. */
static json_t *crash_of(const struct gt_report *report)
{
    if (!report->crash.died) return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "goroutine",
                     report->crash.goroutine ? gt_json_size(report->crash.goroutine) : json_null(),
                     "thread",
                     report->crash.thread ? json_integer(report->crash.thread) : json_null(),
                     "signal", signal_of(report), "code",
                     report->crash.has_code ? json_integer(report->crash.code) : json_null(),
                     "reason", gt_json_text(gt_signal_reason_text(report->crash.reason)), "sender",
                     sender_of(report), "signal_lost", report->crash.signal_lost, "address",
                     report->crash.has_address ? json_string(gt_address(report->crash.address).text)
                                               : json_null(),
                     "pc", gt_json_address(report->crash.pc), "fatal_error",
                     gt_json_text(report->crash.fatal_error), "panics", panics_of(report));
}

static json_t *gc_of(const struct gt_report *report)
{
    return json_pack("{s:o, s:o, s:o}", "cycles", gt_json_size(report->gc.cycles), "phase",
                     gt_json_text(gt_gc_phase_name(report->gc.phase)), "heap_marked",
                     gt_json_size(report->gc.heap_marked));
}

static json_t *bytes_and_objects(uint64_t bytes, uint64_t objects)
{
    return json_pack("{s:o, s:o}", "bytes", gt_json_size(bytes), "objects", gt_json_size(objects));
}

/* Which goroutines started those of a group: null when it is not known. */
static json_t *parents_of(const struct gt_goroutine_group *group)
{
    json_t *list = json_array();

    for (size_t i = 0; i < group->id_count; i++) {
        uint64_t parent = group->parents ? group->parents[i] : 0;
        list = gt_json_append(list, parent ? gt_json_size(parent) : json_null());
    }
    return list;
}

static json_t *ancestors_of(const struct gt_goroutine_group *group)
{
    json_t *list = json_array();

    for (size_t i = 0; i < group->ancestor_count; i++) {
        const struct gt_ancestor *ancestor = &group->ancestors[i];
        uint64_t id = ancestor->goroutine;
        list = gt_json_append(list, json_pack("{s:o, s:o, s:o}", "goroutine",
                                              id ? gt_json_size(id) : json_null(), "stack",
                                              gt_json_stack(&ancestor->stack), "created_by",
                                              gt_json_location(&ancestor->created_by)));
    }
    return list;
}

static json_t *kept_of(const struct gt_goroutine_group *group)
{
    json_t *list = json_array();

    if (group->retained_bytes == GT_UNKNOWN) {
        json_decref(list);
        return json_null();
    }
    for (size_t i = 0; i < group->kept_count; i++) {
        const struct gt_kept *kept = &group->kept[i];
        list = gt_json_append(
            list, json_pack("{s:o, s:o, s:o, s:o}", "bytes", gt_json_size(kept->bytes), "objects",
                            gt_json_size(kept->objects), "goroutine",
                            kept->goroutine ? gt_json_size(kept->goroutine) : json_null(), "path",
                            gt_json_path(&kept->path)));
    }
    return list;
}

static json_t *retained_exact(const struct gt_goroutine_group *group)
{
    return group->retained_bytes == GT_UNKNOWN ? json_null() : json_boolean(group->retained_exact);
}

static json_t *group_of(const struct gt_goroutine_group *group)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o, "
        "s:b}",
        "count", gt_json_size(group->count), "ids", gt_json_ids(group->ids, group->id_count),
        "status", gt_json_text(gt_goroutine_status_name(group->status)), "wait_reason",
        gt_json_text(group->wait_reason), "wait_ns_max", gt_json_signed(group->wait_ns_max),
        "stack", gt_json_stack(&group->stack), "created_by", gt_json_location(&group->created_by),
        "labels", gt_json_labels(group->labels, group->label_count), "stack_bytes",
        gt_json_size(group->stack_bytes), "retained_bytes", gt_json_signed(group->retained_bytes),
        "retained_objects", gt_json_signed(group->retained_objects), "retained_exact",
        retained_exact(group), "kept", kept_of(group), "parents", parents_of(group), "ancestors",
        ancestors_of(group), "locked", group->locked, "bubble",
        group->bubble ? gt_json_size(group->bubble) : json_null(), "system", group->system);
}

static json_t *statuses_of(const struct gt_report *report)
{
    json_t *object = json_object();

    for (size_t i = 0; i < report->goroutines.status_count; i++) {
        const struct gt_status_count *row = &report->goroutines.by_status[i];
        object =
            gt_json_set(object, gt_goroutine_status_name(row->status), gt_json_size(row->number));
    }
    return object;
}

static json_t *goroutines_of(const struct gt_report *report)
{
    json_t *groups = json_array();

    for (size_t i = 0; i < report->goroutines.group_count; i++)
        groups = gt_json_append(groups, group_of(&report->goroutines.groups[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "total", gt_json_size(report->goroutines.total),
                     "system", gt_json_size(report->goroutines.system), "by_status",
                     statuses_of(report), "groups", groups);
}

json_t *gt_json_notes(const struct gt_report *report)
{
    return texts(report->coverage.notes, report->coverage.note_count);
}

/* The bytes of those blocks that might belong to a finding of each kind. */
static json_t *undecided_of(const struct gt_report *report)
{
    json_t *object = json_object();

    for (unsigned kind = 0; kind < GT_KINDS; kind++)
        json_object_set_new(object, gt_kind_name(kind),
                            gt_json_size(report->coverage.undecided_of[kind]));
    return object;
}

static json_t *contradictions_of(const struct gt_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->coverage.contradiction_count; i++) {
        const struct gt_coverage_contradiction *of = &report->coverage.contradictions[i];
        list = gt_json_append(list, json_pack("{s:s, s:o, s:o}", "what", of->what, "count",
                                              gt_json_size(of->count), "example",
                                              gt_json_address(of->example)));
    }
    return list;
}

static json_t *coverage_of(const struct gt_report *report)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "typed_bytes",
                     gt_json_size(report->coverage.typed_bytes), "untyped_bytes",
                     gt_json_size(report->coverage.untyped_bytes), "frames_precise",
                     gt_json_size(report->coverage.frames_precise), "frames_conservative",
                     gt_json_size(report->coverage.frames_conservative), "names_disputed",
                     gt_json_size(report->coverage.names_disputed), "missing_bytes",
                     gt_json_size(report->coverage.missing_bytes), "undecided_bytes",
                     gt_json_size(report->coverage.undecided_bytes), "undecided_blocks",
                     gt_json_size(report->coverage.undecided_blocks), "undecided_of",
                     undecided_of(report), "set_aside_bytes",
                     gt_json_size(report->coverage.set_aside_bytes), "notes", gt_json_notes(report),
                     "contradictions", contradictions_of(report));
}

/* Distinguishes "none found" from "could not look for". */
static json_t *looked_for(const struct gt_report *report)
{
    json_t *object = json_object();

    for (unsigned kind = 0; kind < GT_KINDS; kind++)
        json_object_set_new(object, gt_kind_name(kind), json_boolean(report->looked_for[kind]));
    return object;
}

static json_t *smaller_of(const struct gt_report *report)
{
    json_t *list = json_array();

    for (unsigned kind = 0; kind < GT_KINDS; kind++) {
        const struct gt_smaller *smaller = &report->smaller[kind];
        if (!smaller->findings) continue;
        json_t *row =
            json_pack("{s:s, s:o, s:o, s:o, s:o}", "kind", gt_kind_name(kind), "findings",
                      gt_json_size(smaller->findings), "suspects", gt_json_size(smaller->suspects),
                      "count", gt_json_size(smaller->count), "bytes", gt_json_size(smaller->bytes));
        list = gt_json_append(list, row);
    }
    return list;
}

static json_t *waits_of(const struct gt_report *report)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:b}", "deadlocks",
                     gt_json_size(report->waits.deadlocks), "deadlocked",
                     gt_json_size(report->waits.deadlocked), "behind",
                     gt_json_size(report->waits.behind), "locks_left",
                     gt_json_size(report->waits.locks_left), "all", report->waits.all);
}

bool gt_json_report(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    (void)style;
    return gt_json_dump(
        json_pack(
            "{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
            "s:o, s:o}",
            "schema", "gotopsy-report/1", "tool", gt_json_tool(), "core", gt_json_core(report),
            "crash", crash_of(report), "binary", gt_json_binary(report), "gc", gc_of(report),
            "live", bytes_and_objects(report->live.bytes, report->live.objects), "memory",
            gt_json_memory_parts(report), "goroutines", goroutines_of(report), "coverage",
            coverage_of(report), "leaks_total",
            bytes_and_objects(report->leaks_total.bytes, report->leaks_total.objects), "looked_for",
            looked_for(report), "undecided", gt_json_undecided(report), "set_aside",
            gt_json_set_aside(report), "holders", gt_json_holders(report), "findings",
            gt_json_findings(report->findings, report->finding_count), "min_bytes",
            gt_json_size(report->min_bytes), "smaller", smaller_of(report), "waits_summary",
            waits_of(report)),
        to);
}

bool gt_json_goroutines(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    (void)style;
    return gt_json_dump(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "schema",
                                  "gotopsy-goroutines/1", "tool", gt_json_tool(), "core",
                                  gt_json_core(report), "crash", crash_of(report), "binary",
                                  gt_json_binary(report), "goroutines", goroutines_of(report),
                                  "notes", gt_json_notes(report)),
                        to);
}

static json_t *thread_of(const struct gt_os_thread *thread)
{
    return json_pack("{s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "tid", json_integer(thread->tid),
                     "state", gt_json_word(&gt_thread_words, thread->state), "goroutine",
                     thread->goroutine ? gt_json_size(thread->goroutine) : json_null(),
                     "interrupted", thread->interrupted, "signal",
                     thread->signal ? json_integer(thread->signal) : json_null(), "stack",
                     gt_json_stack(&thread->stack), "incomplete", gt_json_text(thread->incomplete));
}

bool gt_json_threads(const struct gt_report *report, const struct gt_style *style, FILE *to)
{
    json_t *threads = json_array();

    (void)style;
    for (size_t i = 0; i < report->threads.count; i++)
        threads = gt_json_append(threads, thread_of(&report->threads.list[i]));
    return gt_json_dump(
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", "gotopsy-threads/1", "tool",
                  gt_json_tool(), "core", gt_json_core(report), "crash", crash_of(report), "binary",
                  gt_json_binary(report), "threads", threads, "notes", gt_json_notes(report)),
        to);
}
