/* pasta and slirp4netns: both are told the same addresses, so that nothing else depends on which of them it is. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "rootless.h"
#include "sys.h"

#define TAP "tap0"
#define PATH_MAX_HERE 4096

/* Looks through PATH: the program is executed by somebody else later. */
bool helper_exists(enum net net)
{
    char path[PATH_MAX_HERE];
    const char *all = getenv("PATH");
    for (const char *at = all; at != NULL && *at != 0;) {
        size_t length = strcspn(at, ":");
        if (snprintf(path, sizeof path, "%.*s/%s", (int)length, at, NET_NAMES[net]) < (int)sizeof path &&
            access(path, X_OK) == 0)
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

static _Noreturn void become_pasta(pid_t inside)
{
    char user[48], net[48];
    snprintf(user, sizeof user, "/proc/%d/ns/user", (int)inside);
    snprintf(net, sizeof net, "/proc/%d/ns/net", (int)inside);
    /* No port is its business, and what listens on the host's loopback addresses is not the containers'. */
    execlp("pasta", "pasta", "--foreground", "--quiet", "--config-net", "--ns-ifname", TAP, "--address", "10.0.2.100",
           "--netmask", "24", "--gateway", "10.0.2.2", "--dns-forward", HELPER_NAMES, "--no-map-gw", "-t", "none", "-u",
           "none", "-T", "none", "-U", "none", "--userns", user, "--netns", net, (char *)NULL);
    _exit(127);
}

/* Born in the user namespace, where it may shut itself in. */
static _Noreturn void become_slirp(pid_t inside)
{
    char user[48], net[48];
    snprintf(user, sizeof user, "/proc/%d/ns/user", (int)inside);
    snprintf(net, sizeof net, "/proc/%d/ns/net", (int)inside);
    int fd = open(user, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWUSER) != 0 || syscall(SYS_setresgid, 0, 0, 0) != 0 ||
        syscall(SYS_setresuid, 0, 0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        _exit(126);
    execlp("slirp4netns", "slirp4netns", "--configure", "--mtu=65520", "--disable-host-loopback", "--enable-sandbox",
           "--enable-seccomp", "--netns-type=path", net, TAP, (char *)NULL);
    _exit(127);
}

pid_t helper_start(enum net net, pid_t inside, int log)
{
    pid_t parent = getpid(), child = fork();
    if (child != 0)
        return child;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    sys_reset_signals();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 ||
        dup2(log, 2) < 0)
        _exit(126);
    if (net == NET_PASTA)
        become_pasta(inside);
    become_slirp(inside);
}

/* A default route over the tap is the last thing that either of them makes. /proc/PID/net/route */
bool helper_is_up(pid_t inside)
{
    char path[48], line[256];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%d/net/route", (int)inside);
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
        found = strncmp(line, TAP "\t00000000\t", strlen(TAP) + 10) == 0;
    if (file != NULL)
        fclose(file);
    return found;
}
