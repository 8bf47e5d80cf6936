/* The watch of one container: one thread around epoll. docs/shim-protocol.md "Watch" has its promises. */
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys.h"
#include "watch_parts.h"

#define IDLE_MS 500      /* without an event for so long, memory of bursts is given back */
#define ABANDONED_MS 10000 /* nobody has ever connected */
#define EVENTS 16

/* ---- sources */

void source_set(struct watch *watch, struct source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (source->fd < 0 || events == source->events)
        return;
    /* Not only masked: a hang-up would be reported for a masked source again and again. */
    int op = events == 0 ? EPOLL_CTL_DEL : source->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (epoll_ctl(watch->epoll, op, source->fd, &event) == 0)
        source->events = events;
}

void source_close(struct watch *watch, struct source *source)
{
    if (source->fd < 0)
        return;
    source_set(watch, source, 0);
    close(source->fd);
    source->fd = -1;
}

uint64_t now_ms(void)
{
    return monotonic_ns() / 1000000;
}

unsigned char *scratch(struct watch *watch)
{
    /* A watch cannot go on without these 64 KiB, and must not die for want of them: it waits. */
    while (watch->scratch == NULL && (watch->scratch = malloc(CHUNK)) == NULL)
        usleep(10000);
    return watch->scratch;
}

/* ---- leaving */

/* The last act when no engine listens: the argv of ORPHAN, which starts one. */
static void call_for_engine(const struct watch *watch)
{
    const struct step *step = watch->plan_bytes == NULL ? NULL : plan_find(&watch->plan, OP_ORPHAN);
    if (step == NULL)
        return;
    struct fields fields = step_fields(step);
    struct list words = field_l(&fields);
    char **argv = calloc((size_t)words.count + 1, sizeof *argv);
    if (argv == NULL || words.count == 0)
        return;
    for (size_t i = 0; words.count > 0; i++)
        argv[i] = (char *)(uintptr_t)list_next(&words).ptr;
    /* What is pending (a SIGPIPE from the container's input, a SIGTERM) would end us once it is unblocked. */
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_IGN);
    sys_reset_signals();
    if (chdir("/") != 0)
        return;
    close_range(3, ~0U, 0); /* 0 to 2 are /dev/null */
    char *nothing[] = {NULL};
    execve(argv[0], argv, nothing);
}

/* Before an engine is told that it may use the directory again, or the socket of the next watch would be removed. */
void stop_listening(struct watch *watch)
{
    char path[128];
    if (watch->listener.fd < 0)
        return;
    snprintf(path, sizeof path, "%s/s", watch->dir);
    struct stat now;
    if (lstat(path, &now) == 0 && now.st_dev == watch->device && now.st_ino == watch->inode)
        unlink(path); /* another's in its place is not ours to remove */
    source_close(watch, &watch->listener);
}

_Noreturn static void leave(struct watch *watch)
{
    stop_listening(watch);
    start_forget(watch);
    if (watch->phase == ENDED && !watch->failed && !watch->heard)
        call_for_engine(watch);
    _exit(0);
}

/* After the end: attachers have everything, and whoever only listened is let go. */
static void leave_if_done(struct watch *watch)
{
    for (struct conn *c = watch->conns; c != NULL; c = c->next)
        if (c->mode != MODE_NONE || queue_size(&c->out) > 0)
            return;
    leave(watch);
}

/* ---- the loop */

static void child_signal(struct watch *watch, struct source *source, uint32_t events)
{
    struct signalfd_siginfo info;
    (void)events;
    while (read(source->fd, &info, sizeof info) == (ssize_t)sizeof info)
        continue;
    end_reap(watch);
}

static void set_up(struct watch *watch, int listener, const char *dir)
{
    snprintf(watch->dir, sizeof watch->dir, "%s", dir);
    char path[128];
    struct stat socket = {0};
    snprintf(path, sizeof path, "%s/s", dir);
    if (lstat(path, &socket) == 0) {
        watch->device = socket.st_dev;
        watch->inode = socket.st_ino;
    }
    watch->epoll = epoll_create1(EPOLL_CLOEXEC);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    watch->signals = (struct source){signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC), 0, child_signal};
    watch->listener = (struct source){listener, 0, conn_accept};
    if (watch->epoll < 0 || watch->signals.fd < 0)
        _exit(1);
    watch->launch.fd = watch->owner.fd = watch->out[0].source.fd = watch->out[1].source.fd = watch->in.source.fd = -1;
    watch->net.space = watch->net.udp = watch->net.tcp = -1;
    watch->pidfd = watch->overlay = watch->tty_slave = watch->log.fd = -1;
    source_set(watch, &watch->signals, EPOLLIN);
    source_set(watch, &watch->listener, EPOLLIN);
    watch->leave_at = now_ms() + ABANDONED_MS;
}

/* Nothing of the engine's is kept: no session, no descriptor, no directory, no signal that could end us. */
static void stand_alone(void)
{
    setsid();
    prctl(PR_SET_NAME, "gantry-watch");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    if (null > 2)
        close(null);
}

static void earliest(uint64_t *least, uint64_t deadline)
{
    if (deadline != 0 && (*least == 0 || deadline < *least))
        *least = deadline;
}

static int timeout_ms(const struct watch *watch)
{
    uint64_t least = 0;
    earliest(&least, watch->leave_at);
    earliest(&least, watch->drain_at);
    earliest(&least, watch->retry_at);
    earliest(&least, watch->trim_at);
    earliest(&least, watch->answer_at);
    if (least == 0)
        return -1;
    uint64_t now = now_ms();
    return least <= now ? 0 : (int)(least - now);
}

static bool due(uint64_t *deadline, uint64_t now)
{
    if (*deadline == 0 || now < *deadline)
        return false;
    *deadline = 0;
    return true;
}

static void trim(struct watch *watch)
{
    free(watch->scratch);
    free(watch->block);
    watch->scratch = watch->block = NULL;
    log_trim(&watch->log);
    queue_trim(&watch->in.queue);
    for (struct conn *c = watch->conns; c != NULL; c = c->next) {
        queue_trim(&c->in);
        queue_trim(&c->out);
    }
    malloc_trim(0); /* free pages between the small pieces that live */
}

static void free_dead(struct watch *watch)
{
    while (watch->dead != NULL) {
        struct conn *conn = watch->dead;
        watch->dead = conn->next;
        free(conn);
    }
}

static void after_events(struct watch *watch)
{
    uint64_t now = now_ms();
    if (due(&watch->retry_at, now))
        stdio_retry_log(watch);
    if (due(&watch->answer_at, now))
        network_abort(watch, ETIMEDOUT, "the engine did not connect the network in time");
    end_check(watch);
    stdio_update(watch);
    free_dead(watch);
    if (watch->phase == ENDED)
        leave_if_done(watch);
    if (watch->phase == WAITING && watch->conns == NULL && watch->leave_at == 0)
        watch->leave_at = now; /* who came to launch has gone */
    if (watch->phase == WAITING && watch->conns != NULL)
        watch->leave_at = 0;
    if (due(&watch->leave_at, now))
        leave(watch);
}

_Noreturn void watch_run(int listener, const char *dir, bool own_network)
{
    static struct watch watch;
    struct epoll_event events[EVENTS];
    stand_alone();
    launch_prepare(own_network, listener);
    set_up(&watch, listener, dir);
    for (;;) {
        int count = epoll_wait(watch.epoll, events, EVENTS, timeout_ms(&watch));
        for (int i = 0; i < count; i++) {
            struct source *source = events[i].data.ptr;
            if (source->fd >= 0) /* an earlier event of this round may have closed it */
                source->ready(&watch, source, events[i].events);
        }
        if (count > 0)
            watch.trim_at = now_ms() + IDLE_MS;
        else if (due(&watch.trim_at, now_ms()))
            trim(&watch);
        after_events(&watch);
    }
}
