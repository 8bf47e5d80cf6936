/* The part of rootless that holds the namespaces and listens to gantryd: lines over a socket that only this user's
 * processes reach. Published ports are relayed here, so that a killed daemon breaks no connection. */
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

#include "inside.h"
#include "subids.h"
#include "sys.h"

#define SWEEP_MS 10000
#define OUTSIDE_SECONDS 5

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "gantry-shim rootless: %s: %s\n", what, strerror(errno));
    _exit(1);
}

static void wish(enum wish what, struct granted *granted)
{
    uint32_t word = what;
    int none;
    if (wishes_ask(&word, sizeof word, granted, &none) != 0)
        _exit(1); /* outside has said why */
}

static void make_namespaces(void)
{
    struct idmap map = {0};
    struct granted granted;
    uid_t uid = getuid();
    gid_t gid = getgid();
    idmap_of_user(&map);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS | (door.net == NET_HOST ? 0 : CLONE_NEWNET)) != 0)
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
    int fd = openat(door.state, "resolv.conf", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
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
    snprintf(path, sizeof path, "/proc/self/fd/%d/resolv.conf", door.state);
    if (mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL) != 0)
        fail("mount resolv.conf");
}

static int listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/s", door.state);
    unlinkat(door.state, "s", 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0)
        fail("listen for gantryd");
    umask(before);
    return fd;
}

/* Outside is gone, and with it the way out: the next caller makes new namespaces rather than join these. */
static void hear_outside(struct watched *who, uint32_t events)
{
    (void)who;
    wishes_drop_late(MSG_DONTWAIT);
    if (!(events & EPOLLHUP))
        return;
    unlinkat(door.state, "s", 0);
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
    static struct watched caller = {.ready = door_greet}, other = {.ready = hear_outside};
    wishes_go_to(pair);
    door.net = asked;
    make_namespaces();
    /* Only now: what is opened before is in a mount of the host's, and cannot be mounted from. */
    door.state = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (door.state < 0)
        fail(path);
    if (door.net != NET_HOST)
        loopback_up();
    if (door.net != NET_HOST && door.net != NET_NONE)
        resolve_through_helper();
    signal(SIGPIPE, SIG_IGN);
    raise_descriptor_limit();
    caller.fd = listen_here();
    if (loop_open() != 0 || loop_wait_for(&caller, EPOLLIN) != 0)
        fail("wait for events");
    wish(WISH_WORLD, &granted);
    door.net = (enum net)granted.net;
    if (chdir("/") != 0)
        fail("go to /");
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3; fd++)
        dup2(nothing, fd);
    sys_retitle("gantry-inside");
    other.fd = pair;
    const struct timeval patience = {.tv_sec = OUTSIDE_SECONDS};
    if (setsockopt(pair, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        loop_wait_for(&other, EPOLLIN) != 0)
        _exit(1);
    for (uint64_t swept = monotonic_ns();;) {
        loop_turn(SWEEP_MS);
        if (monotonic_ns() - swept < SWEEP_MS * 1000000ull)
            continue;
        door_sweep();
        swept = monotonic_ns();
    }
}
