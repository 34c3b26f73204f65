/* Gives out the steps of each round, and does the rest of it. */
#include "inspector/runtime/typing/spread/rounds.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/typing/spread/claims.h"
#include "inspector/runtime/typing/spread/objects.h"
#include "inspector/runtime/typing/spread/rounds_impl.h"

#include <stdlib.h>

enum { CROWD = 8 /* blocks in the queue, from which on a round pays */ };

static void open_chunk(struct gt_rounds *rounds, unsigned number)
{
    struct gt_chunk *chunk = &rounds->chunks[number];

    chunk->free = (struct gt_packed_free){0};
    chunk->reader = (uint8_t)(number + 1);
    chunk->shares = rounds->share_count - 1;
}

static struct gt_rounds *begin(struct gt_typing *typing)
{
    struct gt_rounds *rounds = gt_alloc(sizeof *rounds);
    unsigned threads = typing->heap->graph.threads, shares = 1;

    while (shares < threads && shares < GT_MOST_JUDGES)
        shares *= 2;
    rounds->typing = typing;
    rounds->share_count = shares;
    for (unsigned i = 0; i < shares; i++)
        rounds->shares[i] = (struct gt_share){0};
    for (unsigned i = 0; i < GT_CHUNKS; i++)
        open_chunk(rounds, i);
    rounds->readers = gt_calloc(gt_block_count(typing), sizeof *rounds->readers);
    rounds->crew = threads > 1 ? gt_lockstep_create(threads - 1) : NULL;
    return rounds;
}

void gt_rounds_end(struct gt_typing *typing)
{
    if (!typing->rounds) return;
    gt_lockstep_destroy(typing->rounds->crew);
    gt_free(typing->rounds->readers);
    gt_free(typing->rounds);
    typing->rounds = NULL;
}

/* ---- the rest ------------------------------------------------------------------------------ */

struct left { /* what is left of a chunk */
    struct gt_array claim;
    size_t order;
};

static void leave(struct gt_vec *all, const struct gt_array *claim)
{
    struct left left = {*claim, all->len};

    if (claim->what & GT_FACT_LEFT) gt_vec_add(all, &left);
}

/* As an array of one. */
static void leave_fact(struct gt_vec *all, const struct gt_typing *typing,
                       const struct gt_fact *fact)
{
    if (!(fact->what & GT_FACT_LEFT)) return;
    struct gt_slot_ref ref = gt_slot_ref_of(typing, fact->object);
    uint32_t region = (uint32_t)(ref.region - typing->heap->graph.regions) + 1;
    uint64_t value = ref.region->base + ref.slot * ref.region->slot_size;
    leave(all, &(struct gt_array){value, fact->object, region, fact->what, 1});
}

static void leave_share(struct gt_vec *all, const struct gt_typing *typing, struct gt_said *said,
                        const struct gt_said_of *of)
{
    unsigned count;

    for (unsigned at = 0; at < of->facts; at += count) {
        const struct gt_fact *facts = gt_facts_from(said, of, at, &count);
        for (unsigned i = 0; i < count; i++)
            leave_fact(all, typing, &facts[i]);
    }
    for (unsigned at = 0; at < of->arrays; at += count) {
        const struct gt_array *arrays = gt_arrays_from(said, of, at, &count);
        for (unsigned i = 0; i < count; i++)
            leave(all, &arrays[i]);
    }
}

/* Those about one object stay in the order in which they were said. */
static int by_object(const void *a, const void *b)
{
    const struct left *left = a, *right = b;
    uint32_t one = left->claim.object, other = right->claim.object;

    if (one != other) return one < other ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

static void claim_again(struct gt_typing *typing, const struct gt_array *claim)
{
    gt_add_claim(typing, &typing->heap->graph.regions[claim->region - 1], claim->value,
                 claim->what & GT_OPAQUE_TYPE, claim->count ? claim->count : 1,
                 claim->what & GT_FACT_PLAIN, claim->what & GT_FACT_REACHES);
}

/* In an order that does not depend on how many shares there are. */
static void judge_left(struct gt_typing *typing, const struct gt_chunk *chunk)
{
    struct gt_vec all = GT_VEC_OF(struct left);

    for (uint32_t share = 0; share <= chunk->shares; share++)
        leave_share(&all, typing, chunk->said, &chunk->said->of[share]);
    qsort(all.data, all.len, sizeof(struct left), by_object);
    for (size_t i = 0; i < all.len; i++)
        claim_again(typing, &((const struct left *)all.data)[i].claim);
    gt_vec_deinit(&all);
}

static bool is_left(const struct gt_rounds *rounds, unsigned chunk)
{
    bool left = false;

    for (unsigned i = 0; i < rounds->share_count; i++)
        left |= rounds->shares[i].left[chunk];
    return left;
}

static void do_rest(struct gt_rounds *rounds, unsigned number)
{
    struct gt_typing *typing = rounds->typing;
    const struct gt_chunk *chunk = &rounds->chunks[number];

    if (chunk->dangles) typing->reach->dangles = true;
    if (is_left(rounds, number)) judge_left(typing, chunk);
    if (chunk->outside) gt_claim_elements(typing, &chunk->part);
    for (unsigned i = 0; i < chunk->unread; i++)
        gt_claim_rest(typing, &chunk->object[i].ref, chunk->object[i].whole);
}

/* ---- work ---------------------------------------------------------------------------------- */

static void widen(uint32_t *low, uint32_t *high, uint32_t from, uint32_t to)
{
    if (from < *low) *low = from;
    if (to > *high) *high = to;
}

/* The range of the blocks that were read or judged. */
static void find_range(const struct gt_rounds *rounds, uint32_t *low, uint32_t *high)
{
    *low = UINT32_MAX, *high = 0;
    for (unsigned i = 0; i < rounds->share_count; i++)
        widen(low, high, rounds->shares[i].low, rounds->shares[i].high);
    for (unsigned i = 0; i < rounds->chunk_count; i++)
        for (unsigned j = 0; j < rounds->chunks[i].block_count; j++)
            widen(low, high, rounds->chunks[i].blocks[j], rounds->chunks[i].blocks[j] + 1);
}

/* Blocks enter the queue in their order, whoever met them first. */
static void queue_blocks(const struct gt_rounds *rounds)
{
    struct gt_typing *typing = rounds->typing;
    uint32_t low, high;

    find_range(rounds, &low, &high);
    for (uint32_t first = low / 8 * 8; first < high; first += 8) {
        if (!(gt_load64(typing->queued + first) & 0x0202020202020202)) continue;
        for (uint32_t block = first; block < first + 8; block++)
            if (typing->queued[block] == GT_TO_BE_QUEUED) gt_enqueue(typing, block);
    }
}

static unsigned count_grey(const struct gt_typing *typing, uint32_t block)
{
    size_t first = (size_t)block << GT_BLOCK_SHIFT >> 6, end = first + (1 << GT_BLOCK_SHIFT >> 6);
    size_t words = (typing->grey.bits + 63) / 64;
    unsigned count = 0;

    for (size_t word = first; word < end && word < words; word++)
        count += gt_ones(typing->grey.words[word]);
    return count;
}

/* The last block may have objects without pointers, too, which others mark. */
static void take_block(struct gt_rounds *rounds, struct gt_chunk *chunk)
{
    uint32_t block = gt_dequeue(rounds->typing);

    chunk->blocks[chunk->block_count++] = block;
    if (block + 1 < gt_block_count(rounds->typing)) rounds->readers[block] = chunk->reader;
}

static void take_blocks(struct gt_rounds *rounds, struct gt_chunk *chunk)
{
    struct gt_typing *typing = rounds->typing;
    unsigned objects = 0;

    chunk->block_count = 0;
    while (chunk->block_count < GT_CHUNK_BLOCKS && gt_queue_length(typing)) {
        objects += count_grey(typing, typing->queue[typing->head]);
        if (objects > GT_CHUNK_OBJECTS) break;
        take_block(rounds, chunk);
    }
}

/* As many elements as a chunk has room for. */
static void take_part(struct gt_typing *typing, struct gt_chunk *chunk)
{
    struct gt_elements *all = gt_vec_at(&typing->arrays, typing->arrays.len - 1);
    size_t words = gt_words_of_element(all->plan);
    bool claims = all->plan->plain_count || all->plan->slice_count;
    uint64_t count = (claims ? GT_ARRAYS : GT_FACTS) / (words ? words : 1);

    chunk->block_count = 0;
    chunk->part = *all;
    if (count * all->size < all->to - all->from) chunk->part.to = all->from + count * all->size;
    all->from = chunk->part.to;
    if (all->from >= all->to) typing->arrays.len--;
}

static void take_chunks(struct gt_rounds *rounds)
{
    struct gt_typing *typing = rounds->typing;
    unsigned *count = &rounds->chunk_count;

    for (*count = 0; *count < GT_CHUNKS && typing->arrays.len;)
        take_part(typing, &rounds->chunks[(*count)++]);
    while (*count < GT_CHUNKS && gt_queue_length(typing))
        take_blocks(rounds, &rounds->chunks[(*count)++]);
}

static unsigned share_of(const struct gt_chunk *chunk)
{
    uint32_t object =
        chunk->block_count ? chunk->blocks[0] << GT_BLOCK_SHIFT : gt_slot_object(&chunk->part.ref);

    return gt_share_of(chunk, object);
}

/* So a thread mostly reads what it judged, and writes where it wrote before: another's cache has
 * little of it. */
static void order_by_share(struct gt_rounds *rounds)
{
    unsigned place = 0;

    for (uint32_t share = 0; share < rounds->share_count; share++)
        for (unsigned i = 0; i < rounds->chunk_count; i++) {
            if (share_of(&rounds->chunks[i]) != share) continue;
            rounds->chunks[i].said = &rounds->said[place];
            rounds->by_share[place++] = i;
        }
}

/* Blocks are no chunk's own any more. */
static void release_blocks(struct gt_rounds *rounds)
{
    for (unsigned i = 0; i < rounds->chunk_count; i++)
        for (unsigned j = 0; j < rounds->chunks[i].block_count; j++)
            rounds->readers[rounds->chunks[i].blocks[j]] = 0;
}

static void run_round(struct gt_rounds *rounds)
{
    take_chunks(rounds);
    order_by_share(rounds);
    gt_lockstep_run(rounds->crew, gt_round_read, rounds, rounds->chunk_count);
    gt_lockstep_run(rounds->crew, gt_round_judge, rounds, rounds->share_count);
    release_blocks(rounds);
    queue_blocks(rounds);
    for (unsigned i = 0; i < rounds->chunk_count; i++)
        do_rest(rounds, i);
}

static void note_dangling(const struct gt_rounds *rounds)
{
    for (unsigned i = 0; i < rounds->share_count; i++)
        if (rounds->shares[i].dangles) rounds->typing->reach->dangles = true;
}

static bool is_worth(const struct gt_typing *typing)
{
    return gt_queue_length(typing) >= CROWD || typing->arrays.len;
}

void gt_rounds_run(struct gt_typing *typing)
{
    if (!gt_may_put_off(typing) || !is_worth(typing)) return;
    if (!typing->rounds) typing->rounds = begin(typing);
    while (is_worth(typing))
        run_round(typing->rounds);
    note_dangling(typing->rounds);
}
