/* The part of rootless that stays in the host's namespaces: an ordinary process of an ordinary user. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "subids.h"
#include "rootless.h"
#include "sys.h"

#define BACKLOG 4096
#define HELPER_NS (10ull * 1000000000u)
/* A helper that dies is started again, each time after a longer pause, but not for ever. */
#define MOST_RESTARTS 5
#define PAUSE_NS 1000000000ull
#define CALM_NS (60ull * 1000000000u)

static struct {
    int pair, log;
    pid_t inside, helper; /* helper: 0 when none is needed, -1 when there is none any more */
    enum net net, asked;
    unsigned restarts;
    bool up;
    uint64_t started;
    struct idmap map;
} own;

static volatile sig_atomic_t child_ended;

static void on_child(int signal)
{
    (void)signal;
    child_ended = 1;
}

static _Noreturn void leave(int code)
{
    if (own.helper > 0)
        kill(own.helper, SIGKILL);
    if (own.inside > 0 && code != 0)
        kill(own.inside, SIGKILL);
    _exit(code);
}

static bool read_wish(int fd, struct wish_bind *wish)
{
    for (;;) {
        ssize_t n = recv(fd, wish, sizeof *wish, 0);
        if (n >= (ssize_t)sizeof wish->wish)
            return true;
        if (n >= 0 || errno != EINTR)
            return false;
    }
}

static void answer(const struct granted *granted, int fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = (void *)granted, .iov_len = sizeof *granted};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        *c = (struct cmsghdr){CMSG_LEN(sizeof fd), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    while (sendmsg(own.pair, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

static int bound(const struct wish_bind *wish)
{
    const int on = 1;
    bool stream = wish->type == SOCK_STREAM, six = wish->at.ss_family == AF_INET6;
    int fd = socket(wish->at.ss_family, (int)wish->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* Answers to datagrams leave from the address that was asked: hence the last two. */
    if ((stream && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) ||
        (six && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        (!stream && !six && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) != 0) ||
        (!stream && six && setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) != 0) ||
        bind(fd, (const struct sockaddr *)&wish->at, wish->size) != 0 || (stream && listen(fd, BACKLOG) != 0)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* The address from which the host would write to `far`; nothing is sent. `-` when it has none. */
static void own_address(int family, const char *far, char *out, socklen_t size)
{
    struct sockaddr_storage at = {.ss_family = (sa_family_t)family};
    struct sockaddr_in *four = (struct sockaddr_in *)&at;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&at;
    void *address = family == AF_INET ? (void *)&four->sin_addr : (void *)&six->sin6_addr;
    socklen_t length = family == AF_INET ? sizeof *four : sizeof *six;
    if (family == AF_INET)
        four->sin_port = htons(9);
    else
        six->sin6_port = htons(9);
    inet_pton(family, far, address);
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, length) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &length) != 0 || inet_ntop(family, address, out, size) == NULL)
        snprintf(out, size, "-");
    if (fd >= 0)
        close(fd);
}

static void addresses(struct granted *granted)
{
    char four[INET_ADDRSTRLEN], six[INET6_ADDRSTRLEN];
    /* Addresses for documentation: nobody has them, so the default route leads there. RFC 5737, RFC 3849 */
    own_address(AF_INET, "203.0.113.1", four, sizeof four);
    own_address(AF_INET6, "2001:db8:ffff:ffff::1", six, sizeof six);
    snprintf(granted->addresses, sizeof granted->addresses, "%s %s", four, six);
}

/* The last line that a helper wrote, for who asks why it did not start. */
static void last_words(char *out, size_t size)
{
    char text[1024];
    ssize_t n = pread(own.log, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    size_t end = strlen(text);
    while (end > 0 && text[end - 1] == '\n')
        text[--end] = 0;
    const char *line = strrchr(text, '\n');
    line = line == NULL ? text : line + 1;
    size_t length = strnlen(line, size - 1);
    memcpy(out, line, length);
    out[length] = 0;
}

static void start_helper(void)
{
    own.up = false;
    own.started = monotonic_ns();
    own.helper = helper_start(own.net, own.inside, own.log);
}

/* True when the namespaces reach the world. Waits for the helper, whose end is noticed. */
static bool connected_by(enum net net)
{
    own.net = net;
    start_helper();
    while (own.helper > 0 && monotonic_ns() - own.started < HELPER_NS) {
        if (waitpid(own.helper, NULL, WNOHANG) != 0)
            own.helper = -1;
        else if ((own.up = helper_is_up(own.inside)))
            return true;
        else
            poll(NULL, 0, 2);
    }
    if (own.helper > 0)
        kill(own.helper, SIGKILL);
    own.helper = -1;
    return false;
}

/* 0, or -1 and words. */
static int connect_world(char *why, size_t size)
{
    own.net = own.asked;
    if (own.asked == NET_NONE || own.asked == NET_HOST)
        return 0;
    char said[300] = "neither pasta nor slirp4netns is installed";
    bool there = false;
    for (enum net net = NET_PASTA; net <= NET_SLIRP; net++) {
        if (own.asked != NET_AUTO && own.asked != net)
            continue;
        if (!helper_exists(net)) {
            if (own.asked == net)
                snprintf(said, sizeof said, "%s is not installed", NET_NAMES[net]);
            continue;
        }
        there = true;
        if (connected_by(net))
            return 0;
        char words[200];
        last_words(words, sizeof words);
        snprintf(said, sizeof said, "%s did not start (%s)", NET_NAMES[net], words);
        if (access("/dev/net/tun", R_OK | W_OK) != 0)
            break;
    }
    const char *todo = "install one, on Debian: apt-get install passt";
    if (there)
        todo = access("/dev/net/tun", R_OK | W_OK) != 0 ? "let users open /dev/net/tun: chmod 666 /dev/net/tun"
                                                       : "see its log, or choose the other one";
    snprintf(why, size, "connect to the network: %s: %s, or start with --rootless-net none", said, todo);
    return -1;
}

static void child_has_ended(void)
{
    int status;
    pid_t pid;
    child_ended = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == own.inside)
            leave(0);
        if (pid != own.helper)
            continue;
        own.helper = -1;
        if (monotonic_ns() - own.started > CALM_NS)
            own.restarts = 0;
    }
}

/* Does what is due for the helper, without waiting: inside waits for answers. Returns when to look again, for ppoll. */
static const struct timespec *look_after_helper(void)
{
    static const struct timespec soon = {.tv_nsec = 200 * 1000000};
    if (own.helper < 0 && own.restarts < MOST_RESTARTS && monotonic_ns() - own.started >= own.restarts * PAUSE_NS) {
        own.restarts++;
        start_helper();
    }
    if (own.helper > 0 && !own.up) {
        own.up = helper_is_up(own.inside);
        if (!own.up && monotonic_ns() - own.started > HELPER_NS)
            kill(own.helper, SIGKILL);
    }
    bool settled = own.helper < 0 ? own.restarts == MOST_RESTARTS : own.helper == 0 || own.up;
    return settled ? NULL : &soon;
}

static void grant(const struct wish_bind *wish)
{
    struct granted granted = {.net = own.net};
    int fd = -1;
    switch (wish->wish) {
    case WISH_BIND:
        fd = bound(wish);
        granted.error = fd < 0 ? errno : 0;
        break;
    case WISH_ADDRESSES:
        addresses(&granted);
        break;
    case WISH_END:
        leave(0);
    default:
        granted.error = EINVAL;
    }
    answer(&granted, fd);
    if (fd >= 0)
        close(fd);
}

static _Noreturn void serve(void)
{
    sigset_t child, none;
    sigemptyset(&none);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    struct sigaction action = {.sa_handler = on_child};
    sigaction(SIGCHLD, &action, NULL);
    child_ended = 1; /* one may have ended before */
    for (;;) {
        if (child_ended)
            child_has_ended();
        struct pollfd one = {.fd = own.pair, .events = POLLIN};
        if (ppoll(&one, 1, look_after_helper(), &none) <= 0)
            continue;
        struct wish_bind wish = {0};
        if (!read_wish(own.pair, &wish))
            leave(0);
        grant(&wish);
    }
}

static _Noreturn void refuse(int ready, const char *why)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "%s\n", why);
    if (write_all(ready, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1) != 0)
        leave(1);
    leave(1);
}

/* Nothing of the caller's is kept: its terminal or log must not hang on us. */
static void let_go(void)
{
    for (int fd = 0; fd < 3; fd++)
        dup2(own.log, fd);
}

_Noreturn void outside_run(const char *state, int dir, enum net net, int ready)
{
    int pair[2];
    char why[700];
    struct wish_bind wish = {0};
    own.asked = net;
    signal(SIGPIPE, SIG_IGN); /* a caller that is gone is an error like others; helpers start with defaults */
    idmap_of_user(&own.map);
    own.log = openat(dir, "log", O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (own.log < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        refuse(ready, "make its files and sockets: permission denied or no space: check the directory");
    own.inside = fork();
    if (own.inside == 0) {
        close(pair[0]);
        close(ready);
        close(dir);
        inside_run(state, net, pair[1]);
    }
    close(pair[1]);
    own.pair = pair[0];
    struct granted granted = {0};
    if (own.inside < 0 || !read_wish(own.pair, &wish) || wish.wish != WISH_MAPS)
        refuse(ready, "make a user namespace: the kernel refuses: see sysctl user.max_user_namespaces, "
                      "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns");
    if (!idmap_is_single(&own.map) && idmap_write_outside(own.inside, &own.map, "rootless") != 0)
        refuse(ready, "map ids: it was refused: check /etc/subuid and /etc/subgid");
    answer(&granted, -1);
    if (!read_wish(own.pair, &wish) || wish.wish != WISH_WORLD)
        refuse(ready, "set up the namespaces: it failed: the line before says why");
    if (connect_world(why, sizeof why) != 0)
        refuse(ready, why);
    granted.net = own.net;
    answer(&granted, -1);
    /* From here on inside listens. */
    let_go();
    if (write_all(ready, "ok\n", 3) != 0)
        leave(1);
    close(ready);
    close(dir);
    sys_retitle("gantry-outside");
    serve();
}
