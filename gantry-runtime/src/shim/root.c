#include "root.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel.h"

#define INSIDE (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)

/* openat2 says EAGAIN when a rename somewhere made it unsure about `..`. */
static int open_again(int root, const char *path, uint64_t flags, uint64_t resolve)
{
    int fd, tries = 0;
    do
        fd = k_openat2(root, *path == 0 ? "/" : path, flags, 0, resolve);
    while (fd < 0 && (errno == EAGAIN || errno == EINTR) && ++tries < 128);
    return fd;
}

int root_open(int root, const char *path, uint64_t flags)
{
    return open_again(root, path, flags, INSIDE);
}

int root_open_plain(int root, const char *path, uint64_t flags)
{
    return open_again(root, path, flags, INSIDE | RESOLVE_NO_SYMLINKS);
}

static int make_directory(int root, const char *path, mode_t mode, int links);

/* `prefix` is missing in the root though its name exists in `parent`: a dangling link. Makes what it points to. */
static int make_link_target(int root, int parent, const char *prefix, const char *name, mode_t mode, int links)
{
    char content[PATH_MAX], path[PATH_MAX];
    ssize_t size = readlinkat(parent, name, content, sizeof content - 1);
    if (size < 0)
        return -1;
    content[size] = 0;
    const char *slash = strrchr(prefix, '/');
    int written = *content == '/' ? snprintf(path, sizeof path, "%s", content)
                                  : snprintf(path, sizeof path, "%.*s/%s", slash == NULL ? 0 : (int)(slash - prefix),
                                             prefix, content);
    if (written >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (links == 0) {
        errno = ELOOP;
        return -1;
    }
    return make_directory(root, path, mode, links - 1);
}

static int make_directory(int root, const char *path, mode_t mode, int links)
{
    int fd = root_open(root, path, O_PATH | O_DIRECTORY);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    char prefix[PATH_MAX];
    size_t size = strlen(path), end = 0;
    if (size >= sizeof prefix) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int parent = root_open(root, "/", O_PATH | O_DIRECTORY);
    while (parent >= 0) {
        while (path[end] == '/')
            end++;
        if (end == size)
            return parent;
        size_t start = end;
        while (end < size && path[end] != '/')
            end++;
        memcpy(prefix, path, end);
        prefix[end] = 0;
        fd = root_open(root, prefix, O_PATH | O_DIRECTORY);
        if (fd < 0 && errno == ENOENT) {
            if (mkdirat(parent, prefix + start, mode) == 0 || errno == EEXIST)
                fd = root_open(root, prefix, O_PATH | O_DIRECTORY);
            if (fd < 0 && errno == ENOENT)
                fd = make_link_target(root, parent, prefix, prefix + start, mode, links);
        }
        int error = errno;
        close(parent);
        errno = error;
        parent = fd;
    }
    return -1;
}

int root_make_directory(int root, const char *path, mode_t mode)
{
    return make_directory(root, path, mode, 8);
}

int root_make_parent(int root, const char *path, char *name)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    size_t size = end - start;
    char parent[PATH_MAX];
    if (size == 0 || size > NAME_MAX || start >= sizeof parent) {
        errno = size == 0 ? EINVAL : ENAMETOOLONG;
        return -1;
    }
    memcpy(name, path + start, size);
    name[size] = 0;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    memcpy(parent, path, start);
    parent[start] = 0;
    return root_make_directory(root, parent, 0755);
}

int root_make_target(int root, const char *path, bool directory)
{
    if (directory)
        return root_make_directory(root, path, 0755);
    int fd = root_open(root, path, O_PATH);
    if (fd >= 0 || errno != ENOENT)
        return fd;
    char name[NAME_MAX + 1];
    int parent = root_make_parent(root, path, name);
    if (parent < 0)
        return -1;
    fd = openat(parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_RDONLY, 0644);
    if (fd < 0 && errno == EEXIST) /* somebody was faster, or a dangling link stands there */
        fd = root_open(root, path, O_PATH);
    int error = errno;
    close(parent);
    errno = error;
    return fd;
}
