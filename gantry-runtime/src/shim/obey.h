/* What the steps of one launch share. Launch and the child each have their own copy but for `shared` and `undo`. */
#ifndef GANTRY_OBEY_H
#define GANTRY_OBEY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launch.h"
#include "plan.h"

/* A page of the watch and launch alone: who must die and what must be undone, even when launch itself is killed. It is
 * not mapped in the child (MADV_DONTFORK), which becomes or serves the container's program and must not choose whom the
 * watch signals. */
struct undo {
    volatile pid_t pid;               /* the kernel writes it during clone3; 0 before */
    volatile uint32_t launch_step;    /* the step that launch is in */
    bool own_network;                 /* launch lives in a network namespace of its own, for its child */
    uint8_t made[PLAN_SLOTS];         /* how many of the last directories of CGROUP_MAKE's path were made here */
};

/* A page that the child sees as well, until its program runs: how far it came, and why no further. Nothing in it is
 * more than words for the caller. */
struct shared {
    volatile uint32_t child_step;     /* the step that the child is in */
    volatile bool in_child;           /* the child runs: child_step is the one that counts */
    volatile bool executing;          /* the child has nothing left to do but execve */
    volatile pid_t restored;          /* RESTORE: the init that takes the child's place; 0: the child is the init */
    volatile int err;                 /* 0 until somebody fails; then the step and words are below */
    uint32_t step;
    char detail[256];
};

struct obey {
    const struct plan *plan;
    struct launch_stdio *io;
    struct shared *shared;
    struct undo *undo;                /* NULL in the child */
    int slots[PLAN_SLOTS];            /* -1: empty */
    int joins[PLAN_SLOTS];            /* the file of that cgroup which takes members; -1: nobody joins it */
    int root;                         /* targets are resolved in it */
    int overlay;                      /* launch: the mount that OVERLAY made; -1: none */
    int host_proc;                    /* /proc of the host: no container can put anything over it */
    int sync;                         /* the child's end of its line to launch */
    int pidfd;                        /* launch: the child */
    int masks;                        /* an empty read-only directory that already has its place; -1 before */
    int null;                         /* /dev/null of the container, verified; -1 before */
    int master, slave;                /* the terminal; -1 before */
    int parent;                       /* the directory that the last DEVICE or SYMLINK was made in, -1: none */
    char parent_path[64];
    bool has_identity, stdio_ready;
    bool far;                         /* launch: in another's user namespace, without rights over ours */
};

/* Words for the error that the current step is about to return. */
void explain(struct obey *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Steps: 0, or -1 and errno. */
int obey_cgroup_make(struct obey *o, struct fields in);
int obey_cgroup_set(struct obey *o, struct fields in);
int obey_cpuset_fill(struct obey *o, struct fields in);
int obey_open_cgroup(struct obey *o, struct fields in);
int obey_cgroup_join(struct obey *o, struct fields in);
int obey_open_tree(struct obey *o, struct fields in);
int obey_overlay(struct obey *o, struct fields in);
int obey_join(struct obey *o, struct fields in);
int obey_time_offsets(struct obey *o, struct fields in);
int obey_id_map(struct obey *o, struct fields in);
int obey_unshare(struct obey *o, struct fields in);
int obey_propagation(struct obey *o, struct fields in);
int obey_root(struct obey *o, struct fields in);
int obey_mount(struct obey *o, struct fields in);
int obey_bind(struct obey *o, struct fields in);
int obey_mkdir(struct obey *o, struct fields in);
int obey_device(struct obey *o, struct fields in);
int obey_symlink(struct obey *o, struct fields in);
int obey_pivot(struct obey *o, struct fields in);
int obey_mask(struct obey *o, struct fields in);
int obey_readonly(struct obey *o, struct fields in);
int obey_root_readonly(struct obey *o, struct fields in);
int obey_hostname(struct obey *o, struct fields in);
int obey_domainname(struct obey *o, struct fields in);
int obey_sysctl(struct obey *o, struct fields in);
int obey_loopback(struct obey *o, struct fields in);
int obey_handover(struct obey *o, struct fields in);
int obey_await(struct obey *o, struct fields in);
int obey_rlimit(struct obey *o, struct fields in);
int obey_oom_score(struct obey *o, struct fields in);
int obey_console(struct obey *o, struct fields in);
int obey_identity(struct obey *o, struct fields in);
int obey_no_new_privs(struct obey *o, struct fields in);
int obey_seccomp(struct obey *o, struct fields in);
int obey_chdir(struct obey *o, struct fields in);
int obey_exec(struct obey *o, struct fields in); /* returns only when it failed */
int obey_hold(struct obey *o, struct fields in); /* likewise */
int obey_restore(struct obey *o, struct fields in); /* likewise */

/* One byte, and a descriptor unless it is -1, over the line between launch and the child or the watch. */
int send_with(int line, char byte, int descriptor);

/* Forgets the directory that DEVICE and SYMLINK keep: something may be mounted over it now. */
void forget_parent(struct obey *o);

/* Opens the descriptor of the container's root when no step did yet. */
int obey_root_ready(struct obey *o);

/* With a TTY: opens the terminal inside the container, sizes it and passes the master to launch. Else nothing. */
int terminal_ready(struct obey *o);

/* The pipes of the program become those of id 0 of a user namespace, whose maps have these words: nobody in it could
 * open them again by name otherwise, nor give them away. */
void give_streams(struct obey *o, const char *uids, const char *gids);

/* Waits for the streams, if they were not given with the plan. */
int streams_come(struct obey *o);

/* Makes descriptors 0-2 what the program shall have and marks all others close-on-exec. */
int stdio_ready(struct obey *o);

/* Removes the directories that CGROUP_MAKE made, last one first. */
void cgroups_undo(const struct plan *plan, const struct undo *undo);

/* Takes the page away from process 1 of --init, which runs beside the program and never executes anything. */
void forget_shared(struct obey *o);

/* rmdir with a deadline: a group may be busy for a moment after its last member died. */
int cgroup_rmdir(const char *path, unsigned deadline_ms);

#endif
