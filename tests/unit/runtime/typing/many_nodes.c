/* Builds types first, then objects, then what leads to them. */
#include "tests/unit/runtime/typing/many_nodes.h"

#include <stdlib.h>

enum { NAME = 32, TWINS = 32, BIG = 48, PAIR = 32, TOP = 32, CELLS = 2, AT_ELEM = 48 };

struct types {
    uint64_t item, pair, left, right, big, wrong, map, node, node_pointer, top_pointer;
};

/* A struct with unsafe pointers at the words of `mask` that are 'p'. */
static uint64_t struct_of(struct synth *synth, const char *name, uint64_t size, const char *mask)
{
    struct synth_type_field fields[4];
    size_t count = 0;

    for (uint64_t i = 0; mask[i]; i++)
        if (mask[i] == 'p')
            fields[count++] =
                (struct synth_type_field){"p", synth_type_unsafe_pointer(synth), i * 8};
    return synth_type_struct(synth, name, size, fields, count);
}

/* Two types have each bitmap, so that only claims tell. */
static void make_targets(struct synth *synth, struct types *types)
{
    types->item = struct_of(synth, "main.item", ITEM, "p");
    types->pair = struct_of(synth, "main.pair", PAIR, ".p.p");
    struct_of(synth, "main.other", PAIR, ".p.p");
    types->left = struct_of(synth, "main.left", TWINS, "p");
    types->right = struct_of(synth, "main.right", TWINS, "p");
    types->big = struct_of(synth, "main.big", BIG, "p...p");
    types->wrong = struct_of(synth, "main.wrong", TWINS, "p");
    uint64_t word = synth_type_pointer(synth, "*uint8", synth_type_byte(synth));
    types->map = synth_type_map(synth, "map[*uint8]*uint8", word, word);
}

static void make_node(struct synth *synth, struct types *types)
{
    struct synth_type_field fields[] = {
        {"next", 0, AT_NEXT},
        {"items", synth_type_slice(synth, "[]main.item", types->item), AT_ITEMS},
        {"name", synth_type_string(synth), AT_NAME},
        {"value", synth_type_any(synth), AT_VALUE},
        {"inner", synth_type_pointer(synth, "*main.item", types->item), AT_INNER},
        {"left", synth_type_pointer(synth, "*main.left", types->left), AT_LEFT},
        {"right", synth_type_pointer(synth, "*main.right", types->right), AT_RIGHT},
        {"big", synth_type_pointer(synth, "*main.big", types->big), AT_BIG},
        {"wrong", synth_type_pointer(synth, "*main.wrong", types->wrong), AT_WRONG},
        {"maps", synth_type_slice(synth, "[]map[*uint8]*uint8", types->map), AT_MAPS},
    };

    fields[0].type = types->node_pointer = synth_type_pointer(synth, "*main.node", types->big);
    types->node =
        synth_type_struct(synth, "main.node", NODE, fields, sizeof fields / sizeof *fields);
    synth_put(synth, types->node_pointer + AT_ELEM, types->node);
}

/* ---- objects --------------------------------------------------------------------------------- */

static void make_node_objects(struct synth *synth, struct node *node, unsigned number)
{
    node->node = synth_object(synth, NODE, "pp..p.pppppppp");
    node->items = synth_object(synth, (uint64_t)ITEMS * ITEM, "p.p.p");
    node->name = synth_object(synth, NAME, NULL);
    node->wrong = synth_object(synth, TWINS, ".p.p");
    if (number % 3)
        node->twins = synth_object(synth, TWINS, "p");
    else
        node->big = synth_object(synth, BIG, "p...p");
    if (number % PAIRS == 0) node->pair = synth_object(synth, PAIR, ".p.p");
    if (number % 3 == 1) node->crate = synth_object(synth, BIG, "p...p");
    if (number % MAPS == 0) node->maps = synth_object(synth, (uint64_t)CELLS * 8, "pp");
}

static void put_slice(struct synth *synth, uint64_t at, uint64_t value, uint64_t count)
{
    if (!value) return;
    synth_put(synth, at, value);
    synth_put(synth, at + 8, count);
    synth_put(synth, at + 16, count);
}

/* `neighbour` has the array into whose middle this node points. */
static void fill_node(struct synth *synth, const struct types *types, const struct node *node,
                      const struct node *neighbour)
{
    put_slice(synth, node->node + AT_ITEMS, node->items, ITEMS);
    synth_put(synth, node->items + ITEM, node->name);
    synth_put(synth, node->node + AT_VALUE, node->pair ? types->pair : 0);
    synth_put(synth, node->node + AT_VALUE + 8, node->pair);
    synth_put(synth, node->node + AT_INNER, neighbour->items + ITEM);
    put_slice(synth, node->node + AT_MAPS, node->maps, CELLS);
    synth_put(synth, node->node + AT_LEFT, node->twins ? node->twins : node->big);
    synth_put(synth, node->node + AT_BIG, node->big);
    synth_put(synth, node->node + AT_WRONG, node->wrong);
}

/* Of most nodes it is most of a block. Of one it is a small part, and of two neighbours it is not
 * in a block without pointers. */
static void put_name(struct synth *synth, const struct node *node, unsigned number)
{
    bool small = number % PAIRS == 5, elsewhere = number % PAIRS / 2 == 3;

    synth_put(synth, node->node + AT_NAME, elsewhere ? node->items : node->name + 8);
    synth_put(synth, node->node + AT_NAME + 8, small ? 4 : NAME - 8);
}

static void link_node(struct synth *synth, const struct many_nodes *all, unsigned number)
{
    const struct node *node = &all->node[number];

    synth_put(synth, all->list + (uint64_t)number * 8, node->node);
    synth_put(synth, node->node + AT_NEXT, all->node[(number + 1) % NODES].node);
    if (node->maps) synth_put(synth, node->maps, all->map);
    if (number % 3 == 1) synth_put(synth, node->node + AT_BIG, node->crate);
    if (number % 3 == 2) synth_put(synth, node->node + AT_BIG, node[-1].crate);
    if (number % 3 == 2) synth_put(synth, node->node + AT_RIGHT, node->twins);
    if (number % 3 == 0)
        synth_put(synth, node->node + AT_RIGHT, all->node[NODES - 1 - number].twins);
}

static void make_first(struct synth *synth, const struct types *types, struct node *first)
{
    make_node_objects(synth, first, 1);
    first->big = synth_object(synth, BIG, "p...p");
    fill_node(synth, types, first, first);
    put_name(synth, first, 1);
}

static void make_top(struct synth *synth, struct many_nodes *all, const struct types *types)
{
    const struct synth_type_field fields[] = {
        {"list", synth_type_slice(synth, "[]*main.node", types->node_pointer), 0},
        {"first", types->node_pointer, 24},
    };
    uint64_t type = synth_type_struct(synth, "main.top", TOP, fields, 2);
    uint64_t pointer = synth_type_pointer(synth, "*main.top", type);
    uint64_t run = synth_func(synth, "main.finalize");

    all->top = synth_object(synth, TOP, "p..p");
    all->list = synth_tiled(synth, (uint64_t)NODES * 8, types->node_pointer);
    put_slice(synth, all->top, all->list, NODES);
    synth_put(synth, all->top + 24, all->first.node);
    synth_type_finalizer(synth, synth_queue_finalizer(synth, all->top, run), pointer);
}

struct many_nodes *many_nodes_build(struct synth *synth)
{
    struct many_nodes *all = calloc(1, sizeof *all);
    struct types types;

    make_targets(synth, &types);
    make_node(synth, &types);
    make_first(synth, &types, &all->first);
    make_top(synth, all, &types);
    all->map = synth_map(synth, 3);
    for (unsigned i = 0; i < NODES; i++)
        make_node_objects(synth, &all->node[i], i);
    for (unsigned i = 0; i < NODES; i++) {
        unsigned neighbour = (i % 2 ? i + NODES - 1 : i + 1) % NODES;
        fill_node(synth, &types, &all->node[i], &all->node[neighbour]);
        put_name(synth, &all->node[i], i);
        link_node(synth, all, i);
    }
    return all;
}
