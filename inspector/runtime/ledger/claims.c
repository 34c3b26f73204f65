/* A sweep over the ends of all claims. It counts the open claims of each part. */
#include "inspector/runtime/ledger/claims.h"

#include <elf.h>
#include <stdlib.h>

struct claim {
    uint64_t start, end;
    enum gt_part part;
};

struct end { /* where claims on a part begin or end */
    uint64_t addr;
    enum gt_part part;
    int delta;
};

_Static_assert(GT_PARTS <= 64, "a bit for each part");

void gt_claims_init(struct gt_claims *claims)
{
    claims->list = GT_VEC_OF(struct claim);
}

void gt_claims_deinit(struct gt_claims *claims)
{
    gt_vec_deinit(&claims->list);
}

/* A claim that begins where the last claim of its part ended extends that one. */
void gt_claims_add(struct gt_claims *claims, uint64_t start, uint64_t size, enum gt_part part)
{
    struct gt_vec *list = &claims->list;
    struct claim *last = list->len ? gt_vec_at(list, list->len - 1) : NULL;
    struct claim claim = {start, start + size, part};

    if (claim.end <= start) return;
    if (last && last->part == part && last->end == start)
        last->end = claim.end;
    else
        gt_vec_add(list, &claim);
}

/* ---- settling ------------------------------------------------------------------------------ */

static int by_address(const void *a, const void *b)
{
    const struct end *left = a, *right = b;

    return (left->addr > right->addr) - (left->addr < right->addr);
}

static struct gt_vec ends_of(const struct gt_claims *claims)
{
    struct gt_vec ends = GT_VEC_OF(struct end);

    gt_vec_reserve(&ends, 2 * claims->list.len);
    for (size_t i = 0; i < claims->list.len; i++) {
        const struct claim *claim = gt_vec_at(&claims->list, i);
        gt_vec_add(&ends, &(struct end){claim->start, claim->part, 1});
        gt_vec_add(&ends, &(struct end){claim->end, claim->part, -1});
    }
    if (ends.len) qsort(ends.data, ends.len, sizeof(struct end), by_address);
    return ends;
}

/* The kernel gives memory that cannot be accessed no rights. gdb gives it the right to be read, as
 * it does memory that may only be read. Hardly any such memory is backed by no file and is not the
 * kernel's, so it counts as reserved. */
static bool is_reserved(const struct gt_core *core, const struct gt_segment *segment)
{
    return !segment->flags || (gt_core_from_gcore(core) && segment->flags == PF_R);
}

static bool can_be_reserved(enum gt_part part)
{
    return part < GT_PART_GLOBALS || part == GT_PART_RESERVED;
}

static void add_segments(struct gt_claims *claims, const struct gt_core *core)
{
    size_t count;
    const struct gt_segment *segments = gt_core_segments(core, &count);

    for (size_t i = 0; i < count; i++)
        gt_claims_add(claims, segments[i].start, segments[i].end - segments[i].start,
                      is_reserved(core, &segments[i]) ? GT_PART_RESERVED : GT_PART_ANONYMOUS);
}

struct sweep {
    size_t open[GT_PARTS];
    uint64_t parts; /* a bit for each part with open claims */
};

static void pass(struct sweep *sweep, const struct end *end)
{
    uint64_t bit = (uint64_t)1 << end->part;

    sweep->open[end->part] += (size_t)end->delta;
    sweep->parts = sweep->open[end->part] ? sweep->parts | bit : sweep->parts & ~bit;
}

static bool is_open(const struct sweep *sweep, enum gt_part part)
{
    return sweep->parts >> part & 1;
}

static enum gt_part first_of(uint64_t parts)
{
    return (enum gt_part)__builtin_ctzll(parts);
}

static void visit_piece(const struct sweep *sweep, uint64_t start, uint64_t end, gt_piece_fn *visit,
                        void *ctx)
{
    bool reserved = is_open(sweep, GT_PART_RESERVED);

    if (end <= start || !(reserved || is_open(sweep, GT_PART_ANONYMOUS))) return;
    enum gt_part part = first_of(sweep->parts);
    visit(ctx, &(struct gt_piece){start, end, part, reserved && can_be_reserved(part)});
}

void gt_claims_settle(struct gt_claims *claims, const struct gt_core *core, gt_piece_fn *visit,
                      void *ctx)
{
    struct sweep sweep = {0};
    uint64_t at = 0;

    add_segments(claims, core);
    struct gt_vec ends = ends_of(claims);
    for (size_t i = 0; i < ends.len; i++) {
        const struct end *end = gt_vec_at(&ends, i);
        visit_piece(&sweep, at, end->addr, visit, ctx);
        at = end->addr;
        pass(&sweep, end);
    }
    gt_vec_deinit(&ends);
}
