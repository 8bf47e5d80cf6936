package dev.gantry.runtime.plan;

import java.util.ArrayList;

/// Bits of namespace and propagation flags, and their names. <linux/sched.h>, <linux/mount.h>
public final class Namespaces {
    public static final long TIME = 0x80;
    public static final long MOUNT = 0x20000;
    public static final long CGROUP = 0x2000000;
    public static final long UTS = 0x4000000;
    public static final long IPC = 0x8000000;
    public static final long USER = 0x10000000;
    public static final long PID = 0x20000000;
    public static final long NET = 0x40000000;

    private static final long MS_REC = 1 << 14;
    private static final long MS_UNBINDABLE = 1 << 17;
    private static final long MS_PRIVATE = 1 << 18;
    private static final long MS_SLAVE = 1 << 19;
    private static final long MS_SHARED = 1 << 20;

    private Namespaces() {}

    static String words(long flags) {
        var names = new ArrayList<String>();
        name(names, flags, USER, "user");
        name(names, flags, MOUNT, "mount");
        name(names, flags, PID, "pid");
        name(names, flags, NET, "net");
        name(names, flags, IPC, "ipc");
        name(names, flags, UTS, "uts");
        name(names, flags, CGROUP, "cgroup");
        name(names, flags, TIME, "time");
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    static String propagation(long flags) {
        var names = new ArrayList<String>();
        name(names, flags, MS_SHARED, "shared");
        name(names, flags, MS_SLAVE, "slave");
        name(names, flags, MS_PRIVATE, "private");
        name(names, flags, MS_UNBINDABLE, "unbindable");
        name(names, flags, MS_REC, "recursive");
        return names.isEmpty() ? "what it is" : String.join(", ", names);
    }

    private static void name(ArrayList<String> names, long flags, long bit, String name) {
        if ((flags & bit) != 0) {
            names.add(name);
        }
    }
}
