/* Addresses as people write them, with a type or without: the input is the text. */
#include "inspector/base/error.h"
#include "inspector/cli/values/address.h"
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What was read is written as it was read. */
static void check_same(uint64_t address, struct gt_arena *arena)
{
    char text[32];
    const char *type = NULL;
    uint64_t again;

    snprintf(text, sizeof text, "0x%" PRIx64, address);
    if (gt_address_parse(text, &again) || again != address) abort();
    if (gt_address_parse_typed(text, arena, &again, &type) || again != address || type) abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    char *text = malloc(size + 1);
    struct gt_arena arena = {0};
    const char *type = NULL;
    uint64_t address = 0;

    if (!text) abort();
    memcpy(text, bytes, size);
    text[size] = '\0';
    struct gt_error *plain = gt_address_parse(text, &address);
    if (!plain) check_same(address, &arena);
    struct gt_error *typed = gt_address_parse_typed(text, &arena, &address, &type);
    if (!plain && typed) abort();
    if (!typed) check_same(address, &arena);
    if (!typed && type && (!*type || strlen(type) > size)) abort();
    gt_error_destroy(plain);
    gt_error_destroy(typed);
    gt_arena_deinit(&arena);
    free(text);
    return 0;
}
