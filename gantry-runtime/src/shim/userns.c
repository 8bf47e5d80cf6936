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
#include "subids.h"
#include "sys.h"

static int complain(const char *what)
{
    fprintf(stderr, "gantry-shim userns: %s: %s\n", what, strerror(errno));
    return 1;
}

/* Outside: waits for one byte, maps, exits with 0, or 1 when it could not. */
static _Noreturn void helper(int go, pid_t pid, const struct idmap *map)
{
    char byte;
    _exit(read(go, &byte, 1) == 1 && idmap_write_outside(pid, map, "userns") == 0 ? 0 : 1);
}

static int enter(const struct idmap *map)
{
    uid_t uid = getuid();
    gid_t gid = getgid();
    bool single = idmap_is_single(map);
    int go[2];
    if (pipe2(go, O_CLOEXEC) < 0)
        return complain("make a pipe");
    pid_t self = getpid(), child = single ? 0 : fork();
    if (child < 0)
        return complain("fork");
    if (child == 0 && !single) {
        close(go[1]);
        helper(go[0], self, map);
    }
    close(go[0]);
    int rc = unshare(CLONE_NEWUSER | CLONE_NEWNS);
    if (rc < 0)
        complain("make a user namespace");
    else if (single && (rc = idmap_write_single(uid, gid)) < 0)
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

static bool parse_range(const char *text, struct id_ranges *out)
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
    struct idmap map = {0};
    bool given = argc >= 2 && strcmp(argv[0], "--map-range") == 0;
    bool good = !given || parse_range(argv[1], &map.uids);
    if (given) {
        argc -= 2;
        argv += 2;
    }
    if (!good || argc < 2 || strcmp(argv[0], "--") != 0) {
        fputs("usage: gantry-shim userns [--map-range UID:COUNT] -- PROGRAM ARGS...\n", stderr);
        return 2;
    }
    if (given)
        map.gids = map.uids;
    else
        idmap_of_user(&map);
    if (enter(&map) != 0)
        return 125;
    execvp(argv[1], argv + 1);
    int missing = errno == ENOENT;
    complain(argv[1]);
    return missing ? 127 : 126;
}
