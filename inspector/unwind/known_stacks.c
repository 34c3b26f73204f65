/* Goes along a stack by the sizes of its frames, and hashes the pcs. The hash leads to a stack that
 * is probably the same, which is then compared frame by frame. */
#include "inspector/unwind/known_stacks.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/vec.h"

enum {
    WORD = 8,
    LATEST_BITS = 9,
    MOST_STACKS = 1 << 18, /* a damaged core may have no two stacks that are alike */
    MOST_PCS = 1 << 18,
    MAX_PROBES = 4, /* stacks with one hash */
};

#define GOLDEN 0x9e3779b97f4a7c15u

struct frame_size {
    uint64_t pc; /* 0: none yet */
    uint32_t size;
    bool is_top;
};

struct gt_known_stacks {
    struct gt_vec list;                         /* struct gt_known_stack */
    struct gt_map numbers;                      /* the hash of a stack -> its index in the list */
    struct gt_map sizes;                        /* pc -> size of its frame << 1 | is_top */
    struct frame_size latest[1 << LATEST_BITS]; /* of pcs, by a hash of theirs */
    size_t last;                                /* the stack that was found last */
};

struct view { /* of a stack, from the stack pointer on */
    const unsigned char *bytes;
    uint64_t room;
    bool link_register;
};

struct gt_known_stacks *gt_known_stacks_create(void)
{
    struct gt_known_stacks *stacks = gt_calloc(1, sizeof *stacks);

    stacks->list = GT_VEC_OF(struct gt_known_stack);
    return stacks;
}

void gt_known_stacks_destroy(struct gt_known_stacks *stacks)
{
    if (!stacks) return;
    gt_vec_deinit(&stacks->list);
    gt_map_deinit(&stacks->numbers);
    gt_map_deinit(&stacks->sizes);
    gt_free(stacks);
}

static uint64_t mix(uint64_t hash, uint64_t pc)
{
    hash = (hash ^ pc) * GOLDEN;
    return hash ^ hash >> 32;
}

/* NULL when the pc is not known. */
static const struct frame_size *size_at(struct gt_known_stacks *stacks, uint64_t pc)
{
    struct frame_size *latest = &stacks->latest[pc * GOLDEN >> (64 - LATEST_BITS)];

    if (latest->pc == pc) return latest;
    const uint64_t *size = gt_map_find(&stacks->sizes, pc);
    if (!size) return NULL;
    *latest = (struct frame_size){pc, (uint32_t)(*size >> 1), *size & 1};
    return latest;
}

/* Reads where the frame of [sp, fp) returns to: a call pushes the address right below fp; where
 * there is a link register, a function stores it at its own sp. False where a walk would find the
 * stack damaged, or at its end. */
static bool read_back(const struct view *view, uint64_t sp, uint64_t fp, uint64_t *pc)
{
    uint64_t back = view->link_register ? sp : fp - WORD;

    if (fp >= view->room || back > view->room - WORD) return false;
    *pc = gt_load64(view->bytes + back);
    return *pc;
}

/* False if the stack has a pc that is not known. Frames have sizes, so it ends. */
static bool hash_of(struct gt_known_stacks *stacks, const struct view *view, uint64_t pc,
                    uint64_t *hash)
{
    const struct frame_size *frame;
    uint64_t sp = 0, fp;

    *hash = 0;
    for (; (frame = size_at(stacks, pc)); sp = fp) {
        *hash = mix(*hash, pc);
        fp = sp + frame->size;
        if (frame->is_top) return true;
        if (!read_back(view, sp, fp, &pc)) return false;
    }
    return false;
}

static bool is_same(const struct gt_frame *frames, uint32_t count, const struct view *view,
                    uint64_t pc)
{
    uint64_t sp = 0;

    for (uint32_t i = 0; i + 1 < count; i++) {
        if (frames[i].pc != pc || !read_back(view, sp, frames[i].cfa, &pc)) return false;
        sp = frames[i].cfa;
    }
    return frames[count - 1].pc == pc && frames[count - 1].cfa <= view->room;
}

static const struct gt_known_stack *stack_at(const struct gt_known_stacks *stacks, size_t index)
{
    return gt_vec_at(&stacks->list, index);
}

/* Many goroutines are like the one before. */
static const struct gt_known_stack *find(struct gt_known_stacks *stacks,
                                         const struct gt_frame *frames, const struct view *view,
                                         uint64_t pc)
{
    const struct gt_known_stack *last = stack_at(stacks, stacks->last);
    uint64_t hash;

    if (is_same(frames + last->first, last->count, view, pc)) return last;
    if (!hash_of(stacks, view, pc, &hash)) return NULL;
    for (int i = 0; i < MAX_PROBES; i++) {
        const uint64_t *number = gt_map_find(&stacks->numbers, hash + (uint64_t)i);
        if (!number) return NULL;
        const struct gt_known_stack *stack = stack_at(stacks, *number);
        stacks->last = *number;
        if (is_same(frames + stack->first, stack->count, view, pc)) return stack;
    }
    return NULL;
}

const struct gt_known_stack *gt_known_stacks_find(struct gt_known_stacks *stacks,
                                                  const struct gt_text *code,
                                                  const struct gt_frame *frames,
                                                  const struct gt_position *at, uint64_t lo,
                                                  uint64_t hi)
{
    struct view view = {.room = hi - at->sp, .link_register = code->rules->link_register};

    if (!stacks->list.len || !at->pc || at->sp < lo || at->sp >= hi || view.room < WORD)
        return NULL;
    const unsigned char *bytes = gt_mem_at(code->mem, lo, hi - lo);
    if (!bytes) return NULL;
    view.bytes = bytes + (at->sp - lo);
    return find(stacks, frames, &view, at->pc);
}

/* ---- adding ---------------------------------------------------------------------------------- */

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

/* Notes the sizes of a stack's frames, and hashes its pcs. False if the stack cannot be found by
 * them. */
static bool note_sizes(struct gt_known_stacks *stacks, const struct gt_frame *frames,
                       uint32_t count, uint64_t *hash)
{
    uint64_t sp = 0;

    *hash = 0;
    for (uint32_t i = 0; i < count; sp = frames[i++].cfa) {
        uint64_t size = frames[i].cfa - sp, packed = size << 1 | (i + 1 == count);
        bool added;
        if (!size || size > UINT32_MAX || stacks->sizes.len >= MOST_PCS) return false;
        uint64_t *known = gt_map_put(&stacks->sizes, frames[i].pc, &added);
        if (added) *known = packed;
        if (*known != packed) return false;
        *hash = mix(*hash, frames[i].pc);
    }
    return true;
}

void gt_known_stacks_add(struct gt_known_stacks *stacks, const struct gt_text *code,
                         const struct gt_position *at, const struct gt_frame *frames,
                         const struct gt_known_stack *stack)
{
    uint64_t hash;
    bool added;

    if (!stack->count || frames[0].pc != at->pc || stacks->list.len >= MOST_STACKS ||
        !is_plain(code, frames, stack->count) || !note_sizes(stacks, frames, stack->count, &hash))
        return;
    for (int i = 0; i < MAX_PROBES; i++) {
        uint64_t *number = gt_map_put(&stacks->numbers, hash + (uint64_t)i, &added);
        if (!added) continue;
        *number = stacks->list.len;
        gt_vec_add(&stacks->list, stack);
        return;
    }
}
