/* rootless: a program in the namespaces of an ordinary user. They are made for the first one and held, so that the next
 * one, which may come after the first was killed, finds its containers where it is born itself.
 *
 * Three processes: `outside` stays in the host's namespaces, binds sockets there and keeps the helper (pasta or
 * slirp4netns) running; `inside` holds the namespaces and relays published ports; this one joins and executes. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faces.h"
#include "rootless.h"
#include "sys.h"

#define FAILED 125
#define HOLDER_SECONDS 30

const char *const NET_NAMES[NET_COUNT] = {"auto", "pasta", "slirp4netns", "none", "host"};

bool net_parse(const char *name, enum net *out)
{
    for (int i = 0; i < NET_COUNT; i++)
        if (strcmp(name, NET_NAMES[i]) == 0) {
            *out = (enum net)i;
            return true;
        }
    return false;
}

static int complain(const char *what)
{
    fprintf(stderr, "gantry-shim rootless: %s: %s\n", what, strerror(errno));
    return FAILED;
}

/* The directory of sockets and files, this user's own and nobody else's. -1 after a complaint. */
static int open_state(const char *path)
{
    struct stat info;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        complain(path);
        return -1;
    }
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (dir < 0 || fstat(dir, &info) != 0) {
        complain(path);
        return -1;
    }
    if (info.st_uid != geteuid() || (info.st_mode & 022) != 0) {
        fprintf(stderr, "gantry-shim rootless: %s: it belongs to somebody else, or others may write to it: remove it\n",
                path);
        return -1;
    }
    return dir;
}

/* A connection to inside, or -1 when nobody holds namespaces here (or, EAGAIN, does not listen). Through the descriptor:
 * paths may be long. */
static int dial(int dir)
{
    const struct timeval patience = {.tv_sec = HOLDER_SECONDS};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/s", dir);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
                    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
                    connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* One line, without its end; -1 when there is none. */
static int read_line(int fd, char *line, size_t size)
{
    size_t have = 0;
    while (have + 1 < size) {
        ssize_t n = read(fd, line + have, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (line[have] == '\n') {
            line[have] = 0;
            return 0;
        }
        have++;
    }
    line[have] = 0;
    return -1;
}

/* Makes the namespaces; returns when they are there, 0 or a complaint. */
static int hold(const char *state, int dir, int lock, enum net net)
{
    int ready[2];
    char line[2048];
    if (pipe2(ready, O_CLOEXEC) != 0)
        return complain("make a pipe");
    pid_t child = fork();
    if (child < 0)
        return complain("fork");
    if (child == 0) {
        setsid();
        pid_t again = fork(); /* nobody's child: the program that this process becomes must not reap it */
        if (again == 0) {
            close(ready[0]);
            close(lock);
            outside_run(state, dir, net, ready[1]);
        }
        _exit(again < 0);
    }
    close(ready[1]);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
    int got = read_line(ready[0], line, sizeof line);
    close(ready[0]);
    if (got == 0 && strcmp(line, "ok") == 0)
        return 0;
    if (line[0] != 0)
        fprintf(stderr, "gantry-shim rootless: %s\n", line);
    return FAILED;
}

static const char *word(char *line, char **save)
{
    const char *next = strtok_r(line, " ", save);
    return next == NULL ? "" : next;
}

static int no_answer(void)
{
    fputs("gantry-shim rootless: whoever holds the namespaces does not answer: stop it and start again\n", stderr);
    return FAILED;
}

static int join(int fd, enum net wanted)
{
    char line[256], *save;
    uint64_t pid;
    enum net net;
    if (write_all(fd, "status\n", 7) != 0 || read_line(fd, line, sizeof line) != 0 ||
        strcmp(word(line, &save), "ok") != 0 || !parse_u64(word(NULL, &save), &pid) ||
        !net_parse(word(NULL, &save), &net))
        return no_answer();
    if (wanted != NET_AUTO && wanted != net) {
        fprintf(stderr,
                "gantry-shim rootless: the namespaces are connected by %s already, not by %s: stop all containers and "
                "the daemon first, or leave the choice out\n",
                NET_NAMES[net], NET_NAMES[wanted]);
        return FAILED;
    }
    /* It has just answered, so the pid is still its own. */
    int process = sys_pidfd_open((pid_t)pid, 0);
    if (process < 0)
        return complain("find the holder of the namespaces");
    if (setns(process, CLONE_NEWUSER | CLONE_NEWNS | (net == NET_HOST ? 0 : CLONE_NEWNET)) != 0)
        return complain("join the namespaces");
    if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
        return complain("become id 0");
    /* Where groups may not be dropped (a single id is mapped) they stay. */
    if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM)
        return complain("drop groups");
    return chdir("/") == 0 ? 0 : complain("go to /");
}

int face_rootless(int argc, char **argv)
{
    enum net net;
    if (argc < 6 || strcmp(argv[0], "--state") != 0 || strcmp(argv[2], "--net") != 0 || !net_parse(argv[3], &net) ||
        strcmp(argv[4], "--") != 0) {
        fputs("usage: gantry-shim rootless --state DIR --net auto|pasta|slirp4netns|none|host -- PROGRAM ARGS...\n",
              stderr);
        return 2;
    }
    /* What the caller was, a JVM perhaps, leaves nothing to the program. */
    syscall(SYS_close_range, 3U, ~0U, 0U);
    sys_reset_signals();
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", 0);
    if (argv[1][0] != '/') {
        fputs("gantry-shim rootless: the state directory must be absolute\n", stderr);
        return 2;
    }
    int dir = open_state(argv[1]);
    if (dir < 0)
        return FAILED;
    int lock = openat(dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        return complain("lock the state");
    int fd = dial(dir);
    if (fd < 0 && errno == EAGAIN)
        return no_answer();
    if (fd < 0) {
        int code = hold(argv[1], dir, lock, net);
        if (code != 0)
            return code;
        fd = dial(dir);
        if (fd < 0)
            return complain("reach the holder of the namespaces");
    }
    int code = join(fd, net);
    if (code != 0)
        return code;
    close(fd);
    close(lock);
    close(dir);
    execvp(argv[5], argv + 5);
    int missing = errno == ENOENT;
    complain(argv[5]);
    return missing ? 127 : 126;
}
