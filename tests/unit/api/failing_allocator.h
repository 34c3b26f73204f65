/*
 * An allocator that fails when a test says so. It replaces the allocator of the whole program, of
 * the other libraries too, in all threads. Included by one file of a program.
 */
#ifndef GT_TEST_FAILING_ALLOCATOR_H
#define GT_TEST_FAILING_ALLOCATOR_H

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *block);
__attribute__((weak)) void *__interceptor_malloc(size_t size);
__attribute__((weak)) void *__interceptor_calloc(size_t count, size_t size);
__attribute__((weak)) void *__interceptor_realloc(void *old, size_t size);
__attribute__((weak)) void __interceptor_free(void *block);

static struct {
    bool on, for_good; /* from the failing one on, all fail */
    size_t fails;
    atomic_size_t count;
    atomic_long blocks; /* allocated now, without those from before the program's main */
} allocator;

/* The thread is in pthread_getattr_np(), which allocates. */
static _Thread_local bool asks_for_stack;

/* AddressSanitizer allocates before it can check an access. */
#define BEFORE_SANITIZERS __attribute__((no_sanitize("address", "undefined")))

BEFORE_SANITIZERS static bool fails(void)
{
    if (!allocator.on || asks_for_stack) return false;
    size_t number = ++allocator.count;
    bool now = number == allocator.fails ||
               (allocator.for_good && allocator.fails && number > allocator.fails);
    if (now) errno = ENOMEM;
    return now;
}

/* Without this attribute the functions would be hidden, and the other libraries would not find
 * them. */
#define SEEN_BY_ALL __attribute__((visibility("default")))

BEFORE_SANITIZERS static void *count_block(void *block)
{
    if (block) allocator.blocks++;
    return block;
}

SEEN_BY_ALL void *malloc(size_t size)
{
    if (fails()) return NULL;
    return count_block(__interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size));
}

SEEN_BY_ALL void *calloc(size_t count, size_t size)
{
    if (fails()) return NULL;
    return count_block(__interceptor_calloc ? __interceptor_calloc(count, size)
                                            : __libc_calloc(count, size));
}

SEEN_BY_ALL void *realloc(void *old, size_t size)
{
    if (fails()) return NULL;
    void *block =
        __interceptor_realloc ? __interceptor_realloc(old, size) : __libc_realloc(old, size);
    return old ? block : count_block(block);
}

SEEN_BY_ALL BEFORE_SANITIZERS void free(void *block)
{
    if (block) allocator.blocks--;
    if (__interceptor_free)
        __interceptor_free(block);
    else
        __libc_free(block);
}

/* As a thread begins, AddressSanitizer asks for its stack, and ends the process if that fails. */
SEEN_BY_ALL BEFORE_SANITIZERS int pthread_getattr_np(pthread_t thread, pthread_attr_t *attributes)
{
    int (*original)(pthread_t, pthread_attr_t *) = NULL;

    *(void **)&original = dlsym(RTLD_NEXT, "pthread_getattr_np");
    asks_for_stack = true;
    int result = original(thread, attributes);
    asks_for_stack = false;
    return result;
}

static void *do_nothing(void *nothing)
{
    return nothing;
}

/* The C library keeps the stack of a thread that ended for the next one, with a block of its own.
 * After this call it has one. */
static void start_a_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0) pthread_join(thread, NULL);
}

static void begin(size_t which, bool for_good)
{
    allocator.count = 0;
    allocator.fails = which;
    allocator.for_good = for_good;
    allocator.on = true;
}

static void end(void)
{
    allocator.on = false;
}

#endif
