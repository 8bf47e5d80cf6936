/* What the watch asks of launch. Launch is a fork of the watch: it obeys the plan and leaves; the container's init
 * becomes a child of the watch (CLONE_PARENT). */
#ifndef GANTRY_LAUNCH_H
#define GANTRY_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "plan.h"

/* The child's ends; all -1 with a TTY step. They are close-on-exec; launch makes them 0, 1 and 2. */
struct launch_stdio {
    int in, out, err;
    unsigned short rows, columns; /* of the terminal, instead of what the TTY step says; both 0: as it says */
    int later;                    /* -1; in a child that goes ahead: where its ends will come from */
};

struct launch_result {
    pid_t pid;
    uint64_t start_time; /* clock ticks, /proc/<pid>/stat field 22 */
    int network;         /* while the child waits: its network namespace, close-on-exec and owned by the caller */
    int tty_master;      /* -1 without a TTY step; else close-on-exec and owned by the caller */
    int overlay;         /* the mount of an OVERLAY step, -1 without; close-on-exec and owned by the caller */
    uint32_t step;       /* on failure: index into the plan, or NO_STEP */
    int err;             /* on failure: errno */
    char detail[256];    /* on failure: words, may be empty */
};

/* Forks a launch that waits for the plan of launch_start, in a network namespace of its own if the plan will have one.
 * It does not keep `listener`. Without it launch_start forks one, so that a failure here costs time only. */
void launch_prepare(bool own_network, int listener);

/* Has that launch obey the plan as far as it comes without the ends, which launch_start of the same plan gives. False,
 * and nothing is under way: there is no such launch, or the plan has a terminal or hands over a network. The plan must
 * live, and nothing be reaped, until one of the two below. */
bool launch_ahead(const struct plan *plan);

/* Undoes that, and waits for it. */
void launch_forget(void);

/* Gives the plan to that launch, or forks one. What went ahead with another plan is undone first. Returns a descriptor (close-on-exec) that becomes readable with the result, or -1 and errno.
 * The caller has all signals blocked that it takes by signalfd: launch starts with sys_reset_signals(). */
int launch_start(const struct plan *plan, const struct launch_stdio *io);

/* Reads the result once `fd` is readable, and closes it. 0: the program was executed; -1: failed, all is undone. The
 * caller reaps launch and, on failure, the child. The caller must reap nothing between start and finish: the init may
 * already have ended.
 * LAUNCH_OFFERS: it is not the result yet, `fd` stays open, and out->network is the child's network namespace. The
 * child goes on until its AWAIT, where it needs launch_answer; then the result comes. */
#define LAUNCH_OFFERS 1
int launch_finish(int fd, struct launch_result *out);

/* Lets the child go on, or has it undone; then the result is a failure of AWAIT with ECANCELED. */
void launch_answer(int fd, bool go);

/* Runs the release steps in order, going on after errors. Returns the number of steps that failed. */
int release_run(const struct plan *plan);

/* Begins to freeze or thaws the group of KILL_GROUP, which holds all of the container: 0, or -1 and errno. */
int release_freeze(const struct plan *plan, bool frozen);

#endif
