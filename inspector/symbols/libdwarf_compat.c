/* The generations differ in the names of types, members and functions, which are chosen when this
 * is compiled. libdwarf reads sections by callbacks, and is a resource of the call, so it is closed
 * when that unwinds. */
#include "inspector/symbols/libdwarf_compat.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"

#include <errno.h>

#ifdef DW_LIBDWARF_VERSION_MAJOR
#define NEW_LIBDWARF 1
typedef Dwarf_Obj_Access_Interface_a access_interface;
typedef Dwarf_Obj_Access_Methods_a access_methods;
typedef Dwarf_Obj_Access_Section_a access_section;
typedef Dwarf_Unsigned section_number;
typedef Dwarf_Small byte_order;
#define LITTLE_ENDIAN_TARGET DW_END_little
#else
#define NEW_LIBDWARF 0
typedef Dwarf_Obj_Access_Interface access_interface;
typedef Dwarf_Obj_Access_Methods access_methods;
typedef Dwarf_Obj_Access_Section access_section;
typedef Dwarf_Half section_number;
typedef Dwarf_Endianness byte_order;
#define LITTLE_ENDIAN_TARGET DW_OBJECT_LSB
#endif

enum { SECTION_HAS_CONTENTS = 1 }; /* SHT_PROGBITS */

struct gt_libdwarf {
    struct gt_dwarf_source source;
    access_methods methods;
    access_interface interface;
    Dwarf_Debug debug;
    struct gt_resource *held;
    bool spoiled; /* if set, closing it would end the process */
};

static int section_info(void *ctx, section_number index, access_section *out, int *error)
{
    struct gt_libdwarf *lib = ctx;
    (void)error;
    if (index >= lib->source.count) return DW_DLV_NO_ENTRY;
    const char *name = lib->source.name(lib->source.ctx, index);
    uint64_t size = lib->source.size(lib->source.ctx, index);
#if NEW_LIBDWARF
    *out = (access_section){.as_name = name, .as_size = size, .as_type = SECTION_HAS_CONTENTS};
    out->as_addralign = 1;
#else
    *out = (access_section){.name = name, .size = size, .type = SECTION_HAS_CONTENTS};
#endif
    return DW_DLV_OK;
}

static int load_section(void *ctx, section_number index, Dwarf_Small **out, int *error)
{
    struct gt_libdwarf *lib = ctx;
    if (index >= lib->source.count) return DW_DLV_NO_ENTRY;
    /* libdwarf's interface is not const, but libdwarf only reads what is not relocated. */
    *out = (Dwarf_Small *)lib->source.bytes(lib->source.ctx, index);
    if (*out) return DW_DLV_OK;
    *error = DW_DLE_FILE_UNAVAILABLE;
    return DW_DLV_ERROR;
}

static byte_order target_byte_order(void *ctx)
{
    (void)ctx;
    return LITTLE_ENDIAN_TARGET;
}

static Dwarf_Small length_size(void *ctx)
{
    (void)ctx;
    return 4; /* 32-bit DWARF; a unit in the 64-bit format has a mark of its own */
}

static Dwarf_Small pointer_size(void *ctx)
{
    (void)ctx;
    return 8;
}

static Dwarf_Unsigned section_count(void *ctx)
{
    struct gt_libdwarf *lib = ctx;
    return lib->source.count;
}

#if NEW_LIBDWARF
/* The size that sections are checked against: unpacked, they may be larger than their file. */
static Dwarf_Unsigned file_size(void *ctx)
{
    struct gt_libdwarf *lib = ctx;
    uint64_t total = 4096;
    for (uint64_t i = 0; i < lib->source.count; i++)
        if (!gt_add(total, lib->source.size(lib->source.ctx, i), &total)) return UINT64_MAX;
    return total;
}

static access_methods our_methods(void)
{
    return (access_methods){.om_get_section_info = section_info,
                            .om_get_byte_order = target_byte_order,
                            .om_get_length_size = length_size,
                            .om_get_pointer_size = pointer_size,
                            .om_get_filesize = file_size,
                            .om_get_section_count = section_count,
                            .om_load_section = load_section};
}

static access_interface interface_of(struct gt_libdwarf *lib)
{
    return (access_interface){.ai_object = lib, .ai_methods = &lib->methods};
}
#else
static access_methods our_methods(void)
{
    return (access_methods){.get_section_info = section_info,
                            .get_byte_order = target_byte_order,
                            .get_length_size = length_size,
                            .get_pointer_size = pointer_size,
                            .get_section_count = section_count,
                            .load_section = load_section};
}

static access_interface interface_of(struct gt_libdwarf *lib)
{
    return (access_interface){.object = lib, .methods = &lib->methods};
}
#endif

static void finish(void *what, size_t size)
{
    struct gt_libdwarf *lib = what;

    (void)size;
    if (lib->spoiled) return;
#if NEW_LIBDWARF
    dwarf_object_finish(lib->debug);
#else
    Dwarf_Error error = NULL;
    dwarf_object_finish(lib->debug, &error);
#endif
}

void gt_libdwarf_check(void)
{
    if (NEW_LIBDWARF) gt_call_check();
}

struct gt_libdwarf *gt_libdwarf_open(const struct gt_dwarf_source *source, const char **why)
{
    struct gt_libdwarf *lib = gt_calloc(1, sizeof *lib);
    Dwarf_Error error = NULL;
    lib->source = *source;
    lib->methods = our_methods();
    lib->interface = interface_of(lib);
    int rc =
        dwarf_object_init_b(&lib->interface, NULL, NULL, DW_GROUPNUMBER_ANY, &lib->debug, &error);
    if (rc == DW_DLV_OK) {
        lib->held = gt_hold(lib, 0, finish);
        return lib;
    }
    gt_call_check();
    *why = "no .debug_info";
    if (rc == DW_DLV_ERROR) {
        /* A message is a constant of libdwarf; its number outlives the error. */
        *why = dwarf_errmsg_by_number(dwarf_errno(error));
        dwarf_dealloc_error(NULL, error);
    }
    gt_free(lib);
    return NULL;
}

void gt_libdwarf_close(struct gt_libdwarf *lib)
{
    if (!lib) return;
    gt_let_go(lib->held);
    gt_free(lib);
}

Dwarf_Debug gt_libdwarf_debug(const struct gt_libdwarf *lib)
{
    return lib->debug;
}

int gt_libdwarf_locations(struct gt_libdwarf *lib, Dwarf_Attribute attr, Dwarf_Loc_Head_c *head,
                          Dwarf_Unsigned *count, Dwarf_Error *error)
{
    int rc = dwarf_get_loclist_c(attr, head, count, error);

    if (rc == DW_DLV_ERROR && errno == ENOMEM) {
        lib->spoiled = true;
        gt_call_fail(0);
    }
    return rc;
}

void gt_libdwarf_free_locations(Dwarf_Loc_Head_c head)
{
#if NEW_LIBDWARF
    dwarf_dealloc_loc_head_c(head);
#else
    dwarf_loc_head_c_dealloc(head);
#endif
}

void gt_libdwarf_free_ranges(Dwarf_Debug debug, Dwarf_Ranges *ranges, Dwarf_Signed count)
{
#if NEW_LIBDWARF
    dwarf_dealloc_ranges(debug, ranges, count);
#else
    dwarf_ranges_dealloc(debug, ranges, count);
#endif
}
