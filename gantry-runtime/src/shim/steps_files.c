/* What the container finds in its file system: directories, links, devices, masked paths. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#include "kernel.h"
#include "obey.h"
#include "root.h"

static int finish(int fd, int rc)
{
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return rc;
}

int obey_mkdir(struct obey *o, struct fields in)
{
    const char *target = field_s(&in).ptr;
    mode_t mode = (mode_t)field_u(&in);
    int fd = obey_root_ready(o) < 0 ? -1 : root_make_directory(o->root, target, mode);
    if (fd < 0)
        explain(o, "%.250s", target);
    return finish(fd, fd < 0 ? -1 : 0);
}

/* The directory of `target`, and its last component. Most devices and links go to /dev, one after the other, so the
 * last directory is kept; obey_step forgets it before any other kind of step. The caller does not close it. */
static int parent_of(struct obey *o, const char *target, char *name)
{
    const char *slash = strrchr(target, '/');
    size_t size = slash == NULL ? 0 : (size_t)(slash - target);
    if (o->parent >= 0 && size > 0 && slash[1] != 0 && size == strlen(o->parent_path) &&
        memcmp(target, o->parent_path, size) == 0 && strlen(slash + 1) <= NAME_MAX && slash[1] != '.') {
        strcpy(name, slash + 1);
        return o->parent;
    }
    forget_parent(o);
    if (obey_root_ready(o) < 0 || (o->parent = root_make_parent(o->root, target, name)) < 0)
        return -1;
    o->parent_path[0] = 0;
    if (size < sizeof o->parent_path) {
        memcpy(o->parent_path, target, size);
        o->parent_path[size] = 0;
    }
    return o->parent;
}

void forget_parent(struct obey *o)
{
    if (o->parent >= 0)
        close(o->parent);
    o->parent = -1;
}

int obey_symlink(struct obey *o, struct fields in)
{
    const char *target = field_s(&in).ptr, *content = field_s(&in).ptr;
    char name[NAME_MAX + 1];
    int parent = parent_of(o, target, name);
    int rc = parent < 0 ? -1 : symlinkat(content, parent, name);
    if (rc < 0 && errno == EEXIST)
        rc = 0;
    if (rc < 0)
        explain(o, "%.250s", target);
    return rc;
}

/* The file that stands where the device shall be is taken for it only when it is that device. */
static int adopt_device(int parent, const char *name, mode_t mode, dev_t number)
{
    struct stat found;
    if (fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) < 0)
        return -1;
    if ((found.st_mode & S_IFMT) != (mode & S_IFMT) || found.st_rdev != number) {
        errno = EEXIST;
        return -1;
    }
    if ((found.st_mode & 07777) == (mode & 07777))
        return 0;
    /* By descriptor: a link put in place of the name must not lead to a file of the host. fchmodat2(2), Linux 6.6. */
    int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = -1;
    errno = EEXIST;
    if (fstat(fd, &found) == 0 && (found.st_mode & S_IFMT) == (mode & S_IFMT) && found.st_rdev == number)
        rc = (int)syscall(452, fd, "", mode & 07777, AT_EMPTY_PATH);
    close(fd);
    return rc;
}

/* In a user namespace nobody may mknod: the host's device is bound instead. */
static int bind_device(struct obey *o, int parent, const char *name, uint64_t slot)
{
    int mount = o->slots[slot];
    if (mount < 0) {
        errno = ENOENT;
        return -1;
    }
    int place = openat(parent, name, O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_RDONLY, 0644);
    if (place < 0)
        return -1;
    return finish(place, k_attach(mount, place));
}

int obey_device(struct obey *o, struct fields in)
{
    const char *target = field_s(&in).ptr;
    mode_t mode = (mode_t)field_u(&in);
    uint64_t major = field_u(&in), minor = field_u(&in), uid = field_u(&in), gid = field_u(&in), slot = field_u(&in);
    dev_t number = makedev((unsigned)major, (unsigned)minor);
    char name[NAME_MAX + 1];
    int parent = parent_of(o, target, name);
    int rc = parent < 0 ? -1 : mknodat(parent, name, mode, number);
    if (rc < 0 && parent >= 0 && errno == EEXIST)
        rc = adopt_device(parent, name, mode, number);
    if (rc == 0 && (uid != 0 || gid != 0))
        rc = fchownat(parent, name, (uid_t)uid, (gid_t)gid, AT_SYMLINK_NOFOLLOW);
    if (rc < 0 && parent >= 0 && errno == EPERM && slot != 0)
        rc = bind_device(o, parent, name, slot - 1);
    if (rc < 0)
        explain(o, "%.250s", target);
    return rc;
}

/* The container's /dev/null, but only if it is the null device: an image could bring a link or a file of that name, and
 * a mask made of it would show what it was to hide. */
static int null_device(struct obey *o)
{
    if (o->null >= 0)
        return o->null;
    struct stat found;
    int fd = root_open_plain(o->root, "/dev/null", O_PATH);
    if (fd < 0)
        return -1;
    if (fstat(fd, &found) < 0 || !S_ISCHR(found.st_mode) || found.st_rdev != makedev(1, 3)) {
        close(fd);
        errno = ENODEV;
        return -1;
    }
    return o->null = fd;
}

/* One empty file system stands behind every masked directory. */
static int empty_directory(struct obey *o)
{
    if (o->masks >= 0)
        return k_open_tree(o->masks, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    int fs = k_fsopen("tmpfs");
    if (fs < 0)
        return -1;
    int mount = -1;
    if (k_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "755") == 0 &&
        k_fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", "1") == 0 &&
        k_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL) == 0 &&
        k_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) == 0)
        mount = k_fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    return finish(fs, mount);
}

int obey_mask(struct obey *o, struct fields in)
{
    const char *path = field_s(&in).ptr;
    struct stat found;
    int place = obey_root_ready(o) < 0 ? -1 : root_open(o->root, path, O_PATH);
    if (place < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return 0;
        explain(o, "%.250s", path);
        return -1;
    }
    int mount = -1;
    bool directory = fstat(place, &found) == 0 && S_ISDIR(found.st_mode);
    if (directory)
        mount = empty_directory(o);
    else if (null_device(o) >= 0)
        mount = k_open_tree(o->null, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
    int rc = mount < 0 ? -1 : k_attach(mount, place);
    if (rc < 0)
        explain(o, "%.250s", path);
    else if (directory && o->masks < 0) {
        o->masks = mount;
        mount = -1;
    }
    finish(mount, 0);
    return finish(place, rc);
}
