#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            return -1;
        }
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

int read_all(int fd, void *bytes, size_t size)
{
    char *at = bytes;
    size_t have = 0;
    while (have < size) {
        ssize_t n = read(fd, at + have, size - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0) {
            errno = EPIPE;
            return have == 0 ? 0 : -1;
        }
        have += (size_t)n;
    }
    return 1;
}

uint64_t process_start_time(pid_t pid)
{
    char path[32], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = 0;
    /* Field 2 is the name in parentheses, which may itself hold spaces and parentheses. */
    char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL)
        return 0;
    uint64_t ticks = 0;
    for (at++; *at >= '0' && *at <= '9'; at++)
        ticks = ticks * 10 + (uint64_t)(*at - '0');
    return ticks;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t realtime_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

int sys_pidfd_open(pid_t pid, unsigned flags)
{
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

int sys_pidfd_send_signal(int pidfd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

void sys_reset_signals(void)
{
    /* The kernel's own structure, all zero: SIG_DFL without flags. The library would keep us from its signals 32 and
     * 33, which a parent may have had ignored. */
    const unsigned long by_default[4] = {0};
    for (int signal = 1; signal < NSIG; signal++)
        syscall(SYS_rt_sigaction, signal, by_default, NULL, 8);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

bool parse_u64(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == 0)
        return false;
    for (; *text != 0; text++) {
        if (*text < '0' || *text > '9' || value > (UINT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return true;
}

static char *kept_arguments;
static size_t kept_size;

void sys_keep_arguments(int argc, char **argv)
{
    if (argc < 1)
        return;
    kept_arguments = argv[0];
    kept_size = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) - argv[0]);
}

void sys_retitle(const char *title)
{
    prctl(PR_SET_NAME, title);
    if (!kept_arguments)
        return;
    memset(kept_arguments, 0, kept_size);
    memcpy(kept_arguments, title, strlen(title) < kept_size ? strlen(title) : kept_size);
}
