/*
 * The code of the program that may still run, and the functions that it calls.
 *
 * The reach starts at the frames of goroutines that run, and at functions that something still
 * leads to: func values and method tables. It adds whatever their code may call or refers to. A
 * method that is called by an interface is reached if its method table or its type is: in a
 * variable, in an object, on a stack, or in code that is reached. Only the code of the program and
 * of its dependencies is read. Go's library calls the program by func values and methods alone, and
 * these are starts themselves.
 *
 * Invariant: the reach may be too large, but not too small. The exceptions are calls by reflection,
 * which the caller checks for, and calls from C. If the code of a function is not understood, the
 * reach is not `whole`.
 *
 * The reach owns its tables and borrows the process.
 */
#ifndef GT_RUNTIME_CODE_REACH_H
#define GT_RUNTIME_CODE_REACH_H

#include "inspector/base/hash.h"
#include "inspector/base/numbers.h"
#include "inspector/base/vec.h"
#include "inspector/runtime/process/process.h"

enum { GT_CALL_ARGUMENTS = 5 };

struct gt_reached_call {
    uint64_t place;  /* the start: a frame's pc, or a function's entry */
    uint64_t next;   /* the instruction behind the call */
    uint64_t callee; /* the function's entry */
    uint64_t arguments[GT_CALL_ARGUMENTS];
    unsigned known;  /* a bit for each argument that the code shows */
    bool dependency; /* the caller cannot name types of the program (code_owner.h) */
};

/* A call of a function that is not the program's. Some calls are visited more than once. A func
 * value of Go's library that is reached is visited as a call of it, with `next` 0. */
typedef void gt_reached_call_fn(void *ctx, const struct gt_reached_call *call);

struct gt_method_table { /* an itab */
    uint64_t address;
    uint64_t next; /* of the same type, + 1 */
};

struct gt_code_reach {
    const struct gt_process *process;
    gt_reached_call_fn *visit;
    void *ctx;
    struct gt_map known;   /* functions by entry -> enum of code_reach.c */
    struct gt_map started; /* places in functions to start from */
    struct gt_u64s work;   /* such places, and entries */
    struct gt_vec tables;  /* struct gt_method_table: those that the linker made */
    struct gt_map by_type; /* type -> the last of its tables, + 1 */
    uint64_t first, last;  /* of the tables' addresses */
    struct gt_map words;   /* tables and types that were reached */
    bool cancels;          /* a func value of package context was found: it cancels one */
    bool in_dependency;    /* the place that is followed counts as a dependency's */
    bool whole;
};

void gt_code_reach_init(struct gt_code_reach *reach, const struct gt_process *process,
                        gt_reached_call_fn *visit, void *ctx);
void gt_code_reach_deinit(struct gt_code_reach *reach);

/* Finds the method tables, and adds what variables lead to. The first call on a reach. */
void gt_code_reach_open(struct gt_code_reach *reach);

/* Adds what runs from pc on in its function. */
void gt_code_reach_frame(struct gt_code_reach *reach, uint64_t pc);

/* Adds the function that begins there, if one does. */
void gt_code_reach_entry(struct gt_code_reach *reach, uint64_t entry);

/* Adds the function of a func value, if the word is one. */
void gt_code_reach_value(struct gt_code_reach *reach, uint64_t value);

/* Adds the methods of an interface's value, if these two words are one: the first is the address of
 * a method table or of a type. */
void gt_code_reach_interface(struct gt_code_reach *reach, uint64_t head, uint64_t data);

/* Is it the address of a type descriptor? */
bool gt_code_is_type(const struct gt_process *process, uint64_t addr);

/* Follows all that was added. */
void gt_code_reach_follow(struct gt_code_reach *reach);

/* Is a function one of the program's or of a dependency? */
bool gt_code_is_programs(struct gt_code_reach *reach, uint64_t pc);

#endif
