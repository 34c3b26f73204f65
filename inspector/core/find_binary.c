/* Searches for the binary, and proves that it is the right one. */
#include "inspector/core/binary_impl.h"

#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

struct search {
    struct gt_core *core;
    struct gt_program program;
    struct gt_binary *found;
    struct gt_binary *other; /* the first binary that does not match: --force-exe takes it */
    struct gt_error *error;  /* why the best candidate so far was refused */
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- whether it matches -------------------------------------------------------------------- */

static struct gt_error *mismatch(const struct gt_binary *binary, const char *what,
                                 const char *in_core, const char *in_binary)
{
    return gt_error_in_file(GT_ERR_MISMATCH, binary->path,
                            "expected the binary that made the core, with %s %s, found %s; "
                            "give the right one with --exe, or take this one with --force-exe",
                            what, in_core, in_binary);
}

static struct gt_error *mismatched_number(const struct gt_binary *binary, const char *what,
                                          uint64_t in_core, uint64_t in_binary)
{
    char core_text[24], binary_text[24];

    snprintf(core_text, sizeof core_text, "0x%" PRIx64, in_core);
    snprintf(binary_text, sizeof binary_text, "0x%" PRIx64, in_binary);
    return mismatch(binary, what, core_text, binary_text);
}

static bool both(const char *a, const char *b)
{
    return a[0] && b[0];
}

/* *decided: both have an ID of the same kind, so no other check is needed. */
static struct gt_error *check_ids(const struct gt_program *program, const struct gt_binary *binary,
                                  bool *decided)
{
    const struct gt_build_ids *core = &program->ids, *own = &binary->ids;
    const char *found = gt_binary_build_id(binary);

    *decided =
        both(core->gnu, own->gnu) || (both(core->go, own->go) && gt_is_go_build_id(core->go));
    if (both(core->gnu, own->gnu) && strcmp(core->gnu, own->gnu) != 0)
        return mismatch(binary, "GNU build ID", core->gnu, own->gnu);
    if (both(core->go, own->go) && strcmp(core->go, own->go) != 0)
        return mismatch(binary, "Go build ID", core->go, own->go);
    if (!*decided && core->gnu[0])
        return mismatch(binary, "GNU build ID", core->gnu, found ? found : "none");
    if (!*decided && core->go[0] && !own->go[0])
        return mismatch(binary, "Go build ID", core->go, found ? found : "none");
    return NULL;
}

/* Stripping changes neither the addresses of segments nor their sizes in memory. */
static struct gt_error *check_loads(const struct gt_program *program,
                                    const struct gt_binary *binary)
{
    size_t count = program->loads.len;

    if (count == 0) return NULL; /* the core lacks its headers */
    if (count != binary->loads.len)
        return mismatched_number(binary, "a number of segments", count, binary->loads.len);
    for (size_t i = 0; i < count; i++) {
        const Elf64_Phdr *want = gt_vec_at(&program->loads, i);
        const GElf_Phdr *have = gt_vec_at(&binary->loads, i);
        if (want->p_vaddr != have->p_vaddr)
            return mismatched_number(binary, "a segment at", want->p_vaddr, have->p_vaddr);
        if (want->p_memsz != have->p_memsz)
            return mismatched_number(binary, "a segment of size", want->p_memsz, have->p_memsz);
    }
    return NULL;
}

static struct gt_error *check_entry(const struct gt_program *program,
                                    const struct gt_binary *binary)
{
    if (!program->have_entry || binary->header.e_type != ET_EXEC) return NULL;
    if (program->entry == binary->header.e_entry) return NULL;
    return mismatched_number(binary, "entry point", program->entry, binary->header.e_entry);
}

/* Forcing cannot replace the machine: a program of another machine is refused. */
static struct gt_error *check_machine(const struct gt_core *core, const struct gt_binary *binary)
{
    bool arm = binary->header.e_machine == EM_AARCH64;

    if (gt_binary_is_of_machine(binary, core)) return NULL;
    return gt_error_in_file(GT_ERR_MISMATCH, binary->path,
                            "expected the binary that made the core, for %s, found one for %s; "
                            "give the right one with --exe",
                            arm ? "x86-64" : "AArch64", arm ? "AArch64" : "x86-64");
}

/* ---- where it was loaded -------------------------------------------------------------------- */

static bool is_aligned(uint64_t bias)
{
    return (bias & 0xfff) == 0;
}

/* The entry point gives the load address, and so does the address of the header. */
static struct gt_error *place(struct gt_binary *binary, const struct gt_program *program)
{
    uint64_t by_entry = program->entry - binary->header.e_entry;

    if (binary->header.e_type == ET_EXEC)
        binary->bias = 0;
    else if (program->have_entry && is_aligned(by_entry))
        binary->bias = by_entry;
    else if (program->have_base)
        binary->bias = program->base - gt_binary_linked_base(binary);
    else
        return gt_error_in_file(GT_ERR_MISSING, binary->path,
                                "expected the core to say where this position-independent binary "
                                "was loaded, found neither AT_ENTRY nor its ELF header; "
                                "take a core with its notes whole");
    return NULL;
}

/* ---- where no ID decides ------------------------------------------------------------------- */

/* All that the core has of the unchanging bytes must equal the file's. If the core lacks read-only
 * data, it may be another build. */
static struct gt_error *check_content(struct search *search, struct gt_binary *binary)
{
    struct gt_content content;
    struct gt_error *error = place(binary, &search->program);

    if (error) return error;
    gt_content_compare(search->core, binary, &content);
    binary->by_content = !content.differs && content.found && !content.lacking;
    binary->unverified = !binary->by_content;
    if (!content.differs) return NULL;
    return gt_error_at(
        gt_error_in_file(GT_ERR_MISMATCH, binary->path,
                         "expected the binary that made the core, found one with other content; "
                         "give the right one with --exe, or take this one with --force-exe"),
        content.differs);
}

/* The layout excludes most other builds, and the content the rest. */
static struct gt_error *verify(struct search *search, struct gt_binary *binary)
{
    const struct gt_program *program = &search->program;
    bool decided;
    struct gt_error *error = check_ids(program, binary, &decided);

    if (error || decided) return error;
    error = check_loads(program, binary);
    if (!error) error = check_entry(program, binary);
    return error ? error : check_content(search, binary);
}

/* ---- candidates ---------------------------------------------------------------------------- */

/* Keeps the more useful error: a mismatch says more than a file that could not be opened. */
static void note_error(struct search *search, struct gt_error *error)
{
    bool better = !search->error || (gt_error_code(search->error) != GT_ERR_MISMATCH &&
                                     gt_error_code(error) == GT_ERR_MISMATCH);

    gt_error_destroy(better ? search->error : error);
    if (better) search->error = error;
}

static void refuse(struct search *search, struct gt_binary *binary, struct gt_error *error)
{
    note_error(search, error);
    if (search->other)
        gt_binary_close(binary);
    else
        search->other = binary;
}

static void try_file(struct search *search, const char *path)
{
    struct gt_binary *binary;
    struct gt_error *error = gt_binary_open(path, &search->core->how, &binary);

    if (!error) error = check_machine(search->core, binary);
    if (error) {
        note_error(search, error);
        gt_binary_close(binary);
        return;
    }
    gt_program_find_base(search->core, binary, &search->program);
    error = verify(search, binary);
    if (error)
        refuse(search, binary, error);
    else
        search->found = binary;
}

static bool is_regular(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Tries path and path.zst; true when one of them exists, whatever the result. */
static bool try_path(struct search *search, const char *path)
{
    char *packed = gt_format("%s.zst", path);
    bool plain_there = is_regular(path), packed_there = is_regular(packed);

    if (plain_there) try_file(search, path);
    if (packed_there && !search->found) try_file(search, packed);
    gt_free(packed);
    return plain_there || packed_there;
}

static void try_in(struct search *search, const char *dir, size_t dir_length, const char *name)
{
    if (search->found || !name || !*name) return;
    char *path = gt_format("%.*s/%s", (int)dir_length, dir, name);
    try_path(search, path);
    gt_free(path);
}

/* Tries the file's name, and the command's, which the kernel cuts after 15 bytes. */
static void try_names_in(struct search *search, const char *dir, size_t dir_length)
{
    const char *path = search->program.path, *command = gt_core_short_name(search->core);

    if (path) try_in(search, dir, dir_length, base_name(path));
    if (command) try_in(search, dir, dir_length, base_name(command));
}

/* ---- a folder's files, by build ID --------------------------------------------------------- */

enum { MAX_FILES = 4096 }; /* the most files of a folder that are examined */

static bool is_elf(const char *path)
{
    unsigned char magic[SELFMAG];
    FILE *file = is_regular(path) ? fopen(path, "rb") : NULL;
    bool is = file && fread(magic, 1, sizeof magic, file) == sizeof magic &&
              memcmp(magic, ELFMAG, SELFMAG) == 0;

    if (file) fclose(file);
    return is;
}

/* Accepts only a file with the core's ID, whatever its name. Errors of other files are not
 * reported. */
static void try_by_id(struct search *search, const char *path)
{
    struct gt_binary *binary = NULL;
    bool decided = false;

    if (!is_elf(path)) return;
    struct gt_error *error = gt_binary_open(path, &search->core->how, &binary);
    if (!error) error = check_machine(search->core, binary);
    if (!error) error = check_ids(&search->program, binary, &decided);
    if (!error && decided)
        search->found = binary;
    else
        gt_binary_close(binary);
    gt_error_destroy(error);
}

static void end_folder(void *folder, size_t size)
{
    (void)size;
    closedir(folder);
}

static void try_all_in(struct search *search, const char *dir, size_t dir_length)
{
    const struct gt_build_ids *ids = &search->program.ids;
    char *name = gt_strndup(dir, dir_length);
    DIR *folder = ids->gnu[0] || gt_is_go_build_id(ids->go) ? opendir(*name ? name : "/") : NULL;
    struct gt_resource *held = folder ? gt_hold(folder, 0, end_folder) : NULL;
    const struct dirent *entry;

    for (int i = 0; folder && !search->found && i < MAX_FILES && (entry = readdir(folder)); i++) {
        char *path = gt_format("%s/%s", name, entry->d_name);
        try_by_id(search, path);
        gt_free(path);
    }
    gt_let_go(held);
    gt_free(name);
}

static void try_folder(struct search *search, const char *dir, size_t dir_length)
{
    try_names_in(search, dir, dir_length);
    if (!search->found) try_all_in(search, dir, dir_length);
}

static void try_beside_core(struct search *search)
{
    const char *core = gt_core_path(search->core);
    const char *slash = strrchr(core, '/');

    if (slash)
        try_folder(search, core, (size_t)(slash - core));
    else
        try_folder(search, ".", 1);
}

/* A path that the user gives must exist, even if another path would match. */
static struct gt_error *try_given(struct search *search, const char *path, bool *file)
{
    struct stat info;
    int number = stat(path, &info) == 0 ? 0 : errno;

    if (!number && S_ISDIR(info.st_mode)) {
        try_folder(search, path, strlen(path));
        return NULL;
    }
    *file = true;
    if (try_path(search, path)) return NULL;
    return gt_error_number(
        gt_error_in_file(GT_ERR_IO, path,
                         "expected the binary or its directory, found %s; check --exe",
                         !number ? "a pipe, socket or device" : "nothing there"),
        number);
}

/* The path that the core gives. */
static void try_named(struct search *search)
{
    const char *path = search->program.path;
    char *packed = path ? gt_format("%s.zst", path) : NULL;
    char *files[] = {path ? gt_core_file(search->core, path) : NULL,
                     packed ? gt_core_file(search->core, packed) : NULL};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i] && !search->found) try_file(search, files[i]);
        gt_free(files[i]);
    }
    gt_free(packed);
}

/* If the user names a file, no other place is searched. */
static struct gt_error *search_all(struct search *search, const char *const *given)
{
    bool named = false;

    for (; given && *given && !search->found; given++) {
        struct gt_error *error = try_given(search, *given, &named);
        if (error) return error;
    }
    if (search->found || named) return NULL;
    try_named(search);
    if (!search->found) try_beside_core(search);
    return NULL;
}

static struct gt_error *missing(const struct search *search)
{
    const char *path = search->program.path;

    if (!path)
        return gt_error_in_file(GT_ERR_MISSING, gt_core_path(search->core),
                                "expected to find its binary, but the core does not name it (its "
                                "notes are missing or cut off); give it with --exe");
    return gt_error_in_file(GT_ERR_MISSING, gt_core_path(search->core),
                            "expected its binary at %s%s%s or beside the core, found none; "
                            "give it with --exe, or the folder that is its root with --sysroot",
                            path, search->core->sysroot ? " in " : "",
                            search->core->sysroot ? search->core->sysroot : "");
}

/* Moves the binary or the error out of the search. */
static struct gt_error *conclude(struct search *search, bool force, struct gt_binary **binary)
{
    struct gt_error *error = search->error;

    if (!search->found && search->other && force) {
        search->found = search->other;
        search->found->forced = true;
        search->other = NULL;
    }
    if (!search->found) {
        search->error = NULL;
        return error ? error : missing(search);
    }
    error = place(search->found, &search->program);
    if (error) return error;
    *binary = search->found;
    search->found = NULL;
    return NULL;
}

struct gt_error *gt_binary_find(struct gt_core *core, const char *const *exe_paths, bool force_exe,
                                struct gt_binary **binary)
{
    struct search search = {.core = core};

    *binary = NULL;
    gt_program_init(core, &search.program);
    struct gt_error *error = search_all(&search, exe_paths);
    if (!error) error = conclude(&search, force_exe, binary);
    if (*binary) gt_binary_give_images(core, *binary);
    gt_binary_close(search.found);
    gt_binary_close(search.other);
    gt_error_destroy(search.error);
    gt_program_deinit(&search.program);
    return error;
}
