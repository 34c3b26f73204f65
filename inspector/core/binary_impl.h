/*
 * What the files behind binary.h share: build IDs, the address of the program in the core, the
 * table of symbols, and struct gt_binary itself.
 *
 * Invariants of an open binary: every section's bytes lie within the mapped file or are NULL; names
 * are NUL-terminated; a symbol is found by name in constant time.
 */
#ifndef GT_CORE_BINARY_IMPL_H
#define GT_CORE_BINARY_IMPL_H

#include "inspector/base/hash.h"
#include "inspector/core/binary.h"
#include "inspector/core/core_impl.h"

/* ---- build IDs ----------------------------------------------------------------------------- */

struct gt_build_ids { /* "" when there is none */
    char gnu[2 * 64 + 1];
    char go[256 + 1];
};

/* Adds the IDs among the notes in bytes. An ID that was found before stays. */
void gt_build_ids_add(struct gt_build_ids *ids, const unsigned char *bytes, uint64_t size);

/* True if the ID distinguishes builds. Some build systems give every program the same ID
 * ("redacted"). An ID that Go made has slashes between its parts. */
bool gt_is_go_build_id(const char *id);

/* ---- the program, as the core describes it -------------------------------------------------- */

struct gt_program {
    char *path;      /* NULL when the core does not name it */
    bool have_entry; /* AT_ENTRY is known */
    bool have_base;  /* the ELF header's address is known */
    uint64_t entry, base;
    struct gt_build_ids ids;
    struct gt_vec loads; /* Elf64_Phdr: its PT_LOADs; empty when the core lacks its headers */
};

void gt_program_init(const struct gt_core *core, struct gt_program *program);
/* The program whose ELF header is at `base`, whatever the core's notes say. */
void gt_program_at(const struct gt_core *core, uint64_t base, struct gt_program *program);
void gt_program_deinit(struct gt_program *program);

/*
 * For a core without notes: finds where this binary's header is, or a copy of it at the start of a
 * segment.
 */
void gt_program_find_base(const struct gt_core *core, const struct gt_binary *binary,
                          struct gt_program *program);

/* ---- symbols by name and by address --------------------------------------------------------- */

struct gt_symbol_table {
    const unsigned char *symbols; /* Elf64_Sym, perhaps unaligned */
    const char *names;
    uint64_t count, names_size; /* names[names_size - 1] is NUL */
    uint32_t *slots;            /* open addressing; index + 1, 0 is free */
    uint64_t mask;
    struct gt_hash_seed seed;
    struct gt_symbol_order {
        uint32_t *list; /* indices by address; NULL: not ordered yet */
        uint64_t count;
    } functions, variables;
};

/* Either may be NULL or malformed: then the table is empty. */
void gt_symbol_table_init(struct gt_symbol_table *table, const struct gt_section *symbols,
                          const struct gt_section *names);
void gt_symbol_table_deinit(struct gt_symbol_table *table);
typedef void gt_symbol_table_fn(void *ctx, const char *name, const Elf64_Sym *symbol);
/* Visits the symbols whose names contain `part`. */
void gt_symbol_table_each(const struct gt_symbol_table *table, const char *part,
                          gt_symbol_table_fn *visit, void *ctx);
bool gt_symbol_table_find(const struct gt_symbol_table *table, const char *name, Elf64_Sym *symbol);
/* The function (STT_FUNC) or variable (STT_OBJECT) that holds an address, as linked. A symbol
 * without a size reaches to the next symbol. */
bool gt_symbol_table_at(struct gt_symbol_table *table, unsigned type, uint64_t addr,
                        Elf64_Sym *symbol, const char **name);

/* ---- the binary ----------------------------------------------------------------------------- */

struct gt_binary {
    char *path;
    struct gt_mapped file;
    Elf64_Ehdr header;
    struct gt_vec loads;    /* GElf_Phdr: its PT_LOADs */
    struct gt_vec sections; /* struct gt_section */
    struct gt_strmap by_name;
    struct gt_symbol_table symbols;
    struct gt_build_ids ids;
    uint64_t bias;
    bool unverified;   /* the core lacks what would show that this is another build */
    bool by_content;   /* verified by the bytes in the core, not by a build ID */
    bool forced;       /* another build, accepted by force_exe */
    struct gt_elf elf; /* owns the sections' names */
};

/* Opens a program and reads all but its bias. The errors are those of gt_core_open(). `how` may be
 * NULL. */
struct gt_error *gt_binary_open(const char *path, const struct gt_opening *how,
                                struct gt_binary **binary);

struct gt_content { /* compares the core's copy of the bytes that a program does not write with the
                     * file */
    uint64_t found; /* bytes of these that the core has */
    uint64_t lacking; /* bytes of read-only data that it lacks */
    uint64_t differs; /* the first address at which they differ; 0: none */
};

/* In both the binary must have been placed: its bias is set. The first takes a stripped copy of
 * what was mapped for the same, the second that very file only, headers included. */
void gt_content_compare(const struct gt_core *core, const struct gt_binary *binary,
                        struct gt_content *content);
void gt_content_compare_file(const struct gt_core *core, const struct gt_binary *binary,
                             struct gt_content *content);

/* Its writable segments become images where the core shows that nobody wrote to them. */
void gt_untouched_variables(struct gt_core *core, const struct gt_binary *binary);

/* Its read-only segments become images of the core, placed by its bias; so do variables that nobody
 * wrote. */
void gt_binary_give_images(struct gt_core *core, const struct gt_binary *binary);

static inline bool gt_binary_is_of_machine(const struct gt_binary *binary,
                                           const struct gt_core *core)
{
    return (binary->header.e_machine == EM_AARCH64) == (gt_core_machine(core) == GT_MACHINE_ARM64);
}

/* The linked address of the file's start. */
uint64_t gt_binary_linked_base(const struct gt_binary *binary);

#endif
