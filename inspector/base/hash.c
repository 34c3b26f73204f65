/* Multiplies by a random factor and combines both halves of the product. A table has a power of two
 * of slots, and doubles when three quarters are full. In a table of numbers, key 0 marks an empty
 * slot, so the value of key 0 itself is kept behind the other slots. */
#include "inspector/base/hash.h"

#include "inspector/base/alloc.h"
#include "inspector/base/memory.h"

#include <string.h>
#include <sys/auxv.h>

enum { LEAST_SLOTS = 16 };

__extension__ typedef unsigned __int128 wide;

/* ---- hashes -----------------------------------------------------------------------------------
 */

struct gt_hash_seed gt_hash_seed(void)
{
    const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM); /* 16 bytes */
    struct gt_hash_seed seed = {0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u};

    if (random) memcpy(&seed, random, sizeof seed);
    seed.factor |= (uint64_t)1 << 63 | 1; /* every bit of a word reaches both halves */
    return seed;
}

/* Both halves of a product. Its factors are random, so a core cannot choose the result. */
static uint64_t mix(struct gt_hash_seed seed, uint64_t word)
{
    wide product = (wide)(word ^ seed.key) * seed.factor;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t gt_hash_bytes(struct gt_hash_seed seed, const void *bytes, size_t length)
{
    const unsigned char *next = bytes;
    uint64_t hash = mix(seed, length), last = 0;

    for (; length >= sizeof last; next += sizeof last, length -= sizeof last)
        hash = mix(seed, hash ^ gt_load64(next));
    memcpy(&last, next, length);
    return mix(seed, hash ^ last);
}

/* ---- by number --------------------------------------------------------------------------------
 */

/* Keys at equal distances have products at equal distances. One of some hundred factors puts many
 * of them next to each other, so the product is multiplied again. */
static struct gt_map_slot *map_slot(const struct gt_map *map, uint64_t key)
{
    size_t i = mix(map->seed, mix(map->seed, key)) & (map->cap - 1);

    while (map->slots[i].key && map->slots[i].key != key)
        i = (i + 1) & (map->cap - 1);
    return &map->slots[i];
}

/* All pages of a table are soon in use. It is cleared here, since a page that is read before it is
 * written costs two faults. */
static void map_grow(struct gt_map *map, size_t cap)
{
    struct gt_map old = *map;
    size_t size = (cap + 1) * sizeof *map->slots;

    if (!old.cap) map->seed = gt_hash_seed();
    map->cap = cap;
    map->slots = memset(gt_alloc(size), 0, size);
    if (old.has_zero) map->slots[map->cap] = old.slots[old.cap];
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key) *map_slot(map, old.slots[i].key) = old.slots[i];
    gt_free(old.slots);
}

uint64_t *gt_map_find(const struct gt_map *map, uint64_t key)
{
    if (!map->cap) return NULL;
    if (!key) return map->has_zero ? &map->slots[map->cap].value : NULL;
    struct gt_map_slot *slot = map_slot(map, key);
    return slot->key ? &slot->value : NULL;
}

static uint64_t *put_zero(struct gt_map *map, bool *added)
{
    if (added) *added = !map->has_zero;
    map->len += !map->has_zero;
    map->has_zero = true;
    return &map->slots[map->cap].value;
}

uint64_t *gt_map_put(struct gt_map *map, uint64_t key, bool *added)
{
    if (map->len * 4 >= map->cap * 3) map_grow(map, map->cap ? map->cap * 2 : LEAST_SLOTS);
    if (!key) return put_zero(map, added);
    struct gt_map_slot *slot = map_slot(map, key);
    if (added) *added = !slot->key;
    map->len += !slot->key;
    slot->key = key;
    return &slot->value;
}

void gt_map_reserve(struct gt_map *map, size_t count)
{
    size_t cap = map->cap ? map->cap : LEAST_SLOTS;

    while (count >= cap / 4 * 3)
        cap *= 2;
    if (cap > map->cap) map_grow(map, cap);
}

void gt_map_copy(struct gt_map *to, const struct gt_map *from)
{
    *to = *from;
    if (!from->cap) return;
    size_t size = (from->cap + 1) * sizeof *to->slots;
    to->slots = memcpy(gt_alloc(size), from->slots, size);
}

void gt_map_deinit(struct gt_map *map)
{
    gt_free(map->slots);
    *map = (struct gt_map){0};
}

/* ---- by text ----------------------------------------------------------------------------------
 */

static uint64_t text_hash(const struct gt_strmap *map, const char *text)
{
    return gt_hash_bytes(map->seed, text, strlen(text));
}

static struct gt_strmap_slot *strmap_slot(const struct gt_strmap *map, const char *key,
                                          uint64_t hash)
{
    size_t i = hash & (map->cap - 1);

    while (map->slots[i].key && (map->slots[i].hash != hash || strcmp(map->slots[i].key, key) != 0))
        i = (i + 1) & (map->cap - 1);
    return &map->slots[i];
}

static void strmap_grow(struct gt_strmap *map)
{
    struct gt_strmap old = *map;

    if (!old.cap) map->seed = gt_hash_seed();
    map->cap = old.cap ? old.cap * 2 : 16;
    map->slots = gt_calloc(map->cap, sizeof *map->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key) *strmap_slot(map, old.slots[i].key, old.slots[i].hash) = old.slots[i];
    gt_free(old.slots);
}

uint64_t *gt_strmap_find(const struct gt_strmap *map, const char *key)
{
    if (!map->cap) return NULL;
    struct gt_strmap_slot *slot = strmap_slot(map, key, text_hash(map, key));
    return slot->key ? &slot->value : NULL;
}

uint64_t *gt_strmap_put(struct gt_strmap *map, const char *key, bool *added)
{
    if (map->len * 4 >= map->cap * 3) strmap_grow(map);
    uint64_t hash = text_hash(map, key);
    struct gt_strmap_slot *slot = strmap_slot(map, key, hash);
    if (added) *added = !slot->key;
    if (!slot->key) {
        *slot = (struct gt_strmap_slot){.key = gt_strdup(key), .hash = hash};
        map->len++;
    }
    return &slot->value;
}

void gt_strmap_deinit(struct gt_strmap *map)
{
    for (size_t i = 0; i < map->cap; i++)
        gt_free(map->slots[i].key);
    gt_free(map->slots);
    *map = (struct gt_strmap){0};
}
