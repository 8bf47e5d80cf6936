/* The terminal of a container: opened inside it, by its own devpts. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "kernel.h"
#include "obey.h"
#include "root.h"

#define DEVPTS_MAGIC 0x1cd1
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

/* A container could put anything under this name; only the multiplexer of a devpts will do. */
static int open_multiplexer(struct obey *o)
{
    struct stat found;
    int fd = root_open_plain(o->root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        fd = root_open(o->root, "/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -1;
    if (fstat(fd, &found) < 0 || !S_ISCHR(found.st_mode) || found.st_rdev != makedev(5, 2)) {
        close(fd);
        errno = ENODEV;
        return -1;
    }
    fcntl(fd, F_SETFL, 0); /* O_NONBLOCK was for a file of a kind that makes its opener wait */
    return fd;
}

static int pass_up(int line, int fd)
{
    char byte = 't', room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    return sendmsg(line, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int terminal_ready(struct obey *o)
{
    const struct step *tty = o->io->in < 0 ? plan_find(o->plan, OP_TTY) : NULL;
    if (tty == NULL || o->master >= 0)
        return 0;
    if (obey_root_ready(o) < 0)
        return -1;
    struct fields in = step_fields(tty);
    struct winsize size = {.ws_row = (unsigned short)field_u(&in), .ws_col = (unsigned short)field_u(&in)};
    if (o->io->rows != 0 || o->io->columns != 0) {
        size.ws_row = o->io->rows;
        size.ws_col = o->io->columns;
    }
    int unlocked = 0;
    o->master = open_multiplexer(o);
    if (o->master < 0) {
        explain(o, "/dev/ptmx");
        return -1;
    }
    if (ioctl(o->master, TIOCSPTLCK, &unlocked) < 0)
        return -1;
    /* The peer by descriptor: /dev/pts/N could be anything by the time it is opened by name. */
    o->slave = ioctl(o->master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (o->slave < 0)
        return -1;
    if ((size.ws_row != 0 || size.ws_col != 0) && ioctl(o->master, TIOCSWINSZ, &size) < 0)
        return -1;
    return pass_up(o->sync, o->master);
}

/* The target is a descriptor of a plain file that is not followed, and the source is the terminal itself
 * (CVE-2025-52565). */
int obey_console(struct obey *o, struct fields in)
{
    (void)in;
    char name[NAME_MAX + 1];
    struct stat found;
    if (terminal_ready(o) < 0)
        return -1;
    if (o->slave < 0)
        return 0;
    int parent = root_make_parent(o->root, "/dev/console", name);
    if (parent < 0)
        return -1;
    int place = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDONLY, 0600);
    if (place < 0 && errno == EEXIST)
        place = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    close(parent);
    if (place < 0) {
        errno = error;
        return -1;
    }
    int mount = -1, rc = -1;
    if (fstat(place, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISCHR(found.st_mode)) {
        explain(o, "/dev/console is a link, or nothing that can be a terminal");
        errno = S_ISLNK(found.st_mode) ? ELOOP : EEXIST;
    } else {
        mount = k_open_tree(o->slave, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
        rc = mount < 0 ? -1 : k_attach(mount, place);
    }
    error = errno;
    if (mount >= 0)
        close(mount);
    close(place);
    errno = error;
    return rc;
}
