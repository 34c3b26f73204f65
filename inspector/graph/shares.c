#include "inspector/graph/shares.h"

#include "inspector/base/alloc.h"

/* Of a larger share only the first object is told: its weights would take much memory. */
enum { MAX_WEIGHED = 1 << 21 };

#define NO_PARENT UINT32_MAX

struct taking {
    struct gt_shares *shares;
    uint32_t parent;
    uint64_t bytes;
};

void gt_shares_init(struct gt_shares *shares, const struct gt_owners *owners)
{
    *shares = (struct gt_shares){
        .owners = owners, .objects = GT_VEC_OF(uint32_t), .parents = GT_VEC_OF(uint32_t)};
    gt_bitmap_init(&shares->taken, gt_owners_residue_size(owners));
}

void gt_shares_deinit(struct gt_shares *shares)
{
    gt_bitmap_free(&shares->taken);
    gt_vec_free(&shares->objects);
    gt_vec_free(&shares->parents);
}

void gt_shares_start(struct gt_shares *shares, uint32_t owner)
{
    for (size_t i = 0; i < shares->objects.len; i++)
        gt_bit_clear(&shares->taken,
                     gt_owners_place(shares->owners, gt_vec_u32(&shares->objects, i)));
    gt_vec_clear(&shares->objects);
    gt_vec_clear(&shares->parents);
    shares->owner = owner;
}

static void take(void *ctx, uint64_t offset, uint64_t value)
{
    struct taking *taking = ctx;
    struct gt_shares *shares = taking->shares;
    const struct gt_owners *owners = shares->owners;
    uint32_t object = gt_heap_object(owners->heap, value);

    (void)offset;
    if (object == GT_NO_OBJECT || !gt_owners_has(owners, shares->owner, object)) return;
    if (gt_bit_test_set(&shares->taken, gt_owners_place(owners, object))) return;
    taking->bytes += gt_heap_size(owners->heap, object);
    gt_vec_add(&shares->objects, &object);
    gt_vec_add(&shares->parents, &taking->parent);
}

struct gt_share gt_share_take(struct gt_shares *shares, uint64_t value)
{
    const struct gt_heap *heap = shares->owners->heap;
    struct taking taking = {.shares = shares, .parent = NO_PARENT};
    size_t first = shares->objects.len;

    take(&taking, 0, value);
    for (size_t i = first; i < shares->objects.len; i++) {
        uint32_t object = gt_vec_u32(&shares->objects, i);
        taking.parent = (uint32_t)i;
        if (object < heap->scan_objects) gt_heap_words(heap, object, take, &taking);
    }
    return (struct gt_share){first, shares->objects.len - first, taking.bytes};
}

struct weight {        /* of a share's objects, by their places in it */
    uint64_t bytes;    /* of what lies behind it, itself included */
    uint32_t heaviest; /* of those behind it; 0: none */
};

/* Those who were met later hand on their weight before those who met them. */
static void weigh(const struct gt_shares *shares, const struct gt_share *share,
                  struct weight *weights)
{
    for (size_t i = 0; i < share->count; i++)
        weights[i].bytes =
            gt_heap_size(shares->owners->heap, gt_vec_u32(&shares->objects, share->first + i));
    for (size_t i = share->count; i-- > 1;) {
        uint32_t parent = gt_vec_u32(&shares->parents, share->first + i);
        struct weight *above = &weights[parent - share->first];
        above->bytes += weights[i].bytes;
        if (!above->heaviest || weights[above->heaviest].bytes <= weights[i].bytes)
            above->heaviest = (uint32_t)i;
    }
}

size_t gt_share_way(const struct gt_shares *shares, const struct gt_share *share, uint32_t *out,
                    size_t max)
{
    struct weight *weights = NULL;
    size_t count = 0;
    uint32_t at = 0;

    if (!share->count || !max) return 0;
    if (share->count <= MAX_WEIGHED) {
        weights = gt_calloc(share->count, sizeof *weights);
        weigh(shares, share, weights);
    }
    do {
        out[count++] = gt_vec_u32(&shares->objects, share->first + at);
        at = weights ? weights[at].heaviest : 0;
    } while (at && count < max && weights[at].bytes >= share->bytes / 2);
    gt_free(weights);
    return count;
}
