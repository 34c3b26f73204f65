/*
 * Claims on the target's memory. Settling them gives each mapped byte to one part.
 *
 * A claim says that [start, end) belongs to a part. Claims may overlap, as those of a damaged core
 * do: the byte goes to the part with the lowest number. The segments of the core are claims too,
 * for the last two parts, so that each mapped byte has a claim. Bytes outside of segments are not
 * counted. So the resulting pieces are disjoint, and sum to the segments exactly, whatever the
 * claims are. The list owns its claims.
 */
#ifndef GT_RUNTIME_CLAIMS_H
#define GT_RUNTIME_CLAIMS_H

#include "inspector/base/vec.h"
#include "inspector/core/core.h"
#include "inspector/runtime/ledger/parts.h"

struct gt_claims {
    struct gt_vec list;
};

struct gt_piece { /* [start, end) belongs to the part */
    uint64_t start, end;
    enum gt_part part;
    bool reserved; /* in a segment that cannot be accessed */
};

void gt_claims_init(struct gt_claims *claims);
void gt_claims_deinit(struct gt_claims *claims);

/* A claim that is empty, or wraps around the address space, is ignored. */
void gt_claims_add(struct gt_claims *claims, uint64_t start, uint64_t size, enum gt_part part);

/* Visits the pieces in the order of addresses. */
typedef void gt_piece_fn(void *ctx, const struct gt_piece *piece);
void gt_claims_settle(struct gt_claims *claims, const struct gt_core *core, gt_piece_fn *visit,
                      void *ctx);

#endif
