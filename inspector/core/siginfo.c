/* Reads fixed offsets of the kernel's struct. Two lists decide what the union holds: the signals
 * that are faults, and the codes that have a sender. */
#include "inspector/core/siginfo.h"

#include "inspector/base/memory.h"

#include <signal.h>
#include <stddef.h>

enum { MAX_SIGNAL = 64, CODE = 8, VALUE = 16, SYSCALL = 24, SMALLEST = 24 };

bool gt_siginfo_read(const unsigned char *bytes, uint64_t size, struct gt_siginfo *out)
{
    *out = (struct gt_siginfo){0};
    if (size < SMALLEST) return false;
    uint32_t signal = gt_load32(bytes);
    if (signal == 0 || signal > MAX_SIGNAL) return false;
    out->signal = (int32_t)signal;
    out->code = (int32_t)gt_load32(bytes + CODE);
    out->has_code = true;
    out->value = gt_load64(bytes + VALUE);
    if (size >= GT_SIGINFO_BYTES && signal == SIGSYS)
        out->syscall = (int32_t)gt_load32(bytes + SYSCALL);
    return true;
}

/* Codes above 0 are the kernel's. */
bool gt_siginfo_is_fault(const struct gt_siginfo *info)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (info->signal == faults[i]) return info->has_code && info->code > 0;
    return false;
}

bool gt_siginfo_address(const struct gt_siginfo *info, uint64_t *address)
{
    if (!gt_siginfo_is_fault(info) || info->code == GT_SI_KERNEL) return false;
    *address = info->value;
    return true;
}

bool gt_siginfo_sender(const struct gt_siginfo *info, int32_t *pid, uint32_t *uid)
{
    static const int sent[] = {SI_USER, SI_QUEUE, SI_TKILL, SI_MESGQ};

    for (size_t i = 0; info->has_code && i < sizeof sent / sizeof *sent; i++) {
        if (info->code != sent[i]) continue;
        *pid = (int32_t)(uint32_t)info->value;
        *uid = (uint32_t)(info->value >> 32);
        return true;
    }
    return false;
}
