/* Who the program will be: ids, capabilities, no new privileges, the seccomp filter. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "obey.h"
#include "sys.h"

static int drop_bounding(uint64_t keep)
{
    for (unsigned cap = 0; cap < 64; cap++) {
        if (keep >> cap & 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
            continue;
        if (errno == EINVAL) /* beyond the last one this kernel has */
            return 0;
        return -1;
    }
    return 0;
}

static int set_groups(struct list groups)
{
    gid_t *ids = calloc(groups.count + 1u, sizeof *ids);
    if (ids == NULL)
        return -1;
    size_t count = 0;
    bool given = groups.count > 0;
    while (groups.count > 0) {
        uint64_t id;
        if (!parse_u64(list_next(&groups).ptr, &id) || id >= UINT32_MAX) {
            free(ids);
            errno = EINVAL;
            return -1;
        }
        ids[count++] = (gid_t)id;
    }
    long rc = syscall(SYS_setgroups, count, ids);
    int error = errno;
    free(ids);
    /* Where a user namespace denies setgroups there is no way to drop them; only asking for some is an error. */
    if (rc < 0 && error == EPERM && !given)
        return 0;
    errno = error;
    return (int)rc;
}

static int set_capabilities(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable},
        {(uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32)},
    };
    return (int)syscall(SYS_capset, &header, data);
}

static int raise_ambient(uint64_t ambient)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -1;
    for (unsigned cap = 0; ambient != 0; cap++, ambient >>= 1)
        if (ambient & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
            return -1;
    return 0;
}

/* The program opens /dev/stdout again by name, so its pipes and its terminal must be its own. Files keep their owner:
 * only what launch was given for this container is touched, and an error (a read-only file system, a user namespace)
 * is no reason not to start. */
static void own_stdio(struct obey *o, uid_t uid)
{
    int fds[3] = {o->io->in, o->io->out, o->io->err};
    if (o->slave >= 0)
        fds[0] = fds[1] = fds[2] = o->slave;
    struct stat found;
    for (int i = 0; i < 3; i++) {
        if (i > 0 && fds[i] == fds[i - 1])
            continue;
        bool ours = fstat(fds[i], &found) == 0 && (S_ISFIFO(found.st_mode) || fds[i] == o->slave);
        if (ours && found.st_uid != uid && fchown(fds[i], uid, (gid_t)-1) < 0)
            continue;
    }
}

/* The id outside of id 0 inside, or false. Lines of: first id inside, first id outside, how many. */
static bool id_of_root(const char *map, unsigned *id)
{
    unsigned long inside, outside, count;
    for (; map != NULL; map = strchr(map, '\n'), map = map == NULL ? NULL : map + 1) {
        if (sscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3 && inside == 0 && count > 0) {
            *id = (unsigned)outside;
            return true;
        }
    }
    return false;
}

void give_streams(struct obey *o, const char *uids, const char *gids)
{
    unsigned uid, gid;
    int fds[3] = {o->io->in, o->io->out, o->io->err};
    struct stat found;
    if (o->io->later >= 0 || !id_of_root(uids, &uid) || !id_of_root(gids, &gid))
        return;
    for (int i = 0; i < 3; i++)
        if (fstat(fds[i], &found) == 0 && S_ISFIFO(found.st_mode) && fchown(fds[i], uid, gid) < 0)
            continue; /* they can be used all the same */
}

int obey_identity(struct obey *o, struct fields in)
{
    uint64_t uid = field_u(&in), gid = field_u(&in);
    struct list groups = field_l(&in);
    uint64_t mask = field_u(&in), bounding = field_u(&in), effective = field_u(&in), permitted = field_u(&in),
             inheritable = field_u(&in), ambient = field_u(&in);
    if (uid >= UINT32_MAX || gid >= UINT32_MAX) { /* cut to 32 bits it would be another id, or "unchanged" */
        errno = EINVAL;
        return -1;
    }
    if (terminal_ready(o) < 0 || (uid != 0 && streams_come(o) < 0))
        return -1;
    if (uid != 0)
        own_stdio(o, (uid_t)uid);
    umask((mode_t)mask);
    if (drop_bounding(bounding) < 0) {
        explain(o, "bounding set");
        return -1;
    }
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return -1;
    if (set_groups(groups) < 0) {
        explain(o, "supplementary groups");
        return -1;
    }
    if (syscall(SYS_setresgid, gid, gid, gid) < 0) {
        explain(o, "group %llu", (unsigned long long)gid);
        return -1;
    }
    if (syscall(SYS_setresuid, uid, uid, uid) < 0) {
        explain(o, "user %llu", (unsigned long long)uid);
        return -1;
    }
    if (set_capabilities(effective, permitted, inheritable) < 0) {
        explain(o, "capabilities");
        return -1;
    }
    if (raise_ambient(ambient) < 0) {
        explain(o, "ambient capabilities");
        return -1;
    }
    return 0;
}

int obey_no_new_privs(struct obey *o, struct fields in)
{
    (void)o;
    (void)in;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* From here on the filter judges us too: all that is left afterwards is CHDIR and execve. */
int obey_seccomp(struct obey *o, struct fields in)
{
    unsigned flags = (unsigned)field_u(&in);
    struct text filter = field_b(&in);
    if (filter.size == 0 || filter.size % sizeof(struct sock_filter) != 0 ||
        filter.size / sizeof(struct sock_filter) > BPF_MAXINSNS) {
        errno = EINVAL;
        return -1;
    }
    struct sock_fprog program = {
        .len = (unsigned short)(filter.size / sizeof(struct sock_filter)),
        .filter = (struct sock_filter *)(uintptr_t)filter.ptr,
    };
    if (stdio_ready(o) < 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}
