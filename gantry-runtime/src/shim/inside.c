/* The part of rootless that holds the namespaces and listens to gantryd: lines over a socket that only this user's
 * processes reach. Published ports are relayed here, so that a killed daemon breaks no connection. */
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "subids.h"
#include "rootless.h"
#include "sys.h"

#define LINE 256
#define WORDS 6
#define SWEEP_MS 10000
/* Every connection waits while outside is asked and while gantryd is answered: neither may take for ever. */
#define OUTSIDE_SECONDS 5
#define CLIENT_SECONDS 1

struct client {
    struct watched watched;
    size_t have;
    char line[LINE];
};

static int outside;
static unsigned late; /* answers of outside's that nobody waits for any more */
static enum net net;
static int state;
static struct relay *relays;

/* setting up */

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "gantry-shim rootless: %s: %s\n", what, strerror(errno));
    _exit(1);
}

/* The next answer, with a descriptor or -1. False and errno. */
static bool receive(struct granted *granted, int *fd, int flags)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {.iov_base = granted, .iov_len = sizeof *granted};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t n;
    *fd = -1;
    while ((n = recvmsg(outside, &message, MSG_CMSG_CLOEXEC | flags)) < 0 && errno == EINTR)
        ;
    if (n != (ssize_t)sizeof *granted) {
        errno = n < 0 ? errno : EPIPE;
        return false;
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c != NULL && c->cmsg_type == SCM_RIGHTS)
        memcpy(fd, CMSG_DATA(c), sizeof *fd);
    return true;
}

/* A port that was bound too late is free again. */
static bool drop_late(int flags)
{
    struct granted granted;
    int fd;
    while (late > 0 && receive(&granted, &fd, flags)) {
        late--;
        if (fd >= 0)
            close(fd);
    }
    return late == 0;
}

/* Asks, and waits for the answer and perhaps a descriptor. Answers come in the order of wishes. -1 and errno. */
static int ask(const void *wish, size_t size, struct granted *granted, int *fd)
{
    if (send(outside, wish, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return -1;
    if (!drop_late(0) || !receive(granted, fd, 0)) {
        if (errno == EAGAIN) {
            late++;
            errno = ETIMEDOUT;
        }
        return -1;
    }
    errno = granted->error;
    return granted->error == 0 ? 0 : -1;
}

static void wish(enum wish what, struct granted *granted)
{
    uint32_t word = what;
    int none;
    if (ask(&word, sizeof word, granted, &none) != 0)
        _exit(1); /* outside has said why */
}

static void make_namespaces(void)
{
    struct idmap map = {0};
    struct granted granted;
    uid_t uid = getuid();
    gid_t gid = getgid();
    idmap_of_user(&map);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | (net == NET_HOST ? 0 : CLONE_NEWNET)) != 0)
        fail("make namespaces");
    wish(WISH_MAPS, &granted);
    if (idmap_is_single(&map) && idmap_write_single(uid, gid) != 0)
        fail("map the single id");
    if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
        fail("become id 0");
    if (syscall(SYS_setgroups, 0, NULL) < 0 && errno != EPERM)
        fail("drop groups");
}

static void loopback_up(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
        fail("bring lo up");
    close(fd);
}

/* The host's resolver configuration with the helper as its only server. The host's may be on its loopback addresses,
 * which are others here. */
static void resolve_through_helper(void)
{
    char line[1024], path[48];
    FILE *from = fopen("/etc/resolv.conf", "re");
    if (from == NULL)
        return; /* a host that resolves nothing */
    int fd = openat(state, "resolv.conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
    if (to == NULL)
        fail("write resolv.conf");
    fchmod(fd, 0644); /* whatever the umask: containers' programs of any user read it */
    fputs("nameserver " HELPER_NAMES "\n", to);
    while (fgets(line, sizeof line, from) != NULL)
        if (strncmp(line, "nameserver", 10) != 0)
            fputs(line, to);
    fclose(from);
    if (fclose(to) != 0)
        fail("write resolv.conf");
    snprintf(path, sizeof path, "/proc/self/fd/%d/resolv.conf", state);
    if (mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) != 0)
        fail("mount resolv.conf");
}

static int listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/s", state);
    unlinkat(state, "s", 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0)
        fail("listen for gantryd");
    umask(before);
    return fd;
}

/* requests */

static bool parse_address(const char *ip, const char *port, struct sockaddr_storage *out, socklen_t *size)
{
    uint64_t number;
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (!parse_u64(port, &number) || number == 0 || number > 65535)
        return false;
    if (inet_pton(AF_INET, ip, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)number);
        *size = sizeof *four;
        return true;
    }
    if (inet_pton(AF_INET6, ip, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)number);
        *size = sizeof *six;
        return true;
    }
    return false;
}

static struct relay **find(const char *name)
{
    struct relay **at = &relays;
    while (*at != NULL && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

/* Each returns 0 or an errno. */
static int do_listen(const char *name, bool datagrams, const char *ip, const char *port)
{
    struct wish_bind bind_to = {.wish = WISH_BIND, .type = datagrams ? SOCK_DGRAM : SOCK_STREAM};
    struct granted granted;
    socklen_t size;
    int fd = -1;
    if (!parse_address(ip, port, &bind_to.at, &size))
        return EINVAL;
    if (*find(name) != NULL)
        return EADDRINUSE;
    bind_to.size = size;
    if (ask(&bind_to, sizeof bind_to, &granted, &fd) != 0 || fd < 0)
        return errno == 0 ? EIO : errno;
    struct relay *relay = relay_open(name, fd, datagrams);
    if (relay == NULL) {
        close(fd);
        return ENOMEM;
    }
    relay->next = relays;
    relays = relay;
    return 0;
}

static int do_serve(const char *name, const char *ip, const char *port)
{
    struct sockaddr_storage to;
    socklen_t size;
    struct relay *relay = *find(name);
    if (relay == NULL)
        return ENOENT;
    if (!parse_address(ip, port, &to, &size))
        return EINVAL;
    return relay_serve(relay, &to, size) == 0 ? 0 : errno;
}

static int do_close(const char *name)
{
    struct relay **at = find(name), *relay = *at;
    if (relay == NULL)
        return ENOENT;
    *at = relay->next;
    relay_close(relay);
    return 0;
}

static _Noreturn void do_leave(int fd)
{
    const uint32_t word = WISH_END;
    unlinkat(state, "s", 0);
    if (write_all(fd, "ok\n", 3) == 0)
        send(outside, &word, sizeof word, MSG_NOSIGNAL | MSG_DONTWAIT);
    _exit(0);
}

/* Who does not read his answer misses it, and all that follow. */
static void tell(int fd, const char *text, size_t size)
{
    if (write_all(fd, text, size) != 0)
        shutdown(fd, SHUT_RDWR);
}

static void list(int fd)
{
    for (struct relay *relay = relays; relay != NULL; relay = relay->next) {
        char line[RELAY_NAME + 1];
        int n = snprintf(line, sizeof line, "%s\n", relay->name);
        tell(fd, line, (size_t)n);
    }
}

static void say(int fd, int error)
{
    char line[LINE];
    int n = error == 0 ? snprintf(line, sizeof line, "ok\n")
                       : snprintf(line, sizeof line, "error %d %s\n", error, strerror(error));
    tell(fd, line, (size_t)n);
}

/* `tcp 0.0.0.0 8080`; false when it is none. */
static bool name_of(char **words, char *name)
{
    return (strcmp(words[1], "tcp") == 0 || strcmp(words[1], "udp") == 0) &&
           snprintf(name, RELAY_NAME, "%s %s %s", words[1], words[2], words[3]) < RELAY_NAME;
}

static void obey(int fd, char *line)
{
    char *words[WORDS + 1] = {0}, *save, name[RELAY_NAME], text[LINE];
    int count = 0;
    for (char *word = strtok_r(line, " ", &save); word != NULL && count <= WORDS; word = strtok_r(NULL, " ", &save))
        words[count++] = word;
    struct granted granted;
    if (count == 1 && strcmp(words[0], "status") == 0) {
        int n = snprintf(text, sizeof text, "ok %d %s\n", (int)getpid(), NET_NAMES[net]);
        tell(fd, text, (size_t)n);
    } else if (count == 1 && strcmp(words[0], "addresses") == 0) {
        const uint32_t word = WISH_ADDRESSES;
        int none;
        if (ask(&word, sizeof word, &granted, &none) != 0)
            say(fd, errno);
        else {
            int n = snprintf(text, sizeof text, "ok %s\n", granted.addresses);
            tell(fd, text, (size_t)n);
        }
    } else if (count == 1 && strcmp(words[0], "list") == 0) {
        list(fd);
        say(fd, 0);
    } else if (count == 1 && strcmp(words[0], "leave") == 0) {
        do_leave(fd);
    } else if (count < 4 || !name_of(words, name)) {
        say(fd, EINVAL);
    } else if (count == 4 && strcmp(words[0], "listen") == 0) {
        say(fd, do_listen(name, words[1][0] == 'u', words[2], words[3]));
    } else if (count == 6 && strcmp(words[0], "serve") == 0) {
        say(fd, do_serve(name, words[4], words[5]));
    } else if (count == 4 && strcmp(words[0], "close") == 0) {
        say(fd, do_close(name));
    } else {
        say(fd, EINVAL);
    }
}

static void hear(struct watched *who, uint32_t events)
{
    struct client *client = (struct client *)who;
    (void)events;
    ssize_t n = read(who->fd, client->line + client->have, LINE - client->have);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    char *end;
    client->have += n > 0 ? (size_t)n : 0;
    while ((end = memchr(client->line, '\n', client->have)) != NULL) {
        *end = 0;
        obey(who->fd, client->line);
        size_t used = (size_t)(end + 1 - client->line);
        client->have -= used;
        memmove(client->line, end + 1, client->have);
    }
    if (n <= 0 || client->have == LINE)
        loop_bury(who, client);
}

static void greet(struct watched *who, uint32_t events)
{
    (void)events;
    struct ucred peer;
    socklen_t size = sizeof peer;
    const struct timeval patience = {.tv_sec = CLIENT_SECONDS};
    int fd = accept4(who->fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct client *client = calloc(1, sizeof *client);
    /* Id 0 of this namespace is the user, from wherever it calls. */
    if (client == NULL || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0) {
        free(client);
        close(fd);
        return;
    }
    client->watched = (struct watched){.fd = fd, .ready = hear};
    if (loop_wait_for(&client->watched, EPOLLIN) != 0)
        loop_bury(&client->watched, client);
}

/* Outside is gone, and with it the way out: the next caller makes new namespaces rather than join these. */
static void hear_outside(struct watched *who, uint32_t events)
{
    (void)who;
    drop_late(MSG_DONTWAIT);
    if (!(events & EPOLLHUP))
        return;
    unlinkat(state, "s", 0);
    _exit(1);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

_Noreturn void inside_run(const char *path, enum net asked, int pair)
{
    struct granted granted;
    static struct watched door = {.ready = greet}, other = {.ready = hear_outside};
    outside = pair;
    net = asked;
    make_namespaces();
    /* Only now: what is opened before is in a mount of the host's, and cannot be mounted from. */
    state = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (state < 0)
        fail(path);
    if (net != NET_HOST)
        loopback_up();
    if (net != NET_HOST && net != NET_NONE)
        resolve_through_helper();
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    door.fd = listen_here();
    if (loop_open() != 0 || loop_wait_for(&door, EPOLLIN) != 0)
        fail("wait for events");
    wish(WISH_WORLD, &granted);
    net = (enum net)granted.net;
    if (chdir("/") != 0)
        fail("go to /");
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        dup2(nothing, fd);
    sys_retitle("gantry-inside");
    other.fd = outside;
    const struct timeval patience = {.tv_sec = OUTSIDE_SECONDS};
    if (setsockopt(outside, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        loop_wait_for(&other, EPOLLIN) != 0)
        _exit(1);
    for (uint64_t swept = monotonic_ns();;) {
        loop_turn(SWEEP_MS);
        if (monotonic_ns() - swept < SWEEP_MS * 1000000ull)
            continue;
        for (struct relay *relay = relays; relay != NULL; relay = relay->next)
            relay_sweep(relay, false);
        swept = monotonic_ns();
    }
}
