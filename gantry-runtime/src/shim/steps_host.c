/* Namespaces, and the settings that live in them. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "kernel.h"
#include "obey.h"
#include "sys.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* A file of the host's /proc, by a descriptor that was opened before any namespace changed. */
static int write_proc(struct obey *o, const char *path, struct text value)
{
    int fd = k_openat2(o->host_proc, path, O_WRONLY, 0, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
    if (fd < 0) {
        explain(o, "/proc/%.200s", path);
        return -1;
    }
    ssize_t n = write(fd, value.ptr, value.size);
    int error = errno;
    close(fd);
    if (n == (ssize_t)value.size)
        return 0;
    explain(o, "/proc/%.120s: %.100s", path, value.ptr);
    errno = n < 0 ? error : EIO;
    return -1;
}

static bool read_map(pid_t pid, const char *name, char *map, size_t size)
{
    char path[48];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, map, size - 1);
    if (fd >= 0)
        close(fd);
    map[n < 0 ? 0 : n] = 0;
    return n > 0;
}

/* While this process still may: the maps are those of the namespace that is joined next. */
static void give_streams_to(struct obey *o, pid_t pid)
{
    char uids[4096], gids[4096];
    if (read_map(pid, "uid_map", uids, sizeof uids) && read_map(pid, "gid_map", gids, sizeof gids))
        give_streams(o, uids, gids);
}

/* Nobody inside may look into launch from here on (CVE-2016-9962). The user namespace is joined first: the kernel
 * orders the kinds itself when they come in one call. */
int obey_join(struct obey *o, struct fields in)
{
    pid_t pid = (pid_t)field_u(&in);
    uint64_t start_time = field_u(&in), flags = field_u(&in);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -1;
    int pidfd = sys_pidfd_open(pid, 0);
    if (pidfd < 0) {
        explain(o, "process %d", pid);
        return -1;
    }
    if (process_start_time(pid) != start_time) {
        close(pidfd);
        explain(o, "process %d is another than the one meant", pid);
        errno = ESRCH;
        return -1;
    }
    if (flags & CLONE_NEWUSER)
        give_streams_to(o, pid);
    int rc = setns(pidfd, (int)flags);
    int error = errno;
    close(pidfd);
    if (rc < 0) {
        errno = error;
        return -1;
    }
    o->far |= (flags & CLONE_NEWUSER) != 0;
    if (flags & CLONE_NEWUSER && (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0))
        return -1;
    if (flags & CLONE_NEWNS && o->root >= 0) {
        close(o->root);
        o->root = -1;
    }
    return 0;
}

int obey_time_offsets(struct obey *o, struct fields in)
{
    if (unshare(CLONE_NEWTIME) < 0)
        return -1;
    return write_proc(o, "self/timens_offsets", field_s(&in));
}

int obey_id_map(struct obey *o, struct fields in)
{
    struct text uids = field_s(&in), gids = field_s(&in);
    bool deny = field_u(&in) != 0;
    char path[48];
    int pid = o->undo->pid;
    snprintf(path, sizeof path, "%d/setgroups", pid);
    if (deny && write_proc(o, path, (struct text){"deny", 4}) < 0)
        return -1;
    snprintf(path, sizeof path, "%d/gid_map", pid);
    if (write_proc(o, path, gids) < 0)
        return -1;
    snprintf(path, sizeof path, "%d/uid_map", pid);
    if (write_proc(o, path, uids) < 0)
        return -1;
    give_streams(o, uids.ptr, gids.ptr);
    return 0;
}

int obey_unshare(struct obey *o, struct fields in)
{
    (void)o;
    return unshare((int)field_u(&in));
}

int obey_hostname(struct obey *o, struct fields in)
{
    (void)o;
    struct text name = field_s(&in);
    return sethostname(name.ptr, name.size);
}

int obey_domainname(struct obey *o, struct fields in)
{
    (void)o;
    struct text name = field_s(&in);
    return setdomainname(name.ptr, name.size);
}

/* Dots part the name; where a part has dots itself (an interface), the name is given with slashes. */
int obey_sysctl(struct obey *o, struct fields in)
{
    struct text name = field_s(&in), value = field_s(&in);
    char path[256] = "sys/";
    if (name.size + 5 > sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    bool slashes = memchr(name.ptr, '/', name.size) != NULL;
    for (uint32_t i = 0; i <= name.size; i++)
        path[4 + i] = name.ptr[i] == '.' && !slashes ? '/' : name.ptr[i];
    return write_proc(o, path, value);
}

int obey_oom_score(struct obey *o, struct fields in)
{
    return write_proc(o, "self/oom_score_adj", field_s(&in));
}

int obey_loopback(struct obey *o, struct fields in)
{
    (void)o;
    (void)in;
    struct ifreq lo = {.ifr_name = "lo"};
    lo.ifr_flags = IFF_UP;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int rc = ioctl(fd, SIOCSIFFLAGS, &lo);
    int error = errno;
    close(fd);
    errno = error;
    return rc;
}

int obey_rlimit(struct obey *o, struct fields in)
{
    uint64_t resource = field_u(&in);
    struct rlimit limit = {.rlim_cur = field_u(&in), .rlim_max = field_u(&in)};
    if (setrlimit((__rlimit_resource_t)resource, &limit) == 0)
        return 0;
    explain(o, "resource %d: %lld, at most %lld", (int)resource, (long long)limit.rlim_cur, (long long)limit.rlim_max);
    return -1;
}
