/* Build information and version texts. */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct gt_go_version version;
    const char *modinfo;
    size_t length;

    if (gt_buildinfo_read(bytes, size, &version, &modinfo, &length) && length) {
        volatile char last = modinfo[length - 1];
        (void)last;
    }
    gt_version_parse((const char *)bytes, size, &version);
    return 0;
}
