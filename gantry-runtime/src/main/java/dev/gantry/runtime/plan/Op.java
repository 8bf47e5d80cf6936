package dev.gantry.runtime.plan;

import static dev.gantry.runtime.plan.Step.Where.CHILD;
import static dev.gantry.runtime.plan.Step.Where.PREPARE;
import static dev.gantry.runtime.plan.Step.Where.RELEASE;
import static dev.gantry.runtime.plan.Step.Where.SETTLE;
import static dev.gantry.runtime.plan.Step.Where.WATCH;

import dev.gantry.runtime.plan.Step.Where;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The operations of a plan: number on the wire, who performs it, and the letters of its fields. The same table stands
/// in `src/shim/plan.c`; both are that of `docs/shim-protocol.md` §Plan.
///
/// Letters: `u` number, `s` string, `b` bytes, `l` list of strings; `F` a number that fills a slot, `U` one that names
/// a filled slot, `V` 0 or a filled slot + 1, `M` one that names a slot whose mount it attaches, once.
enum Op {
    LOG(1, WATCH, "usuuu"),
    EXIT_RECORD(2, WATCH, "ss"),
    STDIN(3, WATCH, "u"),
    TTY(4, WATCH, "uu"),
    OOM_COUNTER(5, WATCH, "ss"),
    TIED(6, WATCH, "uu"),
    ORPHAN(7, WATCH, "l"),
    LOG_ATTRIBUTES(8, WATCH, "s"),
    CGROUP_MAKE(16, PREPARE, "Fs"),
    CGROUP_SET(17, PREPARE, "Uss"),
    OPEN_TREE(18, PREPARE, "Fsu"),
    OPEN_CGROUP(19, PREPARE, "Fs"),
    OVERLAY(20, PREPARE, "Flsslu"),
    JOIN(21, PREPARE, "uuu"),
    CLONE(22, PREPARE, "uV"),
    TIME_OFFSETS(23, PREPARE, "s"),
    CPUSET_FILL(24, PREPARE, "U"),
    ID_MAP(32, SETTLE, "ssu"),
    CGROUP_JOIN(48, CHILD, "U"),
    UNSHARE(49, CHILD, "u"),
    PROPAGATION(50, CHILD, "u"),
    ROOT(51, CHILD, "Ms"),
    MOUNT(52, CHILD, "sssulu"),
    BIND(53, CHILD, "Msuuu"),
    MKDIR(54, CHILD, "su"),
    DEVICE(55, CHILD, "suuuuuV"),
    SYMLINK(56, CHILD, "ss"),
    PIVOT(57, CHILD, ""),
    MASK(58, CHILD, "s"),
    READONLY(59, CHILD, "s"),
    ROOT_READONLY(60, CHILD, ""),
    HOSTNAME(61, CHILD, "s"),
    DOMAINNAME(62, CHILD, "s"),
    SYSCTL(63, CHILD, "ss"),
    LOOPBACK(64, CHILD, ""),
    RLIMIT(65, CHILD, "uuu"),
    OOM_SCORE(66, CHILD, "s"),
    CONSOLE(67, CHILD, ""),
    IDENTITY(68, CHILD, "uuluuuuuu"),
    NO_NEW_PRIVS(69, CHILD, ""),
    SECCOMP(70, CHILD, "ub"),
    CHDIR(71, CHILD, "su"),
    EXEC(72, CHILD, "llu"),
    HANDOVER(73, CHILD, "uu"),
    AWAIT(74, CHILD, ""),
    HOLD(75, CHILD, ""),
    RESTORE(76, CHILD, "llslsl"),
    KILL_GROUP(80, RELEASE, "s"),
    CGROUP_REMOVE(81, RELEASE, "s"),
    UNMOUNT(82, RELEASE, "s"),
    REMOVE(83, RELEASE, "s");

    private static final Map<Integer, Op> BY_NUMBER =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Op::number, Function.identity()));

    private final int number;
    private final Where where;
    private final String letters;

    Op(int number, Where where, String letters) {
        this.number = number;
        this.where = where;
        this.letters = letters;
    }

    int number() {
        return number;
    }

    /// CGROUP_SET may also be SETTLE; its steps say so themselves.
    Where where() {
        return where;
    }

    boolean allowedAt(Where at) {
        return at == where || this == CGROUP_SET && at == SETTLE;
    }

    String letters() {
        return letters;
    }

    static Optional<Op> numbered(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    static Op of(Step step) {
        return switch (step) {
            case Step.Log _ -> LOG;
            case Step.LogAttributes _ -> LOG_ATTRIBUTES;
            case Step.ExitRecordAt _ -> EXIT_RECORD;
            case Step.Stdin _ -> STDIN;
            case Step.Tty _ -> TTY;
            case Step.OomCounter _ -> OOM_COUNTER;
            case Step.Tied _ -> TIED;
            case Step.Orphan _ -> ORPHAN;
            case Step.CgroupMake _ -> CGROUP_MAKE;
            case Step.CgroupSet _ -> CGROUP_SET;
            case Step.CpusetFill _ -> CPUSET_FILL;
            case Step.OpenTree _ -> OPEN_TREE;
            case Step.OpenCgroup _ -> OPEN_CGROUP;
            case Step.Overlay _ -> OVERLAY;
            case Step.Join _ -> JOIN;
            case Step.Clone _ -> CLONE;
            case Step.TimeOffsets _ -> TIME_OFFSETS;
            case Step.IdMap _ -> ID_MAP;
            case Step.CgroupJoin _ -> CGROUP_JOIN;
            case Step.Unshare _ -> UNSHARE;
            case Step.Propagation _ -> PROPAGATION;
            case Step.Root _ -> ROOT;
            case Step.Mount _ -> MOUNT;
            case Step.Bind _ -> BIND;
            case Step.Mkdir _ -> MKDIR;
            case Step.Device _ -> DEVICE;
            case Step.Symlink _ -> SYMLINK;
            case Step.Pivot _ -> PIVOT;
            case Step.Mask _ -> MASK;
            case Step.ReadOnly _ -> READONLY;
            case Step.RootReadOnly _ -> ROOT_READONLY;
            case Step.Hostname _ -> HOSTNAME;
            case Step.DomainName _ -> DOMAINNAME;
            case Step.Sysctl _ -> SYSCTL;
            case Step.Loopback _ -> LOOPBACK;
            case Step.Rlimit _ -> RLIMIT;
            case Step.OomScore _ -> OOM_SCORE;
            case Step.Console _ -> CONSOLE;
            case Step.Identity _ -> IDENTITY;
            case Step.NoNewPrivs _ -> NO_NEW_PRIVS;
            case Step.Seccomp _ -> SECCOMP;
            case Step.Chdir _ -> CHDIR;
            case Step.Exec _ -> EXEC;
            case Step.Handover _ -> HANDOVER;
            case Step.Await _ -> AWAIT;
            case Step.Hold _ -> HOLD;
            case Step.Restore _ -> RESTORE;
            case Step.KillGroup _ -> KILL_GROUP;
            case Step.CgroupRemove _ -> CGROUP_REMOVE;
            case Step.Unmount _ -> UNMOUNT;
            case Step.Remove _ -> REMOVE;
        };
    }
}
