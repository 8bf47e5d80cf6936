/* A plan on its way from the watch to a launch that waits for it. */
#ifndef GANTRY_JOB_H
#define GANTRY_JOB_H

#include <stdbool.h>

#include "launch.h"
#include "plan.h"

/* 0, or -1 and errno: EMSGSIZE for a plan that is too long for a message, EPIPE when nobody waits. */
int send_job(int line, const struct plan *plan, const struct launch_stdio *io);

/* Waits for one. False when the watch is gone, or has taken another launch. The plan borrows memory of its own that is
 * never freed. */
bool receive_job(int line, struct plan *plan, struct launch_stdio *io);

/* Of a job that was sent with `later` not -1: the ends themselves, to the child. 0, or -1 and errno. */
int send_ends(int line, const struct launch_stdio *io);

/* Waits for them. -1 and ECANCELED: the plan is not wanted any more. */
int receive_ends(struct launch_stdio *io);

#endif
