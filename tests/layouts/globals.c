/*
 * globals CORE EXE NAME...: where each of these variables of Go's runtime is, a line each: its name
 * its address and its first word, or "-" when it is not found. What is found without symbols can so
 * be compared with what the DWARF of the same program says.
 */
#include "inspector/base/error.h"
#include "inspector/runtime/process/open_process.h"

#include <inttypes.h>
#include <stdio.h>

static void print_global(const struct gt_process *process, const char *name)
{
    uint64_t addr, word = 0;
    struct gt_error *error = gt_process_global(process, name, &addr);

    if (error)
        printf("%s -\n", name);
    else if (gt_mem_u64(process->mem, addr, &word))
        printf("%s 0x%" PRIx64 " %" PRIu64 "\n", name, addr, word);
    gt_error_destroy(error);
}

int main(int argc, char **argv)
{
    if (argc < 4) return 2;
    const char *const exe_paths[] = {argv[2], NULL};
    const struct gt_core_options options = {
        .size = sizeof options, .core_path = argv[1], .exe_paths = exe_paths};
    struct gt_process *process;
    struct gt_error *error = gt_process_open(&options, &process);

    if (error) {
        fprintf(stderr, "globals: %s\n", gt_error_message(error));
        gt_error_destroy(error);
        return 1;
    }
    for (int i = 3; i < argc; i++)
        print_global(process, argv[i]);
    gt_process_close(process);
    return 0;
}
