package dev.gantry.volume;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.linux.MountCalls;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the options of a volume mean: where its files really are.
public sealed interface LocalOptions {
    /// A directory of the store.
    record Plain() implements LocalOptions {}

    /// Something mounted over that directory while it is used. `options` are those of mount(8), in order.
    record Mounted(String type, String device, List<String> options) implements LocalOptions {
        public Mounted {
            options = List.copyOf(options);
        }
    }

    /// A file system of its own in a sparse file.
    record Image(long bytes, String fileSystem) implements LocalOptions {}

    /// A directory of the store that may take so much room: a project quota of the file system it is on.
    record Limited(long bytes) implements LocalOptions {}

    /// Whether it is a directory of the store, and nothing is mounted over it.
    default boolean isInStore() {
        return this instanceof Plain || this instanceof Limited;
    }

    String PROJECT = "project";
    Set<String> KNOWN = Set.of("type", "device", "o", "size", "backing");
    Set<String> FILE_SYSTEMS = Set.of("ext4", "btrfs", "xfs");
    Pattern SIZE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([kmgtp]?)i?b?", Pattern.CASE_INSENSITIVE);
    long DEFAULT_IMAGE = 10L << 30;

    static LocalOptions parse(Map<String, String> options) {
        for (String option : options.keySet()) {
            if (!KNOWN.contains(option)) {
                throw refuse(
                        "invalid option: \"" + option + '"', "the local driver has device, o, type, size and backing");
            }
        }
        boolean mounted = options.containsKey("type") || options.containsKey("device") || options.containsKey("o");
        boolean image = options.containsKey("size") || options.containsKey("backing");
        if (mounted && image) {
            throw refuse(
                    "a size or a backing is for a file system that the engine makes, not for a mounted one",
                    "leave out either size and backing, or type, device and o");
        }
        if (mounted) {
            for (String needed : List.of("device", "type")) {
                if (options.getOrDefault(needed, "").isEmpty()) {
                    throw refuse("missing required option: \"" + needed + '"', "give it too");
                }
            }
            return new Mounted(
                    options.getOrDefault("type", ""),
                    options.getOrDefault("device", ""),
                    words(options.getOrDefault("o", "")));
        }
        if (!image) {
            return new Plain();
        }
        String fileSystem = options.getOrDefault("backing", "ext4");
        if (fileSystem.equals(PROJECT)) {
            String size = options.getOrDefault("size", "");
            if (size.isEmpty()) {
                throw refuse("missing required option: \"size\"", "give it too: backing=project limits a directory");
            }
            return new Limited(bytes(size, PROJECT));
        }
        if (!FILE_SYSTEMS.contains(fileSystem)) {
            throw refuse("there is no backing " + fileSystem, "choose ext4, btrfs, xfs or project");
        }
        return new Image(bytes(options.getOrDefault("size", ""), fileSystem), fileSystem);
    }

    private static List<String> words(String commas) {
        return commas.isEmpty() ? List.of() : List.of(commas.split(","));
    }

    private static long bytes(String text, String fileSystem) {
        long least = fileSystem.equals("xfs") ? 300L << 20 : fileSystem.equals("btrfs") ? 128L << 20 : 1L << 20;
        long bytes = DEFAULT_IMAGE;
        if (!text.isEmpty()) {
            Matcher m = SIZE.matcher(text);
            if (!m.matches()) {
                throw refuse("invalid size: '" + text + "'", "write a number and k, m, g or t");
            }
            int power = "kmgtp".indexOf(m.group(2).toLowerCase(Locale.ROOT)) + 1;
            power = m.group(2).isEmpty() ? 0 : power;
            BigDecimal value =
                    new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(1024).pow(power));
            if (value.compareTo(BigDecimal.valueOf(1L << 60)) > 0) {
                throw refuse("invalid size: '" + text + "'", "ask for less");
            }
            bytes = value.longValue();
        }
        if (bytes < least) {
            throw refuse(
                    "a size of " + bytes + " bytes is too small for " + fileSystem, "ask for " + least + " or more");
        }
        return bytes / 4096 * 4096;
    }

    private static InvalidArgument refuse(String why, String todo) {
        return new InvalidArgument("create the volume", why, todo);
    }

    /// The options of a mount, sorted by who wants to know. mount(8) "FILESYSTEM-INDEPENDENT MOUNT
    /// OPTIONS".
    ///
    /// @param propagation set afterwards, or 0
    record Flags(long flags, long propagation, String data) {
        private static final Map<String, Long> SET = Map.ofEntries(
                Map.entry("ro", MountCalls.READ_ONLY),
                Map.entry("nosuid", MountCalls.NO_SUID),
                Map.entry("nodev", MountCalls.NO_DEV),
                Map.entry("noexec", MountCalls.NO_EXEC),
                Map.entry("sync", MountCalls.SYNCHRONOUS),
                Map.entry("dirsync", MountCalls.DIR_SYNC),
                Map.entry("noatime", MountCalls.NO_ATIME),
                Map.entry("nodiratime", MountCalls.NO_DIR_ATIME),
                Map.entry("relatime", MountCalls.REL_ATIME),
                Map.entry("strictatime", MountCalls.STRICT_ATIME),
                Map.entry("bind", MountCalls.BIND),
                Map.entry("rbind", MountCalls.BIND | MountCalls.RECURSIVE));
        private static final Map<String, Long> CLEAR = Map.of(
                "rw", MountCalls.READ_ONLY,
                "suid", MountCalls.NO_SUID,
                "dev", MountCalls.NO_DEV,
                "exec", MountCalls.NO_EXEC,
                "async", MountCalls.SYNCHRONOUS,
                "atime", MountCalls.NO_ATIME,
                "diratime", MountCalls.NO_DIR_ATIME);
        private static final Map<String, Long> PROPAGATION = Map.of(
                "private",
                MountCalls.PRIVATE,
                "rprivate",
                MountCalls.PRIVATE | MountCalls.RECURSIVE,
                "slave",
                MountCalls.SLAVE,
                "rslave",
                MountCalls.SLAVE | MountCalls.RECURSIVE,
                "shared",
                MountCalls.SHARED,
                "rshared",
                MountCalls.SHARED | MountCalls.RECURSIVE);

        static Flags of(List<String> options) {
            long flags = 0;
            long propagation = 0;
            List<String> data = new ArrayList<>();
            for (String option : options) {
                if (SET.containsKey(option)) {
                    flags |= SET.get(option);
                } else if (CLEAR.containsKey(option)) {
                    flags &= ~CLEAR.get(option);
                } else if (PROPAGATION.containsKey(option)) {
                    propagation = PROPAGATION.get(option);
                } else if (!option.isEmpty() && !option.equals("defaults")) {
                    data.add(option);
                }
            }
            return new Flags(flags, propagation, String.join(",", data));
        }
    }

    /// Network file systems take an address, not a name: what `mount.nfs` and `mount.cifs` do for people.
    static String resolved(String type, String data) {
        if (!type.startsWith("nfs") && !type.equals("cifs")) {
            return data;
        }
        List<String> words = new ArrayList<>();
        for (String word : words(data)) {
            words.add(word.startsWith("addr=") ? "addr=" + address(word.substring(5)) : word);
        }
        return String.join(",", words);
    }

    private static String address(String host) {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new Unavailable(
                    "mount the volume",
                    "the host " + host + " has no address",
                    "check the name, or write an address",
                    e);
        }
    }
}
