/* A decoded plan: the bytes as they came, and where each step lies in them. docs/shim-protocol.md "Plan".
 *
 * plan_decode checks everything once (lengths, order, known ops, field layout, slots filled once and before use, no NUL
 * in a str and one after it), so that reading fields afterwards cannot fail. */
#ifndef GANTRY_PLAN_H
#define GANTRY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PLAN_MAGIC 0x31505347u
#define PLAN_SLOTS 64
#define PLAN_MAX (16u << 20) /* bytes */
#define NO_STEP 0xffffffffu

enum where { WATCH = 0, PREPARE = 1, SETTLE = 2, CHILD = 3, RELEASE = 4 };

enum op {
    OP_LOG = 1,
    OP_EXIT_RECORD = 2,
    OP_STDIN = 3,
    OP_TTY = 4,
    OP_OOM_COUNTER = 5,
    OP_TIED = 6,
    OP_ORPHAN = 7,
    OP_LOG_ATTRIBUTES = 8,
    OP_CGROUP_MAKE = 16,
    OP_CGROUP_SET = 17,
    OP_OPEN_TREE = 18,
    OP_OPEN_CGROUP = 19,
    OP_OVERLAY = 20,
    OP_JOIN = 21,
    OP_CLONE = 22,
    OP_TIME_OFFSETS = 23,
    OP_CPUSET_FILL = 24,
    OP_ID_MAP = 32,
    OP_CGROUP_JOIN = 48,
    OP_UNSHARE = 49,
    OP_PROPAGATION = 50,
    OP_ROOT = 51,
    OP_MOUNT = 52,
    OP_BIND = 53,
    OP_MKDIR = 54,
    OP_DEVICE = 55,
    OP_SYMLINK = 56,
    OP_PIVOT = 57,
    OP_MASK = 58,
    OP_READONLY = 59,
    OP_ROOT_READONLY = 60,
    OP_HOSTNAME = 61,
    OP_DOMAINNAME = 62,
    OP_SYSCTL = 63,
    OP_LOOPBACK = 64,
    OP_RLIMIT = 65,
    OP_OOM_SCORE = 66,
    OP_CONSOLE = 67,
    OP_IDENTITY = 68,
    OP_NO_NEW_PRIVS = 69,
    OP_SECCOMP = 70,
    OP_CHDIR = 71,
    OP_EXEC = 72,
    OP_HANDOVER = 73,
    OP_AWAIT = 74,
    OP_HOLD = 75,
    OP_RESTORE = 76,
    OP_KILL_GROUP = 80,
    OP_CGROUP_REMOVE = 81,
    OP_UNMOUNT = 82,
    OP_REMOVE = 83,
};

struct step {
    uint16_t op;
    uint8_t where;
    uint32_t size;               /* of the fields */
    const unsigned char *fields; /* into plan.bytes */
};

struct plan {
    unsigned char *bytes;
    size_t size;
    uint16_t count;
    struct step *steps;
};

/* Decodes; the plan borrows `bytes` (never copies or frees them). 0, or -1 with *step (NO_STEP: the plan as a whole)
 * and *why in words. plan_free frees what decode allocated. */
int plan_decode(struct plan *plan, unsigned char *bytes, size_t size, uint32_t *step, const char **why);
void plan_free(struct plan *plan);

/* The table of operations: name, and the letters of the fields (plan.c says what they mean). */
const char *op_name(uint16_t op);
const char *op_fields(uint16_t op);

/* One step per line: the text of `gantry-shim decode`. */
void plan_print(const struct plan *plan, FILE *out);

/* A whole plan read to the end of a descriptor; malloc'ed. NULL and errno; EFBIG beyond PLAN_MAX. */
unsigned char *read_plan_bytes(int fd, size_t *size);

/* The first step with this op, or NULL. */
const struct step *plan_find(const struct plan *plan, uint16_t op);

/* Fields in their order: struct fields f = step_fields(step); uint64_t slot = field_u(&f); … */
struct fields {
    const unsigned char *at;
};
struct text {
    const char *ptr; /* followed by a NUL that `size` does not count */
    uint32_t size;
};
struct list {
    uint32_t count;
    const unsigned char *at;
};

struct fields step_fields(const struct step *step);
uint64_t field_u(struct fields *in);
struct text field_s(struct fields *in);
struct text field_b(struct fields *in); /* bytes: no NUL follows */
struct list field_l(struct fields *in);
struct text list_next(struct list *list); /* only while count > 0; lowers count */

#endif
