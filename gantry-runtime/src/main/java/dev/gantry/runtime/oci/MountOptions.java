package dev.gantry.runtime.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The options of one mount, sorted by who wants to know: attributes of the mount, its propagation, what is for the
/// filesystem. OCI runtime-spec 1.2 §config "Linux mount options".
///
/// @param set `MOUNT_ATTR_*` to set
/// @param recursive whether the attributes hold for the mounts below too
/// @param recursiveBind whether a bind takes the mounts below along
/// @param propagation `MS_*` bits; 0: not said
/// @param data what goes to the filesystem, as it was written
record MountOptions(long set, boolean recursive, boolean recursiveBind, long propagation, List<String> data) {
    // <linux/mount.h>
    static final long RDONLY = 0x1;
    static final long NOSUID = 0x2;
    static final long NODEV = 0x4;
    static final long NOEXEC = 0x8;
    static final long ATIME_MASK = 0x70;
    static final long NOATIME = 0x10;
    static final long STRICTATIME = 0x20;
    static final long NODIRATIME = 0x80;
    static final long NOSYMFOLLOW = 0x200000;

    // <sys/mount.h>
    static final long MS_REC = 0x4000;
    static final long MS_UNBINDABLE = 1 << 17;
    static final long MS_PRIVATE = 1 << 18;
    static final long MS_SLAVE = 1 << 19;
    static final long MS_SHARED = 1 << 20;

    private static final Map<String, Long> SET = Map.of(
            "ro", RDONLY,
            "nosuid", NOSUID,
            "nodev", NODEV,
            "noexec", NOEXEC,
            "noatime", NOATIME,
            "strictatime", STRICTATIME,
            "nodiratime", NODIRATIME,
            "nosymfollow", NOSYMFOLLOW);

    private static final Map<String, Long> CLEAR = Map.of(
            "rw", RDONLY,
            "suid", NOSUID,
            "dev", NODEV,
            "exec", NOEXEC,
            "atime", ATIME_MASK,
            "relatime", ATIME_MASK,
            "diratime", NODIRATIME,
            "symfollow", NOSYMFOLLOW);

    static final Map<String, Long> PROPAGATION = Map.of(
            "private",
            MS_PRIVATE,
            "rprivate",
            MS_PRIVATE | MS_REC,
            "slave",
            MS_SLAVE,
            "rslave",
            MS_SLAVE | MS_REC,
            "shared",
            MS_SHARED,
            "rshared",
            MS_SHARED | MS_REC,
            "unbindable",
            MS_UNBINDABLE,
            "runbindable",
            MS_UNBINDABLE | MS_REC);

    MountOptions {
        data = List.copyOf(data);
    }

    /// The later of two options that contradict each other wins, as in mount(8).
    static MountOptions of(List<String> options) {
        long set = 0;
        boolean recursive = false;
        boolean recursiveBind = false;
        long propagation = 0;
        List<String> data = new ArrayList<>();
        for (String option : options) {
            String plain = option;
            // `rro`, `rnosuid`: the same, for the mounts below too.
            if (option.startsWith("r")
                    && (SET.containsKey(option.substring(1)) || CLEAR.containsKey(option.substring(1)))) {
                plain = option.substring(1);
                recursive = true;
            }
            if (SET.containsKey(plain)) {
                long bit = SET.get(plain);
                set = ((bit & ATIME_MASK) != 0 ? set & ~ATIME_MASK : set) | bit;
            } else if (CLEAR.containsKey(plain)) {
                set &= ~CLEAR.get(plain);
            } else if (PROPAGATION.containsKey(option)) {
                propagation = PROPAGATION.get(option);
            } else if (option.equals("rbind")) {
                recursiveBind = true;
            } else if (!option.equals("bind") && !option.equals("defaults")) {
                data.add(option);
            }
        }
        return new MountOptions(set, recursive, recursiveBind, propagation, data);
    }
}
