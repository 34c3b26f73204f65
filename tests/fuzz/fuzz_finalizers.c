/* Finalizers that wait to run, and the types of their objects. The input is the runtime's list of
 * them in a hand-made process: a block's bytes, or several blocks', each linked to by a word of the
 * input. */
#include "gotopsy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/synth/synth_impl.h"

enum { BLOCK = 4096, MOST = 4 * BLOCK, NODES = 8, NODE_BYTES = 32, NUMBERS = 32 };

/* Small numbers in the input stand for the addresses of what a process has: objects, types,
 * functions, blocks of the list. */
struct numbers {
    uint64_t known[NUMBERS];
    size_t count;
};

static void add(struct numbers *numbers, uint64_t address)
{
    numbers->known[numbers->count++] = address;
}

static uint64_t node_type(struct synth *synth)
{
    const struct synth_type_field fields[] = {{"text", synth_type_string(synth), 0},
                                              {"next", synth_type_unsafe_pointer(synth), 16}};

    return synth_type_struct(synth, "main.node", NODE_BYTES, fields, 2);
}

static void add_parts(struct synth *synth, struct numbers *numbers)
{
    uint64_t node = node_type(synth), object = 0;

    add(numbers, node);
    add(numbers, synth_type_pointer(synth, "*main.node", node));
    add(numbers, synth_type_slice(synth, "[]main.node", node));
    add(numbers, synth_type_byte(synth));
    add(numbers, synth_func(synth, "main.finalize"));
    for (int i = 0; i < NODES; i++)
        add(numbers, object = synth_object(synth, NODE_BYTES, "p.p."));
    add(numbers, synth_closure(synth, "main.finalize.func1", object));
    add(numbers, synth_tiled(synth, NODE_BYTES * NODES, node));
    synth_global(synth, "main.root", object);
}

static void put_blocks(struct synth *synth, const unsigned char *bytes, size_t size)
{
    struct numbers numbers = {.count = 1}; /* 0 is NULL */
    uint64_t blocks = synth_alloc(synth, SYNTH_OFF_HEAP, MOST, 8);

    for (uint64_t at = 0; at < MOST; at += BLOCK)
        add(&numbers, blocks + at);
    add_parts(synth, &numbers);
    synth_put(synth, synth_symbol_at(synth, "runtime.allfin"), blocks);
    for (size_t at = 0; at + 8 <= size && at < MOST; at += 8) {
        uint64_t word = gt_load64(bytes + at);
        synth_put(synth, blocks + at, word < NUMBERS ? numbers.known[word] : word);
    }
}

/* The first byte chooses the version of Go. */
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const char *const versions[] = {"go1.22.12", "go1.24.13", "go1.26.8"};
    const struct gt_report_options options = {.size = sizeof options, .min_bytes = 1};
    struct gt_analysis *analysis = NULL;
    struct gt_report *report = NULL;

    if (!size) return 0;
    struct synth *synth = synth_new(versions[*bytes % 3]);
    put_blocks(synth, bytes + 1, size - 1);
    struct gt_error *error = synth_try_open(synth, &analysis);
    if (!error) error = gt_report_create(analysis, &options, &report);
    gt_error_destroy(error);
    gt_report_destroy(report);
    gt_close(analysis);
    synth_free(synth);
    return 0;
}
