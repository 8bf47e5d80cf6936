/* Mounts: made detached, given their attributes, and only then attached, at descriptors. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel.h"
#include "obey.h"
#include "root.h"

/* Words of the kernel about a filesystem context, "e proc: Unknown parameter 'x'", without the letter. */
static void explain_fs(struct obey *o, int fs, const char *subject)
{
    char words[160];
    int error = errno;
    ssize_t n = read(fs, words, sizeof words - 1);
    if (n > 2) {
        words[n] = 0;
        words[strcspn(words, "\n")] = 0;
        explain(o, "%.80s: %s", subject, words + 2);
    } else
        explain(o, "%.200s", subject);
    errno = error;
}

static int close_failed(int fd)
{
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int set_option(int fs, struct text option)
{
    const char *value = strchr(option.ptr, '=');
    if (value == NULL)
        return k_fsconfig(fs, FSCONFIG_SET_FLAG, option.ptr, NULL);
    char key[256];
    size_t size = (size_t)(value - option.ptr);
    if (size >= sizeof key) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(key, option.ptr, size);
    key[size] = 0;
    return k_fsconfig(fs, FSCONFIG_SET_STRING, key, value + 1);
}

/* A detached mount of a context whose parameters are set; closes the context. */
static int mount_context(struct obey *o, int fs, uint64_t attributes, const char *subject)
{
    int mount = -1;
    if (k_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) == 0)
        mount = k_fsmount(fs, attributes);
    if (mount < 0) {
        explain_fs(o, fs, subject);
        return close_failed(fs);
    }
    close(fs);
    return mount;
}

/* One layer per parameter where the kernel knows that (6.7), else all in one string. */
static int set_layers(int fs, struct list lowers)
{
    struct list all = lowers;
    size_t size = 1;
    while (lowers.count > 0) {
        struct text lower = list_next(&lowers);
        size += 2 * (size_t)lower.size + 1;
        if (k_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", lower.ptr) == 0)
            continue;
        if (errno != EINVAL || lowers.count + 1 != all.count)
            return -1;
        while (lowers.count > 0)
            size += 2 * (size_t)list_next(&lowers).size + 1;
        char *joined = malloc(size), *at = joined;
        if (joined == NULL)
            return -1;
        for (lowers = all; lowers.count > 0;) {
            lower = list_next(&lowers);
            for (uint32_t i = 0; i < lower.size; i++) {
                if (lower.ptr[i] == ':' || lower.ptr[i] == '\\')
                    *at++ = '\\';
                *at++ = lower.ptr[i];
            }
            *at++ = lowers.count > 0 ? ':' : 0;
        }
        int rc = k_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", joined);
        int error = errno;
        free(joined);
        errno = error;
        return rc;
    }
    return 0;
}

/* The kernel makes no overlay of one layer that nothing is written to; the layer itself, read-only, is the same. */
static int single_layer(struct obey *o, uint64_t slot, const char *lower, uint64_t attributes)
{
    uint64_t clear = attributes & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0;
    int mount = k_open_tree(AT_FDCWD, lower, OPEN_TREE_CLONE);
    if (mount < 0 || k_mount_setattr(mount, 0, attributes | MOUNT_ATTR_RDONLY, clear, MS_PRIVATE) < 0) {
        explain(o, "%.250s", lower);
        return mount < 0 ? -1 : close_failed(mount);
    }
    o->slots[slot] = mount;
    return 0;
}

int obey_overlay(struct obey *o, struct fields in)
{
    uint64_t slot = field_u(&in);
    struct list lowers = field_l(&in);
    struct text upper = field_s(&in), work = field_s(&in);
    struct list options = field_l(&in);
    uint64_t attributes = field_u(&in);
    if (lowers.count == 1 && upper.size == 0)
        return single_layer(o, slot, list_next(&lowers).ptr, attributes);
    int fs = k_fsopen("overlay");
    if (fs < 0)
        return -1;
    int rc = k_fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay");
    if (rc == 0)
        rc = set_layers(fs, lowers);
    if (rc == 0 && upper.size > 0)
        rc = k_fsconfig(fs, FSCONFIG_SET_STRING, "upperdir", upper.ptr);
    if (rc == 0 && upper.size > 0)
        rc = k_fsconfig(fs, FSCONFIG_SET_STRING, "workdir", work.ptr);
    while (rc == 0 && options.count > 0)
        rc = set_option(fs, list_next(&options));
    if (rc < 0) {
        explain_fs(o, fs, upper.size > 0 ? upper.ptr : "overlay");
        return close_failed(fs);
    }
    o->slots[slot] = mount_context(o, fs, attributes, upper.size > 0 ? upper.ptr : "overlay");
    o->overlay = o->slots[slot];
    return o->overlay < 0 ? -1 : 0;
}

int obey_open_tree(struct obey *o, struct fields in)
{
    uint64_t slot = field_u(&in);
    const char *path = field_s(&in).ptr;
    uint64_t flags = field_u(&in);
    unsigned recursive = flags & 1 ? AT_RECURSIVE : 0;
    int mount = k_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | recursive);
    if (mount < 0 && errno == ENOENT && flags & 2) {
        o->slots[slot] = -1;
        return 0;
    }
    if (mount >= 0 && flags & 4 && k_mount_setattr(mount, recursive, MOUNT_ATTR_NODEV, 0, 0) < 0)
        mount = close_failed(mount);
    if (mount < 0) {
        explain(o, "%.250s", path);
        return -1;
    }
    o->slots[slot] = mount;
    return 0;
}

int obey_propagation(struct obey *o, struct fields in)
{
    (void)o;
    uint64_t flags = field_u(&in) & ~(uint64_t)MS_REC;
    struct mount_attr attr = {.propagation = flags};
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attr, sizeof attr);
}

int obey_root_ready(struct obey *o)
{
    if (o->root < 0)
        o->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    return o->root < 0 ? -1 : 0;
}

int obey_root(struct obey *o, struct fields in)
{
    uint64_t slot = field_u(&in);
    const char *over = field_s(&in).ptr;
    if (o->slots[slot] < 0) {
        errno = ENOENT;
        return -1;
    }
    if (k_attach_at(o->slots[slot], over) < 0) {
        explain(o, "over %.200s", over);
        return -1;
    }
    o->root = o->slots[slot];
    return 0;
}

/* proc and sysfs are looked into by name later on (masks, the program itself), so nothing may lead them elsewhere. */
static bool must_be_plain(const char *type)
{
    return strcmp(type, "proc") == 0 || strcmp(type, "sysfs") == 0;
}

static int open_target(struct obey *o, const char *target, const char *type, bool make)
{
    if (obey_root_ready(o) < 0)
        return -1;
    int fd = must_be_plain(type) ? root_open_plain(o->root, target, O_PATH) : root_open(o->root, target, O_PATH);
    if (fd < 0 && errno == ENOENT && make)
        fd = root_make_target(o->root, target, true);
    return fd;
}

int obey_mount(struct obey *o, struct fields in)
{
    const char *type = field_s(&in).ptr, *source = field_s(&in).ptr, *target = field_s(&in).ptr;
    uint64_t attributes = field_u(&in);
    struct list options = field_l(&in);
    uint64_t flags = field_u(&in);
    int fs = k_fsopen(type);
    if (fs < 0) {
        if (errno == ENODEV && flags & 2)
            return 0;
        explain(o, "%.100s", type);
        return -1;
    }
    int rc = *source == 0 ? 0 : k_fsconfig(fs, FSCONFIG_SET_STRING, "source", source);
    while (rc == 0 && options.count > 0)
        rc = set_option(fs, list_next(&options));
    if (rc < 0) {
        explain_fs(o, fs, target);
        return close_failed(fs);
    }
    int mount = mount_context(o, fs, attributes, target);
    if (mount < 0)
        return -1;
    int place = open_target(o, target, type, flags & 1);
    if (place < 0 || k_attach(mount, place) < 0) {
        explain(o, "%.250s", target);
        if (place >= 0)
            close_failed(place);
        return close_failed(mount);
    }
    close(place);
    close(mount);
    return 0;
}

/* Attributes are added; a time mode replaces the one there was. */
static int set_attributes(int mount, uint64_t attributes, bool recursive, uint64_t propagation)
{
    uint64_t clear = attributes & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0;
    uint64_t kind = propagation == 0 ? MS_PRIVATE : propagation & ~(uint64_t)MS_REC;
    bool kind_recursive = propagation == 0 || propagation & MS_REC;
    if (attributes == 0)
        return k_mount_setattr(mount, kind_recursive ? AT_RECURSIVE : 0, 0, 0, kind);
    if (recursive == kind_recursive)
        return k_mount_setattr(mount, recursive ? AT_RECURSIVE : 0, attributes, clear, kind);
    int rc = k_mount_setattr(mount, recursive ? AT_RECURSIVE : 0, attributes, clear, 0);
    return rc < 0 ? rc : k_mount_setattr(mount, kind_recursive ? AT_RECURSIVE : 0, 0, 0, kind);
}

int obey_bind(struct obey *o, struct fields in)
{
    uint64_t slot = field_u(&in);
    const char *target = field_s(&in).ptr;
    uint64_t attributes = field_u(&in), flags = field_u(&in), propagation = field_u(&in);
    if (o->slots[slot] < 0) /* its source may be missing, and is */
        return 0;
    struct stat source;
    int mount = o->slots[slot], place = -1, rc = -1;
    if (obey_root_ready(o) == 0 && fstat(mount, &source) == 0)
        place = flags & 1 ? root_make_target(o->root, target, S_ISDIR(source.st_mode))
                          : root_open(o->root, target, O_PATH);
    if (place >= 0 && set_attributes(mount, attributes, flags & 2, propagation) == 0)
        rc = k_attach(mount, place);
    if (rc < 0)
        explain(o, "%.250s", target);
    int error = errno;
    if (place >= 0)
        close(place);
    errno = error;
    return rc;
}

/* After this the root is the container's: the old one is detached, and the working directory is known to be inside
 * (CVE-2024-21626). */
int obey_pivot(struct obey *o, struct fields in)
{
    (void)in;
    char here[8];
    if (obey_root_ready(o) < 0 || fchdir(o->root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        return -1;
    if (k_umount(".", MNT_DETACH) < 0 || chdir("/") < 0)
        return -1;
    if (syscall(SYS_getcwd, here, sizeof here) < 0 || strcmp(here, "/") != 0) {
        errno = EXDEV;
        return -1;
    }
    return 0;
}

int obey_root_readonly(struct obey *o, struct fields in)
{
    (void)in;
    return obey_root_ready(o) < 0 ? -1 : k_mount_setattr(o->root, 0, MOUNT_ATTR_RDONLY, 0, 0);
}

int obey_readonly(struct obey *o, struct fields in)
{
    const char *path = field_s(&in).ptr;
    int place = obey_root_ready(o) < 0 ? -1 : root_open(o->root, path, O_PATH);
    if (place < 0) {
        explain(o, "%.250s", path);
        return errno == ENOENT ? 0 : -1;
    }
    int mount = k_open_tree(place, "", OPEN_TREE_CLONE | AT_RECURSIVE | AT_EMPTY_PATH);
    int rc = mount < 0 ? -1 : k_mount_setattr(mount, AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0, 0);
    if (rc == 0)
        rc = k_attach(mount, place);
    if (rc < 0)
        explain(o, "%.250s", path);
    int error = errno;
    close(place);
    if (mount >= 0)
        close(mount);
    errno = error;
    return rc;
}
