#include "init.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faces.h"
#include "sys.h"

static int program_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Reaps whatever has ended. Returns the program's code once it is among them, else -1. */
static int reap(pid_t program)
{
    int status, code = -1;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == program)
            code = program_code(status);
    return code;
}

_Noreturn static void start_program(int (*execute)(void *), void *argument)
{
    setsid();
    /* A session leader without a terminal takes the one of process 1, so that job control and Ctrl-C reach it. */
    if (isatty(STDIN_FILENO))
        ioctl(STDIN_FILENO, TIOCSCTTY, 0);
    sys_reset_signals();
    _exit(execute(argument));
}

/* Process 1 may lead the terminal that its child shall have. The kernel says SIGHUP and SIGCONT to whoever gives one up;
 * they are taken here, so that they are not forwarded. All signals are blocked. */
static void give_up_terminal(void)
{
    if (!isatty(STDIN_FILENO) || ioctl(STDIN_FILENO, TIOCNOTTY) != 0)
        return;
    const struct timespec now = {0};
    sigset_t said;
    sigemptyset(&said);
    sigaddset(&said, SIGHUP);
    sigaddset(&said, SIGCONT);
    while (sigtimedwait(&said, NULL, &now) > 0)
        continue;
}

_Noreturn void init_run(int (*execute)(void *), void (*forget)(void *), void *argument)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    give_up_terminal();
    /* We never execute anything that would replace this memory, and the program may run with our own ids. */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    pid_t program = fork();
    if (program == 0)
        start_program(execute, argument);
    if (program < 0)
        _exit(execute(argument)); /* better without an init than not at all */
    close_range(3, ~0U, 0);
    if (forget)
        forget(argument);
    for (;;) {
        int signal = sigwaitinfo(&all, NULL);
        if (signal == SIGCHLD || signal < 0) {
            int code = reap(program);
            if (code >= 0)
                _exit(code);
        } else {
            kill(program, signal);
        }
    }
}

static int execute_arguments(void *argument)
{
    char **argv = argument;
    execvp(argv[0], argv);
    int code = errno == ENOENT ? 127 : 126;
    fprintf(stderr, "gantry-shim init: cannot execute %s: %s\n", argv[0], strerror(errno));
    return code;
}

int face_init(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "--") == 0)
        argv++, argc--;
    if (argc == 0) {
        fputs("usage: gantry-shim init [--] PROGRAM ARGS...\n", stderr);
        return 2;
    }
    if (getpid() != 1)
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    init_run(execute_arguments, NULL, argv);
}
