/* Keeps two sorted tables of threads, by number and by m. On amd64 it tries each word below the
 * thread pointers, until one is a g whose m points back to it. All threads have their g at that
 * offset. */
#include "inspector/runtime/process/threads.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

struct gt_threads {
    struct gt_vec by_tid, by_m; /* struct gt_thread_key */
    bool renumbered;            /* tids are those of another PID namespace */
};

struct gt_thread_key {
    uint64_t key;                   /* a tid, or an m */
    const struct gt_thread *thread; /* NULL: several threads claim the key */
};

enum {
    FIRST_OFFSET = 8,   /* bytes below the thread pointer where Go's own linker puts g */
    LAST_OFFSET = 8192, /* libraries and the C library have variables there too */
    MAX_SEARCHED = 64,  /* threads whose storage is searched for g: threads of C have none */
    ARM64_G_REGISTER = 28,
};

/* The m of a word that is a g, if g and m point to each other; else 0. */
static uint64_t m_of_g(const struct gt_process *process, uint64_t g)
{
    static const enum gt_field_id of_m[] = {GT_F_m_curg, GT_F_m_g0, GT_F_m_gsignal};
    uint64_t m, found;

    if (!g || g % 8 != 0 || !gt_process_field(process, g, GT_F_g_m, &m) || !m) return 0;
    for (size_t i = 0; i < sizeof of_m / sizeof *of_m; i++)
        if (gt_process_field(process, m, of_m[i], &found) && found == g) return m;
    return 0;
}

static uint64_t m_at(const struct gt_process *process, const struct gt_thread *thread,
                     uint64_t offset)
{
    uint64_t g;

    return gt_mem_u64(process->mem, thread->fs_base - offset, &g) ? m_of_g(process, g) : 0;
}

/* The offset of g below the thread pointer, equal for all threads; 0 when it is not found. */
static uint64_t find_offset(const struct gt_process *process, const struct gt_thread *threads,
                            size_t count)
{
    for (size_t i = 0; i < count && i < MAX_SEARCHED; i++)
        for (uint64_t offset = FIRST_OFFSET; offset <= LAST_OFFSET; offset += 8)
            if (m_at(process, &threads[i], offset)) return offset;
    return 0;
}

/* The m that a thread's own state leads to; 0: none. */
static uint64_t own_m(const struct gt_process *process, const struct gt_thread *thread,
                      uint64_t offset)
{
    if (gt_core_machine(process->core) == GT_MACHINE_ARM64)
        return m_of_g(process, thread->regs[ARM64_G_REGISTER]);
    return offset ? m_at(process, thread, offset) : 0;
}

/* ---- the tables ------------------------------------------------------------------------------ */

static int by_key(const void *a, const void *b)
{
    const struct gt_thread_key *left = a, *right = b;

    return left->key < right->key ? -1 : left->key > right->key;
}

/* Sorts the keys, and drops threads whose key another one claims too. */
static void settle(struct gt_vec *keys)
{
    struct gt_thread_key *list = keys->data;
    size_t kept = 0;

    if (keys->len) qsort(list, keys->len, sizeof *list, by_key);
    for (size_t i = 0; i < keys->len; i++) {
        if (kept && list[kept - 1].key == list[i].key)
            list[kept - 1].thread = NULL;
        else
            list[kept++] = list[i];
    }
    keys->len = kept;
}

static const struct gt_thread *find(const struct gt_vec *keys, uint64_t key)
{
    const struct gt_thread_key wanted = {.key = key};
    const struct gt_thread_key *found =
        keys->len ? bsearch(&wanted, keys->data, keys->len, sizeof wanted, by_key) : NULL;

    return found ? found->thread : NULL;
}

/* Do more than half of the threads that lead to their m contradict the number there? */
static bool contradicted(const struct gt_process *process, const struct gt_vec *by_m)
{
    size_t against = 0;
    uint64_t tid;

    for (size_t i = 0; i < by_m->len; i++) {
        const struct gt_thread_key *of = gt_vec_at(by_m, i);
        if (of->thread && gt_process_field(process, of->key, GT_F_m_procid, &tid))
            against += tid != (uint64_t)of->thread->tid;
    }
    return against > by_m->len / 2;
}

struct gt_threads *gt_threads_create(const struct gt_process *process)
{
    struct gt_threads *out = gt_alloc(sizeof *out);
    size_t count;
    const struct gt_thread *threads = gt_core_threads(process->core, &count);
    bool in_storage = gt_core_machine(process->core) == GT_MACHINE_AMD64;
    uint64_t offset = in_storage ? find_offset(process, threads, count) : 0;

    *out = (struct gt_threads){GT_VEC_OF(struct gt_thread_key), GT_VEC_OF(struct gt_thread_key),
                               false};
    for (size_t i = 0; i < count; i++) {
        struct gt_thread_key tid = {(uint64_t)threads[i].tid, &threads[i]};
        struct gt_thread_key m = {own_m(process, &threads[i], offset), &threads[i]};
        gt_vec_add(&out->by_tid, &tid);
        if (m.key) gt_vec_add(&out->by_m, &m);
    }
    settle(&out->by_tid);
    settle(&out->by_m);
    out->renumbered = contradicted(process, &out->by_m);
    return out;
}

void gt_threads_destroy(struct gt_threads *threads)
{
    if (!threads) return;
    gt_vec_deinit(&threads->by_tid);
    gt_vec_deinit(&threads->by_m);
    gt_free(threads);
}

bool gt_threads_are_renumbered(const struct gt_process *process)
{
    return process->threads->renumbered;
}

const struct gt_thread *gt_threads_of(const struct gt_process *process, uint64_t m)
{
    const struct gt_threads *threads = process->threads;
    const struct gt_thread *thread = NULL;
    uint64_t tid;

    if (!threads->renumbered && gt_process_field(process, m, GT_F_m_procid, &tid))
        thread = find(&threads->by_tid, tid);
    return thread ? thread : find(&threads->by_m, m);
}
