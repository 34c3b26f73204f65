/*
 * The two generations of libdwarf under one set of names: 20210528, as in Debian 12, and 0.x and
 * later. Everything else in symbols/ includes this instead of libdwarf's header.
 */
#ifndef GT_SYMBOLS_LIBDWARF_COMPAT_H
#define GT_SYMBOLS_LIBDWARF_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if __has_include(<libdwarf/libdwarf.h>)
#include <libdwarf/dwarf.h>
#include <libdwarf/libdwarf.h>
#elif __has_include(<libdwarf-2/libdwarf.h>)
#include <libdwarf-2/dwarf.h>
#include <libdwarf-2/libdwarf.h>
#elif __has_include(<libdwarf-0/libdwarf.h>)
#include <libdwarf-0/dwarf.h>
#include <libdwarf-0/libdwarf.h>
#else
#include <dwarf.h>
#include <libdwarf.h>
#endif

/* Where libdwarf reads its sections; number 0 must be an empty one, as in ELF. */
struct gt_dwarf_source {
    void *ctx;
    uint64_t count;
    const char *(*name)(void *ctx, uint64_t index);
    uint64_t (*size)(void *ctx, uint64_t index);
    const unsigned char *(*bytes)(void *ctx, uint64_t index); /* NULL: it cannot be read */
};

struct gt_libdwarf;

/* Source and handle must not move while the handle lives. On failure NULL, and a message
 * (libdwarf's own) in *why. */
struct gt_libdwarf *gt_libdwarf_open(const struct gt_dwarf_source *source, const char **why);
void gt_libdwarf_close(struct gt_libdwarf *lib); /* NULL is allowed */
Dwarf_Debug gt_libdwarf_debug(const struct gt_libdwarf *lib);

/* After each step of libdwarf: if memory ran out in it, the call unwinds. libdwarf 0.11 keeps
 * half-made tables of abbreviations, and its next step would read them. 20210528 makes no such
 * tables, and goes on. */
void gt_libdwarf_check(void);

/*
 * As dwarf_get_loclist_c(). If memory runs out within it, libdwarf 20210528 keeps the half-made
 * list registered, and closing libdwarf may free the list's contents twice. The list cannot be
 * unregistered from outside. So libdwarf then stays open, and the call unwinds: a process that has
 * run out of memory leaks one libdwarf and continues. A smaller leak is not possible: libdwarf
 * takes no allocator, and memory kept in reserve for it could run out as well.
 */
int gt_libdwarf_locations(struct gt_libdwarf *lib, Dwarf_Attribute attr, Dwarf_Loc_Head_c *head,
                          Dwarf_Unsigned *count, Dwarf_Error *error);
void gt_libdwarf_free_locations(Dwarf_Loc_Head_c head);
void gt_libdwarf_free_ranges(Dwarf_Debug debug, Dwarf_Ranges *ranges, Dwarf_Signed count);

#endif
