/* The release steps: what was made for a container is taken away again. Each is fine when there is nothing left. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel.h"
#include "launch.h"
#include "obey.h"
#include "sys.h"

/* Writes to a file of a directory: 1 done, 0 there is no such file, -1 errno. */
static int write_in(const char *directory, const char *file, const char *value)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", directory, file) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    ssize_t n = write(fd, value, strlen(value));
    int error = errno;
    close(fd);
    errno = error;
    return n < 0 ? -1 : 1;
}

/* Sends SIGKILL to each member. How many there were, or -1. */
static int kill_members(const char *directory)
{
    char path[PATH_MAX], line[32];
    if (snprintf(path, sizeof path, "%s/cgroup.procs", directory) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT || errno == ENODEV ? 0 : -1;
    int count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        pid_t pid = (pid_t)strtol(line, NULL, 10);
        if (pid > 0 && kill(pid, SIGKILL) == 0)
            count++;
    }
    fclose(file);
    return count;
}

/* Groups below it belong to the container too: it may have made them. */
static int each_group(const char *path, int (*visit)(const char *path), int depth)
{
    DIR *directory = opendir(path);
    if (directory == NULL)
        return errno == ENOENT ? 0 : -1;
    int total = 0;
    char below[PATH_MAX];
    for (struct dirent *entry; depth < 64 && (entry = readdir(directory)) != NULL;) {
        if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            snprintf(below, sizeof below, "%s/%s", path, entry->d_name) >= (int)sizeof below)
            continue;
        int n = each_group(below, visit, depth + 1);
        if (n > 0)
            total += n;
    }
    closedir(directory);
    int own = visit(path);
    return own < 0 ? own : total + own;
}

/* v2 has a file for it. A v1 freezer holds everybody still first, so that none forks away; on any other hierarchy it
 * is repeated until nobody is left. */
static int kill_group(const char *path)
{
    int rc = write_in(path, "cgroup.kill", "1");
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    int frozen = write_in(path, "freezer.state", "FROZEN");
    int count = each_group(path, kill_members, 0);
    if (frozen == 1)
        write_in(path, "freezer.state", "THAWED");
    for (int tries = 0; frozen != 1 && count > 0 && tries < 100; tries++) {
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
        count = each_group(path, kill_members, 0);
    }
    return count < 0 ? -1 : 0;
}

int release_freeze(const struct plan *plan, bool frozen)
{
    const struct step *step = plan_find(plan, OP_KILL_GROUP);
    if (step == NULL) {
        errno = EOPNOTSUPP;
        return -1;
    }
    struct fields in = step_fields(step);
    const char *path = field_s(&in).ptr;
    int rc = write_in(path, "cgroup.freeze", frozen ? "1" : "0");
    if (rc == 0)
        rc = write_in(path, "freezer.state", frozen ? "FROZEN" : "THAWED");
    if (rc == 0)
        errno = ENOENT;
    return rc == 1 ? 0 : -1;
}

static int remove_one(const char *path)
{
    return cgroup_rmdir(path, 2000);
}

static int remove_group(const char *path)
{
    if (cgroup_rmdir(path, 0) == 0)
        return 0;
    return each_group(path, remove_one, 0) < 0 ? -1 : 0;
}

static int release_step(const struct step *step)
{
    struct fields in = step_fields(step);
    const char *path = field_s(&in).ptr;
    switch (step->op) {
    case OP_KILL_GROUP:
        return kill_group(path);
    case OP_CGROUP_REMOVE:
        return remove_group(path);
    case OP_UNMOUNT:
        return k_umount(path, MNT_DETACH) == 0 || errno == ENOENT || errno == EINVAL ? 0 : -1;
    case OP_REMOVE:
        return unlink(path) == 0 || errno == ENOENT || (errno == EISDIR && (rmdir(path) == 0 || errno == ENOENT)) ? 0
                                                                                                                 : -1;
    default:
        return -1;
    }
}

int release_run(const struct plan *plan)
{
    int failures = 0;
    for (uint16_t i = 0; i < plan->count; i++)
        if (plan->steps[i].where == RELEASE && release_step(&plan->steps[i]) < 0)
            failures++;
    return failures;
}
