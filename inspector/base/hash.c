#include "inspector/base/hash.h"

#include "inspector/base/alloc.h"

#include <string.h>

static uint64_t mix(uint64_t key)
{
    key ^= key >> 32;
    key *= 0x9e3779b97f4a7c15u;
    return key ^ key >> 29;
}

static struct gt_map_slot *map_slot(const struct gt_map *map, uint64_t key)
{
    size_t i = mix(key) & (map->cap - 1);

    while (map->slots[i].used && map->slots[i].key != key)
        i = (i + 1) & (map->cap - 1);
    return &map->slots[i];
}

static void map_grow(struct gt_map *map)
{
    struct gt_map old = *map;

    map->cap = old.cap ? old.cap * 2 : 16;
    map->slots = gt_calloc(map->cap, sizeof *map->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].used) *map_slot(map, old.slots[i].key) = old.slots[i];
    gt_free(old.slots);
}

uint64_t *gt_map_find(const struct gt_map *map, uint64_t key)
{
    if (!map->cap) return NULL;
    struct gt_map_slot *slot = map_slot(map, key);
    return slot->used ? &slot->value : NULL;
}

uint64_t *gt_map_put(struct gt_map *map, uint64_t key, bool *added)
{
    if (map->len * 4 >= map->cap * 3) map_grow(map);
    struct gt_map_slot *slot = map_slot(map, key);
    if (added) *added = !slot->used;
    if (!slot->used) {
        *slot = (struct gt_map_slot){.key = key, .used = true};
        map->len++;
    }
    return &slot->value;
}

void gt_map_deinit(struct gt_map *map)
{
    gt_free(map->slots);
    *map = (struct gt_map){0};
}

static uint64_t text_hash(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return mix(hash);
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

    map->cap = old.cap ? old.cap * 2 : 16;
    map->slots = gt_calloc(map->cap, sizeof *map->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key) *strmap_slot(map, old.slots[i].key, old.slots[i].hash) = old.slots[i];
    gt_free(old.slots);
}

uint64_t *gt_strmap_find(const struct gt_strmap *map, const char *key)
{
    if (!map->cap) return NULL;
    struct gt_strmap_slot *slot = strmap_slot(map, key, text_hash(key));
    return slot->key ? &slot->value : NULL;
}

uint64_t *gt_strmap_put(struct gt_strmap *map, const char *key, bool *added)
{
    if (map->len * 4 >= map->cap * 3) strmap_grow(map);
    uint64_t hash = text_hash(key);
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
