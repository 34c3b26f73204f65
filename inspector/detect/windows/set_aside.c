#include "inspector/detect/windows/set_aside.h"

#include "inspector/detect/describe/group.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is kept to be used again --------------------------------------------------------- */

static bool has_prefix(const char *name, const char *const *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return true;
    return false;
}

/* Types whose spare bytes are their purpose. */
static bool reuses(const char *holder)
{
    static const char *const reusers[] = {
        "bytes.Buffer", "bufio.",   "strings.Builder", "encoding/", "sync.", "fmt.",
        "internal/",    "runtime.", "compress/",       "crypto/",   "net/",  "log."};

    return has_prefix(holder, reusers, sizeof reusers / sizeof *reusers);
}

/* Where debug information does not tell types a pool cannot be told from what owns a buffer, unless
 * the owner is known. */
const char *gt_set_aside_reason(const struct gt_study *study, const struct gt_view *view)
{
    const char *holder = gt_holder_struct(study, &view->holder);

    if (!holder)
        return study->process->dwarf ? NULL : "of an owner of unknown type, which may reuse it";
    return reuses(holder) ? gt_arena_format(study->storage, "kept for reuse by %s", holder) : NULL;
}

const char *gt_set_aside_by_path(const struct gt_path *path)
{
    static const char *const pools[] = {"sync.Pool", "sync.poolLocal", "sync.poolChainElt",
                                        "sync.poolDequeue"};

    for (size_t i = 0; i < path->count; i++)
        if (path->steps[i].type &&
            has_prefix(path->steps[i].type, pools, sizeof pools / sizeof *pools))
            return "kept for reuse by sync.Pool";
    return NULL;
}

void gt_set_aside_add(struct gt_study *study, uint32_t number, const char *reason)
{
    struct gt_aside aside = {number, reason};

    gt_vec_add(&study->windows->set_aside, &aside);
}

/* ---- telling ------------------------------------------------------------------------------- */

struct listing {
    struct gt_study *study;
    struct gt_keys keys;
    struct gt_groups groups;
    struct gt_vec rows; /* struct gt_set_aside */
};

static const struct gt_aside *aside_at(const struct listing *listing, uint32_t item)
{
    return gt_vec_at(&listing->study->windows->set_aside, item);
}

static const struct gt_windowed *block_of(const struct listing *listing, uint32_t item)
{
    return gt_vec_at(&listing->study->windows->blocks, aside_at(listing, item)->number);
}

static void add_row(void *ctx, const struct gt_member *members, size_t count)
{
    struct listing *listing = ctx;
    const struct gt_study *study = listing->study;
    const struct gt_windowed *largest = block_of(listing, members[0].item);
    const struct gt_holder *holder = &gt_window_main(study->windows, largest)->holder;
    struct gt_set_aside row = {.count = count};

    for (size_t i = 0; i < count; i++)
        row.bytes += members[i].weight;
    if (row.bytes < study->min_bytes) return;
    row.block = gt_block_of(study, largest->block);
    row.reason = aside_at(listing, members[0].item)->reason;
    row.holder = gt_holder_field(study, holder);
    row.path = gt_path_to(&listing->keys, holder);
    gt_vec_add(&listing->rows, &row);
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_set_aside *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->block.address < right->block.address ? -1 : 1;
}

static void fill_report(struct listing *listing, struct gt_report *report)
{
    size_t size = listing->rows.len * sizeof(struct gt_set_aside);
    struct gt_set_aside *rows = gt_arena_alloc(listing->study->storage, size);

    if (size) qsort(listing->rows.data, listing->rows.len, sizeof *rows, by_bytes);
    if (size) memcpy(rows, listing->rows.data, size);
    report->set_aside = rows;
    report->set_aside_count = listing->rows.len;
}

/* Only what stays when every finding is fixed counts. */
static uint64_t add_members(struct listing *listing)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < listing->study->windows->set_aside.len; i++) {
        const struct gt_windowed *block = block_of(listing, i);
        uint64_t bytes = block->wasted + block->spare;
        if (!gt_bit(&listing->study->innocent, block->block)) continue;
        const struct gt_view *view = gt_window_main(listing->study->windows, block);
        const char *key =
            gt_arena_format(listing->study->storage, "%s%s", aside_at(listing, i)->reason,
                            gt_key_of(&listing->keys, &view->holder));
        gt_groups_add(&listing->groups, key, bytes, i);
        sum += bytes;
    }
    return sum;
}

void gt_set_aside_tell(struct gt_study *study, struct gt_report *report)
{
    struct listing listing = {.study = study, .rows = GT_VEC_OF(struct gt_set_aside)};

    gt_keys_init(&listing.keys, study);
    gt_groups_init(&listing.groups);
    report->coverage.set_aside_bytes = add_members(&listing);
    gt_groups_visit(&listing.groups, add_row, &listing);
    fill_report(&listing, report);
    gt_groups_deinit(&listing.groups);
    gt_keys_deinit(&listing.keys);
    gt_vec_free(&listing.rows);
}
