/* Copies each cause into a finding. A proof loses its confidence to what the process lacks, or to
 * what contradicts itself there. */
#include "inspector/detect/retention/findings.h"

/* The missing part may have a reference to the block. It may also have the goroutine that would
 * wake those that hang, so their hanging is only suspect. */
static void doubt_missing(const char *lacks, bool hung, struct gt_arena *storage,
                          struct gt_finding *finding)
{
    finding->confidence = hung ? GT_SUSPECT : GT_LIKELY;
    finding->doubt = gt_arena_format(storage, "%s could not be read, and %s may be there", lacks,
                                     hung ? "who could wake them" : "another holder");
}

/* It is not known which side of a contradiction is right, so it takes every proof back. */
static void take_back_proof(const struct gt_process *process, const struct gt_cause *cause,
                            struct gt_arena *storage, struct gt_finding *finding)
{
    const char *lacks = gt_process_lacks(process, storage);
    const char *doubt = gt_process_doubt(process, storage);

    if (cause->confidence != GT_PROVEN || (!lacks && !doubt)) return;
    if (cause->weak_title) finding->title = cause->weak_title;
    if (lacks) doubt_missing(lacks, cause->kind == GT_HUNG_GOROUTINE, storage, finding);
    if (doubt)
        finding->doubt = lacks ? gt_arena_format(storage, "%s; %s", finding->doubt, doubt) : doubt;
    if (!lacks) finding->confidence = GT_LIKELY;
}

static struct gt_finding finding_of(const struct gt_cause *cause, uint32_t id)
{
    return (struct gt_finding){.id = id,
                               .kind = cause->kind,
                               .confidence = cause->confidence,
                               .title = cause->title,
                               .bytes_freed = gt_cause_freed(cause),
                               .bytes_shared = cause->shared_bytes,
                               .stack_bytes = cause->stack_bytes,
                               .descriptor_bytes = cause->descriptor_bytes,
                               .objects_freed = cause->objects,
                               .count = cause->count,
                               .doubt = cause->doubt,
                               .advice = cause->advice,
                               .path = cause->path,
                               .instances = cause->instances,
                               .instance_count = cause->instance_count};
}

void gt_findings_fill(const struct gt_heap_analysis *analysis, const struct gt_causes *causes,
                      struct gt_report *report)
{
    size_t count = causes->list.len;
    struct gt_finding *findings = gt_arena_alloc(report->storage, count * sizeof *findings);

    for (size_t i = 0; i < count; i++) {
        const struct gt_cause *cause = gt_vec_at(&causes->list, i);
        findings[i] = finding_of(cause, (uint32_t)i + 1);
        take_back_proof(analysis->process, cause, report->storage, &findings[i]);
    }
    report->findings = findings;
    report->finding_count = count;
    report->min_bytes = analysis->min_bytes;
    memcpy(report->smaller, causes->smaller, sizeof report->smaller);
}
