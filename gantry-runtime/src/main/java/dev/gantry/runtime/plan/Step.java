package dev.gantry.runtime.plan;

import java.util.List;

/// One thing the shim does: a single system call or a small fixed idiom. The table of operations, their numbers and
/// their fields is `docs/shim-protocol.md` §Plan; the components of each record are those fields in order.
public sealed interface Step {
    /// Who performs a step, and when. The order of the constants is the order of a plan.
    enum Where {
        WATCH,
        PREPARE,
        SETTLE,
        CHILD,
        RELEASE
    }

    /// When this step is performed, and by whom.
    default Where where() {
        return Op.of(this).where();
    }

    // watch options

    record Log(long kind, String path, long maxBytes, long maxFiles, boolean blocking) implements Step {
        public static final long JSON_FILE = 1;
        public static final long CRI = 2;
    }

    /// A JSON object that each record of a json-file carries.
    record LogAttributes(String object) implements Step {}

    record ExitRecordAt(String path, String bootId) implements Step {}

    record Stdin(long mode) implements Step {
        public static final long NONE = 0;
        public static final long OPEN = 1;
        public static final long ONCE = 2;
    }

    record Tty(long rows, long columns) implements Step {}

    record OomCounter(String path, String key) implements Step {}

    record Tied(long pid, long startTime) implements Step {}

    record Orphan(List<String> argv) implements Step {
        public Orphan {
            argv = List.copyOf(argv);
        }
    }

    // prepare

    record CgroupMake(long slot, String path) implements Step {}

    /// `where` is PREPARE or SETTLE.
    record CgroupSet(Where where, long slot, String file, String value) implements Step {}

    /// Processors and memory nodes for a v1 group that has none, and for those above it that have none: of the nearest
    /// one that has some.
    record CpusetFill(long slot) implements Step {}

    record OpenTree(long slot, String path, long flags) implements Step {
        public static final long RECURSIVE = 1;
        public static final long MAY_BE_MISSING = 2;
        public static final long NO_DEVICES = 4;
    }

    record OpenCgroup(long slot, String path) implements Step {}

    /// `attributes` are `MOUNT_ATTR_*`. <linux/mount.h>
    record Overlay(long slot, List<String> lowers, String upper, String work, List<String> options, long attributes)
            implements Step {
        public Overlay {
            lowers = List.copyOf(lowers);
            options = List.copyOf(options);
        }
    }

    record Join(long pid, long startTime, long flags) implements Step {}

    record Clone(long flags, long cgroupSlotPlusOne) implements Step {}

    /// Lines of `/proc/self/timens_offsets`; makes the time namespace that the child is born in.
    record TimeOffsets(String lines) implements Step {}

    // settle

    record IdMap(String uidMap, String gidMap, boolean denySetgroups) implements Step {}

    // child

    record CgroupJoin(long slot) implements Step {}

    record Unshare(long flags) implements Step {}

    record Propagation(long flags) implements Step {}

    record Root(long slot, String over) implements Step {}

    record Mount(String type, String source, String target, long attributes, List<String> options, long flags)
            implements Step {
        public static final long MAKE_TARGET = 1;
        public static final long TYPE_MAY_BE_UNKNOWN = 2;

        public Mount {
            options = List.copyOf(options);
        }
    }

    record Bind(long slot, String target, long attributes, long flags, long propagation) implements Step {
        public static final long MAKE_TARGET = 1;
        public static final long RECURSIVE_ATTRIBUTES = 2;
    }

    record Mkdir(String target, long mode) implements Step {}

    record Device(String target, long mode, long major, long minor, long uid, long gid, long slotPlusOne)
            implements Step {}

    record Symlink(String target, String content) implements Step {}

    record Pivot() implements Step {}

    record Mask(String path) implements Step {}

    record ReadOnly(String path) implements Step {}

    record RootReadOnly() implements Step {}

    record Hostname(String name) implements Step {}

    record DomainName(String name) implements Step {}

    record Sysctl(String name, String value) implements Step {}

    record Loopback() implements Step {}

    record Rlimit(long resource, long soft, long hard) implements Step {}

    record OomScore(String value) implements Step {}

    record Console() implements Step {}

    record Identity(
            long uid,
            long gid,
            List<String> groups,
            long umask,
            long bounding,
            long effective,
            long permitted,
            long inheritable,
            long ambient)
            implements Step {
        public Identity {
            groups = List.copyOf(groups);
        }
    }

    record NoNewPrivs() implements Step {}

    record Seccomp(long flags, Filter filter) implements Step {
        /// An array of `struct sock_filter` in the kernel's own layout, eight bytes each. <linux/filter.h>
        public record Filter(byte[] bytes) {
            public Filter {
                bytes = bytes.clone();
            }

            @Override
            public byte[] bytes() {
                return bytes.clone();
            }

            @Override
            public boolean equals(Object o) {
                return o instanceof Filter(byte[] other) && java.util.Arrays.equals(bytes, other);
            }

            @Override
            public int hashCode() {
                return java.util.Arrays.hashCode(bytes);
            }
        }
    }

    record Chdir(String path, long flags) implements Step {
        public static final long MAKE = 1;
    }

    record Exec(List<String> argv, List<String> environment, long flags) implements Step {
        public static final long UNDER_INIT = 1;

        public Exec {
            argv = List.copyOf(argv);
            environment = List.copyOf(environment);
        }
    }

    /// The network namespace that CLONE made is given to the engine, which has `patienceMillis` to connect it.
    record Handover(long flags, long patienceMillis) implements Step {
        public static final long RESOLVER = 1;
    }

    /// The program waits until the engine has.
    record Await() implements Step {}

    /// Instead of a program: the process is there for its root, and executes nothing.
    record Hold() implements Step {}

    /// Instead of a program: CRIU makes the processes of a checkpoint, with the root, the control
    /// groups and the network that the child has by then.
    ///
    /// @param argv the program by its path, and all its arguments but `--inherit-fd`
    /// @param scratch a directory over which the mounts of `slots` are placed, by their numbers
    /// @param pidFile where CRIU writes the init's pid; its log is beside, with `.log`
    /// @param inherited what the checkpoint calls standard input, output, error and the network
    ///     namespace; empty where it has none
    record Restore(
            List<String> argv,
            List<String> environment,
            String scratch,
            List<String> slots,
            String pidFile,
            List<String> inherited)
            implements Step {
        public Restore {
            argv = List.copyOf(argv);
            environment = List.copyOf(environment);
            slots = List.copyOf(slots);
            inherited = List.copyOf(inherited);
        }
    }

    // release

    record KillGroup(String path) implements Step {}

    record CgroupRemove(String path) implements Step {}

    record Unmount(String path) implements Step {}

    record Remove(String path) implements Step {}
}
