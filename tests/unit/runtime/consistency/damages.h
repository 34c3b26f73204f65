/* Damages: each is one way to change a process, and the contradiction that the report must have. */
#ifndef DAMAGES_H
#define DAMAGES_H

#include "inspector/runtime/process/contradictions.h"
#include "tests/unit/synth/synth_impl.h"

static const char GO[] = "go1.26.8";

struct damage {
    struct synth *(*make)(void **state, const char *version);
    void (*spoil)(struct synth *synth);
    enum gt_contradiction kind;
};

static inline void add_to(struct synth *synth, uint64_t at, enum gt_field_id field, uint64_t number)
{
    synth_set(synth, at, field, synth_field(synth, at, field) + number);
}

static inline void assert_none(const struct gt_report *report, const char *version)
{
    if (report->coverage.contradiction_count)
        fail_msg("%s: %s", version, report->coverage.contradictions[0].what);
}

static inline bool has(const struct gt_report *report, enum gt_contradiction kind)
{
    for (size_t i = 0; i < report->coverage.contradiction_count; i++)
        if (strcmp(report->coverage.contradictions[i].what, gt_contradiction_text(kind)) == 0)
            return report->coverage.contradictions[i].count > 0;
    return false;
}

/* Each takes proof back, too. */
static inline void assert_contradicted(void **state, const struct damage *damages, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct synth *synth = damages[i].make(state, GO);
        synth_spoil(synth, damages[i].spoil);
        const struct gt_report *report = synth_report(synth);
        if (!has(report, damages[i].kind))
            fail_msg("not seen: %s", gt_contradiction_text(damages[i].kind));
        for (size_t j = 0; j < report->finding_count; j++)
            assert_int_not_equal(report->findings[j].confidence, GT_PROVEN);
    }
}

#endif
