/* How the ids of an ordinary user's namespace are mapped: its own id as 0, then the ranges of /etc/subuid and
 * /etc/subgid, written by newuidmap and newgidmap, which are set-user-id and must run outside. */
#include "subids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys.h"

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
static void read_ranges(const char *path, const char *name, uid_t uid, struct id_ranges *out)
{
    FILE *file = fopen(path, "re");
    char line[1024], number[16];
    snprintf(number, sizeof number, "%u", (unsigned)uid);
    while (file != NULL && out->count < ID_RANGES && fgets(line, sizeof line, file) != NULL) {
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

static int run_mapper(const char *program, pid_t pid, unsigned own, const struct id_ranges *ranges)
{
    char words[5 + 3 * ID_RANGES][24], *argv[6 + 3 * ID_RANGES];
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

void idmap_of_user(struct idmap *out)
{
    char name[256] = "";
    user_name(getuid(), name, sizeof name);
    read_ranges("/etc/subuid", name, getuid(), &out->uids);
    read_ranges("/etc/subgid", name, getuid(), &out->gids);
}

bool idmap_is_single(const struct idmap *map)
{
    return map->uids.count == 0 || map->gids.count == 0;
}

int idmap_write_outside(pid_t pid, const struct idmap *map, const char *face)
{
    int uid_code = run_mapper("newuidmap", pid, getuid(), &map->uids);
    int code = uid_code == 0 ? run_mapper("newgidmap", pid, getgid(), &map->gids) : uid_code;
    if (code == 127)
        fprintf(stderr,
                "gantry-shim %s: newuidmap or newgidmap is missing: install them, on Debian: apt-get install uidmap\n",
                face);
    return code == 0 ? 0 : -1;
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

int idmap_write_single(uid_t uid, gid_t gid)
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
