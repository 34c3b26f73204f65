/* Searches for the magic number at every multiple of 16 bytes, and reads the two strings behind it.
 * A version's text is cut where its experiments begin; then the numbers are parsed. */
#include "gotypes/layouts/version.h"

/* The blob that cmd/link writes (debug/buildinfo): magic, pointer size, flags, then at byte 32 the
 * version and the module information, each a varint length and its bytes. */
static const char magic[] = "\xff Go buildinf:";
enum { MAGIC_LEN = 14, BLOB_ALIGN = 16, FLAGS_AT = 15, FLAG_INLINE = 2, STRINGS_AT = 32 };
enum {
    MODINFO_FRAME = 16
}; /* bytes of the markers around the module information:
    * cmd/go/internal/modload */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits from *at on: at least one, and no more than a version can have. */
static bool parse_number(const char *text, size_t length, size_t *at, unsigned *out)
{
    size_t start = *at;
    unsigned value = 0;
    for (; *at < length && is_digit(text[*at]) && *at - start < 4; ++*at)
        value = value * 10 + (unsigned)(text[*at] - '0');
    *out = value;
    return *at > start;
}

/* The position after "go1.", which stands at the start or after a space ("devel go1.27-..."). */
static bool find_go1(const char *text, size_t length, size_t *at)
{
    for (size_t i = 0; i + 4 < length; i++)
        if (memcmp(text + i, "go1.", 4) == 0 && (i == 0 || text[i - 1] == ' ')) {
            *at = i + 4;
            return true;
        }
    return false;
}

/* The list of experiments follows " X:" or, since 1.26, "-X:". *from is its start. */
static size_t version_end(const char *text, size_t length, size_t *from)
{
    for (size_t i = 0; i + 3 <= length; i++)
        if ((text[i] == ' ' || text[i] == '-') && text[i + 1] == 'X' && text[i + 2] == ':') {
            *from = i + 3;
            return i;
        }
    *from = length;
    return length;
}

static void add_experiment(struct gt_go_version *out, const char *name, size_t length)
{
    if (length == 0 || length >= sizeof out->experiments[0] ||
        out->experiment_count == GT_MAX_EXPERIMENTS)
        return;
    memcpy(out->experiments[out->experiment_count++], name, length);
}

static void parse_experiments(const char *text, size_t length, struct gt_go_version *out)
{
    size_t start = 0;
    for (size_t i = 0; i <= length; i++)
        if (i == length || text[i] == ',' || text[i] == ' ') {
            add_experiment(out, text + start, i - start);
            start = i + 1;
        }
}

bool gt_version_parse(const char *text, size_t length, struct gt_go_version *out)
{
    size_t at, experiments;
    *out = (struct gt_go_version){0};
    size_t end = version_end(text, length, &experiments);
    if (!find_go1(text, end, &at) || !parse_number(text, end, &at, &out->minor)) return false;
    if (at < end && text[at] == '.') {
        at++;
        parse_number(text, end, &at, &out->patch);
    }
    size_t kept = end < sizeof out->text ? end : sizeof out->text - 1;
    memcpy(out->text, text, kept);
    parse_experiments(text + experiments, length - experiments, out);
    return true;
}

/* Reads a varint length and that many bytes; moves *at behind them. */
static bool read_string(const unsigned char *bytes, size_t size, size_t *at, const char **text,
                        size_t *length)
{
    uint64_t value = 0;
    for (unsigned shift = 0; *at < size && shift < 35; shift += 7) {
        unsigned char byte = bytes[(*at)++];
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80) continue;
        if (value > size - *at) return false;
        *text = (const char *)bytes + *at;
        *length = value;
        *at += value;
        return true;
    }
    return false;
}

/* Takes off the markers. Text without them counts as absent, as in debug/buildinfo. */
static void strip_frame(const char **text, size_t *length)
{
    if (*length < 2 * MODINFO_FRAME + 1 || (*text)[*length - MODINFO_FRAME - 1] != '\n') {
        *text = NULL;
        *length = 0;
        return;
    }
    *text += MODINFO_FRAME;
    *length -= 2 * MODINFO_FRAME;
}

static bool is_blob(const unsigned char *bytes, size_t left)
{
    return left >= STRINGS_AT && memcmp(bytes, magic, MAGIC_LEN) == 0 &&
           (bytes[FLAGS_AT] & FLAG_INLINE);
}

bool gt_buildinfo_read(const unsigned char *bytes, size_t size, struct gt_go_version *out,
                       const char **modinfo, size_t *modinfo_len)
{
    size_t start = 0, length, at;
    const char *text;
    *modinfo = NULL;
    *modinfo_len = 0;
    while (start < size && !is_blob(bytes + start, size - start))
        start += BLOB_ALIGN;
    at = start + STRINGS_AT;
    if (start >= size || !read_string(bytes, size, &at, &text, &length) ||
        !gt_version_parse(text, length, out))
        return false;
    if (read_string(bytes, size, &at, modinfo, modinfo_len)) strip_frame(modinfo, modinfo_len);
    return true;
}
