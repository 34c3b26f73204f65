/*
 * A process with so many nodes that types spread in rounds. A queued finalizer types their list.
 *
 * Each node leads to objects of its own, and to those of its neighbours. What they are is known by
 * hand: see many_nodes.c.
 */
#ifndef GT_TEST_MANY_NODES_H
#define GT_TEST_MANY_NODES_H

#include "tests/unit/synth/synth.h"

enum {
    NODES = 8192, /* whole pages of pointers to them */
    ITEMS = 3,    /* of a node's array */
    ITEM = 16,
    PAIRS = 20, /* one of so many nodes has a value in its interface */
    MAPS = 8,   /* and a slice of maps */
};

struct node { /* addresses; 0: there is none */
    uint64_t node, items, name;
    uint64_t pair;  /* only an interface leads to it */
    uint64_t twins; /* of every third node: left and right claim it, which have one size; of every
                     * other third: this node says left, and another one right */
    uint64_t big;   /* of every third node: main.big claims it, and main.left, which is smaller */
    uint64_t wrong; /* its bitmap contradicts its claim */
    uint64_t maps;
    uint64_t crate; /* of every third node: it and the next one say that this is main.big */
};

struct many_nodes {
    uint64_t top, list;
    struct node first; /* it is not in the list, and read before it: what is needed of each type is
                        * made where one thread reads. But it has no maps */
    uint64_t map;      /* all slices have this one */
    struct node node[NODES];
};

/* Builds it; nothing is opened. The caller frees it. */
struct many_nodes *many_nodes_build(struct synth *synth);

/* The word of the node that has the pointer to ... */
enum node_word {
    AT_NEXT = 0,
    AT_ITEMS = 8,
    AT_NAME = 32,
    AT_VALUE = 48,
    AT_INNER = 64,
    AT_LEFT = 72,
    AT_RIGHT = 80,
    AT_BIG = 88,
    AT_WRONG = 96,
    AT_MAPS = 104,
    NODE = 128,
};

#endif
