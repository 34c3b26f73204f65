/*
 * Hand-made Go processes: a test writes a dozen objects, goroutines, channels and timers, and opens
 * their core as gotopsy opens any other.
 *
 * A test builds the memory of a real process of the version that it names: spans with bitmaps and
 * type headers, gs and sudogs on the heap, stacks with return addresses and stack maps, a function
 * table, variables with symbols. The offsets of fields are those of gotypes/layouts/known.def.
 * There is no debug information, so variables of frames have no names. Core and binary are unnamed
 * files (memfd), and synth_open() returns the same analysis that a user of the library gets.
 *
 * Addresses are the target's, as uint64_t. A test builds first and opens once. The synth owns
 * everything until synth_free(), also the analysis and the reports.
 */
#ifndef GT_TEST_SYNTH_H
#define GT_TEST_SYNTH_H

#include "gotopsy.h"

struct synth;
struct synth_g; /* a goroutine */

struct synth *synth_new(const char *version); /* "go1.26.8"; 1.22 and later */
void synth_free(struct synth *synth);

/* A test's synth, kept in its state. A new one replaces the one before, and synth_end, the test's
 * teardown, frees the last one. */
struct synth *synth_begin(void **state, const char *version);
int synth_end(void **state);

/* GODEBUG defaults that the program was built with: "asynctimerchan=1", a constant. */
void synth_build_with(struct synth *synth, const char *settings);

/* ---- memory -------------------------------------------------------------------------------- */

uint64_t synth_get(const struct synth *synth, uint64_t addr);
void synth_put(struct synth *synth, uint64_t addr, uint64_t value);
void synth_put_bytes(struct synth *synth, uint64_t addr, const void *bytes, uint64_t size);

/* Leaves the pages of [addr, addr + size) out of the core. */
void synth_lose(struct synth *synth, uint64_t addr, uint64_t size);

/* ---- the heap and its globals ------------------------------------------------------------- */

/* An object of at most 512 bytes. Each letter of `mask` is a word: "p" a pointer, "." no pointer.
 * The words after the mask are no pointers. With a NULL mask it is an object without pointers, of
 * any size. */
uint64_t synth_object(struct synth *synth, uint64_t size, const char *mask);

void synth_free_object(struct synth *synth, uint64_t addr);
/* The object was allocated since the last collection, which has marked all others. */
void synth_never_marked(struct synth *synth, uint64_t addr);

/* The span of this small object held a large one of the type before. */
void synth_had_type(struct synth *synth, uint64_t addr, uint64_t rtype);

/* A package variable: one word, a pointer. */
uint64_t synth_global(struct synth *synth, const char *name, uint64_t value);

/* A func value (a funcval outside the heap) of the function with this name. */
uint64_t synth_func(struct synth *synth, const char *name);

/* A func value on the heap, with one captured variable. */
uint64_t synth_closure(struct synth *synth, const char *function, uint64_t captured);

/* Types. The pointers of struct types come from their fields. */
struct synth_type_field {
    const char *name;
    uint64_t type, offset;
};
uint64_t synth_type_byte(struct synth *synth);
uint64_t synth_type_string(struct synth *synth);
uint64_t synth_type_unsafe_pointer(struct synth *synth);
uint64_t synth_type_pointer(struct synth *synth, const char *name, uint64_t elem);
uint64_t synth_type_any(struct synth *synth);
/* Gives a pointer or struct type, called by the last part of its package's path, the whole path. */
void synth_type_in_package(struct synth *synth, uint64_t type, const char *path);
uint64_t synth_type_slice(struct synth *synth, const char *name, uint64_t elem);
uint64_t synth_type_struct(struct synth *synth, const char *name, uint64_t size,
                           const struct synth_type_field *fields, size_t count);

/* A map type of 1.24 to 1.26, of keys and elements of 8 bytes; and an object that is such a map,
 * with at most 8 entries without pointers. */
enum { SYNTH_SLOT = 16, SYNTH_GROUP = 8 + 8 * SYNTH_SLOT };
uint64_t synth_type_map(struct synth *synth, const char *name, uint64_t key, uint64_t elem);
uint64_t synth_map(struct synth *synth, uint64_t entries);
/* A map type up to 1.23, by the types of its keys, its elements and its buckets. */
uint64_t synth_type_buckets(struct synth *synth, const char *name, uint64_t key, uint64_t elem,
                            uint64_t bucket);

/* An object in a span of its own, whose type the allocator records: a large object, or an array. */
uint64_t synth_tiled(struct synth *synth, uint64_t size, uint64_t rtype);

/* ---- timers, finalizers, deferred calls ---------------------------------------------------- */

/* Active timers: the address of the Timer or Ticker. Periods are nanoseconds. */
uint64_t synth_ticker(struct synth *synth, uint64_t period);
uint64_t synth_after(struct synth *synth); /* time.After, NewTimer */
uint64_t synth_after_func(struct synth *synth, uint64_t closure);
uint64_t synth_timer(struct synth *synth, const char *callback, uint64_t argument,
                     uint64_t period); /* with any function of the runtime */
/* The runtime.timer inside a Timer or Ticker. */
uint64_t synth_timer_in(const struct synth *synth, uint64_t timer);
uint64_t synth_timer_channel(const struct synth *synth, uint64_t timer);
/* A stopped timer that is still in the P's heap, as the runtime leaves timers for a while. */
void synth_stop_timer(struct synth *synth, uint64_t timer);

/* The runtime has taken it out of the P's heap, as it does while it moves another in its place. */
void synth_take_timer(struct synth *synth, uint64_t timer);

/* Damages the list of timers: its length exceeds its capacity. */
void synth_break_timers(struct synth *synth);

/* `function` is a func value. Both return the special's address. */
uint64_t synth_finalizer(struct synth *synth, uint64_t object, uint64_t function);
uint64_t synth_cleanup(struct synth *synth, uint64_t object, uint64_t function, uint64_t argument);

/* A finalizer that waits to run, and its object. Returns its entry, which has no type yet: that of
 * the pointer to the object. */
uint64_t synth_queue_finalizer(struct synth *synth, uint64_t object, uint64_t function);
void synth_type_finalizer(struct synth *synth, uint64_t entry, uint64_t pointer);

/* A deferred call of a func value by the goroutine's function. Returns its record; the next record
 * will point to it. */
uint64_t synth_defer(struct synth_g *g, uint64_t function);
void synth_link_defer(struct synth *synth, uint64_t record, uint64_t next);

/* ---- goroutines ---------------------------------------------------------------------------- */

/* What a goroutine blocks in: the wait reason, and the functions of Go's library on its stack.
 * synth_wait_*() set the object that it waits for. */
enum synth_wait {
    SYNTH_SEND,
    SYNTH_RECEIVE,
    SYNTH_SEND_NIL,
    SYNTH_RECEIVE_NIL,
    SYNTH_SELECT,
    SYNTH_SELECT_NONE,
    SYNTH_MUTEX,
    SYNTH_RWMUTEX_READ,
    SYNTH_RWMUTEX_WRITE,
    SYNTH_RWMUTEX_AFTER_WRITER, /* to lock it, in the mutex that another writer has */
    SYNTH_WAIT_GROUP,
    SYNTH_ONCE,
    SYNTH_COND,
    SYNTH_SEMAPHORE, /* of golang.org/x/sync, or of any other user of sync.runtime_Semacquire */
    SYNTH_OLD_MUTEX, /* as Go 1.19 has it: one wait reason for all that has a semaphore */
    SYNTH_OLD_RWMUTEX_READ,
    SYNTH_OLD_RWMUTEX_WRITE,
    SYNTH_OLD_RWMUTEX_AFTER_WRITER,
    SYNTH_OLD_WAIT_GROUP, /* before 1.24 */
    SYNTH_OLD_ONCE,
    SYNTH_CORO,
    SYNTH_DURABLE,     /* to receive, in a bubble of synctest */
    SYNTH_OLD_DURABLE, /* the same in 1.24 */
    SYNTH_BUBBLE_RUN,
    SYNTH_BUBBLE_WAIT,
    SYNTH_SLEEP,
    SYNTH_IO,
    SYNTH_GC_WORKER,
    SYNTH_FINALIZER_WAIT,
    SYNTH_PREEMPTED,  /* no wait: it can run, and was preempted somewhere in its function */
    SYNTH_IN_BARRIER, /* nor here: its function writes a pointer while the collector marks */
    SYNTH_WAITS
};

/* A goroutine that was started with `function`, a constant. It can run unless it is made to wait.
 * Number 1 exists from the beginning, and runs main.main. */
struct synth_g *synth_go(struct synth *synth, const char *function);
/* The goroutine was started with the function `start`, a constant, which calls its own function. */
void synth_started_by(struct synth_g *g, const char *start);
struct synth_g *synth_main(struct synth *synth);
uint64_t synth_g_address(const struct synth_g *g);
uint64_t synth_g_id(const struct synth_g *g);
uint64_t synth_g_stack(const struct synth_g *g); /* its lowest address */

/* A variable of its function: a live pointer. At most SYNTH_LOCALS. */
enum { SYNTH_LOCALS = 8, SYNTH_STALE = 2 };
void synth_local(struct synth_g *g, uint64_t value);
/* A word of its frame that is no longer a variable. At most SYNTH_STALE. */
void synth_stale(struct synth_g *g, uint64_t value);
/* A word that the write barrier saves: a register of its function (SYNTH_IN_BARRIER). */
void synth_saved(struct synth_g *g, uint64_t value);

/* Its function returns to an address without code, so its stack cannot be walked. */
void synth_break_stack(struct synth_g *g);

/* When the collector first saw it wait: this many nanoseconds before its last cycle. */
void synth_waits_for(struct synth_g *g, uint64_t ns);

/* Makes it wait for nothing that has an address. */
void synth_wait(struct synth_g *g, enum synth_wait how);
/* A channel of pointers with room for this many. */
uint64_t synth_channel(struct synth *synth, uint64_t room);
void synth_channel_of(struct synth *synth, uint64_t channel, uint64_t element); /* a type */
void synth_wait_channel(struct synth_g *g, enum synth_wait how, uint64_t channel);
/* A select with a case for each channel; all cases receive, or all send. */
void synth_wait_select(struct synth_g *g, const uint64_t *channels, size_t count, bool send);
/* Makes it wait for the object of package sync at this address: the mutex, the wait group ... */
void synth_wait_sync(struct synth_g *g, enum synth_wait how, uint64_t thing);

/* Makes it wait in the returned coroutine, to which a variable of its frame leads. */
uint64_t synth_wait_coroutine(struct synth_g *g);

/* Makes it sleep, with a timer of its own. */
void synth_wait_sleep(struct synth_g *g);
/* Makes it wait to read from a file, or a connection. */
void synth_wait_io(struct synth_g *g, uint64_t descriptor);
/* Puts it into a bubble of synctest (since 1.25). */
void synth_enter_bubble(struct synth_g *g, uint64_t bubble);
uint64_t synth_bubble(struct synth *synth, uint64_t number);

/* Takes the sudog of a goroutine that waits for a channel off the channel's queue, as a waker does
 * before it makes the goroutine run. */
void synth_take_off_queue(struct synth_g *g);

/* Sets the word of the g for a pprof label set. */
void synth_labels(struct synth_g *g, uint64_t value);

/* The thread runs the scheduler, on its own stack, and has this value in a register. */
void synth_scheduler_holds(struct synth *synth, uint64_t value);
/* The same, with nothing in hand. An old value is where runtime.mcall would have a return address
 * if it had been called on this stack. */
void synth_scheduler_had(struct synth *synth, uint64_t value);

/* The code of a function that calls others: before the goroutine's pc, at the pc, and after it.
 * Names, or NULL. */
void synth_code(struct synth *synth, const char *function, const char *before, const char *at,
                const char *after);

/* ---- opening ------------------------------------------------------------------------------- */

/* Pages of zeros are holes of the core's file. */
void synth_leave_holes(struct synth *synth);

/* Damages the process after it is finished. */
void synth_spoil(struct synth *synth, void (*spoil)(struct synth *synth));

/* Finishes the process and opens it; an error fails the test. */
struct gt_analysis *synth_open(struct synth *synth);
/* The same again, or for a process that fails to open; the caller closes the analysis. */
struct gt_error *synth_try_open(struct synth *synth, struct gt_analysis **analysis);

/* A report in which no finding is too small to be listed. */
const struct gt_report *synth_report(struct synth *synth);
const struct gt_report *synth_report_from(struct synth *synth, uint64_t min_bytes);

/* The only finding of a report of this kind; NULL when there is none. Several fail the test. */
const struct gt_finding *synth_finding(const struct gt_report *report, enum gt_kind kind);

#endif
