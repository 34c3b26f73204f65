/*
 * Hash tables from a 64-bit key to a 64-bit value, and from a string to a 64-bit value.
 *
 * Open addressing with linear probing; no removal. String keys are copied and owned by the table.
 *
 * Invariants: hashes are seeded, so a core cannot be made whose keys share a slot. Each process has
 * another seed, so the order of slots means nothing, and only this module walks them. A caller that
 * needs all keys keeps a list of those that it added.
 */
#ifndef GT_BASE_HASH_H
#define GT_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the kernel gave this process at random (AT_RANDOM): constant until it ends. */
struct gt_hash_seed {
    uint64_t key, factor;
};

struct gt_hash_seed gt_hash_seed(void);
uint64_t gt_hash_bytes(struct gt_hash_seed seed, const void *bytes, size_t length);

struct gt_map_slot { /* empty: its key is 0 */
    uint64_t key, value;
};

struct gt_map {
    struct gt_map_slot *slots; /* one more than cap: the last is that of key 0 */
    size_t cap, len;
    bool has_zero;            /* key 0 is in the table */
    struct gt_hash_seed seed; /* once it has slots */
};

uint64_t *gt_map_find(const struct gt_map *map, uint64_t key); /* NULL when absent */
/* Where the value is; 0 if the key is new. *added (may be NULL) says whether it is. */
uint64_t *gt_map_put(struct gt_map *map, uint64_t key, bool *added);
/* Makes room for `count` keys in all, which the table will have soon. */
void gt_map_reserve(struct gt_map *map, size_t count);
void gt_map_copy(struct gt_map *to, const struct gt_map *from); /* `to` holds nothing yet */
void gt_map_deinit(struct gt_map *map);

struct gt_strmap_slot {
    char *key;
    uint64_t hash, value;
};

struct gt_strmap {
    struct gt_strmap_slot *slots;
    size_t cap, len;
    struct gt_hash_seed seed; /* once it has slots */
};

uint64_t *gt_strmap_find(const struct gt_strmap *map, const char *key);
uint64_t *gt_strmap_put(struct gt_strmap *map, const char *key, bool *added);
void gt_strmap_deinit(struct gt_strmap *map);

#endif
