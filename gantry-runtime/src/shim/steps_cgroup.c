/* Cgroups: made and set by launch, joined by the child itself. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "obey.h"
#include "sys.h"

/* Makes the directory and its parents; counts into *made how many of the last ones it was that made them. Parents
 * may be removed by another launch's undoing meanwhile: then it begins again. */
static int make_group(const char *path, uint8_t *made)
{
    char prefix[PATH_MAX];
    size_t size = strlen(path);
    if (size >= sizeof prefix) {
        errno = ENAMETOOLONG;
        return -1;
    }
    *made = 0;
    if (mkdir(path, 0755) == 0) {
        *made = 1;
        return 0;
    }
    for (int tries = 0; errno == ENOENT && tries < 16; tries++) {
        *made = 0;
        for (size_t end = 1; end <= size; end++) {
            if (end < size && path[end] != '/')
                continue;
            memcpy(prefix, path, end);
            prefix[end] = 0;
            if (mkdir(prefix, 0755) == 0) {
                (*made)++;
                if (end == size)
                    return 0;
            } else if (errno == EEXIST || errno == EROFS) /* above the hierarchy: a read-only tmpfs */
                *made = 0;
            else
                break;
        }
    }
    return errno == EEXIST ? 0 : -1;
}

static bool somebody_joins(const struct plan *plan, uint64_t slot)
{
    for (uint16_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].op != OP_CGROUP_JOIN)
            continue;
        struct fields in = step_fields(&plan->steps[i]);
        if (field_u(&in) == slot)
            return true;
    }
    return false;
}

/* Opened here and now: the kernel judges a write by who opened the file, and later steps may give rights up. v1 is
 * joined by thread: a whole-process move waits for a grace period. */
static int open_group(struct obey *o, uint64_t slot, const char *path)
{
    int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -1;
    o->slots[slot] = dir;
    if (!somebody_joins(o->plan, slot))
        return 0;
    o->joins[slot] = openat(dir, "tasks", O_WRONLY | O_CLOEXEC);
    if (o->joins[slot] < 0 && errno == ENOENT)
        o->joins[slot] = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    return o->joins[slot] < 0 ? -1 : 0;
}

int obey_cgroup_make(struct obey *o, struct fields in)
{
    uint64_t slot = field_u(&in);
    const char *path = field_s(&in).ptr;
    if (make_group(path, &o->undo->made[slot]) < 0 || open_group(o, slot, path) < 0) {
        explain(o, "%s", path);
        return -1;
    }
    return 0;
}

int obey_open_cgroup(struct obey *o, struct fields in)
{
    uint64_t slot = field_u(&in);
    const char *path = field_s(&in).ptr;
    if (open_group(o, slot, path) < 0) {
        explain(o, "%s", path);
        return -1;
    }
    return 0;
}

int obey_cgroup_set(struct obey *o, struct fields in)
{
    int dir = o->slots[field_u(&in)];
    const char *file = field_s(&in).ptr;
    struct text value = field_s(&in);
    int fd = openat(dir, file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : write(fd, value.ptr, value.size);
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (n == (ssize_t)value.size)
        return 0;
    explain(o, "%s: %.100s", file, value.ptr);
    errno = n < 0 ? error : EIO;
    return -1;
}

enum { DEEPEST = 64 };

static int open_above(int dir, unsigned up, const char *file, int flags)
{
    char path[3 * DEEPEST + 32] = "";
    size_t at = 0;
    for (; up > 0; up--, at += 3)
        memcpy(path + at, "../", 3);
    memcpy(path + at, file, strlen(file) + 1);
    return openat(dir, path, flags | O_CLOEXEC | O_NOFOLLOW);
}

/* The length without the end of the line; 0 when the group has none. */
static ssize_t read_above(int dir, unsigned up, const char *file, char *value, size_t size)
{
    int fd = open_above(dir, up, file, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t n = read(fd, value, size);
    int error = errno;
    close(fd);
    errno = error;
    return n > 0 && value[n - 1] == '\n' ? n - 1 : n;
}

static int write_above(int dir, unsigned up, const char *file, const char *value, size_t size)
{
    int fd = open_above(dir, up, file, O_WRONLY);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, value, size);
    int error = errno;
    close(fd);
    errno = n < 0 ? error : EIO;
    return n == (ssize_t)size ? 0 : -1;
}

/* A v1 group with none lets no process in. What has some is somebody's choice and stays as it is. */
static int fill(int dir, const char *file)
{
    char value[4096];
    unsigned up = 0;
    ssize_t n;
    while ((n = read_above(dir, up, file, value, sizeof value)) == 0 && up < DEEPEST)
        up++;
    if (n <= 0)
        return -1;
    while (up-- > 0) {
        if (write_above(dir, up, file, value, (size_t)n) < 0 ||
            write_above(dir, up, "cgroup.clone_children", "1", 1) < 0)
            return -1;
    }
    return 0;
}

int obey_cpuset_fill(struct obey *o, struct fields in)
{
    static const char *const FILES[] = {"cpuset.cpus", "cpuset.mems"};
    int dir = o->slots[field_u(&in)];
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        if (fill(dir, FILES[i]) < 0) {
            explain(o, "%s", FILES[i]);
            return -1;
        }
    }
    return 0;
}

int obey_cgroup_join(struct obey *o, struct fields in)
{
    return write(o->joins[field_u(&in)], "0", 1) == 1 ? 0 : -1;
}

int cgroup_rmdir(const char *path, unsigned deadline_ms)
{
    uint64_t end = monotonic_ns() + deadline_ms * UINT64_C(1000000);
    for (long pause = 100000;; pause = pause < 10000000 ? pause * 2 : pause) {
        if (rmdir(path) == 0 || errno == ENOENT)
            return 0;
        if (errno != EBUSY || monotonic_ns() >= end)
            return -1;
        nanosleep(&(struct timespec){.tv_nsec = pause}, NULL);
    }
}

void cgroups_undo(const struct plan *plan, const struct undo *undo)
{
    char path[PATH_MAX];
    for (int i = plan->count - 1; i >= 0; i--) {
        if (plan->steps[i].op != OP_CGROUP_MAKE)
            continue;
        struct fields in = step_fields(&plan->steps[i]);
        uint64_t slot = field_u(&in);
        struct text text = field_s(&in);
        if (text.size >= sizeof path)
            continue;
        memcpy(path, text.ptr, text.size + 1);
        for (uint8_t n = undo->made[slot]; n > 0; n--) {
            /* Only the group itself had members of ours; a parent that is busy belongs to others by now. */
            if (cgroup_rmdir(path, n == undo->made[slot] ? 2000 : 0) < 0)
                break;
            char *slash = strrchr(path, '/');
            if (slash == NULL || slash == path)
                break;
            *slash = 0;
        }
    }
}
