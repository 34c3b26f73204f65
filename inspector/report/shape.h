/*
 * Shapes: the members of the instances of a kind of finding. Each shape is a file in shapes/, named
 * by the rows of inspector/kinds/kinds.def.
 *
 * The fields of a shape are a table. The JSON writer and the JSON Schema use it in its order, so
 * they cannot differ. A function of the shape writes an instance as text. The compiler checks that
 * a field has the type of its value. All of it is constant.
 */
#ifndef GT_REPORT_SHAPE_H
#define GT_REPORT_SHAPE_H

#include "inspector/names/words.h"

/* The JSON form of a field. Unknown is null. */
enum gt_value {
    GT_VALUE_SIZE,            /* uint64_t: a number, never unknown */
    GT_VALUE_ID_OR_NULL,      /* uint64_t; 0: unknown */
    GT_VALUE_SIGNED,          /* int64_t; GT_UNKNOWN */
    GT_VALUE_LINE,            /* uint32_t; 0: unknown */
    GT_VALUE_BOOL,            /* bool */
    GT_VALUE_ADDRESS,         /* uint64_t, never 0: a string */
    GT_VALUE_ADDRESS_OR_NULL, /* uint64_t; 0: unknown */
    GT_VALUE_TEXT,            /* const char *; NULL: unknown */
    GT_VALUE_TEXT_IF_ANY,     /* const char *; NULL: the field is left out */
    GT_VALUE_BLOCK,           /* struct gt_block */
    GT_VALUE_STACK,           /* struct gt_stack */
    GT_VALUE_STACK_OR_NULL,   /* struct gt_stack; empty: unknown */
    GT_VALUE_LOCATION,        /* struct gt_source_location; without a function: unknown */
    GT_VALUE_PATH,            /* struct gt_path */
    GT_VALUE_WORD,            /* an enum, by `words`; each value has a word */
    GT_VALUE_WORD_OR_NULL,    /* an enum, by `words` */
    GT_VALUE_LABELS,          /* const struct gt_label *, `count` of them */
    GT_VALUE_LIST,            /* a pointer to `count` structs, which `items` describes */
    GT_VALUE_OBJECT,          /* a struct, which `items` describes */
    GT_VALUES
};

struct gt_fields {
    const struct gt_field *list;
    size_t count;
    size_t size; /* of the struct that has them */
};

struct gt_field {
    const char *name;
    enum gt_value value;
    size_t offset;                 /* in its struct */
    size_t count;                  /* offset of a size_t: the number of elements */
    const struct gt_fields *items; /* of a list or an object */
    const struct gt_words *words;
};

/* The type of a field, by its value. */
typedef uint64_t gt_type_of_SIZE, gt_type_of_ID_OR_NULL, gt_type_of_ADDRESS,
    gt_type_of_ADDRESS_OR_NULL;
typedef int64_t gt_type_of_SIGNED;
typedef uint32_t gt_type_of_LINE;
typedef bool gt_type_of_BOOL;
typedef const char *gt_type_of_TEXT, *gt_type_of_TEXT_IF_ANY;
typedef struct gt_block gt_type_of_BLOCK;
typedef struct gt_stack gt_type_of_STACK, gt_type_of_STACK_OR_NULL;
typedef struct gt_source_location gt_type_of_LOCATION;
typedef struct gt_path gt_type_of_PATH;

/* offsetof for a member of this type: with another type the comparison does not compile. */
#define GT_OFFSET(owner, member, type)                                                             \
    (offsetof(owner, member) + 0 * sizeof(&((owner *)0)->member == (const type *)0))

#define GT_FIELD(name, value, owner, member)                                                       \
    {                                                                                              \
        name, GT_VALUE_##value, GT_OFFSET(owner, member, gt_type_of_##value), 0, NULL, NULL        \
    }
#define GT_FIELD_WORD(name, value, words, owner, member)                                           \
    {                                                                                              \
        name, GT_VALUE_##value, offsetof(owner, member), 0, NULL, words                            \
    }
#define GT_FIELD_LABELS(name, owner, member, count)                                                \
    {                                                                                              \
        name, GT_VALUE_LABELS, GT_OFFSET(owner, member, struct gt_label *),                        \
            GT_OFFSET(owner, count, size_t), NULL, NULL                                            \
    }
#define GT_FIELD_LIST(name, items, owner, member, count)                                           \
    {                                                                                              \
        name, GT_VALUE_LIST, offsetof(owner, member), GT_OFFSET(owner, count, size_t), items, NULL \
    }
#define GT_FIELD_OBJECT(name, items, owner, member)                                                \
    {                                                                                              \
        name, GT_VALUE_OBJECT, offsetof(owner, member), 0, items, NULL                             \
    }
#define GT_FIELDS(list, owner)                                                                     \
    {                                                                                              \
        list, sizeof(list) / sizeof *(list), sizeof(owner)                                         \
    }
struct gt_page;

struct gt_shape {
    struct gt_fields fields; /* of struct gt_instance */
    /* Writes the largest instance as lines of text that begin at the column. */
    void (*put)(struct gt_page *page, unsigned column, const struct gt_instance *instance);
    /* Writes what all instances have in common, after the first; NULL: nothing. */
    void (*put_all)(struct gt_page *page, unsigned column, const struct gt_instance *instances,
                    size_t count);
    size_t key;    /* offset of a uint64_t that identifies an instance: an address, */
    bool numbered; /* or a goroutine's number */
    bool single;   /* one instance stands for everything that is counted */
    bool mostly;   /* the path leads to what holds most of it, not all of it */
};

const struct gt_shape *gt_shape_of(enum gt_kind kind); /* never NULL */

/* The fields of struct gt_blocked_thing, which other documents have too. */
extern const struct gt_fields gt_thing_fields;

#endif
