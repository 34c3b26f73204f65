/* What the parts of the builder share (synth.h). */
#ifndef GT_TEST_SYNTH_IMPL_H
#define GT_TEST_SYNTH_IMPL_H

#include "gotypes/layouts/known.h"
#include "gotypes/layouts/layout.h"
#include "inspector/base/alloc.h"
#include "inspector/base/numbers.h"
#include "inspector/base/vec.h"
#include "tests/unit/synth/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h> /* last: it needs the types of the others */

/* Parts of the process's memory, each a segment of the core. */
enum synth_area {
    SYNTH_HEADERS, /* the binary's first page */
    SYNTH_TEXT,
    SYNTH_TYPES,
    SYNTH_RODATA,
    SYNTH_NOPTRDATA, /* variables without pointers, and those of the runtime that the GC skips */
    SYNTH_DATA,      /* variables that are pointers */
    SYNTH_OFF_HEAP,  /* memory of the runtime outside the heap */
    SYNTH_HEAP,
    SYNTH_STACKS,
    SYNTH_AREAS
};

enum { SYNTH_THREAD = 41, SYNTH_WORDS = SYNTH_LOCALS + SYNTH_STALE };
#define SYNTH_NOW UINT64_C(3600000000000) /* nanotime of the last collection */

struct synth_memory {
    uint64_t base, room, used;
    unsigned char *bytes;
};

struct synth_range {
    uint64_t start, end;
};

struct synth_symbol {
    char *name;
    uint64_t addr, size;
};

struct synth_function {
    char *name;
    uint32_t words; /* of its frame */
};

struct synth_span {
    uint64_t mspan, base, slot, nelems, used, type, former_type;
    bool noscan;
    unsigned char allocated[8192 / 8 / 8], unmarked[8192 / 8 / 8]; /* a bit a slot */
};

struct synth_g {
    struct synth *synth;
    uint64_t address, id, stack;
    const char *function, *start; /* the goroutine's own function, and the one that calls it or NULL
                                   */
    uint64_t words[SYNTH_WORDS];  /* of its function's frame */
    uint64_t saved[SYNTH_WORDS];  /* of the write barrier's frame */
    size_t local_count, stale_count;
    int how;             /* enum synth_wait; -1: it can run */
    bool broken;         /* its function returns to an address without code */
    uint64_t last_sudog; /* of those on g.waiting */
    uint64_t since;      /* nanotime when the collector first saw it wait */
};

struct synth {
    struct gt_go_version version;
    struct gt_known known;
    struct gt_facts facts;
    struct gt_layout layout;
    struct synth_memory area[SYNTH_AREAS];
    struct gt_vec lost;       /* struct synth_range */
    struct gt_vec symbols;    /* struct synth_symbol */
    struct gt_vec functions;  /* struct synth_function */
    struct gt_vec spans;      /* struct synth_span */
    struct gt_vec goroutines; /* struct synth_g * */
    struct gt_u64s timers;    /* active ones */
    uint64_t mheap, semtable;
    uint64_t p; /* the only one */
    struct {
        uint64_t rax, rip, rsp;
    } thread;
    uint64_t g0_stack;
    bool broken_timers;
    const char *settings; /* of the build information */
    void (*spoil)(struct synth *synth);
    bool holes;       /* in the core's file */
    int core, binary; /* files; -1: none */
    struct gt_analysis *analysis;
    struct gt_vec reports; /* struct gt_report * */
};

/* ---- memory.c: areas ---- */

uint64_t synth_alloc(struct synth *synth, enum synth_area area, uint64_t size, uint64_t align);
uint64_t synth_new_bytes(struct synth *synth, enum synth_area area, const void *bytes,
                         uint64_t size);
void synth_put_sized(struct synth *synth, uint64_t addr, unsigned size, uint64_t value);
/* Sets a field of a struct of the runtime; does nothing if this version has no such field. */
void synth_set(struct synth *synth, uint64_t addr, enum gt_field_id id, uint64_t value);
uint64_t synth_field(const struct synth *synth, uint64_t addr, enum gt_field_id id);
bool synth_has(const struct synth *synth, enum gt_field_id id);
uint64_t synth_size_of(const struct synth *synth, const char *type);
void synth_put_slice(struct synth *synth, uint64_t addr, uint64_t ptr, uint64_t len);

/* ---- code.c: functions ---- */

enum { SYNTH_CODE_BYTES = 0x40 };
void synth_put_functions(struct synth *synth, uint64_t module);
uint64_t synth_entry(struct synth *synth, const char *function); /* makes the function if it is new
                                                                  */
uint64_t synth_call(struct synth *synth, const char *function);  /* a return address in it */
uint32_t synth_frame_words(struct synth *synth, const char *function);

/* ---- heap.c ---- */

/* An object whose pointer words are these fields. */
uint64_t synth_struct(struct synth *synth, uint64_t size, const enum gt_field_id *pointers,
                      size_t count);
struct synth_span *synth_span_of(struct synth *synth, uint64_t addr);
/* The type of one pointer word; of a struct with this many bytes and a bit a word. */
uint64_t synth_pointer_type(struct synth *synth);
uint64_t synth_struct_type(struct synth *synth, uint64_t size, const unsigned char *mask,
                           uint64_t pointer_bytes);

/* ---- variables ---- */

void synth_symbol(struct synth *synth, const char *name, uint64_t addr, uint64_t size);
uint64_t synth_symbol_at(const struct synth *synth, const char *name);

/* ---- finishing, in this order ---- */

void synth_start_runtime(struct synth *synth);
void synth_start_goroutines(struct synth *synth);
void synth_finish_timers(struct synth *synth);
void synth_finish_goroutines(struct synth *synth);
void synth_finish_defers(struct synth_g *g, uint64_t sp); /* sp of its function's frame */
void synth_finish_heap(struct synth *synth);
void synth_finish_module(struct synth *synth);

#endif
