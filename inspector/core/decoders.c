/* Four functions for each format call the streaming interface of its library; the table at the end
 * lists them. zstd and xz are told the limit of memory. */
#include "inspector/core/decoders.h"

#include "inspector/base/alloc.h"
#include "inspector/base/memory.h"

#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* ---- zstd ---------------------------------------------------------------------------------- */

enum { ZSTD_WINDOW_LOG = 30 }; /* GT_DECODER_MEMORY */

static bool is_zstd(const unsigned char *bytes, size_t size)
{
    if (size < 4) return false;
    uint32_t magic = gt_load32(bytes);
    /* pzstd writes a skippable frame before each real one. */
    return magic == ZSTD_MAGICNUMBER ||
           (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

static void *open_zstd(void)
{
    ZSTD_DStream *stream = ZSTD_createDStream();

    if (stream) ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
    return stream;
}

static enum gt_flow_state step_zstd(void *state, struct gt_flow *flow)
{
    ZSTD_inBuffer in = {flow->in, flow->in_size, flow->in_at};
    ZSTD_outBuffer out = {flow->out, flow->out_size, flow->out_at};
    size_t left = ZSTD_decompressStream(state, &out, &in);

    flow->in_at = in.pos;
    flow->out_at = out.pos;
    if (ZSTD_getErrorCode(left) == ZSTD_error_frameParameter_windowTooLarge) return GT_FLOW_BIG;
    if (ZSTD_isError(left)) return GT_FLOW_BAD;
    return left == 0 ? GT_FLOW_END : GT_FLOW_ON;
}

static void close_zstd(void *state)
{
    ZSTD_freeDStream(state);
}

/* ---- lz4 ----------------------------------------------------------------------------------- */

static bool is_lz4(const unsigned char *bytes, size_t size)
{
    enum { FRAME = 0x184d2204 };
    return size >= 4 && gt_load32(bytes) == FRAME;
}

static void *open_lz4(void)
{
    LZ4F_dctx *context = NULL;

    return LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) ? NULL : context;
}

static enum gt_flow_state step_lz4(void *state, struct gt_flow *flow)
{
    size_t in = flow->in_size - flow->in_at, out = flow->out_size - flow->out_at;
    size_t left =
        LZ4F_decompress(state, flow->out + flow->out_at, &out, flow->in + flow->in_at, &in, NULL);

    if (LZ4F_isError(left)) return GT_FLOW_BAD;
    flow->in_at += in;
    flow->out_at += out;
    return left == 0 ? GT_FLOW_END : GT_FLOW_ON;
}

static void close_lz4(void *state)
{
    LZ4F_freeDecompressionContext(state);
}

/* ---- xz ------------------------------------------------------------------------------------ */

static bool is_xz(const unsigned char *bytes, size_t size)
{
    return size >= 6 && memcmp(bytes,
                               "\xfd"
                               "7zXZ\0",
                               6) == 0;
}

/* Memory that the decoder needs beside the dictionary. */
static lzma_ret start_xz(lzma_stream *stream)
{
    enum { OWN = 16 << 20 };
    return lzma_stream_decoder(stream, GT_DECODER_MEMORY + OWN, 0);
}

static void *open_xz(void)
{
    lzma_stream *stream = gt_calloc(1, sizeof *stream);

    if (start_xz(stream) == LZMA_OK) return stream;
    gt_free(stream);
    return NULL;
}

static enum gt_flow_state step_xz(void *state, struct gt_flow *flow)
{
    lzma_stream *stream = state;

    stream->next_in = flow->in + flow->in_at;
    stream->avail_in = flow->in_size - flow->in_at;
    stream->next_out = flow->out + flow->out_at;
    stream->avail_out = flow->out_size - flow->out_at;
    lzma_ret status = lzma_code(stream, LZMA_RUN);
    flow->in_at = flow->in_size - stream->avail_in;
    flow->out_at = flow->out_size - stream->avail_out;
    if (status == LZMA_STREAM_END) /* the next member, if any, starts anew */
        return start_xz(stream) == LZMA_OK ? GT_FLOW_END : GT_FLOW_BAD;
    if (status == LZMA_MEMLIMIT_ERROR) return GT_FLOW_BIG;
    return status == LZMA_OK || status == LZMA_BUF_ERROR ? GT_FLOW_ON : GT_FLOW_BAD;
}

static void close_xz(void *state)
{
    lzma_end(state);
    gt_free(state);
}

/* ---- gzip ---------------------------------------------------------------------------------- */

static bool is_gzip(const unsigned char *bytes, size_t size)
{
    enum { DEFLATE = 8 };
    return size >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == DEFLATE;
}

static void *open_gzip(void)
{
    enum { GZIP_ONLY = 16 };
    z_stream *stream = gt_calloc(1, sizeof *stream);

    if (inflateInit2(stream, GZIP_ONLY + MAX_WBITS) == Z_OK) return stream;
    gt_free(stream);
    return NULL;
}

static enum gt_flow_state step_gzip(void *state, struct gt_flow *flow)
{
    z_stream *stream = state;
    size_t in = flow->in_size - flow->in_at, out = flow->out_size - flow->out_at;

    stream->next_in = (unsigned char *)flow->in + flow->in_at; /* the decoder only reads it */
    stream->avail_in = (uInt)in;
    stream->next_out = flow->out + flow->out_at;
    stream->avail_out = (uInt)out;
    int status = inflate(stream, Z_NO_FLUSH);
    flow->in_at += in - stream->avail_in;
    flow->out_at += out - stream->avail_out;
    if (status == Z_STREAM_END) return inflateReset(stream) == Z_OK ? GT_FLOW_END : GT_FLOW_BAD;
    return status == Z_OK || status == Z_BUF_ERROR ? GT_FLOW_ON : GT_FLOW_BAD;
}

static void close_gzip(void *state)
{
    inflateEnd(state);
    gt_free(state);
}

/* ---- the table ----------------------------------------------------------------------------- */

static const struct gt_decoder decoders[] = {
    {"zstd", "zstd -d", is_zstd, open_zstd, step_zstd, close_zstd},
    {"lz4", "lz4 -d", is_lz4, open_lz4, step_lz4, close_lz4},
    {"xz", "xz -d", is_xz, open_xz, step_xz, close_xz},
    {"gzip", "gzip -d", is_gzip, open_gzip, step_gzip, close_gzip},
};

const struct gt_decoder *gt_decoder_of(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (decoders[i].is(bytes, size)) return &decoders[i];
    return NULL;
}
