/* Process 1 of a container with --init. */
#ifndef GANTRY_INIT_H
#define GANTRY_INIT_H

/* Starts the program as a child in a session of its own, forwards every signal that can be caught, reaps everything,
 * and exits with the program's code (128+n for a signal). `execute` runs in the child with default signals and an empty
 * mask: it executes the program, and when it cannot it reports on its close-on-exec descriptor; should it return, the
 * child exits with what it returned. Process 1 closes all descriptors from 3 on after the fork, so that the reporting
 * descriptor closes when the program runs. It cannot be
 * traced, nor its memory be opened, by anybody in the container without CAP_SYS_PTRACE; and for those who have that,
 * `forget` (may be NULL) runs in it after the fork and takes away what the program must not reach. */
_Noreturn void init_run(int (*execute)(void *), void (*forget)(void *), void *argument);

#endif
