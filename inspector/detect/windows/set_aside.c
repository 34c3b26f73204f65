/* Tables name the types and packages that keep buffers for reuse. For the report, blocks with the
 * same owner and the same referrer are one row. */
#include "inspector/detect/windows/set_aside.h"

#include "inspector/detect/describe/group.h"
#include "inspector/detect/describe/root_names.h"

#include <stdlib.h>
#include <string.h>

/* ---- spare capacity for reuse -------------------------------------------------------------- */

/* `what` is a type, a package followed by a dot, or a path followed by a slash for all packages
 * below it. */
static bool is_of(const char *name, const char *what)
{
    size_t package = strcspn(what, ".");

    if (strncmp(name, what, strlen(what)) != 0) return false;
    return !what[package] || gt_package_length(name) == package;
}

static bool is_of_any(const char *name, const char *const *whats, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_of(name, whats[i])) return true;
    return false;
}

/* Types whose purpose is to keep spare bytes. */
static bool reuses(const char *referrer)
{
    static const char *const reusers[] = {
        "bytes.Buffer", "bufio.",    "strings.Builder", "encoding/", "sync.", "fmt.",
        "internal/",    "compress/", "crypto/",         "net/",      "log."};

    return gt_is_runtimes(referrer) ||
           is_of_any(referrer, reusers, sizeof reusers / sizeof *reusers);
}

static bool is_owner_known(const struct gt_heap_analysis *analysis,
                           const struct gt_window_ref *window)
{
    uint32_t object = window->referrer.object;

    return !window->inferred && object != GT_NO_OBJECT &&
           gt_typing_type(analysis->typing, object) != GT_NO_TYPE;
}

/* The runtime's variable that holds the window; NULL if none does. */
static const char *variable_of_runtime(const struct gt_heap_analysis *analysis,
                                       const struct gt_window_ref *window)
{
    char field[GT_FIELD];
    gt_type_id type;

    if (window->referrer.object != GT_NO_OBJECT) return NULL;
    const struct gt_root *root = gt_root_at(analysis->roots, window->referrer.root);
    if (root->kind != GT_ROOT_GLOBAL || !gt_root_is_runtimes(analysis, root)) return NULL;
    return gt_without_global(gt_variable_name(analysis, root, true, field, sizeof field, &type));
}

/* Without types in the debug information, a pool looks like any owner of a buffer, unless the owner
 * is known: an object of a known type, such as what an interface holds. */
bool gt_set_aside_by_owner(const struct gt_heap_analysis *analysis,
                           const struct gt_window_ref *window, struct gt_aside *out)
{
    const char *referrer = gt_referrer_struct(analysis, &window->referrer);
    const char *variable = referrer ? NULL : variable_of_runtime(analysis, window);

    out->owner = referrer ? referrer : variable;
    out->reason = out->owner ? GT_ASIDE_REUSED : GT_ASIDE_OWNER_UNKNOWN;
    if (variable) return true;
    if (!referrer) return !analysis->process->dwarf && !is_owner_known(analysis, window);
    return reuses(gt_referrer_whole_struct(analysis, &window->referrer));
}

/* net/tcpsock_posix.go, udpsock_posix.go and iprawsock_posix.go: sockaddrToTCP and the like slice
 * the address of a syscall.SockaddrInet4 or SockaddrInet6. */
bool gt_is_address_of_socket(const struct gt_heap_analysis *analysis,
                             const struct gt_window_ref *window, uint64_t size)
{
    static const char *const owners[] = {"net.TCPAddr", "net.UDPAddr", "net.IPAddr"};
    static const struct {
        uint64_t offset, length, size;
    } sockets[] = {{8, 4, 32}, {12, 16, 64}};
    const char *owner = gt_referrer_struct(analysis, &window->referrer);
    bool fits = false;

    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
        fits |= window->offset == sockets[i].offset && window->len == sockets[i].length &&
                size == sockets[i].size;
    for (size_t i = 0; fits && owner && i < sizeof owners / sizeof *owners; i++)
        if (strcmp(owner, owners[i]) == 0) return true;
    return false;
}

bool gt_set_aside_by_path(const struct gt_path *path, struct gt_aside *out)
{
    static const char *const pools[] = {"sync.Pool", "sync.poolLocal", "sync.poolChainElt",
                                        "sync.poolDequeue"};

    *out = (struct gt_aside){.reason = GT_ASIDE_REUSED, .owner = "sync.Pool"};
    for (size_t i = 0; i < path->count; i++)
        if (path->steps[i].type &&
            is_of_any(path->steps[i].type, pools, sizeof pools / sizeof *pools))
            return true;
    return false;
}

void gt_set_aside_add(struct gt_heap_analysis *analysis, uint32_t number, struct gt_aside aside)
{
    aside.number = number;
    gt_vec_add(&analysis->windows->set_aside, &aside);
}

/* ---- the report's words ------------------------------------------------------------------- */

struct lister {
    struct gt_heap_analysis *analysis;
    struct gt_keys keys;
    struct gt_groups groups;
    struct gt_vec rows; /* struct gt_set_aside */
};

static const struct gt_aside *aside_at(const struct lister *lister, uint32_t item)
{
    return gt_vec_at(&lister->analysis->windows->set_aside, item);
}

static const struct gt_window_block *block_of(const struct lister *lister, uint32_t item)
{
    return gt_vec_at(&lister->analysis->windows->blocks, aside_at(lister, item)->number);
}

static void add_row(void *ctx, const struct gt_member *members, size_t count)
{
    struct lister *lister = ctx;
    const struct gt_heap_analysis *analysis = lister->analysis;
    const struct gt_window_block *largest = block_of(lister, members[0].item);
    const struct gt_referrer *referrer = &gt_window_main(analysis->windows, largest)->referrer;
    struct gt_set_aside row = {.count = count};

    for (size_t i = 0; i < count; i++)
        row.bytes += members[i].weight;
    if (row.bytes < analysis->min_bytes) return;
    row.block = gt_block_of(analysis, largest->block);
    row.reason = aside_at(lister, members[0].item)->reason;
    row.owner = aside_at(lister, members[0].item)->owner;
    row.holder = gt_referrer_field(analysis, referrer);
    row.path = gt_path_to(&lister->keys, referrer);
    gt_vec_add(&lister->rows, &row);
}

static int by_bytes(const void *a, const void *b)
{
    const struct gt_set_aside *left = a, *right = b;

    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->block.address < right->block.address ? -1 : 1;
}

static void fill_report(struct lister *lister, struct gt_report *report)
{
    size_t size = lister->rows.len * sizeof(struct gt_set_aside);
    struct gt_set_aside *rows = gt_arena_alloc(lister->analysis->storage, size);

    if (size) qsort(lister->rows.data, lister->rows.len, sizeof *rows, by_bytes);
    if (size) memcpy(rows, lister->rows.data, size);
    report->set_aside = rows;
    report->set_aside_count = lister->rows.len;
}

/* Only blocks that stay when every finding is fixed count. */
static uint64_t add_members(struct lister *lister)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < lister->analysis->windows->set_aside.len; i++) {
        const struct gt_window_block *block = block_of(lister, i);
        uint64_t bytes = block->wasted + block->spare;
        if (!gt_bit(&lister->analysis->innocent, block->block)) continue;
        const struct gt_window_ref *window = gt_window_main(lister->analysis->windows, block);
        const char *owner = aside_at(lister, i)->owner;
        const char *key = gt_arena_format(lister->analysis->storage, "%s\x01%s", owner ? owner : "",
                                          gt_key_of(&lister->keys, &window->referrer));
        gt_groups_add(&lister->groups, key, bytes, i);
        sum += bytes;
    }
    return sum;
}

void gt_set_aside_describe(struct gt_heap_analysis *analysis, struct gt_report *report)
{
    struct lister lister = {.analysis = analysis, .rows = GT_VEC_OF(struct gt_set_aside)};

    gt_keys_init(&lister.keys, analysis);
    gt_groups_init(&lister.groups);
    report->coverage.set_aside_bytes = add_members(&lister);
    gt_groups_visit(&lister.groups, add_row, &lister);
    fill_report(&lister, report);
    gt_groups_deinit(&lister.groups);
    gt_keys_deinit(&lister.keys);
    gt_vec_deinit(&lister.rows);
}
