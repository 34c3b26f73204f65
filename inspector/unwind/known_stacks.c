/* A node of the tree is a pc behind those of the nodes above it, and so a frame of one size and
 * place. The two children by which searches went on last are tried first; the others are in a
 * map. */
#include "inspector/unwind/known_stacks.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/vec.h"

enum {
    WORD = 8,
    MOST_NODES = 1 << 18, /* a damaged core may have no two stacks that are alike */
};

struct node { /* the first is above the innermost frames */
    uint64_t pc;
    uint64_t fp;   /* from the stack pointer on */
    uint64_t back; /* where the return address lies, from there on */
    uint32_t above;
    uint32_t likely[2]; /* children: the last one from the map, and the one before */
    bool is_top;
    struct gt_known_stack stack; /* of a top frame */
};

struct gt_known_stacks {
    struct gt_vec nodes;    /* struct node */
    struct gt_map children; /* by the node above and the pc; a key that two have is the first's */
};

struct gt_known_stacks *gt_known_stacks_create(void)
{
    struct gt_known_stacks *stacks = gt_calloc(1, sizeof *stacks);

    stacks->nodes = GT_VEC_OF(struct node);
    gt_vec_push(&stacks->nodes);
    return stacks;
}

void gt_known_stacks_destroy(struct gt_known_stacks *stacks)
{
    if (!stacks) return;
    gt_vec_deinit(&stacks->nodes);
    gt_map_deinit(&stacks->children);
    gt_free(stacks);
}

static uint64_t key_of(uint32_t above, uint64_t pc)
{
    return pc ^ (above + 1) * 0x9e3779b97f4a7c15u;
}

static uint32_t find_child(const struct gt_known_stacks *stacks, uint32_t above, uint64_t pc)
{
    struct node *nodes = stacks->nodes.data;
    const uint64_t *found = gt_map_find(&stacks->children, key_of(above, pc));
    uint32_t child = found ? (uint32_t)*found : 0;

    if (!child || nodes[child].pc != pc || nodes[child].above != above) return 0;
    nodes[above].likely[1] = nodes[above].likely[0];
    return nodes[above].likely[0] = child;
}

/* 0 when there is none. */
static inline uint32_t child_of(const struct gt_known_stacks *stacks, uint32_t above, uint64_t pc)
{
    const struct node *nodes = stacks->nodes.data;
    const uint32_t *likely = nodes[above].likely;

    if (nodes[likely[0]].pc == pc && likely[0]) return likely[0];
    if (nodes[likely[1]].pc == pc && likely[1]) return likely[1];
    return find_child(stacks, above, pc);
}

/* False where a walk would find the stack damaged, or at its end. */
static bool read_back(const struct node *node, const unsigned char *bytes, uint64_t room,
                      uint64_t *pc)
{
    if (node->fp >= room || node->back > room - WORD) return false;
    *pc = gt_load64(bytes + node->back);
    return *pc;
}

const struct gt_known_stack *gt_known_stacks_find(const struct gt_known_stacks *stacks,
                                                  const struct gt_text *code,
                                                  const struct gt_position *at, uint64_t lo,
                                                  uint64_t hi)
{
    const struct node *nodes = stacks->nodes.data;
    uint64_t pc = at->pc, room = hi - at->sp;

    if (!pc || at->sp < lo || at->sp >= hi || room < WORD) return NULL;
    const unsigned char *bytes = gt_mem_at(code->mem, lo, hi - lo);
    if (!bytes) return NULL;
    bytes += at->sp - lo;
    for (uint32_t i = child_of(stacks, 0, pc); i; i = child_of(stacks, i, pc)) {
        if (nodes[i].is_top) return nodes[i].fp <= room ? &nodes[i].stack : NULL;
        if (!read_back(&nodes[i], bytes, room, &pc)) return NULL;
    }
    return NULL;
}

/* Where a call leaves its return address in a register, a frame without a size may still have it
 * there, and a frame that a signal handler made has another one on the stack. */
static bool is_plain(const struct gt_text *code, const struct gt_frame *frames, uint32_t count)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!code->rules->link_register) return true;
    for (uint32_t i = 0; i < count; i++)
        if (!gt_text_find(code, frames[i].pc, &tab, &func) || gt_is_injected(code, func.id))
            return false;
    return frames[0].cfa;
}

/* A call pushes the address right below the CFA; a function stores it at its own stack pointer. */
static uint64_t back_of(const struct gt_text *code, const struct gt_frame *frames, uint32_t index)
{
    if (!code->rules->link_register) return frames[index].cfa - WORD;
    return index ? frames[index - 1].cfa : 0;
}

static uint32_t add_child(struct gt_known_stacks *stacks, uint32_t above, const struct node *child)
{
    bool added;
    uint64_t *place = gt_map_put(&stacks->children, key_of(above, child->pc), &added);

    if (!added || stacks->nodes.len >= MOST_NODES) return 0;
    *place = stacks->nodes.len;
    gt_vec_add(&stacks->nodes, child);
    return (uint32_t)*place;
}

void gt_known_stacks_add(struct gt_known_stacks *stacks, const struct gt_text *code,
                         const struct gt_position *at, const struct gt_frame *frames,
                         const struct gt_known_stack *stack)
{
    uint32_t above = 0;

    if (!stack->count || frames[0].pc != at->pc || !is_plain(code, frames, stack->count)) return;
    for (uint32_t i = 0; i < stack->count; i++) {
        const struct node node = {.pc = frames[i].pc,
                                  .fp = frames[i].cfa,
                                  .back = back_of(code, frames, i),
                                  .above = above,
                                  .is_top = i + 1 == stack->count,
                                  .stack = *stack};
        uint32_t child = child_of(stacks, above, node.pc);
        above = child ? child : add_child(stacks, above, &node);
        if (!above) return;
    }
}
