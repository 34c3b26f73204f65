/*
 * Programs that the tests build and run, so that their DWARF is compared with what they print.
 *
 * Invariant: a program prints lines "name value value", numbers in decimal; truth() looks them up.
 */
#ifndef GT_TEST_SYMBOLS_PROGRAMS_H
#define GT_TEST_SYMBOLS_PROGRAMS_H

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/vec.h"
#include "inspector/symbols/dwarf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct program {
    char dir[32];
    unsigned char *file;
    size_t size;
    char output[8192];
    struct gt_dwarf *dwarf;
    const struct gt_facts *facts;
};

static inline void write_source(const struct program *program, const char *name, const char *text)
{
    char *path = gt_format("%s/%s", program->dir, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    gt_free(path);
}

static inline void read_binary(struct program *program, const char *name)
{
    char *path = gt_format("%s/%s", program->dir, name);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    program->size = (size_t)ftell(in);
    rewind(in);
    program->file = gt_alloc(program->size);
    assert_int_equal(fread(program->file, 1, program->size, in), program->size);
    fclose(in);
    gt_free(path);
}

static inline void run_binary(struct program *program, const char *name)
{
    char *command = gt_format("%s/%s", program->dir, name);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    size_t length = fread(program->output, 1, sizeof program->output - 1, in);
    program->output[length] = 0;
    assert_int_equal(pclose(in), 0);
    gt_free(command);
}

/* `command` is run in the program's own directory and makes the binary `name`. */
static inline struct program *build_program(const char *source, const char *text,
                                            const char *command, const char *name)
{
    struct program *program = gt_calloc(1, sizeof *program);
    strcpy(program->dir, "/tmp/gotopsy-symbols-XXXXXX");
    assert_non_null(mkdtemp(program->dir));
    write_source(program, source, text);
    char *whole = gt_format("cd %s && %s", program->dir, command);
    assert_int_equal(system(whole), 0);
    gt_free(whole);
    read_binary(program, name);
    run_binary(program, name);
    return program;
}

static inline void open_program(struct program *program, uint64_t bias)
{
    struct gt_error *error =
        gt_dwarf_open_file("program", program->file, program->size, bias, &program->dwarf);
    assert_null(error);
    program->facts = gt_dwarf_facts(program->dwarf);
}

static inline void close_program(struct program *program)
{
    gt_dwarf_close(program->dwarf);
    char *command = gt_format("rm -rf %s", program->dir);
    assert_int_equal(system(command), 0);
    gt_free(command);
    gt_free(program->file);
    gt_free(program);
}

/* The index-th number on the line that starts with `name`. */
static inline int64_t truth(const struct program *program, const char *name, int index)
{
    size_t length = strlen(name);
    for (const char *line = program->output; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) != 0 || line[length] != ' ') continue;
        char *at = (char *)line + length;
        int64_t value = 0;
        for (int i = 0; i <= index; i++)
            value = strtoll(at, &at, 10);
        return value;
    }
    fail_msg("the program says nothing of %s", name);
    return 0;
}

struct seen {
    const char *name;
    struct gt_frame_variable found;
    int count;
};

static inline void look_for(void *ctx, const struct gt_frame_variable *variable)
{
    struct seen *seen = ctx;
    if (strcmp(variable->name, seen->name) != 0) return;
    seen->found = *variable;
    seen->count++;
}

static inline struct seen see_variable(struct program *program, uint64_t pc, uint64_t cfa,
                                       const char *name)
{
    struct seen seen = {.name = name};
    assert_true(gt_dwarf_variables(program->dwarf, pc, cfa, look_for, &seen));
    return seen;
}

#endif
