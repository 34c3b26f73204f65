/*
 * The binary of the process that the core is of. The user need not name it.
 *
 * Invariant: a binary is used only if it is the core's, or if the caller forces it. Its build IDs
 * (Go's note and GNU's) decide: they are compared with the bytes in the core's memory. If the core
 * has no ID, or only one that several builds share, three things decide: the layout of the
 * segments, the entry point, and all bytes of the program in the core that it cannot have changed.
 * A file that differs is refused. A file that the core has only in part is unverified.
 *
 * The search goes through these places, in order: the paths that the caller gives, the path in
 * NT_FILE of the mapping with the entry point, the folder of the core. In a folder, the file with
 * the program's name comes first, then every ELF file, by its build ID alone. Each name is also
 * tried with ".zst" after it, and unpacked. If the caller names a file, no other file is used.
 *
 * A binary owns its mapped file.
 */
#ifndef GT_CORE_BINARY_H
#define GT_CORE_BINARY_H

#include "inspector/core/core.h"

struct gt_binary;

struct gt_section {
    const char *name;
    uint64_t addr, size;        /* addr as linked: add gt_binary_bias() for the target's */
    const unsigned char *bytes; /* file contents (compressed as they are); NULL for NOBITS */
    uint64_t file_size;
};

/*
 * Finds, opens and verifies the binary, and adds its read-only segments to the core as images.
 * exe_paths is NULL-terminated or NULL. force_exe takes the first candidate of the core's machine
 * when none matches.
 */
struct gt_error *gt_binary_find(struct gt_core *core, const char *const *exe_paths, bool force_exe,
                                struct gt_binary **binary);
void gt_binary_close(struct gt_binary *binary); /* NULL is allowed; close it after the core */

const char *gt_binary_path(const struct gt_binary *binary);
const char *
gt_binary_build_id(const struct gt_binary *binary);      /* GNU hex, else Go's; NULL if none */
uint64_t gt_binary_bias(const struct gt_binary *binary); /* load address - linked address; PIE */
/* True if no build ID was compared, and the core lacks some of the bytes that the program does not
 * write: this may be another build. */
bool gt_binary_unverified(const struct gt_binary *binary);
enum gt_verified_by gt_binary_verified_by(const struct gt_binary *binary);
/* True if the core shows that this is another build, and force_exe accepted it. */
bool gt_binary_forced(const struct gt_binary *binary);
bool gt_binary_has_dwarf(const struct gt_binary *binary);
bool gt_binary_has_symbols(const struct gt_binary *binary);
const struct gt_section *gt_binary_section(const struct gt_binary *binary, const char *name);

/* A loaded segment, at its address in the target; false past the last one. */
struct gt_load {
    uint64_t addr, size;
    uint64_t offset, file_size; /* in the file, no more than size; zeros follow */
    uint32_t flags;             /* PF_R, PF_W, PF_X */
};
bool gt_binary_load(const struct gt_binary *binary, size_t index, struct gt_load *out);

/* The first address at which the core has other read-only data than the sections of a binary that
 * its build ID verified; 0: none. Code does not count: debuggers and probes write to it. */
uint64_t gt_binary_altered(const struct gt_core *core, const struct gt_binary *binary);

/* The bytes of the whole ELF file, for libdwarf and libelf. */
const unsigned char *gt_binary_file(const struct gt_binary *binary, uint64_t *size);

/* A symbol's address in the target (bias added); false when there is none. */
bool gt_binary_symbol(const struct gt_binary *binary, const char *name, uint64_t *addr,
                      uint64_t *size);

/* Visits the symbols whose names contain `part`. Names are the file's own. */
typedef void gt_symbol_fn(void *ctx, const char *name, uint64_t addr);
void gt_binary_symbols(const struct gt_binary *binary, const char *part, gt_symbol_fn *visit,
                       void *ctx);

/*
 * The function that holds an address of the target, by its symbol; false when no symbol does. The
 * name is the file's own. The first call sorts the symbols by address.
 */
bool gt_binary_symbol_at(struct gt_binary *binary, uint64_t addr, const char **name,
                         uint64_t *offset);
/* The same for variables. A variable of unknown size holds no address. */
bool gt_binary_variable_at(struct gt_binary *binary, uint64_t addr, const char **name,
                           uint64_t *offset);

#endif
