/* Parses the text of conditions into their structure. */
#include "inspector/detect/find/condition.h"

#include "inspector/base/error.h"
#include "inspector/base/str.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NUMBER = 64, MOST_SHOWN = 24 };

struct parser {
    const char *text;
    size_t at;
    struct gt_arena *storage;
};

struct gt_error *gt_condition_error(unsigned column, const char *format, ...)
{
    struct gt_str message = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&message, format, args);
    va_end(args);
    struct gt_error *error =
        gt_error_create(GT_ERR_USAGE, "condition, column %u: %s", column, gt_str_text(&message));
    gt_str_deinit(&message);
    return error;
}

/* ---- the text ------------------------------------------------------------------------------ */

static const char *rest(const struct parser *parser)
{
    return parser->text + parser->at;
}

static unsigned column(const struct parser *parser)
{
    return (unsigned)parser->at + 1;
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(rest(parser), " \t\r\n");
}

static bool take(struct parser *parser, const char *what)
{
    size_t length = strlen(what);

    if (strncmp(rest(parser), what, length) != 0) return false;
    parser->at += length;
    return true;
}

/* Go's letters are those of Unicode: every byte that is not ASCII counts as a letter. */
static bool is_letter(char byte)
{
    return isalpha((unsigned char)byte) || byte == '_' || (unsigned char)byte >= 0x80;
}

static size_t name_length(const char *text)
{
    size_t length = 0;

    if (!is_letter(*text)) return 0;
    while (is_letter(text[length]) || isdigit((unsigned char)text[length]))
        length++;
    return length;
}

static struct gt_error *expected(const struct parser *parser, const char *what)
{
    size_t length = strcspn(rest(parser), " \t\r\n");

    if (!length) return gt_condition_error(column(parser), "expected %s, found the end", what);
    if (length > MOST_SHOWN) length = MOST_SHOWN;
    return gt_condition_error(column(parser), "expected %s, found '%.*s'", what, (int)length,
                              rest(parser));
}

/* ---- operands ------------------------------------------------------------------------------ */

static struct gt_error *add_name(struct parser *parser, struct gt_operand *out)
{
    size_t length = name_length(rest(parser));

    if (*rest(parser) == '[')
        return gt_condition_error(column(parser), "elements and entries cannot be asked for: len() "
                                                  "counts them");
    if (!length) return expected(parser, "the name of a field");
    if (out->name_count == GT_MOST_NAMES)
        return gt_condition_error(column(parser), "expected at most %d names in a path",
                                  GT_MOST_NAMES);
    out->name_columns[out->name_count] = column(parser);
    out->names[out->name_count++] = gt_arena_strndup(parser->storage, rest(parser), length);
    parser->at += length;
    return NULL;
}

/* "." or "a.b.c" or ".a.b.c" */
static struct gt_error *read_path(struct parser *parser, struct gt_operand *out)
{
    bool begun = take(parser, ".");

    if (begun && !is_letter(*rest(parser))) return NULL;
    struct gt_error *error = add_name(parser, out);
    while (!error && take(parser, "."))
        error = add_name(parser, out);
    if (!error && *rest(parser) == '[') error = add_name(parser, out);
    return error;
}

/* Reads what follows the '('. */
static struct gt_error *read_measured(struct parser *parser, struct gt_operand *out)
{
    skip_blanks(parser);
    struct gt_error *error = read_path(parser, out);
    if (error) return error;
    skip_blanks(parser);
    return take(parser, ")") ? NULL : expected(parser, "')' after a path");
}

static bool is_of_number(const char *text, size_t length)
{
    char byte = text[length];
    int before = length ? text[length - 1] : 0;
    bool exponent = (before == 'e' || before == 'E') && strncmp(text, "0x", 2) != 0;

    return isalnum((unsigned char)byte) || byte == '_' || byte == '.' ||
           ((byte == '+' || byte == '-') && exponent);
}

static struct gt_error *read_number(struct parser *parser, struct gt_operand *out)
{
    char digits[MOST_NUMBER + 1], *end;
    size_t length = 0, count = 0, at = parser->at;
    bool negative = take(parser, "-");

    for (; is_of_number(rest(parser), length) && count < MOST_NUMBER; length++)
        if (rest(parser)[length] != '_') digits[count++] = rest(parser)[length];
    digits[count] = '\0';
    out->number = strtold(digits, &end);
    if (!isdigit((unsigned char)*digits) || *end || is_of_number(rest(parser), length)) {
        parser->at = at;
        return expected(parser, "a number such as 10, -1.5 or 0xc000012080");
    }
    if (negative) out->number = -out->number;
    out->kind = GT_OPERAND_NUMBER;
    parser->at += length;
    return NULL;
}

/* Length of a text up to its quote; 0 when it has no end. */
static size_t text_length(const char *text)
{
    size_t at = 1;

    while (text[at] && text[at] != '"')
        at += text[at] == '\\' && text[at + 1] ? 2 : 1;
    return text[at] ? at + 1 : 0;
}

static bool add_escaped(struct gt_str *text, char byte)
{
    static const char letters[] = "\"\\nrt0", bytes[] = "\"\\\n\r\t";
    const char *found = byte ? strchr(letters, byte) : NULL;

    if (!found) return false;
    gt_str_addn(text, &bytes[found - letters], 1);
    return true;
}

static struct gt_error *read_text(struct parser *parser, struct gt_operand *out)
{
    size_t length = text_length(rest(parser));
    struct gt_str text = {0};
    const char *from = rest(parser);

    if (!length) return gt_condition_error(column(parser), "expected a '\"' that ends the text");
    for (size_t i = 1; i + 1 < length; i++) {
        if (from[i] != '\\') {
            gt_str_addn(&text, from + i, 1);
        } else if (!add_escaped(&text, from[++i])) {
            gt_str_deinit(&text);
            return gt_condition_error(column(parser) + (unsigned)i,
                                      "expected \\\", \\\\, \\n, \\r, \\t or \\0 in a text");
        }
    }
    out->kind = GT_OPERAND_TEXT;
    out->length = text.len;
    out->text = gt_arena_strndup(parser->storage, gt_str_text(&text), text.len);
    gt_str_deinit(&text);
    parser->at += length;
    return NULL;
}

static const struct word_row {
    const char *word;
    enum gt_operand_kind kind;
    bool truth;
} words[] = {
    {"true", GT_OPERAND_BOOL, true},
    {"false", GT_OPERAND_BOOL, false},
    {"nil", GT_OPERAND_NIL, false},
};

/* Takes a keyword, but not a field of that name. */
static bool take_word(struct parser *parser, struct gt_operand *out)
{
    size_t length = name_length(rest(parser));

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].word) != length || strncmp(rest(parser), words[i].word, length) != 0)
            continue;
        out->kind = words[i].kind;
        out->truth = words[i].truth;
        parser->at += length;
        return true;
    }
    return false;
}

/* Takes "len(" or "cap(", but not a field of that name. */
static bool take_measure(struct parser *parser, struct gt_operand *out)
{
    size_t length = name_length(rest(parser));
    size_t blanks = strspn(rest(parser) + length, " \t");
    bool len = strncmp(rest(parser), "len", length) == 0;

    if (length != strlen("len") || (!len && strncmp(rest(parser), "cap", length) != 0))
        return false;
    if (rest(parser)[length + blanks] != '(') return false;
    out->kind = len ? GT_OPERAND_LEN : GT_OPERAND_CAP;
    parser->at += length + blanks + 1;
    return true;
}

static struct gt_error *read_operand(struct parser *parser, struct gt_operand *out)
{
    skip_blanks(parser);
    *out = (struct gt_operand){.kind = GT_OPERAND_VALUE, .column = column(parser)};
    char first = *rest(parser);
    if (first == '"') return read_text(parser, out);
    if (isdigit((unsigned char)first) || first == '-') return read_number(parser, out);
    if (take_word(parser, out)) return NULL;
    if (take_measure(parser, out)) return read_measured(parser, out);
    if (first != '.' && first != '[' && !is_letter(first))
        return expected(parser, "a field, len(field), a number, true, false, nil or \"text\"");
    return read_path(parser, out);
}

/* ---- conditions ---------------------------------------------------------------------------- */

static bool take_relation(struct parser *parser, enum gt_relation *out)
{
    static const struct {
        const char *sign;
        enum gt_relation relation;
    } signs[] = {/* of two signs with one beginning, the longer comes first */
                 {"==", GT_EQUAL},    {"!=", GT_UNEQUAL}, {"<=", GT_AT_MOST},
                 {">=", GT_AT_LEAST}, {"<", GT_LESS},     {">", GT_GREATER}};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!take(parser, signs[i].sign)) continue;
        *out = signs[i].relation;
        return true;
    }
    return false;
}

static bool at_end(const struct parser *parser)
{
    return !*rest(parser) || strncmp(rest(parser), "&&", 2) == 0;
}

/* A bool alone: "closed" is "closed == true". */
static void be_bool(struct gt_condition *out, bool truth)
{
    out->relation = GT_EQUAL;
    out->right =
        (struct gt_operand){.kind = GT_OPERAND_BOOL, .column = out->column, .truth = truth};
}

static struct gt_error *read_relation(struct parser *parser, struct gt_condition *out, bool not )
{
    skip_blanks(parser);
    if (out->left.kind == GT_OPERAND_VALUE && (not || at_end(parser))) {
        be_bool(out, !not );
        return NULL;
    }
    out->column = column(parser);
    if (not || !take_relation(parser, &out->relation))
        return not ? gt_condition_error(out->left.column, "expected a field after '!'")
                   : expected(parser, "==, !=, <, <=, > or >=");
    struct gt_error *error = read_operand(parser, &out->right);
    if (!error && !gt_operand_is_path(&out->left) && !gt_operand_is_path(&out->right))
        error = gt_condition_error(out->left.column, "expected a field on one side");
    return error;
}

/* The text since `begin`, without the blanks at its end. */
static const char *written(const struct parser *parser, size_t begin)
{
    size_t end = parser->at;

    while (end > begin && isspace((unsigned char)parser->text[end - 1]))
        end--;
    return gt_arena_strndup(parser->storage, parser->text + begin, end - begin);
}

static struct gt_error *read_condition(struct parser *parser, struct gt_condition *out)
{
    skip_blanks(parser);
    size_t begin = parser->at;
    bool not = *rest(parser) == '!' && rest(parser)[1] != '=' && take(parser, "!");
    struct gt_error *error = read_operand(parser, &out->left);

    out->column = out->left.column;
    if (!error) error = read_relation(parser, out, not );
    if (error) return error;
    out->text = written(parser, begin);
    skip_blanks(parser);
    if (!at_end(parser) && strncmp(rest(parser), "||", 2) == 0)
        return gt_condition_error(column(parser), "there is no ||: ask for each by itself");
    return at_end(parser) ? NULL : expected(parser, "&& or the end");
}

struct gt_error *gt_conditions_parse(const char *text, struct gt_arena *storage,
                                     struct gt_conditions *out)
{
    struct parser parser = {.text = text, .storage = storage};
    struct gt_error *error = NULL;

    out->count = 0;
    if (strlen(text) > GT_MOST_CONDITION)
        return gt_condition_error(GT_MOST_CONDITION + 1, "expected at most %d bytes",
                                  GT_MOST_CONDITION);
    skip_blanks(&parser);
    if (!*rest(&parser)) return NULL;
    do {
        if (out->count == GT_MOST_CONDITIONS)
            return gt_condition_error(column(&parser), "expected at most %d conditions",
                                      GT_MOST_CONDITIONS);
        error = read_condition(&parser, &out->list[out->count]);
        if (!error) out->count++;
    } while (!error && take(&parser, "&&"));
    return error;
}
