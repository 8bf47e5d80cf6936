/* A user and a mount namespace for an ordinary user, and a program born in it.
 *
 * The maps of more than one id are written by newuidmap and newgidmap, which are set-user-id and must run outside: a
 * helper is forked first, waits until the namespace is there, and runs them. The calling process itself becomes the
 * program, so that its pid and its parent stay what they were. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "faces.h"
#include "sys.h"

#define RANGES 8

struct ranges {
    size_t count;
    struct {
        uint64_t start, size;
    } range[RANGES];
};

static int complain(const char *what)
{
    fprintf(stderr, "gantry-shim userns: %s: %s\n", what, strerror(errno));
    return 1;
}

/* The name of a user in /etc/passwd; a static program has no other way to learn it. */
static bool user_name(uid_t uid, char *name, size_t size)
{
    FILE *file = fopen("/etc/passwd", "re");
    char line[1024];
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        char *save, *first = strtok_r(line, ":", &save), *skip = strtok_r(NULL, ":", &save),
                    *id = strtok_r(NULL, ":", &save);
        uint64_t value;
        found = first != NULL && skip != NULL && id != NULL && parse_u64(id, &value) && value == uid &&
                snprintf(name, size, "%s", first) < (int)size;
    }
    if (file != NULL)
        fclose(file);
    return found;
}

/* Lines `name-or-uid:start:count`. subuid(5) */
static void read_ranges(const char *path, const char *name, uid_t uid, struct ranges *out)
{
    FILE *file = fopen(path, "re");
    char line[1024], number[16];
    snprintf(number, sizeof number, "%u", (unsigned)uid);
    while (file != NULL && out->count < RANGES && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *save, *who = strtok_r(line, ":", &save), *start = strtok_r(NULL, ":", &save),
                    *size = strtok_r(NULL, ":", &save);
        if (who == NULL || start == NULL || size == NULL || (strcmp(who, name) != 0 && strcmp(who, number) != 0))
            continue;
        uint64_t first, count;
        if (parse_u64(start, &first) && parse_u64(size, &count) && count > 0) {
            out->range[out->count].start = first;
            out->range[out->count++].size = count;
        }
    }
    if (file != NULL)
        fclose(file);
}

static int run_mapper(const char *program, pid_t pid, unsigned own, const struct ranges *ranges)
{
    char words[5 + 3 * RANGES][24], *argv[6 + 3 * RANGES];
    size_t n = 0;
    snprintf(words[n++], sizeof words[0], "%s", program);
    snprintf(words[n++], sizeof words[0], "%d", (int)pid);
    snprintf(words[n++], sizeof words[0], "0");
    snprintf(words[n++], sizeof words[0], "%u", own);
    snprintf(words[n++], sizeof words[0], "1");
    uint64_t inside = 1;
    for (size_t i = 0; i < ranges->count; i++) {
        snprintf(words[n++], sizeof words[0], "%llu", (unsigned long long)inside);
        snprintf(words[n++], sizeof words[0], "%llu", (unsigned long long)ranges->range[i].start);
        snprintf(words[n++], sizeof words[0], "%llu", (unsigned long long)ranges->range[i].size);
        inside += ranges->range[i].size;
    }
    for (size_t i = 0; i < n; i++)
        argv[i] = words[i];
    argv[n] = NULL;
    pid_t child = fork();
    if (child == 0) {
        execvp(program, argv);
        _exit(errno == ENOENT ? 127 : 126);
    }
    int status;
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Outside: waits for one byte, maps, exits with 0, or 1 when it could not. */
static _Noreturn void helper(int go, pid_t pid, const struct ranges *uids, const struct ranges *gids)
{
    char byte;
    if (read(go, &byte, 1) != 1)
        _exit(1);
    int uid_code = run_mapper("newuidmap", pid, getuid(), uids);
    int gid_code = uid_code == 0 ? run_mapper("newgidmap", pid, getgid(), gids) : uid_code;
    if (gid_code == 127)
        fputs("gantry-shim userns: newuidmap or newgidmap is missing: install them, on Debian: apt-get install uidmap\n",
              stderr);
    _exit(gid_code == 0 ? 0 : 1);
}

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = write_all(fd, text, strlen(text));
    int error = errno;
    close(fd);
    errno = error;
    return rc;
}

static int map_single(uid_t uid, gid_t gid)
{
    char line[48];
    if (write_file("/proc/self/setgroups", "deny") < 0)
        return -1;
    snprintf(line, sizeof line, "0 %u 1\n", (unsigned)gid);
    if (write_file("/proc/self/gid_map", line) < 0)
        return -1;
    snprintf(line, sizeof line, "0 %u 1\n", (unsigned)uid);
    return write_file("/proc/self/uid_map", line);
}

static int enter(const struct ranges *uids, const struct ranges *gids)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    bool single = uids->count == 0 || gids->count == 0;
    int go[2];
    if (pipe2(go, O_CLOEXEC) < 0)
        return complain("make a pipe");
    pid_t self = getpid(), child = single ? 0 : fork();
    if (child < 0)
        return complain("fork");
    if (child == 0 && !single) {
        close(go[1]);
        helper(go[0], self, uids, gids);
    }
    close(go[0]);
    int rc = unshare(CLONE_NEWUSER | CLONE_NEWNS);
    if (rc < 0)
        complain("make a user namespace");
    else if (single && (rc = map_single(uid, gid)) < 0)
        complain("map the single id");
    else if (!single && write(go[1], "g", 1) != 1)
        rc = complain("wake the helper");
    close(go[1]);
    int status = 0;
    while (!single && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return complain("wait for the helper");
    if (rc != 0)
        return 1;
    if (status != 0) {
        fputs("gantry-shim userns: the ids were not mapped: check /etc/subuid and /etc/subgid\n", stderr);
        return 1;
    }
    if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
        return complain("become id 0");
    /* The groups of the user outside mean nothing inside; where they cannot be dropped they stay. */
    if (!single && syscall(SYS_setgroups, 0, NULL) < 0)
        return complain("drop groups");
    return 0;
}

static bool parse_range(const char *text, struct ranges *out)
{
    char start[24];
    const char *colon = strchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof start)
        return false;
    memcpy(start, text, (size_t)(colon - text));
    start[colon - text] = 0;
    out->count = 1;
    return parse_u64(start, &out->range[0].start) && parse_u64(colon + 1, &out->range[0].size) &&
           out->range[0].size > 0;
}

int face_userns(int argc, char **argv)
{
    struct ranges uids = {0}, gids = {0};
    bool given = argc >= 2 && strcmp(argv[0], "--map-range") == 0;
    bool good = !given || parse_range(argv[1], &uids);
    if (given) {
        argc -= 2;
        argv += 2;
    }
    if (!good || argc < 2 || strcmp(argv[0], "--") != 0) {
        fputs("usage: gantry-shim userns [--map-range UID:COUNT] -- PROGRAM ARGS...\n", stderr);
        return 2;
    }
    if (given)
        gids = uids;
    else {
        char name[256] = "";
        user_name(getuid(), name, sizeof name);
        read_ranges("/etc/subuid", name, getuid(), &uids);
        read_ranges("/etc/subgid", name, getuid(), &gids);
    }
    if (enter(&uids, &gids) != 0)
        return 125;
    execvp(argv[1], argv + 1);
    int missing = errno == ENOENT;
    complain(argv[1]);
    return missing ? 127 : 126;
}
