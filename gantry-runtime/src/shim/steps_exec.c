/* The last steps: descriptors, working directory, the program. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "init.h"
#include "job.h"
#include "kernel.h"
#include "obey.h"
#include "root.h"
#include "sys.h"

/* Who waits may wait for a second, within reach of containers in the host's process namespace, and holds what the
 * program will not have: nobody may look at it. execve makes the program dumpable again. */
int streams_come(struct obey *o)
{
    if (o->io->later < 0)
        return 0;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && receive_ends(o->io) == 0)
        return 0;
    explain(o, "it was not to be started");
    return -1;
}

int stdio_ready(struct obey *o)
{
    if (o->stdio_ready)
        return 0;
    if (terminal_ready(o) < 0 || streams_come(o) < 0)
        return -1;
    int fds[3] = {o->io->in, o->io->out, o->io->err};
    if (o->slave >= 0)
        fds[0] = fds[1] = fds[2] = o->slave;
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0 && fds[i] < 3 && fds[i] != i && (fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3)) < 0)
            return -1;
    for (int i = 0; i < 3; i++)
        if (fds[i] == i ? fcntl(i, F_SETFD, 0) < 0 : dup2(fds[i], i) < 0)
            return -1;
    if (setsid() < 0 && errno != EPERM) /* EPERM: process 1 of a pid namespace may lead a session already */
        return -1;
    if (o->slave >= 0 && ioctl(o->slave, TIOCSCTTY, 0) < 0)
        return -1;
    if (k_close_range_on_exec(3) < 0)
        return -1;
    o->stdio_ready = true;
    return 0;
}

/* By descriptor and without magic links: /proc/self/fd/N would lead out by one of our own (CVE-2024-21626). */
int obey_chdir(struct obey *o, struct fields in)
{
    const char *path = field_s(&in).ptr;
    bool make = field_u(&in) & 1;
    int dir = obey_root_ready(o) < 0 ? -1 : root_open(o->root, path, O_PATH | O_DIRECTORY);
    if (dir < 0 && errno == ENOENT && make)
        dir = root_make_directory(o->root, path, 0755);
    int rc = dir < 0 ? -1 : fchdir(dir);
    char here[PATH_MAX];
    if (rc == 0 && (syscall(SYS_getcwd, here, sizeof here) < 0 || *here != '/')) {
        errno = EXDEV;
        rc = -1;
    }
    int error = errno;
    if (dir >= 0)
        close(dir);
    errno = error;
    if (rc < 0)
        explain(o, "%.250s", path);
    return rc;
}

static char **strings(struct list list)
{
    char **all = calloc(list.count + 1u, sizeof *all);
    for (size_t i = 0; all != NULL && list.count > 0; i++)
        all[i] = (char *)(uintptr_t)list_next(&list).ptr;
    return all;
}

static const char *search_path(char *const environment[])
{
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* execvpe(3), but with the PATH of the new environment and without its taking any file for a shell script. */
static void execute(char **argv, char **environment)
{
    const char *name = argv[0];
    if (strchr(name, '/') != NULL) {
        execve(name, argv, environment);
        return;
    }
    size_t name_size = strlen(name);
    if (name_size == 0 || name_size > NAME_MAX) {
        errno = name_size == 0 ? ENOENT : ENAMETOOLONG;
        return;
    }
    bool denied = false;
    char path[PATH_MAX];
    for (const char *at = search_path(environment);; at++) {
        size_t size = strcspn(at, ":");
        if (size + name_size + 2 <= sizeof path) {
            memcpy(path, at, size);
            path[size] = '/';
            memcpy(path + size + (size > 0), name, name_size + 1); /* an empty part is the working directory */
            execve(path, argv, environment);
            if (errno == EACCES)
                denied = true;
            else if (errno != ENOENT && errno != ENOTDIR)
                return;
        }
        at += size;
        if (*at == 0)
            break;
    }
    errno = denied ? EACCES : ENOENT;
}

struct program {
    struct obey *o;
    char **argv, **environment;
};

static int execute_under_init(void *argument)
{
    struct program *program = argument;
    program->o->shared->executing = true;
    execute(program->argv, program->environment);
    program->o->shared->executing = false;
    explain(program->o, "%.250s", program->argv[0]);
    program->o->shared->step = program->o->shared->child_step;
    program->o->shared->err = errno;
    return errno == ENOENT ? 127 : 126;
}

/* Process 1 lives beside the program: neither the page that launch reads nor the plan, which names paths of the host,
 * may stay within its reach. */
static void forget_launch(void *argument)
{
    struct program *program = argument;
    explicit_bzero(program->o->plan->bytes, program->o->plan->size);
    forget_shared(program->o);
}

int obey_exec(struct obey *o, struct fields in)
{
    struct list argv = field_l(&in), environment = field_l(&in);
    uint64_t flags = field_u(&in);
    struct program program = {o, strings(argv), strings(environment)};
    char here[PATH_MAX];
    if (program.argv == NULL || program.environment == NULL)
        return -1;
    if (argv.count == 0) {
        errno = EINVAL;
        return -1;
    }
    if (!o->has_identity)
        umask(022);
    if (stdio_ready(o) < 0)
        return -1;
    if (syscall(SYS_getcwd, here, sizeof here) < 0 || *here != '/') {
        explain(o, "the working directory is outside");
        errno = EXDEV;
        return -1;
    }
    if (flags & 1) {
        sys_retitle("gantry-init"); /* the starter's arguments name paths of the host */
        init_run(execute_under_init, forget_launch, &program);
    }
    o->shared->executing = true;
    execute(program.argv, program.environment);
    o->shared->executing = false;
    explain(o, "%.250s", program.argv[0]);
    return -1;
}

/* Nothing of the container is executed, and nothing is read from it (CVE-2019-14271). The process ends with its watch. */
int obey_hold(struct obey *o, struct fields in)
{
    (void)in;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        return -1;
    sys_retitle("gantry-files");
    explicit_bzero(o->plan->bytes, o->plan->size);
    o->shared->executing = true;
    forget_shared(o);
    close_range(0, ~0U, 0); /* launch hears it */
    for (;;)
        pause();
}
