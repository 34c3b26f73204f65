/*
 * What the fuzz targets share: the input as a target's memory, and as a file.
 *
 * Each target is one LLVMFuzzerTestOneInput(). It is run by libFuzzer (make fuzz), and by replay.c
 * over the inputs that once failed (make test). The first byte chooses the version of Go, by its
 * index among the RELEASEs of gotypes/layouts/known.def, and the machine.
 */
#ifndef GT_FUZZ_H
#define GT_FUZZ_H

#include "gotypes/code/pclntab.h"
#include "gotypes/layouts/known.h"
#include "gotypes/layouts/layout.h"
#include "gotypes/types/types.h"
#include "inspector/core/core_impl.h"
#include "inspector/runtime/process/process.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

/* Runs once, before all inputs. Aborts unless the layouts of all versions are known: without a
 * layout, a target would accept every input of that version. */
int LLVMFuzzerInitialize(int *count, char ***arguments);

enum { FUZZ_BASE = 0x400000, FUZZ_ARM64 = 128 };

struct fuzz_target {
    const unsigned char *bytes;
    size_t size;
    struct gt_memory mem; /* the input after its first byte, at FUZZ_BASE */
    bool arm64;
    struct gt_go_version version;
    struct gt_known known;
    struct gt_facts facts;
    struct gt_layout layout;
};

/* False when the input is empty. The target must not be moved. */
bool fuzz_target_init(struct fuzz_target *target, const unsigned char *bytes, size_t size);

/* The module whose moduledata the input begins with, and its function tables, which the caller
 * closes; false when they are not plausible. Both must not be moved. */
bool fuzz_tables_open(const struct fuzz_target *target, struct gt_module *module,
                      struct gt_pclntab **tab);

/* A process of one module, the one that fuzz_tables_open() finds. */
struct fuzz_process {
    struct gt_core core;
    struct gt_module module;
    struct gt_pclntab *tab;
    struct gt_process process;
};

/* False when there is no such module. The target must outlive it, and neither must be moved. */
bool fuzz_process_open(struct fuzz_process *process, const struct fuzz_target *target);
void fuzz_process_close(struct fuzz_process *process);

/* The types of a module. Both arguments must outlive them, and not be moved. */
struct gt_types *fuzz_types_create(const struct fuzz_target *target,
                                   const struct gt_module *module);

/* The input as a file: its path, valid until fuzz_file_close(); -1 when there is no room. */
int fuzz_file_open(const unsigned char *bytes, size_t size, char path[32]);
void fuzz_file_close(int fd);

#endif
