/* Copies a stream of bytes, compressed or not, into a file that can be mapped. */
#include "inspector/base/alloc.h"
#include "inspector/base/call.h"
#include "inspector/base/error.h"
#include "inspector/core/core_impl.h"
#include "inspector/core/decoders.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum {
    OUT_SIZE = 1 << 20, /* a multiple of the block size of holes */
    IN_SIZE = 1 << 20,  /* progress is reported once for so many bytes */
};

struct unpacker {
    const struct gt_source *source;
    const struct gt_decoder *decoder; /* NULL: not compressed */
    void *state;                      /* of the decoder */
    struct gt_resource *held;         /* closes the decoder */
    enum gt_flow_state flowing;
    struct gt_flow flow;
    unsigned char *in, *out;
    uint64_t taken; /* bytes read from the source */
    bool dry;       /* the source has ended */
    struct gt_scratch *scratch;
};

/* Fills the whole buffer if there is enough: pipes deliver little at a time. */
static struct gt_error *fill(struct unpacker *un)
{
    struct gt_flow *flow = &un->flow;

    flow->in_at = flow->in_size = 0;
    while (!un->dry && flow->in_size < IN_SIZE) {
        ssize_t got = read(un->source->fd, un->in + flow->in_size, IN_SIZE - flow->in_size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            return gt_error_io(un->source->path, "cannot read it after %" PRIu64 " bytes: %s",
                               un->taken, strerror(errno));
        un->dry = got == 0;
        flow->in_size += (size_t)got;
    }
    un->taken += flow->in_size;
    return NULL;
}

static uint64_t most_bytes(const struct unpacker *un)
{
    uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES), page = (uint64_t)sysconf(_SC_PAGESIZE);

    return un->source->how->max_unpacked ? un->source->how->max_unpacked : 4 * pages * page;
}

static struct gt_error *too_much(const struct unpacker *un)
{
    return gt_error_in_file(GT_ERR_FORMAT, un->source->path,
                            "expected at most %" PRIu64 " bytes when it is unpacked, %s, found "
                            "more; allow more with --max-unpacked",
                            most_bytes(un),
                            un->source->how->max_unpacked ? "as it was asked for"
                                                          : "four times the machine's memory");
}

/* Data that is no ELF file is refused at its first block. Data that is too large is refused at the
 * limit. */
static struct gt_error *keep(struct unpacker *un, const unsigned char *bytes, size_t size)
{
    uint64_t kept = un->scratch->written, most = most_bytes(un);
    struct gt_error *error = !kept && size ? gt_elf_magic(un->source->path, bytes, size) : NULL;

    if (error) return error;
    if (size > most || kept > most - size) return too_much(un);
    return gt_scratch_write(un->scratch, bytes, size);
}

static struct gt_error *flush(struct unpacker *un)
{
    struct gt_error *error = keep(un, un->out, un->flow.out_at);

    un->flow.out_at = 0;
    return error;
}

/* If there are too few bytes to know, they count as a member, and the decoder decides. But no
 * format's magic begins with zero, and xz allows padding of four bytes. */
static bool begins_another(const struct unpacker *un)
{
    const unsigned char *next = un->flow.in + un->flow.in_at;
    size_t left = un->flow.in_size - un->flow.in_at;

    return *next && (left < GT_MAGIC_BYTES || un->decoder->is(next, left));
}

static struct gt_error *too_big(const struct unpacker *un)
{
    return gt_error_in_file(GT_ERR_FORMAT, un->source->path,
                            "expected %s data that is unpacked in at most %" PRIu64
                            " MiB of memory, found "
                            "a larger window; unpack it with %s, which says how to allow it",
                            un->decoder->name, GT_DECODER_MEMORY >> 20, un->decoder->tool);
}

/* Consumes the input in the buffer, and all output of the decoder for it. Bytes after a member that
 * begin no other member are no data: tape blocks are padded so. */
static struct gt_error *decode(struct unpacker *un)
{
    struct gt_flow *flow = &un->flow;
    bool full = false;

    while (flow->in_at < flow->in_size || (full && un->flowing == GT_FLOW_ON)) {
        if (un->flowing == GT_FLOW_END && !begins_another(un)) {
            un->dry = true;
            flow->in_at = flow->in_size;
            break;
        }
        un->flowing = un->decoder->step(un->state, flow);
        if (un->flowing == GT_FLOW_BAD) {
            gt_call_check();
            break;
        }
        if (un->flowing == GT_FLOW_BIG) return too_big(un);
        full = flow->out_at == flow->out_size;
        struct gt_error *error = full ? flush(un) : NULL;
        if (error) return error;
    }
    return NULL;
}

static struct gt_error *copy(struct unpacker *un)
{
    un->flowing = GT_FLOW_END;
    return keep(un, un->in, un->flow.in_size);
}

static void close_decoder(void *state, size_t decoder)
{
    ((const struct gt_decoder *)decoder)->close(state);
}

static struct gt_error *choose_decoder(struct unpacker *un)
{
    un->decoder = gt_decoder_of(un->in, un->flow.in_size);
    un->state = un->decoder ? un->decoder->open() : NULL;
    if (un->state) un->held = gt_hold(un->state, (size_t)un->decoder, close_decoder);
    if (!un->decoder || un->state) return NULL;
    return gt_error_in_file(GT_ERR_MEMORY, un->source->path,
                            "no memory to unpack it; unpack it with %s", un->decoder->tool);
}

/* The callback may set errno, which must not count as a failure of this library. */
static void describe_progress(const struct unpacker *un)
{
    const struct gt_opening *how = un->source->how;
    int before = errno;

    if (how->progress)
        how->progress(how->progress_ctx, un->decoder ? "unpacking" : "reading", un->taken,
                      un->source->size > un->taken ? un->source->size : un->taken);
    errno = before;
}

static struct gt_error *unpack_all(struct unpacker *un)
{
    struct gt_error *error = fill(un);

    if (!error) error = choose_decoder(un);
    while (!error && un->flow.in_size && un->flowing != GT_FLOW_BAD) {
        error = un->decoder ? decode(un) : copy(un);
        if (!error) describe_progress(un);
        if (!error) error = fill(un);
    }
    if (!error) error = flush(un);
    return error ? error : gt_scratch_finish(un->scratch);
}

static struct gt_error *nothing_in_it(const struct unpacker *un)
{
    if (!un->decoder)
        return gt_error_in_file(GT_ERR_FORMAT, un->source->path,
                                "expected a core, found no data at all");
    return gt_error_in_file(GT_ERR_FORMAT, un->source->path,
                            "expected a %s-compressed ELF file, found %s; copy it again from where "
                            "it was made",
                            un->decoder->name,
                            un->flowing == GT_FLOW_BAD ? "damage at its start" : "nothing in it");
}

struct gt_error *gt_unpack(const struct gt_source *source, struct gt_scratch *scratch, bool *cut)
{
    struct unpacker un = {.source = source, .flowing = GT_FLOW_ON, .scratch = scratch};
    struct gt_error *error = gt_scratch_open(source->path, source->how->in_memory, scratch);

    if (error) return error;
    un.in = gt_alloc(IN_SIZE);
    un.out = gt_alloc(OUT_SIZE);
    un.flow = (struct gt_flow){.in = un.in, .out = un.out, .out_size = OUT_SIZE};
    error = unpack_all(&un);
    if (!error && !scratch->written) error = nothing_in_it(&un);
    *cut = un.flowing != GT_FLOW_END;
    gt_let_go(un.held);
    gt_free(un.in);
    gt_free(un.out);
    return error;
}
