/* A table has the meaning of each signal's codes. */
#include "inspector/detect/model/fill_signal.h"

#include <signal.h>

/* The meaning of codes of the kernel (asm-generic/siginfo.h). A code without a row is shown as its
 * number. */
static const struct reason {
    int signal, code; /* signal 0: any */
    enum gt_signal_reason means;
} reasons[] = {
    {SIGSEGV, 1, GT_SIGNAL_NOT_MAPPED},
    {SIGSEGV, 2, GT_SIGNAL_ACCESS},
    {SIGSEGV, 4, GT_SIGNAL_PROTECTION_KEY},
    {SIGSEGV, GT_SI_KERNEL, GT_SIGNAL_NO_ADDRESS},
    {SIGBUS, 1, GT_SIGNAL_MISALIGNED},
    {SIGBUS, 2, GT_SIGNAL_NO_MEMORY},
    {SIGBUS, 3, GT_SIGNAL_HARDWARE},
    {SIGBUS, 4, GT_SIGNAL_MEMORY_FAILED},
    {SIGBUS, 5, GT_SIGNAL_MEMORY_FAILED},
    {SIGBUS, GT_SI_KERNEL, GT_SIGNAL_NO_ADDRESS},
    {SIGILL, 1, GT_SIGNAL_OPCODE},
    {SIGILL, 2, GT_SIGNAL_OPERAND},
    {SIGILL, 5, GT_SIGNAL_PRIVILEGED},
    {SIGFPE, 1, GT_SIGNAL_DIVISION},
    {SIGFPE, 2, GT_SIGNAL_OVERFLOW},
    {SIGTRAP, 1, GT_SIGNAL_BREAKPOINT},
    {SIGTRAP, 2, GT_SIGNAL_SINGLE_STEP},
    {SIGTRAP, 4, GT_SIGNAL_HARDWARE_BREAKPOINT},
    {SIGTRAP, GT_SI_KERNEL, GT_SIGNAL_TRAP},
    {SIGSYS, GT_SYS_SECCOMP, GT_SIGNAL_SECCOMP},
    {0, SI_USER, GT_SIGNAL_KILL},
    {0, SI_QUEUE, GT_SIGNAL_SIGQUEUE},
    {0, SI_TKILL, GT_SIGNAL_TGKILL},
    {0, SI_TIMER, GT_SIGNAL_TIMER},
    {0, SI_MESGQ, GT_SIGNAL_MESSAGE_QUEUE},
    {0, GT_SI_KERNEL, GT_SIGNAL_BY_KERNEL},
};

static enum gt_signal_reason reason_of(const struct gt_siginfo *info)
{
    for (size_t i = 0; info->has_code && i < sizeof reasons / sizeof *reasons; i++) {
        const struct reason *reason = &reasons[i];
        bool any = reason->signal == 0;
        if ((any || reason->signal == info->signal) && reason->code == info->code)
            return reason->means;
    }
    return GT_SIGNAL_REASON_UNKNOWN;
}

static void fill_sender(const struct gt_core *core, const struct gt_siginfo *info,
                        struct gt_report *report)
{
    int32_t *pid = &report->crash.sender_pid;

    report->crash.sent = gt_siginfo_sender(info, pid, &report->crash.sender_uid);
    report->crash.sent_by_itself = report->crash.sent && *pid == gt_core_pid(core);
}

void gt_fill_signal(const struct gt_source_process *source, const struct gt_death *death,
                    struct gt_report *report)
{
    const struct gt_siginfo *info = &death->signal;

    report->crash.thread = death->thread ? death->thread->tid : 0;
    report->crash.signal_lost = death->lost;
    report->crash.caught = death->caught;
    gt_process_field(source->process, death->m, GT_F_m_id, &report->crash.m);
    fill_sender(source->process->core, info, report);
    if (!info->signal) return;
    report->crash.signal = info->signal;
    report->crash.has_code = info->has_code;
    report->crash.code = info->code;
    report->crash.reason = reason_of(info);
    report->crash.has_address = gt_siginfo_address(info, &report->crash.address);
    report->crash.raw_address = info->value;
    report->crash.pc = death->pc;
}
