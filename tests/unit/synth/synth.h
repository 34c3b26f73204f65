/*
 * Go processes made by hand: a test writes a dozen objects, goroutines, channels and timers, and
 * opens the core of them as gotopsy opens any other.
 *
 * What a test builds is the memory of a real process of the version it names: spans with bitmaps
 * and type headers, g's and sudog's on the heap, stacks with return addresses and stack maps, a
 * function table, variables with symbols. Fields lie where gotypes/layouts/known.def says. There is
 * no debug information, so variables of frames have no names. Core and binary are files without a
 * name (memfd), and synth_open() hands over the same analysis that a user of the library gets.
 *
 * Addresses are the target's, as uint64_t. A test builds first and opens once. The synth owns all
 * of it until synth_free(), the analysis and the reports too.
 */
#ifndef GT_TEST_SYNTH_H
#define GT_TEST_SYNTH_H

#include "gotopsy.h"

struct synth;
struct synth_g; /* a goroutine */

struct synth *synth_new(const char *version); /* "go1.26.8"; 1.22 and later */
void synth_free(struct synth *synth);

/* A test's synth, kept in its state: a new one takes the place of the one before, and synth_end,
 * the test's teardown, frees the last. */
struct synth *synth_begin(void **state, const char *version);
int synth_end(void **state);

/* GODEBUG defaults that the program was built with: "asynctimerchan=1", a constant. */
void synth_build_with(struct synth *synth, const char *settings);

/* ---- memory -------------------------------------------------------------------------------- */

uint64_t synth_get(const struct synth *synth, uint64_t addr);
void synth_put(struct synth *synth, uint64_t addr, uint64_t value);
void synth_put_bytes(struct synth *synth, uint64_t addr, const void *bytes, uint64_t size);

/* Leaves the pages that hold [addr, addr + size) out of the core. */
void synth_lose(struct synth *synth, uint64_t addr, uint64_t size);

/* ---- the heap and what holds it ------------------------------------------------------------ */

/* An object of at most 512 bytes. Each letter of `mask` is a word, "p" a pointer, "." none; what
 * follows the mask are no pointers. A NULL mask: an object without pointers, of any size. */
uint64_t synth_object(struct synth *synth, uint64_t size, const char *mask);

void synth_free_object(struct synth *synth, uint64_t addr);
/* It was allocated since the last collection, which has marked all others. */
void synth_never_marked(struct synth *synth, uint64_t addr);

/* A variable of a package, one word that is a pointer. */
uint64_t synth_global(struct synth *synth, const char *name, uint64_t value);

/* A func value (a funcval outside the heap) of the function with this name. */
uint64_t synth_func(struct synth *synth, const char *name);

/* A func value on the heap, with one variable that it has captured. */
uint64_t synth_closure(struct synth *synth, const char *function, uint64_t captured);

/* Types. Those of structs know their fields' pointers. */
struct synth_type_field {
    const char *name;
    uint64_t type, offset;
};
uint64_t synth_type_byte(struct synth *synth);
uint64_t synth_type_string(struct synth *synth);
uint64_t synth_type_unsafe_pointer(struct synth *synth);
uint64_t synth_type_pointer(struct synth *synth, const char *name, uint64_t elem);
uint64_t synth_type_slice(struct synth *synth, const char *name, uint64_t elem);
uint64_t synth_type_struct(struct synth *synth, const char *name, uint64_t size,
                           const struct synth_type_field *fields, size_t count);

/* An object of its own span that the allocator knows the type of: a large object, or an array. */
uint64_t synth_tiled(struct synth *synth, uint64_t size, uint64_t rtype);

/* ---- timers, finalizers, deferred calls ---------------------------------------------------- */

/* Active timers: the address of the Timer or Ticker. Periods are nanoseconds. */
uint64_t synth_ticker(struct synth *synth, uint64_t period);
uint64_t synth_after(struct synth *synth); /* time.After, NewTimer */
uint64_t synth_after_func(struct synth *synth, uint64_t closure);
uint64_t synth_timer(struct synth *synth, const char *callback, uint64_t argument,
                     uint64_t period); /* of any function of the runtime's */
uint64_t synth_timer_channel(const struct synth *synth, uint64_t timer);
/* Stopped, but still in the P's heap, as the runtime leaves timers for a while. */
void synth_stop_timer(struct synth *synth, uint64_t timer);

/* The list of timers says that it has more entries than room. */
void synth_break_timers(struct synth *synth);

/* `function` is a func value. Both return the special's address. */
uint64_t synth_finalizer(struct synth *synth, uint64_t object, uint64_t function);
uint64_t synth_cleanup(struct synth *synth, uint64_t object, uint64_t function, uint64_t argument);

/* A finalizer that waits to run, and its object. */
void synth_queue_finalizer(struct synth *synth, uint64_t object, uint64_t function);

/* A deferred call of a func value, by the goroutine's function: its record, which the next one
 * will lead to. */
uint64_t synth_defer(struct synth_g *g, uint64_t function);
void synth_link_defer(struct synth *synth, uint64_t record, uint64_t next);

/* ---- goroutines ---------------------------------------------------------------------------- */

/* What a goroutine blocks in: the wait reason and the functions of Go's library that it stands
 * in. Which thing it waits for is said by synth_wait_*. */
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
    SYNTH_WAIT_GROUP,
    SYNTH_ONCE,
    SYNTH_COND,
    SYNTH_SEMAPHORE, /* of golang.org/x/sync, or any other user of sync.runtime_Semacquire */
    SYNTH_CORO,
    SYNTH_DURABLE, /* to receive, in a bubble of synctest */
    SYNTH_SLEEP,
    SYNTH_IO,
    SYNTH_GC_WORKER,
    SYNTH_FINALIZER_WAIT,
    SYNTH_PREEMPTED, /* no wait: it can run, and was stopped anywhere in its function */
    SYNTH_WAITS
};

/* A goroutine that was started with `function`, a constant. It can run unless it is made to wait.
 * Number 1 is there from the beginning, and runs main.main. */
struct synth_g *synth_go(struct synth *synth, const char *function);
/* The goroutine was started with this function, a constant, which calls its own. */
void synth_started_by(struct synth_g *g, const char *start);
struct synth_g *synth_main(struct synth *synth);
uint64_t synth_g_address(const struct synth_g *g);
uint64_t synth_g_id(const struct synth_g *g);
uint64_t synth_g_stack(const struct synth_g *g); /* its lowest address */

/* A variable of its function, a pointer that is live. At most SYNTH_LOCALS. */
enum { SYNTH_LOCALS = 8, SYNTH_STALE = 2 };
void synth_local(struct synth_g *g, uint64_t value);
/* A word of its frame that is no longer a variable. At most SYNTH_STALE. */
void synth_stale(struct synth_g *g, uint64_t value);

/* Its function will seem to return to where there is no code: its stack cannot be walked. */
void synth_break_stack(struct synth_g *g);

/* When the collector first saw it wait: so many nanoseconds before its last round. */
void synth_waits_for(struct synth_g *g, uint64_t ns);

/* Makes it wait, for nothing that has an address. */
void synth_wait(struct synth_g *g, enum synth_wait how);
/* A channel of pointers with room for so many. */
uint64_t synth_channel(struct synth *synth, uint64_t room);
void synth_channel_of(struct synth *synth, uint64_t channel, uint64_t element); /* a type */
void synth_wait_channel(struct synth_g *g, enum synth_wait how, uint64_t channel);
/* A select with a case for each channel, all of them to receive or all to send. */
void synth_wait_select(struct synth_g *g, const uint64_t *channels, size_t count, bool send);
/* In the thing of package sync at this address: the mutex, the wait group ... */
void synth_wait_sync(struct synth_g *g, enum synth_wait how, uint64_t thing);

/* In the coroutine that is returned, which a variable of its frame leads to. */
uint64_t synth_wait_coroutine(struct synth_g *g);

/* In a sleep, by a timer of its own. */
void synth_wait_sleep(struct synth_g *g);
/* To read from a file, or a connection. */
void synth_wait_io(struct synth_g *g, uint64_t descriptor);
/* Puts it into a bubble of synctest (since 1.25). */
void synth_enter_bubble(struct synth_g *g, uint64_t bubble);
uint64_t synth_bubble(struct synth *synth, uint64_t number);

/* Takes the sudog of a goroutine that waits for a channel off the channel's queue, as a waker does
 * before it makes the goroutine run. */
void synth_take_off_queue(struct synth_g *g);

/* A pprof label set, or what else the g leads to. */
void synth_labels(struct synth_g *g, uint64_t value);

/* The thread schedules, on its own stack, and has this in a register. */
void synth_scheduler_holds(struct synth *synth, uint64_t value);

/* The code of a function that calls others: before it comes to where its goroutine stands, just
 * there, and after. Names, or NULL. */
void synth_code(struct synth *synth, const char *function, const char *before, const char *at,
                const char *after);

/* ---- opening ------------------------------------------------------------------------------- */

/* Damages the process once it is finished. */
void synth_spoil(struct synth *synth, void (*spoil)(struct synth *synth));

/* Finishes the process and opens it; an error fails the test. */
struct gt_analysis *synth_open(struct synth *synth);
/* The same once more, or where it is to fail; the caller closes what it gets. */
struct gt_error *synth_try_open(struct synth *synth, struct gt_analysis **analysis);

/* A report in which no finding is too small. */
const struct gt_report *synth_report(struct synth *synth);
const struct gt_report *synth_report_from(struct synth *synth, uint64_t min_bytes);

/* The only finding of a report of this kind; NULL when there is none. Several fail the test. */
const struct gt_finding *synth_finding(const struct gt_report *report, enum gt_kind kind);

#endif
