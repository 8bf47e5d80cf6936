/* Launch: obeys one plan, says how it went, and leaves.
 *
 *     watch ──fork──> launch ──clone3(CLONE_PARENT)──> child ──execve──> the program
 *
 * Launch and the child share a line (a socket pair). The child's end is close-on-exec, so its end of file tells launch
 * that the program runs; or that the child is gone, and then the shared page says in which step and why. Launch
 * answers the watch with one message, and until then everything that must be undone stands in a page of those two:
 * should launch itself be killed, launch_finish undoes it. */
#include "launch.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "faces.h"
#include "job.h"
#include "kernel.h"
#include "obey.h"
#include "sys.h"

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* A watch has one container, so one launch at a time is all there can be. */
static struct {
    int fd;
    const struct plan *plan;
    struct shared *shared;
    struct undo *undo;
    int ready;        /* to a launch that waits for its plan, -1: there is none */
    bool own_network; /* of that one: it was told to live in a network namespace of its own */
    bool ahead;       /* `fd` is of a plan that nobody has started yet */
} pending = {.fd = -1, .ready = -1};

void explain(struct obey *o, const char *format, ...)
{
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(o->shared->detail, sizeof o->shared->detail, format, arguments);
    va_end(arguments);
    errno = error;
}

static int obey_step(struct obey *o, const struct step *step)
{
    struct fields in = step_fields(step);
    o->shared->detail[0] = 0;
    if (step->op != OP_DEVICE && step->op != OP_SYMLINK)
        forget_parent(o);
    switch ((enum op)step->op) {
    case OP_CGROUP_MAKE: return obey_cgroup_make(o, in);
    case OP_CGROUP_SET: return obey_cgroup_set(o, in);
    case OP_CPUSET_FILL: return obey_cpuset_fill(o, in);
    case OP_OPEN_TREE: return obey_open_tree(o, in);
    case OP_OPEN_CGROUP: return obey_open_cgroup(o, in);
    case OP_OVERLAY: return obey_overlay(o, in);
    case OP_JOIN: return obey_join(o, in);
    case OP_TIME_OFFSETS: return obey_time_offsets(o, in);
    case OP_ID_MAP: return obey_id_map(o, in);
    case OP_CGROUP_JOIN: return obey_cgroup_join(o, in);
    case OP_UNSHARE: return obey_unshare(o, in);
    case OP_PROPAGATION: return obey_propagation(o, in);
    case OP_ROOT: return obey_root(o, in);
    case OP_MOUNT: return obey_mount(o, in);
    case OP_BIND: return obey_bind(o, in);
    case OP_MKDIR: return obey_mkdir(o, in);
    case OP_DEVICE: return obey_device(o, in);
    case OP_SYMLINK: return obey_symlink(o, in);
    case OP_PIVOT: return obey_pivot(o, in);
    case OP_MASK: return obey_mask(o, in);
    case OP_READONLY: return obey_readonly(o, in);
    case OP_ROOT_READONLY: return obey_root_readonly(o, in);
    case OP_HOSTNAME: return obey_hostname(o, in);
    case OP_DOMAINNAME: return obey_domainname(o, in);
    case OP_SYSCTL: return obey_sysctl(o, in);
    case OP_LOOPBACK: return obey_loopback(o, in);
    case OP_HANDOVER: return obey_handover(o, in);
    case OP_AWAIT: return obey_await(o, in);
    case OP_RLIMIT: return obey_rlimit(o, in);
    case OP_OOM_SCORE: return obey_oom_score(o, in);
    case OP_CONSOLE: return obey_console(o, in);
    case OP_IDENTITY: return obey_identity(o, in);
    case OP_NO_NEW_PRIVS: return obey_no_new_privs(o, in);
    case OP_SECCOMP: return obey_seccomp(o, in);
    case OP_CHDIR: return obey_chdir(o, in);
    case OP_EXEC: return obey_exec(o, in);
    case OP_HOLD: return obey_hold(o, in);
    case OP_RESTORE: return obey_restore(o, in);
    case OP_LOG:
    case OP_EXIT_RECORD:
    case OP_STDIN:
    case OP_TTY:
    case OP_OOM_COUNTER:
    case OP_TIED:
    case OP_ORPHAN:
    case OP_LOG_ATTRIBUTES:
    case OP_CLONE:
    case OP_KILL_GROUP:
    case OP_CGROUP_REMOVE:
    case OP_UNMOUNT:
    case OP_REMOVE:
        break;
    }
    errno = ENOSYS;
    return -1;
}

static void failed(struct obey *o, uint32_t step)
{
    o->shared->step = step;
    o->shared->err = errno == 0 ? EIO : errno;
}

static bool has_where(const struct plan *plan, enum where where)
{
    for (uint16_t i = 0; i < plan->count; i++)
        if (plan->steps[i].where == where)
            return true;
    return false;
}

/* In its new user namespace the child is nobody until the map is written; then it becomes root there. */
static int become_root_inside(void)
{
    return syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0 ? -1 : 0;
}

static _Noreturn void child_main(struct obey *o, uint32_t clone_step, uint64_t clone_flags, bool settles)
{
    char go;
    if (settles && recv(o->sync, &go, 1, 0) != 1)
        _exit(1); /* launch failed or is dead; it, or launch_finish, knows why */
    o->shared->child_step = clone_step;
    o->shared->in_child = true;
    if (clone_flags & CLONE_NEWUSER && become_root_inside() < 0) {
        explain(o, "id 0 of the new user namespace");
        failed(o, clone_step);
        _exit(1);
    }
    for (uint16_t i = 0; i < o->plan->count; i++) {
        if (o->plan->steps[i].where != CHILD)
            continue;
        o->shared->child_step = i;
        if (o->plan->steps[i].op != OP_OOM_SCORE && obey_step(o, &o->plan->steps[i]) < 0) {
            failed(o, i);
            break;
        }
    }
    _exit(1);
}

/* clone3, all namespaces in one step. The pid goes into the page of launch and the watch by the kernel's own hand,
 * before the child runs, so that there is no moment at which nobody knows whom to kill. */
static int clone_child(struct obey *o, uint32_t index, struct fields in, bool settles)
{
    uint64_t flags = field_u(&in), cgroup = field_u(&in);
    if (o->undo->own_network && !(flags & CLONE_NEWUSER))
        flags &= ~(uint64_t)CLONE_NEWNET; /* it is born in ours, which nobody else is in */
    int line[2], pidfd = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0)
        return -1;
    struct clone_args args = {
        .flags = flags | CLONE_PARENT | CLONE_PIDFD | CLONE_PARENT_SETTID,
        .pidfd = (uintptr_t)&pidfd,
        .parent_tid = (uintptr_t)&o->undo->pid,
    };
    if (cgroup != 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)o->slots[cgroup - 1];
    }
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0) {
        close(line[0]);
        o->undo = NULL; /* not mapped here */
        o->sync = line[1];
        child_main(o, index, flags, settles);
    }
    int error = errno;
    close(line[1]);
    if (pid < 0) {
        close(line[0]);
        errno = error;
        return -1;
    }
    o->pidfd = pidfd;
    return line[0];
}

/* One message with at most one descriptor. The size, 0 at the end of file. */
static ssize_t receive(int line, void *bytes, size_t size, int *descriptor)
{
    char room[CMSG_SPACE(sizeof(int))];
    struct iovec data = {bytes, size};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    ssize_t n;
    do
        n = recvmsg(line, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return n;
}

int send_with(int line, char byte, int descriptor)
{
    char room[CMSG_SPACE(sizeof descriptor)] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof descriptor);
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(line, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

static int obey_all(struct obey *o, enum where where)
{
    for (uint16_t i = 0; i < o->plan->count; i++) {
        const struct step *step = &o->plan->steps[i];
        if (step->where != where || step->op == OP_CLONE)
            continue;
        o->undo->launch_step = i;
        if (obey_step(o, step) < 0) {
            failed(o, i);
            return -1;
        }
    }
    return 0;
}

/* The score is inherited, and launch may write its own where the child, in its user namespace, could not. */
static int obey_oom_scores(struct obey *o)
{
    for (uint16_t i = 0; i < o->plan->count; i++) {
        if (o->plan->steps[i].op != OP_OOM_SCORE)
            continue;
        o->undo->launch_step = i;
        if (obey_step(o, &o->plan->steps[i]) < 0) {
            failed(o, i);
            return -1;
        }
    }
    return 0;
}

/* The watch's answer to an offer, passed on to the child. Without one there is nobody to go on for. */
static int pass_answer(int line, int up)
{
    char byte = 0;
    int none = -1;
    if (receive(up, &byte, 1, &none) == 1 && byte == 'g')
        return send_with(line, 'g', -1);
    errno = ECANCELED;
    return -1;
}

/* Waits for the child's next word (1), or for its end (0); meanwhile the watch may answer an offer. -1: it did not let
 * the child go on, which is then a failure of AWAIT. */
static int next_word(int line, int up, bool *offered, char *word, int *descriptor)
{
    while (*offered) {
        struct pollfd either[2] = {{.fd = line, .events = POLLIN}, {.fd = up, .events = POLLIN}};
        if (poll(either, 2, -1) < 0 && errno != EINTR)
            return -1;
        if (either[0].revents != 0)
            break;
        if (either[1].revents == 0)
            continue;
        *offered = false;
        if (pass_answer(line, up) < 0)
            return -1;
    }
    return receive(line, word, 1, descriptor) > 0 ? 1 : 0;
}

/* The init that the child has made takes its place. It is the watch's once the child has ended, and nobody reaps it
 * before the launch has. */
static int take_restored(struct obey *o)
{
    struct pollfd end = {.fd = o->pidfd, .events = POLLIN};
    while (poll(&end, 1, -1) < 0 && errno == EINTR)
        ;
    o->undo->pid = o->shared->restored;
    close(o->pidfd);
    o->pidfd = sys_pidfd_open(o->undo->pid, 0);
    return o->pidfd < 0 ? -1 : 0;
}

/* Waits until the child has executed its program (0) or is gone (-1). */
static int follow_child(struct obey *o, int line, int up, int *terminal)
{
    char word;
    bool offered = false;
    int descriptor = -1, rc;
    while ((rc = next_word(line, up, &offered, &word, &descriptor)) > 0) {
        if (word == 't') {
            *terminal = descriptor;
        } else {
            offered = send_with(up, 'n', descriptor) == 0;
            close(descriptor);
            if (!offered) { /* nobody would ever let the child go on */
                rc = -1;
                break;
            }
        }
        descriptor = -1;
    }
    if (rc < 0) {
        explain(o, "nobody let it go on");
        errno = ECANCELED;
        failed(o, (uint32_t)(plan_find(o->plan, OP_AWAIT) - o->plan->steps));
        return -1;
    }
    if (o->shared->err == 0 && !o->shared->executing) {
        explain(o, "the process died in this step");
        errno = ECHILD;
        failed(o, o->shared->child_step);
    }
    if (o->shared->err == 0 && o->shared->restored > 0 && take_restored(o) < 0)
        failed(o, o->shared->child_step);
    return o->shared->err == 0 ? 0 : -1;
}

/* Everything up to the program's execution. 0, or -1 with the failure in the shared page. */
static int launch(struct obey *o, int up, int *terminal)
{
    const struct step *clone = plan_find(o->plan, OP_CLONE);
    uint32_t index = (uint32_t)(clone - o->plan->steps);
    bool settles = has_where(o->plan, SETTLE);
    umask(0);
    if (obey_oom_scores(o) < 0 || obey_all(o, PREPARE) < 0)
        return -1;
    o->undo->launch_step = index;
    o->shared->detail[0] = 0;
    int line = clone_child(o, index, step_fields(clone), settles);
    if (line < 0) {
        failed(o, index);
        return -1;
    }
    if (settles && (obey_all(o, SETTLE) < 0 || send_with(line, 'g', -1) < 0)) {
        if (o->shared->err == 0)
            failed(o, o->undo->launch_step);
        return -1;
    }
    return follow_child(o, line, up, terminal);
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* A page for `undo` and one for `shared`, in one mapping. */
static int map_pages(void)
{
    size_t page = page_size();
    _Static_assert(sizeof(struct undo) <= 4096 && sizeof(struct shared) <= 4096, "a page each");
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        return -1;
    pending.undo = (struct undo *)(void *)pages;
    pending.shared = (struct shared *)(void *)(pages + page);
    pending.shared->step = pending.shared->child_step = pending.undo->launch_step = NO_STEP;
    return 0;
}

static void unmap_pages(void)
{
    munmap(pending.undo, 2 * page_size());
    pending.undo = NULL;
    pending.shared = NULL;
}

void forget_shared(struct obey *o)
{
    munmap(o->shared, page_size());
    o->shared = NULL;
}

static _Noreturn void launch_main(const struct plan *plan, struct launch_stdio io, int up)
{
    sys_reset_signals();
    struct obey o = {.plan = plan, .io = &io, .shared = pending.shared, .undo = pending.undo, .root = -1, .overlay = -1, .host_proc = -1, .sync = -1, .pidfd = -1,
                     .masks = -1, .null = -1, .parent = -1, .master = -1, .slave = -1,
                     .has_identity = plan_find(plan, OP_IDENTITY) != NULL};
    for (int i = 0; i < PLAN_SLOTS; i++)
        o.slots[i] = o.joins[i] = -1;
    int terminal = -1;
    if (plan_find(plan, OP_SYSCTL) || plan_find(plan, OP_OOM_SCORE) || plan_find(plan, OP_ID_MAP) ||
        plan_find(plan, OP_TIME_OFFSETS) || plan_find(plan, OP_HANDOVER))
        o.host_proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool started = false;
    if (madvise(o.undo, page_size(), MADV_DONTFORK) == 0)
        started = launch(&o, up, &terminal) == 0;
    else
        failed(&o, NO_STEP);
    /* With nobody left to hear it, a program that runs would be one that nobody watches. */
    if (started && (o.overlay < 0 || send_with(up, 'o', o.overlay) == 0) && send_with(up, 's', terminal) == 0)
        _exit(0);
    if (o.far)
        _exit(1); /* launch_finish may undo it */
    if (o.pidfd >= 0) {
        sys_pidfd_send_signal(o.pidfd, SIGKILL);
        struct pollfd end = {.fd = o.pidfd, .events = POLLIN};
        while (poll(&end, 1, -1) < 0 && errno == EINTR)
            ;
    }
    cgroups_undo(plan, o.undo);
    memset(o.undo->made, 0, sizeof o.undo->made);
    send_with(up, 'f', -1);
    _exit(1);
}

/* ---- a launch that is there before its plan */

/* While the engine still compiles the plan, what any plan needs is done: a network namespace alone takes as long as all
 * mounts together. */
static _Noreturn void wait_for_plan(int line, int listener)
{
    struct plan plan;
    struct launch_stdio io;
    close(listener); /* or a dead watch would seem to listen */
    if (pending.own_network)
        pending.undo->own_network = unshare(CLONE_NEWNET) == 0;
    if (!receive_job(line, &plan, &io))
        _exit(0);
    launch_main(&plan, io, line);
}

/* Of the child's own new network namespace only, and once; then it waits once. */
static bool can_hand_over(const struct plan *plan)
{
    int handovers = 0, awaits = 0;
    for (uint16_t i = 0; i < plan->count; i++) {
        uint16_t op = plan->steps[i].op;
        struct fields in = step_fields(&plan->steps[i]);
        if (op == OP_CLONE && !(field_u(&in) & CLONE_NEWNET) && plan_find(plan, OP_HANDOVER) != NULL)
            return false;
        handovers += op == OP_HANDOVER;
        awaits += op == OP_AWAIT;
        if (awaits > handovers)
            return false;
    }
    return handovers <= 1 && awaits == handovers;
}

/* What the decoder does not know: exactly one CLONE, the last of prepare, and one EXEC, HOLD or RESTORE,
 * the last of child. */
static bool can_launch(const struct plan *plan)
{
    int clones = 0, execs = 0;
    for (uint16_t i = 0; i < plan->count; i++) {
        uint8_t where = plan->steps[i].where;
        uint16_t op = plan->steps[i].op, next = i + 1 < plan->count ? plan->steps[i + 1].where : RELEASE;
        clones += op == OP_CLONE;
        execs += op == OP_EXEC || op == OP_HOLD || op == OP_RESTORE;
        if ((op == OP_CLONE || op == OP_EXEC || op == OP_HOLD || op == OP_RESTORE) && next == where)
            return false;
    }
    return clones == 1 && execs == 1 && can_hand_over(plan);
}

/* Forks launch, which calls one of the two. The watch's end of its line, or -1 and errno. */
static int fork_launch(const struct plan *plan, const struct launch_stdio *io, int listener)
{
    int line[2];
    if (map_pages() < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) < 0) {
        unmap_pages();
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(line[0]);
        if (plan == NULL)
            wait_for_plan(line[1], listener);
        launch_main(plan, *io, line[1]);
    }
    int error = errno;
    close(line[1]);
    if (pid < 0) {
        close(line[0]);
        unmap_pages();
        errno = error;
        return -1;
    }
    return line[0];
}

void launch_prepare(bool own_network, int listener)
{
    pending.own_network = own_network;
    pending.ready = fork_launch(NULL, NULL, listener);
}

/* False when no launch waits for its plan, or not for one like this. */
static bool suits(const struct plan *plan)
{
    struct fields clone = step_fields(plan_find(plan, OP_CLONE));
    bool wants_network = (field_u(&clone) & CLONE_NEWNET) != 0;
    return pending.ready >= 0 && (wants_network || !pending.own_network);
}

/* Gives the plan to the launch that waits. False when there is none that can do it, and then there is none at all. */
static bool hand_plan(const struct plan *plan, const struct launch_stdio *io)
{
    if (pending.ready < 0)
        return false;
    if (suits(plan) && send_job(pending.ready, plan, io) == 0) {
        pending.fd = pending.ready;
        pending.ready = -1;
        return true;
    }
    close(pending.ready); /* its end of file */
    pending.ready = -1;
    unmap_pages();
    return false;
}

bool launch_ahead(const struct plan *plan)
{
    bool later = plan_find(plan, OP_TTY) == NULL && plan_find(plan, OP_HANDOVER) == NULL;
    struct launch_stdio none = {.in = -1, .out = -1, .err = -1, .later = pending.ready};
    if (pending.ahead || !can_launch(plan) || !later || !suits(plan) || send_job(pending.ready, plan, &none) < 0)
        return false;
    pending.fd = pending.ready;
    pending.ready = -1;
    pending.plan = plan;
    pending.ahead = true;
    return true;
}

void launch_forget(void)
{
    struct launch_result none;
    if (!pending.ahead)
        return;
    pending.ahead = false;
    send_with(pending.fd, 'a', -1); /* to the child, now or when it has come so far */
    launch_finish(pending.fd, &none);
}

/* What went ahead needs only its ends. One that has failed meanwhile is tried again: the reason may be gone. */
static bool go_on(const struct plan *plan, const struct launch_stdio *io)
{
    struct pollfd failed = {.fd = pending.fd, .events = POLLIN};
    if (!pending.ahead || plan->size != pending.plan->size || memcmp(plan->bytes, pending.plan->bytes, plan->size) != 0)
        return false;
    if (poll(&failed, 1, 0) != 0 || send_ends(pending.fd, io) < 0)
        return false;
    pending.ahead = false;
    pending.plan = plan;
    return true;
}

int launch_start(const struct plan *plan, const struct launch_stdio *io)
{
    if (go_on(plan, io))
        return pending.fd;
    launch_forget();
    if (pending.fd >= 0) {
        errno = EBUSY;
        return -1;
    }
    if (!can_launch(plan)) {
        errno = EINVAL;
        return -1;
    }
    if (!hand_plan(plan, io))
        pending.fd = fork_launch(plan, io, -1);
    pending.plan = plan;
    return pending.fd;
}

/* Launch died without a word: by the kernel's hand, or by somebody's. */
static void undo_for_launch(const struct plan *plan, const struct undo *undo, struct shared *shared)
{
    siginfo_t end;
    if (undo->pid > 0) {
        kill(undo->pid, SIGKILL); /* our own child, not reaped: the pid cannot be another's */
        while (waitid(P_PID, (id_t)undo->pid, &end, WEXITED | WNOWAIT) < 0 && errno == EINTR)
            ;
    }
    cgroups_undo(plan, undo);
    if (shared->err == 0) {
        shared->step = shared->in_child ? shared->child_step : undo->launch_step;
        shared->err = ECHILD;
        snprintf(shared->detail, sizeof shared->detail, "launch was killed in this step");
    }
}

int launch_finish(int fd, struct launch_result *out)
{
    struct shared *shared = pending.shared;
    char byte = 0;
    int descriptor = -1;
    *out = (struct launch_result){.network = -1, .tty_master = -1, .overlay = -1, .step = NO_STEP};
    ssize_t n = receive(fd, &byte, 1, &descriptor);
    if (n == 1 && byte == 'n') {
        out->network = descriptor;
        return LAUNCH_OFFERS;
    }
    if (n == 1 && byte == 'o') { /* the last word follows at once */
        out->overlay = descriptor;
        descriptor = -1;
        n = receive(fd, &byte, 1, &descriptor);
    }
    out->tty_master = descriptor;
    if (n <= 0)
        undo_for_launch(pending.plan, pending.undo, shared);
    out->pid = pending.undo->pid;
    bool started = n == 1 && byte == 's';
    if (started)
        out->start_time = process_start_time(out->pid);
    else {
        out->step = shared->step;
        out->err = shared->err;
        memcpy(out->detail, shared->detail, sizeof out->detail - 1);
        int *left[] = {&out->overlay, &out->tty_master};
        for (size_t i = 0; i < 2; i++) {
            if (*left[i] >= 0)
                close(*left[i]);
            *left[i] = -1;
        }
    }
    close(fd);
    unmap_pages();
    pending.fd = -1;
    pending.plan = NULL;
    return started ? 0 : -1;
}

void launch_answer(int fd, bool go)
{
    send_with(fd, go ? 'g' : 'a', -1);
}

/* Descriptors 0-2 must be open, or others would be born there and be taken for them. */
static void fill_stdio(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd < 3);
    if (fd >= 0)
        close(fd);
}

static int print_failure(uint32_t step, int error, const char *detail)
{
    if (step == NO_STEP)
        fprintf(stderr, "step none errno %d %s\n", error, detail);
    else
        fprintf(stderr, "step %u errno %d %s\n", step, error, detail);
    return 1;
}

static int launch_plan(const struct plan *plan, bool tell)
{
    struct launch_stdio io = {.in = 0, .out = 1, .err = 2, .later = -1};
    struct launch_result result;
    int line = launch_start(plan, &io);
    if (line < 0)
        return print_failure(NO_STEP, errno, errno == EINVAL ? "the plan has no one CLONE or EXEC in its place" : "fork");
    int rc;
    while ((rc = launch_finish(line, &result)) == LAUNCH_OFFERS) { /* there is no watch, and so no engine */
        close(result.network);
        launch_answer(line, false);
    }
    if (rc < 0)
        return print_failure(result.step, result.err, result.detail);
    if (result.overlay >= 0)
        close(result.overlay);
    if (tell)
        dprintf(3, "%d\n", result.pid);
    return 0;
}

int face_launch(int argc, char **argv)
{
    uint64_t fd;
    if (argc != 1 || !parse_u64(argv[0], &fd) || fd > INT32_MAX) {
        fputs("usage: gantry-shim launch PLAN-FD\n", stderr);
        return 2;
    }
    bool tell = fd != 3 && fcntl(3, F_SETFD, FD_CLOEXEC) == 0;
    fill_stdio();
    size_t size;
    uint32_t step;
    const char *why;
    struct plan plan;
    unsigned char *bytes = read_plan_bytes((int)fd, &size);
    if (bytes == NULL)
        return print_failure(NO_STEP, errno, "read the plan");
    close((int)fd);
    if (plan_decode(&plan, bytes, size, &step, &why) < 0) {
        free(bytes);
        return print_failure(step, EINVAL, why);
    }
    int code = launch_plan(&plan, tell);
    plan_free(&plan);
    free(bytes);
    return code;
}
