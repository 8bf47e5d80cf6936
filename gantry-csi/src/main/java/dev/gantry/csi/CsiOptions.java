package dev.gantry.csi;

import csi.v1.CapacityRange;
import csi.v1.VolumeCapability;
import dev.gantry.base.InvalidArgument;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The options with which a volume was created. Names without a meaning here are the plugin's parameters.
///
/// @param secretsFile a file of the host with a JSON object of texts; empty when there are none. Only its name is
/// stored
/// @param from the volume whose files it begins with; empty when it begins empty
/// @param volumeId of one that is there already; empty when it is to be made
record CsiOptions(
        long requiredBytes,
        long limitBytes,
        String fsType,
        List<String> mountFlags,
        String access,
        String secretsFile,
        String from,
        String volumeId,
        Map<String, String> context,
        Map<String, String> parameters) {
    private static final String CONTEXT = "context.";

    CsiOptions {
        mountFlags = List.copyOf(mountFlags);
        context = Map.copyOf(context);
        parameters = Map.copyOf(parameters);
    }

    static CsiOptions parse(String volume, Map<String, String> options) {
        String what = "create volume " + volume;
        Map<String, String> context = new LinkedHashMap<>();
        Map<String, String> parameters = new LinkedHashMap<>();
        Map<String, String> known = new LinkedHashMap<>();
        options.forEach((key, value) -> {
            switch (key) {
                case "size", "limit", "fstype", "mountflags", "access", "secrets", "from", "volume-id" ->
                    known.put(key, value);
                default -> {
                    if (key.startsWith(CONTEXT)) {
                        context.put(key.substring(CONTEXT.length()), value);
                    } else {
                        parameters.put(key, value);
                    }
                }
            }
        });
        String flags = known.getOrDefault("mountflags", "");
        var parsed = new CsiOptions(
                bytes(what, "size", known.getOrDefault("size", "")),
                bytes(what, "limit", known.getOrDefault("limit", "")),
                known.getOrDefault("fstype", ""),
                flags.isEmpty() ? List.of() : List.of(flags.split(",")),
                access(what, known.getOrDefault("access", "")),
                known.getOrDefault("secrets", ""),
                known.getOrDefault("from", ""),
                known.getOrDefault("volume-id", ""),
                context,
                parameters);
        parsed.check(what);
        return parsed;
    }

    private void check(String what) {
        if (limitBytes > 0 && limitBytes < requiredBytes) {
            throw new InvalidArgument(what, "its limit is below its size", "give a limit that is not");
        }
        if (!volumeId.isEmpty() && (!from.isEmpty() || requiredBytes > 0 || !parameters.isEmpty())) {
            throw new InvalidArgument(
                    what,
                    "a volume that is there already (volume-id) takes no size, source or parameters",
                    "leave them out, or volume-id");
        }
        if (volumeId.isEmpty() && !context.isEmpty()) {
            throw new InvalidArgument(
                    what, "context.… is for a volume that is there already", "name it with volume-id");
        }
        if (!secretsFile.isEmpty() && !secretsFile.startsWith("/")) {
            throw new InvalidArgument(
                    what, "secrets=" + secretsFile + " is no absolute path", "name a file of this host");
        }
    }

    private static long bytes(String what, String key, String text) {
        if (text.isEmpty()) {
            return 0;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        String plain = lower.endsWith("ib") ? lower.substring(0, lower.length() - 2) : lower;
        plain = plain.endsWith("b") ? plain.substring(0, plain.length() - 1) : plain;
        int power = plain.isEmpty() ? -1 : "kmgt".indexOf(plain.charAt(plain.length() - 1));
        String digits = power < 0 ? plain : plain.substring(0, plain.length() - 1);
        try {
            long bytes = Math.multiplyExact(Long.parseLong(digits), 1L << (10 * (power + 1)));
            if (bytes > 0) {
                return bytes;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new InvalidArgument(what, key + "=" + text + " is no size", "write 10g, 500m or bytes", e);
        }
        throw new InvalidArgument(what, key + "=" + text + " is no size", "write 10g, 500m or bytes");
    }

    private static String access(String what, String text) {
        if (text.isEmpty()) {
            return "";
        }
        String name = text.toUpperCase(Locale.ROOT).replace('-', '_');
        for (VolumeCapability.AccessMode.Mode mode : VolumeCapability.AccessMode.Mode.values()) {
            if (mode.name().equals(name)
                    && mode != VolumeCapability.AccessMode.Mode.UNKNOWN
                    && mode != VolumeCapability.AccessMode.Mode.UNRECOGNIZED) {
                return name;
            }
        }
        throw new InvalidArgument(
                what, "access=" + text + " is none", "write single-node-writer, multi-node-multi-writer or the like");
    }

    CapacityRange capacity() {
        return CapacityRange.newBuilder()
                .setRequiredBytes(requiredBytes)
                .setLimitBytes(limitBytes)
                .build();
    }

    /// @param shared whether the plugin tells one writer of a node from several: all containers here are several
    VolumeCapability capability(boolean shared) {
        VolumeCapability.AccessMode.Mode usual = shared
                ? VolumeCapability.AccessMode.Mode.SINGLE_NODE_MULTI_WRITER
                : VolumeCapability.AccessMode.Mode.SINGLE_NODE_WRITER;
        return VolumeCapability.newBuilder()
                .setMount(VolumeCapability.MountVolume.newBuilder()
                        .setFsType(fsType)
                        .addAllMountFlags(mountFlags))
                .setAccessMode(VolumeCapability.AccessMode.newBuilder()
                        .setMode(access.isEmpty() ? usual : VolumeCapability.AccessMode.Mode.valueOf(access)))
                .build();
    }
}
