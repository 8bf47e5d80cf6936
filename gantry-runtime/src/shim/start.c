/* LAUNCH: options of the watch, pipes, and what became of it. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "sys.h"
#include "watch_parts.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static void launch_done(struct watch *watch, struct source *source, uint32_t events);

static void send_failed(struct watch *watch, uint32_t step, int err, const char *detail)
{
    unsigned char bytes[512];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, step);
    put_u32(&out, (uint32_t)err);
    put_str(&out, detail);
    start_forget(watch);
    stop_listening(watch);
    if (watch->launcher != NULL)
        conn_send_fields(watch, watch->launcher, WATCH_FAILED, &out);
    watch->launcher = NULL;
    end_failed(watch);
}

static uint32_t index_of(const struct watch *watch, const struct step *step)
{
    return step == NULL ? NO_STEP : (uint32_t)(step - watch->plan.steps);
}

/* ---- options; each returns 0, or -1 and errno for the step that it read */

static int open_log(struct watch *watch, const struct step *step)
{
    struct fields in = step_fields(step);
    uint64_t kind = field_u(&in);
    const char *path = field_s(&in).ptr;
    uint64_t max_bytes = field_u(&in), max_files = field_u(&in), blocking = field_u(&in);
    if (kind != LOG_JSON && kind != LOG_CRI) {
        errno = EINVAL;
        return -1;
    }
    return log_open(&watch->log, (enum log_kind)kind, path, max_bytes, max_files, blocking != 0);
}

static int read_log_attributes(struct watch *watch, const struct step *step)
{
    struct fields in = step_fields(step);
    return log_attributes(&watch->log, field_s(&in).ptr);
}

static void owner_died(struct watch *watch, struct source *source, uint32_t events)
{
    (void)events;
    source_close(watch, source);
    if (watch->pidfd >= 0)
        sys_pidfd_send_signal(watch->pidfd, SIGKILL);
}

static int tie(struct watch *watch, const struct step *step)
{
    struct fields in = step_fields(step);
    pid_t pid = (pid_t)field_u(&in);
    uint64_t start_time = field_u(&in);
    int pidfd = sys_pidfd_open(pid, 0);
    if (pidfd < 0)
        return -1;
    fcntl(pidfd, F_SETFD, FD_CLOEXEC);
    if (process_start_time(pid) != start_time) { /* another process with the owner's number */
        close(pidfd);
        errno = ESRCH;
        return -1;
    }
    /* Watched from the start on: an owner that dies during the launch is seen right after it. */
    watch->owner = (struct source){pidfd, 0, owner_died};
    return 0;
}

/* The strings that are needed until the end. They point into the plan's bytes. */
static void read_names(struct watch *watch)
{
    const struct step *step = plan_find(&watch->plan, OP_EXIT_RECORD);
    if (step != NULL) {
        struct fields in = step_fields(step);
        watch->exit_path = field_s(&in).ptr;
        watch->boot = field_s(&in).ptr;
    }
    step = plan_find(&watch->plan, OP_OOM_COUNTER);
    if (step != NULL) {
        struct fields in = step_fields(step);
        watch->oom_path = field_s(&in).ptr;
        watch->oom_key = field_s(&in).ptr;
    }
}

static void read_stdin_mode(struct watch *watch)
{
    const struct step *step = plan_find(&watch->plan, OP_STDIN);
    if (step != NULL) {
        struct fields in = step_fields(step);
        uint64_t mode = field_u(&in);
        watch->in.mode = mode == STDIN_ONCE ? STDIN_ONCE : mode == STDIN_OPEN ? STDIN_OPEN : STDIN_NONE;
    }
}

static int read_options(struct watch *watch, const struct step **step)
{
    *step = plan_find(&watch->plan, OP_LOG);
    if (*step != NULL && open_log(watch, *step) != 0)
        return -1;
    *step = plan_find(&watch->plan, OP_LOG_ATTRIBUTES);
    if (*step != NULL && read_log_attributes(watch, *step) != 0)
        return -1;
    *step = plan_find(&watch->plan, OP_TIED);
    if (*step != NULL && tie(watch, *step) != 0)
        return -1;
    *step = NULL;
    read_names(watch);
    read_stdin_mode(watch);
    watch->tty = plan_find(&watch->plan, OP_TTY) != NULL;
    watch->oom_before = end_oom_count(watch);
    return 0;
}

/* ---- pipes */

/* Ours does not block; the child's does, because programs expect that. */
static int make_pipe(int *ours, int *theirs, bool we_read)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    *ours = ends[we_read ? 0 : 1];
    *theirs = ends[we_read ? 1 : 0];
    return fcntl(*ours, F_SETFL, O_NONBLOCK);
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void open_output(struct watch *watch, int stream, int fd)
{
    watch->out[stream].source = (struct source){fd, 0, stdio_output_ready};
    watch->out[stream].open = true;
}

static int make_stdio(struct watch *watch, struct launch_stdio *io)
{
    /* A RESIZE that came first goes to launch, so that the terminal has its size before the program runs. */
    *io = (struct launch_stdio){
        .in = -1, .out = -1, .err = -1, .rows = watch->rows, .columns = watch->columns, .later = -1};
    watch->sized = false;
    if (watch->tty)
        return 0;
    int out = -1, err = -1, in = -1;
    if (make_pipe(&out, &io->out, true) != 0 || make_pipe(&err, &io->err, true) != 0)
        return -1;
    open_output(watch, STREAM_OUT, out);
    open_output(watch, STREAM_ERR, err);
    if (watch->in.mode == STDIN_NONE)
        return (io->in = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0 ? -1 : 0;
    if (make_pipe(&in, &io->in, false) != 0)
        return -1;
    watch->in.source = (struct source){in, 0, stdio_input_ready};
    return 0;
}

/* ---- launching */

static unsigned char *copy_plan(const unsigned char *plan, size_t size)
{
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    if (copy != NULL)
        memcpy(copy, plan, size);
    return copy;
}

void start_ahead(struct watch *watch, const unsigned char *bytes, size_t size)
{
    uint32_t bad;
    const char *why;
    if (watch->phase != WAITING || watch->ahead_bytes != NULL)
        return;
    watch->ahead_bytes = copy_plan(bytes, size);
    if (watch->ahead_bytes == NULL)
        return;
    bool whole = plan_decode(&watch->ahead, watch->ahead_bytes, size, &bad, &why) == 0;
    if (!whole || !launch_ahead(&watch->ahead))
        start_forget(watch);
}

void start_forget(struct watch *watch)
{
    if (watch->ahead_bytes == NULL)
        return;
    launch_forget();
    plan_free(&watch->ahead);
    free(watch->ahead_bytes);
    watch->ahead_bytes = NULL;
    end_reap(watch);
}

void start_launch(struct watch *watch, struct conn *conn, const unsigned char *plan, size_t size)
{
    if (watch->phase != WAITING) {
        conn_error(watch, conn, EALREADY, "this watch was given a plan before");
        return;
    }
    watch->launch_came = monotonic_ns();
    watch->phase = LAUNCHING;
    watch->leave_at = 0;
    watch->launcher = conn;
    watch->plan_bytes = copy_plan(plan, size);

    uint32_t bad;
    const char *why = "there is no memory for the plan";
    if (watch->plan_bytes == NULL || plan_decode(&watch->plan, watch->plan_bytes, size, &bad, &why) != 0) {
        free(watch->plan_bytes);
        uint32_t step = watch->plan_bytes == NULL ? NO_STEP : bad;
        watch->plan_bytes = NULL;
        send_failed(watch, step, EINVAL, why);
        return;
    }
    const struct step *step;
    if (read_options(watch, &step) != 0) {
        int err = errno;
        send_failed(watch, index_of(watch, step), err, "");
        return;
    }
    if (watch->in.mode == STDIN_NONE)
        stdin_close(watch);
    struct launch_stdio io;
    int rc = make_stdio(watch, &io);
    int result = rc != 0 ? -1 : launch_start(&watch->plan, &io);
    int err = errno;
    start_forget(watch);
    close_fd(&io.in);
    close_fd(&io.out);
    close_fd(&io.err);
    if (result < 0) {
        const char *what = rc != 0 ? "make pipes" : err == EINVAL ? "the plan has no program to execute" : "fork launch";
        send_failed(watch, NO_STEP, err, what);
        return;
    }
    watch->launch = (struct source){result, 0, launch_done};
    source_set(watch, &watch->launch, EPOLLIN);
    attach_pump_all(watch);
}

bool terminal_resize(struct watch *watch)
{
    struct winsize size = {.ws_row = watch->rows, .ws_col = watch->columns};
    if (!watch->tty || watch->out[0].source.fd < 0) {
        errno = watch->tty ? ESRCH : ENOTTY;
        return false;
    }
    return ioctl(watch->out[0].source.fd, TIOCSWINSZ, &size) == 0;
}

/* One master, two sources: epoll wants a descriptor each for reading and for writing. */
static void open_terminal(struct watch *watch, int master)
{
    fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
    watch->tty_slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    open_output(watch, STREAM_OUT, master);
    if (!watch->in.closed)
        watch->in.source = (struct source){fcntl(master, F_DUPFD_CLOEXEC, 3), 0, stdio_input_ready};
    if (watch->sized)
        terminal_resize(watch);
}

static bool makes_network(const struct plan *plan)
{
    const struct step *clone = plan_find(plan, OP_CLONE);
    if (clone == NULL)
        return false;
    struct fields in = step_fields(clone);
    return field_u(&in) & CLONE_NEWNET;
}

/* The plan may hold a filter and an environment; an idle watch keeps only what the end needs. */
static void shrink_plan(struct watch *watch)
{
    const size_t head = 8, step_head = 8;
    const struct plan *plan = &watch->plan;
    size_t size = head;
    uint16_t count = 0;
    for (uint16_t i = 0; i < plan->count; i++)
        if (plan->steps[i].where == WATCH || plan->steps[i].where == RELEASE)
            size += step_head + plan->steps[i].size;
    unsigned char *bytes = malloc(size);
    if (bytes == NULL)
        return;
    memcpy(bytes, plan->bytes, head);
    unsigned char *at = bytes + head;
    for (uint16_t i = 0; i < plan->count; i++) {
        const struct step *step = &plan->steps[i];
        if (step->where != WATCH && step->where != RELEASE)
            continue;
        memcpy(at, step->fields - step_head, step_head + step->size);
        at += step_head + step->size;
        count++;
    }
    memcpy(bytes + 6, &count, sizeof count);

    struct plan small;
    uint32_t bad;
    const char *why;
    if (plan_decode(&small, bytes, size, &bad, &why) != 0) {
        free(bytes);
        return;
    }
    plan_free(&watch->plan);
    free(watch->plan_bytes);
    watch->plan = small;
    watch->plan_bytes = bytes;
    read_names(watch);
}

static void send_started(struct watch *watch, uint64_t executed)
{
    unsigned char bytes[32];
    struct field_writer out = field_writer(bytes, sizeof bytes);
    put_u32(&out, (uint32_t)watch->pid);
    put_u64(&out, watch->start_time);
    put_u64(&out, watch->launch_came);
    put_u64(&out, executed);
    if (watch->launcher != NULL)
        conn_send_fields(watch, watch->launcher, WATCH_STARTED, &out);
    watch->launcher = NULL;
}

/* Not before the launch, because the container would inherit it. Lowering needs a capability that may be missing. */
static void be_spared_by_oom_killer(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t n = write(fd, "-999", 4);
    (void)n;
    close(fd);
}

static void launch_done(struct watch *watch, struct source *source, uint32_t events)
{
    struct launch_result result = {.network = -1, .tty_master = -1, .overlay = -1, .step = NO_STEP};
    (void)events;
    int fd = source->fd;
    source_set(watch, source, 0);
    int rc = launch_finish(fd, &result);
    if (rc == LAUNCH_OFFERS) {
        source_set(watch, source, EPOLLIN);
        network_offer(watch, result.network);
        return;
    }
    source->fd = -1;
    uint64_t executed = monotonic_ns();
    if (rc != 0 && result.err == ECANCELED && watch->net.err != 0) {
        send_failed(watch, result.step, watch->net.err, watch->net.words);
        return;
    }
    if (rc != 0) {
        send_failed(watch, result.step, result.err, result.detail);
        return;
    }
    watch->phase = RUNNING;
    watch->pid = result.pid;
    watch->start_time = result.start_time;
    /* Nothing was reaped since, so that this pid is the init even if it has ended by now. */
    watch->pidfd = sys_pidfd_open(result.pid, 0);
    if (watch->pidfd >= 0)
        fcntl(watch->pidfd, F_SETFD, FD_CLOEXEC);
    watch->overlay = result.overlay;
    if (result.tty_master >= 0)
        open_terminal(watch, result.tty_master);
    send_started(watch, executed);
    source_set(watch, &watch->owner, EPOLLIN);
    watch->net.own = makes_network(&watch->plan);
    shrink_plan(watch);
    be_spared_by_oom_killer();
    end_reap(watch);
    stdio_input_ready(watch, &watch->in.source, 0);
}
