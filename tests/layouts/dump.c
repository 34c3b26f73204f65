/*
 * dump BINARY: what a Go program's DWARF says of all that gotopsy may ask, a line each:
 *     S TYPE SIZE PATH@OFFSET:SIZE ...    a struct and its fields
 *     C NAME VALUE                        a constant
 *     G NAME SIZE                         a variable
 * tests/layouts/derive makes gotypes/layouts/known.def of it.
 */
#include "gotypes/layouts/known.h"
#include "inspector/symbols/dwarf.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *type, *path;
} fields[] = {
#define FIELD(group, field, type, path, since, until, need) {type, path},
#define ALT(group, field, type, path, since, until) {type, path},
#include "gotypes/layouts/layout_fields.def"
#undef FIELD
};

static const char *const structs[] = {
#define STRUCT(group, type, since, until, need) type,
#include "gotypes/layouts/layout_structs.def"
#undef STRUCT
};

enum {
    FIELDS = sizeof fields / sizeof *fields,
    STRUCTS = sizeof structs / sizeof *structs,
};

struct file {
    const unsigned char *bytes;
    uint64_t size;
};

static void die(const char *what)
{
    fprintf(stderr, "dump: %s\n", what);
    exit(1);
}

static bool map_file(const char *path, struct file *file)
{
    struct stat stat;
    int fd = open(path, O_RDONLY);

    if (fd < 0 || fstat(fd, &stat) != 0) return false;
    file->size = (uint64_t)stat.st_size;
    void *at = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    file->bytes = at;
    return at != MAP_FAILED && file->size;
}

static bool told_before(size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (strcmp(fields[i].type, fields[row].type) == 0 &&
            strcmp(fields[i].path, fields[row].path) == 0)
            return true;
    return false;
}

static void print_struct(const struct gt_facts *facts, const char *type)
{
    uint64_t total, offset, size;

    if (!facts->type_size(facts->ctx, type, &total)) return;
    printf("S %s %llu", type, (unsigned long long)total);
    for (size_t i = 0; i < FIELDS; i++)
        if (strcmp(fields[i].type, type) == 0 && !told_before(i) &&
            facts->field(facts->ctx, type, fields[i].path, &offset, &size))
            printf(" %s@%llu:%llu", fields[i].path, (unsigned long long)offset,
                   (unsigned long long)size);
    printf("\n");
}

/* Each type once: those with fields, then those whose size alone is asked for. */
static void print_structs(const struct gt_facts *facts)
{
    for (size_t i = 0; i < FIELDS; i++) {
        bool first = true;
        for (size_t j = 0; j < i; j++)
            first &= strcmp(fields[j].type, fields[i].type) != 0;
        if (first) print_struct(facts, fields[i].type);
    }
    for (size_t i = 0; i < STRUCTS; i++) {
        bool has_fields = false;
        for (size_t j = 0; j < FIELDS; j++)
            has_fields |= strcmp(fields[j].type, structs[i]) == 0;
        if (!has_fields) print_struct(facts, structs[i]);
    }
}

int main(int argc, char **argv)
{
    struct file file;
    struct gt_dwarf *dwarf;
    struct gt_debug_global global;
    int64_t value;

    if (argc != 2) die("usage: dump BINARY");
    if (!map_file(argv[1], &file)) die("cannot read the binary");
    struct gt_error *error = gt_dwarf_open_file(argv[1], file.bytes, file.size, 0, &dwarf);
    if (error) die(gt_error_message(error));
    const struct gt_facts *facts = gt_dwarf_facts(dwarf);
    print_structs(facts);
    for (size_t i = 0; i < gt_known_constant_count; i++)
        if (facts->constant(facts->ctx, gt_known_constants[i], &value))
            printf("C %s %lld\n", gt_known_constants[i], (long long)value);
    for (size_t i = 0; i < gt_known_global_count; i++)
        if (facts->global(facts->ctx, gt_known_globals[i], &global))
            printf("G %s %llu\n", gt_known_globals[i], (unsigned long long)global.size);
    gt_dwarf_close(dwarf);
    return 0;
}
