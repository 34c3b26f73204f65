/* Decodes UTF-8 strictly: overlong forms and surrogates are refused. Two tables of ranges have the
 * characters that are escaped, and those that take two columns. */
#include "inspector/report/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/* Characters that move the cursor, change the reading direction or are invisible. */
static const struct range unsafe_runes[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

/* Characters that take two columns: East Asian scripts and pictures. */
static const struct range wide_runes[] = {
    {0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
};

static bool among(const struct range *ranges, size_t count, uint32_t rune)
{
    for (size_t i = 0; i < count; i++)
        if (rune >= ranges[i].first && rune <= ranges[i].last) return true;
    return false;
}

#define AMONG(ranges, rune) among(ranges, sizeof(ranges) / sizeof(ranges)[0], rune)

/* The length of the sequence that a lead byte begins; 0 when it begins none. */
static unsigned announced(unsigned char lead)
{
    if (lead < 0x80) return 1;
    if (lead < 0xc2) return 0;
    if (lead < 0xe0) return 2;
    if (lead < 0xf0) return 3;
    return lead < 0xf5 ? 4 : 0;
}

/* The length of the UTF-8 sequence at `text`, and its rune; 0 when there is none. */
static unsigned decode(const char *text, uint32_t *rune)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;
    unsigned length = announced(bytes[0]);

    if (length == 0) return 0;
    *rune = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
    for (unsigned i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return 0; /* the final NUL ends a sequence too */
        *rune = *rune << 6 | (bytes[i] & 0x3f);
    }
    bool surrogate = *rune >= 0xd800 && *rune <= 0xdfff;
    return *rune < least[length] || *rune > 0x10ffff || surrogate ? 0 : length;
}

static void escape_rune(struct gt_str *to, uint32_t rune)
{
    static const char *const names[32] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};

    if (rune < 32 && names[rune])
        gt_str_add(to, names[rune]);
    else if (rune < 0x100)
        gt_str_format(to, "\\x%02x", (unsigned)rune);
    else
        gt_str_format(to, rune > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)rune);
}

/* The length of the text's start that is printable ASCII, which nearly all texts are. */
static size_t plain_length(const char *text)
{
    size_t length = 0;

    while (text[length] >= ' ' && text[length] < 0x7f)
        length++;
    return length;
}

void gt_escape(struct gt_str *to, const char *text)
{
    uint32_t rune = 0;
    size_t plain = plain_length(text);

    gt_str_addn(to, text, plain);
    text += plain;
    while (*text) {
        unsigned length = decode(text, &rune);
        if (length == 0)
            gt_str_format(to, "\\x%02x", (unsigned char)*text);
        else if (AMONG(unsafe_runes, rune))
            escape_rune(to, rune);
        else
            gt_str_addn(to, text, length);
        text += length ? length : 1;
    }
}

void gt_utf8(struct gt_str *to, const char *text)
{
    uint32_t rune = 0;

    while (*text) {
        unsigned length = decode(text, &rune);
        if (length)
            gt_str_addn(to, text, length);
        else
            gt_str_add(to, "\xef\xbf\xbd");
        text += length ? length : 1;
    }
}

/* Handles the parts between NULs one by one. */
static void each_text(struct gt_str *to, const char *text, uint64_t length,
                      void (*add)(struct gt_str *to, const char *text), const char *nul,
                      size_t nul_length)
{
    const char *end = text + length;

    for (add(to, text); (text += strlen(text)) < end; add(to, ++text))
        gt_str_addn(to, nul, nul_length);
}

void gt_escape_bytes(struct gt_str *to, const char *text, uint64_t length)
{
    each_text(to, text, length, gt_escape, "\\x00", sizeof "\\x00" - 1);
}

void gt_utf8_bytes(struct gt_str *to, const char *text, uint64_t length)
{
    each_text(to, text, length, gt_utf8, "", 1);
}

size_t gt_character(const char *text, unsigned *columns)
{
    uint32_t rune = 0;
    unsigned length = decode(text, &rune);

    *columns = length && AMONG(wide_runes, rune) ? 2 : 1;
    return length ? length : 1;
}

unsigned gt_columns(const char *text, size_t length)
{
    size_t i = 0;

    while (i < length && (unsigned char)text[i] < 0x80)
        i++;
    unsigned total = (unsigned)i, columns;
    while (i < length) {
        i += gt_character(text + i, &columns);
        total += columns;
    }
    return total;
}
