/*
 * A spread of types over a process that a test built, once with each of some numbers of threads;
 * and, if the trial asks for them, the marks that are made meanwhile. The test says what to expect.
 */
#ifndef GT_TEST_ROUNDS_TRIAL_H
#define GT_TEST_ROUNDS_TRIAL_H

#include "inspector/api/analysis.h"
#include "inspector/runtime/typing/typing.h"
#include "tests/unit/synth/synth_impl.h"

struct trial {       /* one spread of types */
    const void *all; /* the test's own */
    struct gt_analysis *analysis;
    unsigned threads;
    bool first;          /* of all numbers of threads */
    uint32_t away_every; /* so many objects, one is not read for the mark; 0: all are */
    bool marks;
    void (*expect)(const struct trial *trial);
    /* what it gave: */
    struct gt_typing *typing;
    struct gt_typed_mark reach;
    struct gt_bitmap marked, away;
    uint32_t scanned_unmarked; /* objects that were read for the mark and not marked */
    struct gt_bitmap plain;    /* marked without types */
};

/* Does what the trial says with each number of threads. */
void trial_run(struct trial like);

uint32_t trial_object(const struct trial *trial, uint64_t addr);
/* The name of the object's type; "" if it has none. */
const char *trial_type(const struct trial *trial, uint64_t addr);
/* Nothing is expected of address 0. */
void trial_expect_type(const struct trial *trial, uint64_t addr, const char *name,
                       uint64_t elements);
bool trial_is_pointed(const struct trial *trial, uint64_t addr);
/* Was the object read for the mark? All its pointers are in words of its type. */
bool trial_is_scanned(const struct trial *trial, uint64_t addr);
bool trial_is_away(const struct trial *trial, uint64_t addr);
/* The marks are those of a mark without types. */
void trial_expect_same_marks(const struct trial *trial);

#endif
