/* Runs the steps in order until one fails. The error then gets its likely reasons in front, and
 * what is open is closed. */
#include "inspector/runtime/process/open_process.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/runtime/process/landmarks.h"
#include "inspector/runtime/process/layouts.h"
#include "inspector/runtime/process/modules.h"
#include "inspector/runtime/process/threads.h"
#include "inspector/unwind/stack_maps.h"
#include "inspector/unwind/stack_plans.h"

#include <inttypes.h>
#include <string.h>

/* Go may be in a library that the program loaded. */
static bool find_go(struct gt_process *process)
{
    if (gt_buildinfo_find(process, &process->version, &process->build_info)) return true;
    gt_process_libraries(process);
    for (size_t i = 0; gt_libraries_swap(&process->libraries, i, &process->binary); i++) {
        if (gt_buildinfo_find(process, &process->version, &process->build_info)) return true;
        gt_libraries_swap(&process->libraries, i, &process->binary); /* swapped back */
    }
    return false;
}

static struct gt_error *too_old(const struct gt_process *process)
{
    unsigned first, last;

    gt_known_range(&first, &last);
    return gt_error_in_file(GT_ERR_FORMAT, gt_binary_path(process->binary),
                            "expected a program built by Go 1.%u or later, found %s; use delve of "
                            "that time",
                            first / 1000, process->version.text);
}

static struct gt_error *read_version(struct gt_process *process)
{
    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    if (!find_go(process))
        return gt_error_in_file(GT_ERR_FORMAT, gt_binary_path(process->binary),
                                "expected a Go program with build information, found none, nor in "
                                "what is left of its libraries' files; gotopsy reads cores of Go "
                                "programs only");
    gt_packages_init(&process->packages, &process->names, process->build_info);
    if (!gt_known_find(&process->version, arm64 ? GT_ARCH_ARM64 : GT_ARCH_AMD64, &process->known))
        return too_old(process);
    process->known_facts = gt_known_facts(&process->known);
    return NULL;
}

static uint8_t func_id(const struct gt_text *code, const char *name)
{
    struct gt_func func;

    for (size_t i = 0; i < code->tab_count; i++)
        if (gt_func_named(code->tabs[i], name, &func)) return func.id;
    return 0;
}

static struct gt_error *open_code(struct gt_process *process)
{
    struct gt_text *code = &process->code;

    bool arm64 = gt_core_machine(process->core) == GT_MACHINE_ARM64;

    code->mem = process->mem;
    code->cache = gt_frame_cache_create();
    code->maps = gt_stack_map_cache_create();
    code->plans = gt_stack_plans_create();
    code->rules = arm64 ? &gt_frames_arm64 : &gt_frames_amd64;
    code->tabs = gt_calloc(process->module_count, sizeof(struct gt_pclntab *));
    for (size_t i = 0; i < process->module_count; i++) {
        struct gt_error *error =
            gt_pclntab_open(process->mem, &process->modules[i], &process->version, &code->tabs[i]);
        if (error) return error;
        code->tab_count++;
    }
    for (size_t i = 0; i < code->tab_count; i++)
        gt_packages_find_library(&process->packages, &process->names, code->tabs[i]);
    code->id_async_preempt = func_id(code, "runtime.asyncPreempt");
    code->id_debug_call = func_id(code, "runtime.debugCallV2");
    code->id_sigpanic = func_id(code, "runtime.sigpanic");
    code->id_gopanic = func_id(code, "runtime.gopanic");
    code->id_panicwrap = func_id(code, "runtime.panicwrap");
    code->id_wrapper = func_id(code, "runtime.call32"); /* an assembly function that is declared as
                                                         * a wrapper */
    return NULL;
}

static void open_types(struct gt_process *process)
{
    if (process->dwarf && process->module_count)
        gt_dwarf_set_types_base(process->dwarf, process->modules[0].types);
    struct gt_types_sources sources = {
        .mem = process->mem,
        .layout = &process->layout,
        .facts = process->facts,
        .version = &process->version,
        .modules = process->modules,
        .module_count = process->module_count,
    };
    process->types = gt_types_create(&sources);
    process->type_names = gt_named_types_create(process->types, &sources);
}

static struct gt_error *open_all(const struct gt_core_options *options, struct gt_process *process)
{
    const struct gt_opening how = {options->in_memory, options->sysroot, options->progress,
                                   options->progress_ctx, options->max_unpacked};
    const char *cache = options->cache_path;
    if (cache && *cache)
        process->cache_path = gt_arena_strndup(&process->names, cache, strlen(cache));
    struct gt_error *error = gt_core_open(options->core_path, &how, &process->core);
    if (error) return error;
    process->mem = gt_core_memory(process->core);
    error = gt_binary_find(process->core, options->exe_paths, options->force_exe, &process->binary);
    if (!error) error = read_version(process);
    if (!error) error = gt_layouts_find(process);
    if (!error) error = gt_modules_read(process);
    if (!error) error = open_code(process);
    if (error) return error;
    open_types(process);
    return gt_layouts_settle(process);
}

struct gt_error *gt_process_explain(const struct gt_process *process, struct gt_error *error)
{
    if (error && process->known.version && !process->known.exact)
        error = gt_error_prefix(error, "%s is newer than any Go whose layouts are known",
                                process->version.text);
    if (error && process->binary && gt_binary_forced(process->binary))
        error = gt_error_prefix(error, "%s is another build than the one that made the core",
                                gt_binary_path(process->binary));
    if (!error || !process->core) return error;
    if (gt_error_code(error) != GT_ERR_MEMORY)
        error = gt_error_file(error, gt_core_path(process->core));
    if (!gt_core_truncated(process->core)) return error;
    return gt_error_prefix(error,
                           "%s is cut off: expected all of the process's memory, found a file that "
                           "ends at byte %" PRIu64
                           "; take the core again, with room on the disk and "
                           "ulimit -c unlimited",
                           gt_core_path(process->core), gt_core_file_bytes(process->core));
}

/* Records the doubts that are known before anything is analysed. */
static void describe_doubts(struct gt_process *process)
{
    const char *binary = gt_binary_path(process->binary);

    if (gt_binary_forced(process->binary)) {
        process->binary_doubt = "the binary is another build than the one that made the core";
        gt_process_lost(process, GT_OF_GLOBALS,
                        "%s: another build than the one that made the core, taken by --force-exe: "
                        "names, types and what follows from them may be wrong",
                        binary);
    } else if (gt_binary_unverified(process->binary)) {
        process->binary_doubt = "the binary was not verified to be the one that made the core";
        gt_process_lost(process, GT_OF_NAMES,
                        "%s: not verified to be the binary that made the core, which has no build "
                        "ID of it (coredump_filter 0x10 keeps those in ELF headers); if it is not, "
                        "nothing here is right",
                        binary);
    }
    if (gt_core_truncated(process->core))
        gt_process_lost(process, GT_OF_NAMES,
                        "the core file is cut off: what lies past its end is unknown");
}

struct gt_error *gt_process_open(const struct gt_core_options *options, struct gt_process **out)
{
    struct gt_process *process = gt_calloc(1, sizeof *process);

    process->losses = GT_VEC_OF(const char *);
    struct gt_error *error = open_all(options, process);
    if (error) {
        error = gt_process_explain(process, error);
        gt_process_close(process);
        return error;
    }
    process->threads = gt_threads_create(process);
    describe_doubts(process);
    *out = process;
    return NULL;
}

void gt_process_close(struct gt_process *process)
{
    if (!process) return;
    gt_threads_destroy(process->threads);
    gt_named_types_destroy(process->type_names);
    gt_rtype_facts_destroy(process->rtypes);
    gt_landmarks_destroy(process->landmarks);
    gt_types_destroy(process->types);
    for (size_t i = 0; i < process->code.tab_count; i++)
        gt_pclntab_close(process->code.tabs[i]);
    gt_free(process->code.tabs);
    gt_frame_cache_destroy(process->code.cache);
    gt_stack_map_cache_destroy(process->code.maps);
    gt_stack_plans_destroy(process->code.plans);
    gt_free(process->modules);
    gt_dwarf_close(process->dwarf);
    gt_core_close(process->core);
    gt_libraries_close(&process->libraries);
    gt_binary_close(process->debug);
    gt_binary_close(process->binary);
    gt_vec_deinit(&process->losses);
    gt_packages_deinit(&process->packages);
    gt_arena_deinit(&process->names);
    gt_free(process);
}
