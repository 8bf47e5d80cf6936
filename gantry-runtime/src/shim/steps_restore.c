/* RESTORE: another program, CRIU, makes the processes of a checkpoint. Who obeys it stays outside of the container: it
 * lends its namespaces for network and control groups, its root and its mounts, waits, and leaves. What was made is
 * then the watch's, which is a subreaper. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kernel.h"
#include "obey.h"
#include "sys.h"

#define ARGUMENTS 4096 /* of CRIU at most, and the end of their list */
#define VARIABLES 64
#define INHERITED 4    /* standard input, output, error; the network namespace */

/* An empty directory in memory, over one of the host's. */
static int mount_scratch(const char *path)
{
    int fs = k_fsopen("tmpfs"), mount = -1, rc = -1;
    if (fs >= 0 && k_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "700") == 0 &&
        k_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) == 0)
        mount = k_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
    if (mount >= 0)
        rc = k_attach_at(mount, path);
    int error = errno;
    if (mount >= 0)
        close(mount);
    if (fs >= 0)
        close(fs);
    errno = error;
    return rc;
}

/* One mount below `scratch`, named by its slot, in this mount namespace alone. One whose source is missing is left out. */
static int place(struct obey *o, const char *scratch, const char *name)
{
    uint64_t slot;
    char path[4096];
    struct stat source;
    if (!parse_u64(name, &slot) || slot >= PLAN_SLOTS) {
        errno = EINVAL;
        return -1;
    }
    int mount = o->slots[slot];
    if (mount < 0)
        return 0;
    if (snprintf(path, sizeof path, "%s/%s", scratch, name) >= (int)sizeof path || fstat(mount, &source) < 0)
        return -1;
    int file = S_ISDIR(source.st_mode) ? mkdir(path, 0700) : mknod(path, S_IFREG | 0600, 0);
    return file < 0 ? -1 : k_attach_at(mount, path);
}

static int place_all(struct obey *o, const char *scratch, struct list slots)
{
    if (mount_scratch(scratch) < 0)
        return -1;
    while (slots.count > 0)
        if (place(o, scratch, list_next(&slots).ptr) < 0)
            return -1;
    return 0;
}

/* All of ours. A child that was not waited for keeps its number, so that nobody else can be meant. */
static void end_children(void)
{
    char text[4096];
    for (;;) {
        int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
        if (fd >= 0)
            close(fd);
        if (n <= 0)
            return;
        text[n] = 0;
        char *rest = text;
        for (char *word; (word = strsep(&rest, " ")) != NULL && rest != NULL;) {
            uint64_t pid;
            if (!parse_u64(word, &pid) || pid == 0 || pid > INT32_MAX)
                return;
            kill((pid_t)pid, SIGKILL);
            while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
                ;
        }
    }
}

static bool is_our_child(pid_t pid)
{
    siginfo_t end;
    return pid > 0 && waitid(P_PID, (id_t)pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* A copy that CRIU is born with, and the words that name it. */
static int lend(char **argv, size_t *count, int fd, const char *key)
{
    char *words = malloc(strlen(key) + 32);
    int copy = *key == 0 ? -1 : fcntl(fd, F_DUPFD, 3);
    if (*key == 0)
        return 0;
    if (words == NULL || copy < 0 || *count + 3 > ARGUMENTS)
        return -1;
    sprintf(words, "fd[%d]:%s", copy, key);
    argv[(*count)++] = "--inherit-fd";
    argv[(*count)++] = words;
    return 0;
}

static _Noreturn void execute(const struct obey *o, pid_t parent, struct list words, struct list environment, struct list keys)
{
    static char *argv[ARGUMENTS], *envp[VARIABLES];
    size_t count = 0, variables = 0;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), network = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int lent[INHERITED] = {o->io->in, o->io->out, o->io->err, network};
    if (null < 0 || network < 0 || k_close_range_on_exec(3) < 0)
        _exit(125);
    while (words.count > 0)
        argv[count++] = (char *)(uintptr_t)list_next(&words).ptr;
    while (environment.count > 0)
        envp[variables++] = (char *)(uintptr_t)list_next(&environment).ptr;
    for (int i = 0; i < INHERITED && keys.count > 0; i++)
        if (lend(argv, &count, lent[i], list_next(&keys).ptr) < 0)
            _exit(125);
    for (int i = 0; i < 3; i++)
        if (dup2(null, i) < 0)
            _exit(125);
    umask(022);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
        _exit(125);
    execve(argv[0], argv, envp);
    _exit(errno == ENOENT ? 127 : 126);
}

/* The first error in a log of CRIU is the cause; some it reports and does without. */
static void explain_by_log(struct obey *o, const char *path, int status)
{
    char line[1024], first[200] = "";
    FILE *log = fopen(path, "re");
    while (log != NULL && fgets(line, sizeof line, log) != NULL) {
        char *error = strstr(line, "Error (");
        if (error != NULL && *first == 0 && strstr(error, "RLIMIT_NOFILE") == NULL && strstr(error, "exited, status") == NULL)
            snprintf(first, sizeof first, "%.*s", (int)strcspn(error, "\n"), error);
    }
    if (log != NULL)
        fclose(log);
    if (*first != 0)
        explain(o, "%s", first);
    else
        explain(o, "criu ended with status %d", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static pid_t read_pid(const char *path)
{
    char text[32] = "";
    uint64_t pid = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n < 0 ? 0 : n] = 0;
    text[strcspn(text, "\n")] = 0;
    return parse_u64(text, &pid) && pid > 1 && pid < INT32_MAX ? (pid_t)pid : 0;
}

int obey_restore(struct obey *o, struct fields in)
{
    struct list words = field_l(&in), environment = field_l(&in);
    const char *scratch = field_s(&in).ptr;
    struct list slots = field_l(&in);
    const char *pid_file = field_s(&in).ptr;
    struct list keys = field_l(&in);
    char log[4096];
    int status = 0;
    if (words.count == 0 || streams_come(o) < 0)
        return -1;
    if (words.count >= ARGUMENTS - 2 * INHERITED || environment.count >= VARIABLES) {
        errno = E2BIG;
        return -1;
    }
    if (place_all(o, scratch, slots) < 0) {
        explain(o, "%.250s", scratch);
        return -1;
    }
    if (unlink(pid_file) < 0 && errno != ENOENT)
        return -1;
    sys_retitle("gantry-restore");
    /* What CRIU has made becomes our child when it leaves, however it does, and the watch's when we do. */
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return -1;
    pid_t us = getpid(), criu = fork();
    if (criu < 0)
        return -1;
    if (criu == 0)
        execute(o, us, words, environment, keys);
    while (waitpid(criu, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    pid_t init = status == 0 ? read_pid(pid_file) : 0;
    if (is_our_child(init)) {
        o->shared->restored = init;
        o->shared->executing = true;
        _exit(0); /* launch hears it */
    }
    end_children();
    snprintf(log, sizeof log, "%s.log", pid_file);
    explain_by_log(o, log, status);
    errno = EIO;
    return -1;
}
