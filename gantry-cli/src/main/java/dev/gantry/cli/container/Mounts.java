package dev.gantry.cli.container;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.Mount;
import dev.gantry.api.container.TmpfsOptions;
import dev.gantry.api.container.VolumeOptions;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.flag.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The flags `-v`, `--mount`, `--tmpfs` and `--device`.
final class Mounts {
    private Mounts() {}

    /// `-v`: a relative source starts at the caller's directory.
    static List<String> binds(Parsed args, Caller caller) {
        List<String> binds = new ArrayList<>();
        for (String volume : args.list("volume")) {
            int colon = volume.indexOf(':');
            String source = colon < 0 ? "" : volume.substring(0, colon);
            boolean isPath = source.startsWith(".") || source.startsWith("/") || source.startsWith("~");
            if (colon < 0) {
                throw args.wrong("-v needs host:path, not '" + volume
                        + "': volumes that the engine makes are not in this version");
            }
            binds.add((isPath ? caller.absolute(source) : source) + volume.substring(colon));
        }
        return binds;
    }

    static @Nullable Map<String, String> tmpfs(Parsed args) {
        if (!args.isGiven("tmpfs")) {
            return null;
        }
        Map<String, String> mounts = new LinkedHashMap<>();
        for (String text : args.list("tmpfs")) {
            int colon = text.indexOf(':');
            mounts.put(colon < 0 ? text : text.substring(0, colon), colon < 0 ? "" : text.substring(colon + 1));
        }
        return mounts;
    }

    static List<Mount> mounts(Parsed args, Caller caller) {
        List<Mount> mounts = new ArrayList<>();
        for (String text : args.list("mount")) {
            mounts.add(mount(text, args, caller));
        }
        return mounts;
    }

    private static Mount mount(String text, Parsed args, Caller caller) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String option : text.split(",")) {
            int equals = option.indexOf('=');
            options.put(
                    (equals < 0 ? option : option.substring(0, equals)).strip().toLowerCase(Locale.ROOT),
                    equals < 0 ? "true" : option.substring(equals + 1));
        }
        String type = "volume";
        String source = "";
        String target = "";
        boolean readOnly = false;
        String propagation = "";
        Long size = null;
        Integer mode = null;
        boolean createMountpoint = false;
        boolean noCopy = false;
        for (Map.Entry<String, String> option : options.entrySet()) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "type" -> type = value.toLowerCase(Locale.ROOT);
                case "source", "src" -> source = value;
                case "target", "destination", "dst" -> target = value;
                case "readonly", "ro" -> readOnly = flag(value, args, text);
                case "bind-propagation" -> propagation = value;
                case "bind-create-src" -> createMountpoint = flag(value, args, text);
                case "volume-nocopy" -> noCopy = flag(value, args, text);
                case "tmpfs-size" -> size = size(value, args);
                case "tmpfs-mode" -> mode = mode(value, args);
                default -> throw args.wrong("--mount has no option '" + option.getKey() + "' in this version");
            }
        }
        if (target.isEmpty()) {
            throw args.wrong("--mount needs a target, which '" + text + "' does not have");
        }
        if (type.equals("bind") && !source.isEmpty()) {
            source = caller.absolute(source);
        }
        boolean bindOptions = !propagation.isEmpty() || createMountpoint;
        return new Mount(
                type,
                source.isEmpty() ? null : source,
                target,
                readOnly ? true : null,
                null,
                bindOptions
                        ? new BindOptions(
                                propagation.isEmpty() ? null : propagation,
                                null,
                                createMountpoint ? true : null,
                                null,
                                null)
                        : null,
                noCopy ? new VolumeOptions(true, null, null, null) : null,
                size != null || mode != null ? new TmpfsOptions(size, mode, null) : null);
    }

    private static boolean flag(String value, Parsed args, String text) {
        return switch (value) {
            case "true", "1", "" -> true;
            case "false", "0" -> false;
            default -> throw args.wrong("'" + value + "' in --mount " + text + " is neither true nor false");
        };
    }

    private static long size(String value, Parsed args) {
        try {
            return Units.bytes(value);
        } catch (NumberFormatException e) {
            throw args.wrong("tmpfs-size is " + e.getMessage() + ", not '" + value + "'");
        }
    }

    private static int mode(String value, Parsed args) {
        try {
            return Integer.parseInt(value, 8);
        } catch (NumberFormatException _) {
            throw args.wrong("tmpfs-mode is an octal number, not '" + value + "'");
        }
    }
}
