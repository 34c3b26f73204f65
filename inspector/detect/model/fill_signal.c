#include "inspector/detect/model/fill_signal.h"

#include <signal.h>
#include <string.h>

/* The meaning of codes of the kernel (asm-generic/siginfo.h). A code without a row is shown as its
 * number. */
static const struct reason {
    int signal, code; /* signal 0: any */
    const char *text;
} reasons[] = {
    {SIGSEGV, 1, "nothing is mapped there"},
    {SIGSEGV, 2, "the mapping does not allow the access"},
    {SIGSEGV, 4, "a protection key does not allow the access"},
    {SIGSEGV, GT_SI_KERNEL, "address unknown, likely non-canonical"},
    {SIGBUS, 1, "misaligned"},
    {SIGBUS, 2, "no memory behind the mapping, such as past the end of its file"},
    {SIGBUS, 3, "hardware error"},
    {SIGBUS, 4, "memory failed"},
    {SIGBUS, 5, "memory failed"},
    {SIGBUS, GT_SI_KERNEL, "address unknown, likely non-canonical"},
    {SIGILL, 1, "illegal opcode"},
    {SIGILL, 2, "illegal operand"},
    {SIGILL, 5, "privileged opcode"},
    {SIGFPE, 1, "integer divided by zero"},
    {SIGFPE, 2, "integer overflow"},
    {SIGTRAP, 1, "breakpoint"},
    {SIGTRAP, 2, "single step"},
    {SIGTRAP, 4, "hardware breakpoint"},
    {SIGTRAP, GT_SI_KERNEL, "trap instruction, such as a breakpoint"},
    {SIGSYS, GT_SYS_SECCOMP, "a seccomp filter refused a system call"},
    {0, SI_USER, "sent by kill"},
    {0, SI_QUEUE, "sent by sigqueue"},
    {0, SI_TKILL, "sent to one thread by tgkill"},
    {0, SI_TIMER, "sent by a POSIX timer"},
    {0, SI_MESGQ, "sent by a message queue"},
    {0, GT_SI_KERNEL, "sent by the kernel, as a terminal makes it do"},
};

static const char *reason_of(const struct gt_siginfo *info)
{
    for (size_t i = 0; info->has_code && i < sizeof reasons / sizeof *reasons; i++) {
        const struct reason *reason = &reasons[i];
        bool any = reason->signal == 0;
        if ((any || reason->signal == info->signal) && reason->code == info->code)
            return reason->text;
    }
    return NULL;
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
    const char *name = info->signal ? sigabbrev_np(info->signal) : NULL;

    report->crash.thread = death->thread ? death->thread->tid : 0;
    report->crash.signal_lost = death->lost;
    report->crash.caught = death->caught;
    gt_process_field(source->process, death->m, GT_F_m_id, &report->crash.m);
    fill_sender(source->process->core, info, report);
    if (!info->signal) return;
    report->crash.signal = name ? gt_arena_format(report->storage, "SIG%s", name)
                                : gt_arena_format(report->storage, "signal %d", info->signal);
    report->crash.has_code = info->has_code;
    report->crash.code = info->code;
    report->crash.reason = reason_of(info);
    report->crash.has_address = gt_siginfo_address(info, &report->crash.address);
    report->crash.raw_address = info->value;
    report->crash.pc = death->pc;
}
