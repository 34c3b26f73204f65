/* A hash table gives each pair of a smaller set and its largest member one id. An intersection or a
 * union merges both sets' members in order; its result is cached by the pair of ids. */
#include "inspector/graph/sets.h"

#include <string.h>

enum { MAX_SETS = 1 << 22 }; /* bounds the memory that a hostile heap can take */

struct set {
    uint32_t smaller; /* the set of all members but the largest */
    uint32_t largest;
};

void gt_sets_init(struct gt_sets *sets, uint32_t numbers)
{
    *sets = (struct gt_sets){.numbers = numbers, .list = GT_VEC_OF(struct set)};
}

void gt_sets_deinit(struct gt_sets *sets)
{
    gt_vec_deinit(&sets->list);
    gt_map_deinit(&sets->known);
    gt_map_deinit(&sets->meets);
    gt_map_deinit(&sets->joins);
}

static uint32_t first_long(const struct gt_sets *sets)
{
    return GT_SET_FIRST + sets->numbers;
}

uint32_t gt_sets_end(const struct gt_sets *sets)
{
    return first_long(sets) + (uint32_t)sets->list.len;
}

size_t gt_sets_members(const struct gt_sets *sets, uint32_t set, uint32_t *out)
{
    uint32_t largest[GT_SET_MAX];
    size_t count = 0;

    for (; set >= first_long(sets) && count < GT_SET_MAX - 1; count++) {
        const struct set *here = gt_vec_at(&sets->list, set - first_long(sets));
        largest[count] = here->largest;
        set = here->smaller;
    }
    if (set >= GT_SET_FIRST) largest[count++] = set - GT_SET_FIRST;
    for (size_t i = 0; i < count; i++)
        out[i] = largest[count - 1 - i];
    return count;
}

bool gt_sets_has(const struct gt_sets *sets, uint32_t set, uint32_t number)
{
    for (; set >= first_long(sets);) {
        const struct set *here = gt_vec_at(&sets->list, set - first_long(sets));
        if (here->largest == number) return true;
        set = here->smaller;
    }
    return set == gt_set_of(number);
}

/* The set of the members of `smaller` and of `largest`, which is above all of them. If the table is
 * full, it is `smaller`. */
static uint32_t with(struct gt_sets *sets, uint32_t smaller, uint32_t largest)
{
    uint64_t key = (uint64_t)smaller << 32 | largest;
    bool added;

    if (smaller == GT_SET_NONE) return gt_set_of(largest);
    uint64_t *id = gt_map_put(&sets->known, key, &added);
    if (!added) return (uint32_t)*id;
    *id = sets->list.len < MAX_SETS ? gt_sets_end(sets) : smaller;
    if (*id != smaller) gt_vec_add(&sets->list, &(struct set){smaller, largest});
    return (uint32_t)*id;
}

struct pair {
    uint32_t a[GT_SET_MAX], b[GT_SET_MAX];
    size_t a_count, b_count;
};

static void open_pair(const struct gt_sets *sets, uint32_t a, uint32_t b, struct pair *pair)
{
    pair->a_count = gt_sets_members(sets, a, pair->a);
    pair->b_count = gt_sets_members(sets, b, pair->b);
}

static uint32_t intersect(struct gt_sets *sets, const struct pair *pair)
{
    uint32_t made = GT_SET_NONE;

    for (size_t i = 0, j = 0; i < pair->a_count && j < pair->b_count;) {
        uint32_t a = pair->a[i], b = pair->b[j];
        if (a == b) made = with(sets, made, a);
        i += a <= b;
        j += b <= a;
    }
    return made;
}

static uint32_t unite(struct gt_sets *sets, const struct pair *pair)
{
    uint32_t made = GT_SET_NONE;
    size_t i = 0, j = 0;

    for (size_t count = 0; count < GT_SET_MAX; count++) {
        bool has_a = i < pair->a_count, has_b = j < pair->b_count;
        if (!has_a && !has_b) break;
        bool take_a = has_a && (!has_b || pair->a[i] <= pair->b[j]);
        bool take_b = has_b && (!has_a || pair->b[j] <= pair->a[i]);
        made = with(sets, made, take_a ? pair->a[i] : pair->b[j]);
        i += take_a;
        j += take_b;
    }
    return made;
}

typedef uint32_t combine_fn(struct gt_sets *sets, const struct pair *pair);

/* Results are cached, since a heap has few different pairs. */
static uint32_t combine(struct gt_sets *sets, struct gt_map *known, uint32_t a, uint32_t b,
                        combine_fn *made_of)
{
    uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
    const uint64_t *found = gt_map_find(known, key);
    struct pair pair;

    if (found) return (uint32_t)*found;
    open_pair(sets, a, b, &pair);
    uint32_t made = made_of(sets, &pair);
    *gt_map_put(known, key, NULL) = made;
    return made;
}

uint32_t gt_sets_meet(struct gt_sets *sets, uint32_t a, uint32_t b)
{
    if (a == b || b == GT_SET_ALL) return a;
    if (a == GT_SET_ALL) return b;
    if (a == GT_SET_NONE || b == GT_SET_NONE) return GT_SET_NONE;
    if (a < first_long(sets) && b < first_long(sets)) return GT_SET_NONE;
    return combine(sets, &sets->meets, a, b, intersect);
}

uint32_t gt_sets_join(struct gt_sets *sets, uint32_t a, uint32_t b)
{
    if (a == b || b == GT_SET_NONE) return a;
    if (a == GT_SET_NONE) return b;
    return combine(sets, &sets->joins, a, b, unite);
}
