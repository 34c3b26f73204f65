/* replay FILE...: runs a fuzz target over existing inputs. It is linked instead of libFuzzer. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

static void replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0, room = 1 << 24;
    unsigned char *bytes = malloc(room);

    if (!file || !bytes) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    size = fread(bytes, 1, room, file);
    fclose(file);
    unsigned char *exact = malloc(size ? size : 1); /* so that sanitizers see reads past its end */
    if (!exact) exit(1);
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    free(bytes);
}

int main(int argc, char **argv)
{
    LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%d inputs\n", argc - 1);
    return 0;
}
