/* The decoder of plans. It believes nothing: every length is checked against what is left before it is used. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#define AT(where) (1u << (where))

/* The table of docs/shim-protocol.md "Plan". Fields: u, s, b, l as there; F is a u that fills a slot, U one that names
 * a filled slot, V one that is 0 or a filled slot + 1, M one that names a slot whose mount is attached by it, once. */
static const struct op_row {
    uint16_t op;
    uint8_t wheres;
    const char *fields;
    const char *name;
} OPS[] = {
    {OP_LOG, AT(WATCH), "usuuu", "LOG"},
    {OP_EXIT_RECORD, AT(WATCH), "ss", "EXIT_RECORD"},
    {OP_STDIN, AT(WATCH), "u", "STDIN"},
    {OP_TTY, AT(WATCH), "uu", "TTY"},
    {OP_OOM_COUNTER, AT(WATCH), "ss", "OOM_COUNTER"},
    {OP_TIED, AT(WATCH), "uu", "TIED"},
    {OP_ORPHAN, AT(WATCH), "l", "ORPHAN"},
    {OP_LOG_ATTRIBUTES, AT(WATCH), "s", "LOG_ATTRIBUTES"},
    {OP_CGROUP_MAKE, AT(PREPARE), "Fs", "CGROUP_MAKE"},
    {OP_CGROUP_SET, AT(PREPARE) | AT(SETTLE), "Uss", "CGROUP_SET"},
    {OP_OPEN_TREE, AT(PREPARE), "Fsu", "OPEN_TREE"},
    {OP_OPEN_CGROUP, AT(PREPARE), "Fs", "OPEN_CGROUP"},
    {OP_OVERLAY, AT(PREPARE), "Flsslu", "OVERLAY"},
    {OP_JOIN, AT(PREPARE), "uuu", "JOIN"},
    {OP_CLONE, AT(PREPARE), "uV", "CLONE"},
    {OP_TIME_OFFSETS, AT(PREPARE), "s", "TIME_OFFSETS"},
    {OP_CPUSET_FILL, AT(PREPARE), "U", "CPUSET_FILL"},
    {OP_ID_MAP, AT(SETTLE), "ssu", "ID_MAP"},
    {OP_CGROUP_JOIN, AT(CHILD), "U", "CGROUP_JOIN"},
    {OP_UNSHARE, AT(CHILD), "u", "UNSHARE"},
    {OP_PROPAGATION, AT(CHILD), "u", "PROPAGATION"},
    {OP_ROOT, AT(CHILD), "Ms", "ROOT"},
    {OP_MOUNT, AT(CHILD), "sssulu", "MOUNT"},
    {OP_BIND, AT(CHILD), "Msuuu", "BIND"},
    {OP_MKDIR, AT(CHILD), "su", "MKDIR"},
    {OP_DEVICE, AT(CHILD), "suuuuuV", "DEVICE"},
    {OP_SYMLINK, AT(CHILD), "ss", "SYMLINK"},
    {OP_PIVOT, AT(CHILD), "", "PIVOT"},
    {OP_MASK, AT(CHILD), "s", "MASK"},
    {OP_READONLY, AT(CHILD), "s", "READONLY"},
    {OP_ROOT_READONLY, AT(CHILD), "", "ROOT_READONLY"},
    {OP_HOSTNAME, AT(CHILD), "s", "HOSTNAME"},
    {OP_DOMAINNAME, AT(CHILD), "s", "DOMAINNAME"},
    {OP_SYSCTL, AT(CHILD), "ss", "SYSCTL"},
    {OP_LOOPBACK, AT(CHILD), "", "LOOPBACK"},
    {OP_RLIMIT, AT(CHILD), "uuu", "RLIMIT"},
    {OP_OOM_SCORE, AT(CHILD), "s", "OOM_SCORE"},
    {OP_CONSOLE, AT(CHILD), "", "CONSOLE"},
    {OP_IDENTITY, AT(CHILD), "uuluuuuuu", "IDENTITY"},
    {OP_NO_NEW_PRIVS, AT(CHILD), "", "NO_NEW_PRIVS"},
    {OP_SECCOMP, AT(CHILD), "ub", "SECCOMP"},
    {OP_CHDIR, AT(CHILD), "su", "CHDIR"},
    {OP_EXEC, AT(CHILD), "llu", "EXEC"},
    {OP_HANDOVER, AT(CHILD), "uu", "HANDOVER"},
    {OP_AWAIT, AT(CHILD), "", "AWAIT"},
    {OP_HOLD, AT(CHILD), "", "HOLD"},
    {OP_RESTORE, AT(CHILD), "llslsl", "RESTORE"},
    {OP_KILL_GROUP, AT(RELEASE), "s", "KILL_GROUP"},
    {OP_CGROUP_REMOVE, AT(RELEASE), "s", "CGROUP_REMOVE"},
    {OP_UNMOUNT, AT(RELEASE), "s", "UNMOUNT"},
    {OP_REMOVE, AT(RELEASE), "s", "REMOVE"},
};

static const struct op_row *row_of(uint16_t op)
{
    for (size_t i = 0; i < sizeof OPS / sizeof OPS[0]; i++)
        if (OPS[i].op == op)
            return &OPS[i];
    return NULL;
}

const char *op_name(uint16_t op)
{
    const struct op_row *row = row_of(op);
    return row == NULL ? "?" : row->name;
}

const char *op_fields(uint16_t op)
{
    const struct op_row *row = row_of(op);
    return row == NULL ? "" : row->fields;
}

/* What is left of the plan or of a step. */
struct rest {
    const unsigned char *at;
    size_t size;
};

static bool take(struct rest *in, void *out, size_t size)
{
    if (in->size < size)
        return false;
    memcpy(out, in->at, size);
    in->at += size;
    in->size -= size;
    return true;
}

static bool take_u64(struct rest *in, uint64_t *value)
{
    return take(in, value, sizeof *value);
}

static bool skip_bytes(struct rest *in)
{
    uint32_t size;
    if (!take(in, &size, sizeof size) || in->size < size)
        return false;
    in->at += size;
    in->size -= size;
    return true;
}

/* A str with a NUL in its middle would mean one thing to us and another to the kernel. */
static bool skip_str(struct rest *in)
{
    uint32_t size;
    if (!take(in, &size, sizeof size) || in->size <= size || in->at[size] != 0 || memchr(in->at, 0, size) != NULL)
        return false;
    in->at += (size_t)size + 1;
    in->size -= (size_t)size + 1;
    return true;
}

struct slots {
    uint64_t filled, attached;
};

static const char *check_slot(char letter, uint64_t value, struct slots *slots)
{
    if (letter == 'V') {
        if (value == 0)
            return NULL;
        value--;
    }
    if (value >= PLAN_SLOTS)
        return "a slot beyond the last";
    const uint64_t bit = UINT64_C(1) << value;
    if (letter == 'F') {
        if (slots->filled & bit)
            return "a slot filled twice";
        slots->filled |= bit;
    } else if (!(slots->filled & bit))
        return "a slot that no step before filled";
    if (letter == 'M') {
        if (slots->attached & bit)
            return "a slot whose mount has its place already";
        slots->attached |= bit;
    }
    return NULL;
}

/* NULL when the fields are what the row says, and nothing more. */
static const char *check_fields(const char *letters, struct rest in, struct slots *slots)
{
    static const char SHORT[] = "fields that are short, or a string without its end";
    for (; *letters != 0; letters++) {
        uint64_t value;
        uint32_t count;
        switch (*letters) {
        case 's':
            if (!skip_str(&in))
                return SHORT;
            break;
        case 'b':
            if (!skip_bytes(&in))
                return SHORT;
            break;
        case 'l':
            if (!take(&in, &count, sizeof count))
                return SHORT;
            for (; count > 0; count--)
                if (!skip_str(&in))
                    return SHORT;
            break;
        default:
            if (!take_u64(&in, &value))
                return SHORT;
            if (*letters != 'u') {
                const char *why = check_slot(*letters, value, slots);
                if (why != NULL)
                    return why;
            }
        }
    }
    return in.size == 0 ? NULL : "more bytes than its fields have";
}

static const char *decode_step(struct rest *in, struct step *step, uint8_t *where, struct slots *slots)
{
    uint8_t zero;
    if (!take(in, &step->op, 2) || !take(in, &step->where, 1) || !take(in, &zero, 1) || !take(in, &step->size, 4))
        return "a header that is short";
    const struct op_row *row = row_of(step->op);
    if (row == NULL)
        return "an unknown operation";
    if (zero != 0)
        return "a reserved byte that is not zero";
    if (step->where > RELEASE || !(row->wheres & AT(step->where)))
        return "an operation at a time that is not its own";
    if (step->where < *where)
        return "an earlier time than the step before";
    if (in->size < step->size)
        return "fields beyond the end of the plan";
    *where = step->where;
    step->fields = in->at;
    in->at += step->size;
    in->size -= step->size;
    return check_fields(row->fields, (struct rest){step->fields, step->size}, slots);
}

int plan_decode(struct plan *plan, unsigned char *bytes, size_t size, uint32_t *step, const char **why)
{
    struct rest in = {bytes, size};
    uint32_t magic;
    uint16_t version, count;
    *plan = (struct plan){.bytes = bytes, .size = size};
    *step = NO_STEP;
    *why = "it is too short to be a plan";
    if (!take(&in, &magic, sizeof magic) || !take(&in, &version, sizeof version) || !take(&in, &count, sizeof count))
        return -1;
    *why = "it does not begin like a plan";
    if (magic != PLAN_MAGIC)
        return -1;
    *why = "it has another version than 1";
    if (version != 1)
        return -1;
    *why = "it promises more steps than it can hold";
    if (in.size / 8 < count)
        return -1;
    plan->steps = calloc(count + 1u, sizeof *plan->steps);
    *why = "there is no memory for it";
    if (plan->steps == NULL)
        return -1;
    uint8_t where = WATCH;
    struct slots slots = {0};
    for (; plan->count < count; plan->count++) {
        const char *bad = decode_step(&in, &plan->steps[plan->count], &where, &slots);
        if (bad != NULL) {
            *step = plan->count;
            *why = bad;
            plan_free(plan);
            return -1;
        }
    }
    if (in.size != 0) {
        *why = "bytes follow its last step";
        plan_free(plan);
        return -1;
    }
    *why = "";
    return 0;
}

void plan_free(struct plan *plan)
{
    free(plan->steps);
    plan->steps = NULL;
    plan->count = 0;
}

const struct step *plan_find(const struct plan *plan, uint16_t op)
{
    for (uint16_t i = 0; i < plan->count; i++)
        if (plan->steps[i].op == op)
            return &plan->steps[i];
    return NULL;
}

struct fields step_fields(const struct step *step)
{
    return (struct fields){step->fields};
}

static uint32_t next_u32(const unsigned char **at)
{
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

static struct text next_str(const unsigned char **at)
{
    uint32_t size = next_u32(at);
    struct text text = {(const char *)*at, size};
    *at += (size_t)size + 1;
    return text;
}

uint64_t field_u(struct fields *in)
{
    uint64_t value;
    memcpy(&value, in->at, sizeof value);
    in->at += sizeof value;
    return value;
}

struct text field_s(struct fields *in)
{
    return next_str(&in->at);
}

struct text field_b(struct fields *in)
{
    uint32_t size = next_u32(&in->at);
    struct text text = {(const char *)in->at, size};
    in->at += size;
    return text;
}

struct list field_l(struct fields *in)
{
    struct list list = {.count = next_u32(&in->at)};
    list.at = in->at;
    for (struct list walk = list; walk.count > 0;) {
        list_next(&walk);
        in->at = walk.at;
    }
    return list;
}

struct text list_next(struct list *list)
{
    list->count--;
    return next_str(&list->at);
}
