/*
 * The shared libraries of a process: the files that its core names as mapped beside the program.
 *
 * A dump leaves their code out, so it is read from the files, if they are still the files that were
 * mapped. The build ID (GNU's or Go's) in the core's copy of their headers decides. Without an ID,
 * all bytes of their read-only segments that the core has must equal the file's, and the library
 * counts as unverified. A library's read-only segments become images of the core, and its symbols
 * name its functions. Other files are left out without a message: a report without their names is
 * still correct.
 *
 * A path from the core that led to a wrong file is not opened again, and at most
 * GT_LIBRARY_FILES files are opened.
 */
#ifndef GT_CORE_LIBRARIES_H
#define GT_CORE_LIBRARIES_H

#include "inspector/base/hash.h"
#include "inspector/base/vec.h"
#include "inspector/core/binary.h"

enum { GT_LIBRARY_FILES = 1024 };

struct gt_libraries {
    struct gt_vec list;       /* struct gt_binary * */
    struct gt_strmap refused; /* paths of files that were not the mapped ones */
    size_t opened;            /* files, refused ones too */
};

/* `program` is not among the libraries. */
void gt_libraries_open(struct gt_core *core, const struct gt_binary *program,
                       struct gt_libraries *libraries);
void gt_libraries_close(
    struct gt_libraries *libraries); /* a zeroed one is allowed; close it after the core */

/* Swaps the program and the library of that number, since Go may be in a library
 * (-buildmode=c-shared). False past the last one. */
bool gt_libraries_swap(struct gt_libraries *libraries, size_t index, struct gt_binary **program);

/* As gt_binary_symbol_at(). */
bool gt_libraries_symbol_at(const struct gt_libraries *libraries, uint64_t addr, const char **name,
                            uint64_t *offset);

#endif
