package dev.gantry.cli.container;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.DriverConfig;
import dev.gantry.api.container.ImageOptions;
import dev.gantry.api.container.Mount;
import dev.gantry.api.container.TmpfsOptions;
import dev.gantry.api.container.VolumeOptions;
import dev.gantry.api.json.Empty;
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
                continue;
            }
            binds.add((isPath ? caller.absolute(source) : source) + volume.substring(colon));
        }
        return binds;
    }

    /// `-v` with a place in the container alone: a new volume there.
    static @Nullable Map<String, Empty> places(Parsed args) {
        Map<String, Empty> places = new LinkedHashMap<>();
        for (String volume : args.list("volume")) {
            if (volume.indexOf(':') < 0) {
                places.put(volume, new Empty());
            }
        }
        return places.isEmpty() ? null : places;
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
        List<Map.Entry<String, String>> options = new ArrayList<>();
        for (String option : fields(text)) {
            int equals = option.indexOf('=');
            options.add(Map.entry(
                    (equals < 0 ? option : option.substring(0, equals)).strip().toLowerCase(Locale.ROOT),
                    equals < 0 ? "true" : option.substring(equals + 1)));
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
        String subpath = "";
        String imageSubpath = "";
        String driver = "";
        String recursion = "";
        boolean nonRecursive = false;
        Map<String, String> labels = new LinkedHashMap<>();
        Map<String, String> driverOptions = new LinkedHashMap<>();
        for (Map.Entry<String, String> option : options) {
            String value = option.getValue();
            switch (option.getKey()) {
                case "type" -> type = value.toLowerCase(Locale.ROOT);
                case "source", "src" -> source = value;
                case "target", "destination", "dst" -> target = value;
                case "readonly", "ro" -> readOnly = flag(value, args, text);
                case "bind-propagation" -> propagation = value;
                case "bind-create-src" -> createMountpoint = flag(value, args, text);
                case "bind-nonrecursive" -> nonRecursive = flag(value, args, text);
                case "bind-recursive" -> recursion = value;
                case "volume-nocopy" -> noCopy = flag(value, args, text);
                case "volume-subpath" -> subpath = value;
                case "image-subpath" -> imageSubpath = value;
                case "volume-driver" -> driver = value;
                case "volume-label" -> pair(value, labels);
                case "volume-opt" -> pair(value, driverOptions);
                case "tmpfs-size" -> size = size(value, args);
                case "tmpfs-mode" -> mode = mode(value, args);
                case "idmap" ->
                    throw args.wrong("--mount cannot map owners (idmap) in this version: change the owner of the files,"
                            + " or run as the user who owns them");
                default -> throw args.wrong("--mount has no option '" + option.getKey() + "' in this version");
            }
        }
        if (target.isEmpty()) {
            throw args.wrong("--mount needs a target, which '" + text + "' does not have");
        }
        if (type.equals("bind") && !source.isEmpty()) {
            source = caller.absolute(source);
        }
        switch (recursion) {
            // Read-only mounts are so with what is mounted below them, where the kernel can: that is `readonly`.
            case "", "enabled", "readonly" -> {}
            case "disabled" -> nonRecursive = true;
            case "writable" -> throw args.wrong("bind-recursive=writable is not in this version");
            default ->
                throw args.wrong("bind-recursive is enabled, disabled, writable or readonly, not '" + recursion + "'");
        }
        boolean bindOptions = !propagation.isEmpty() || createMountpoint || nonRecursive;
        boolean volumeOptions =
                noCopy || !subpath.isEmpty() || !driver.isEmpty() || !labels.isEmpty() || !driverOptions.isEmpty();
        return new Mount(
                type,
                source.isEmpty() ? null : source,
                target,
                readOnly ? true : null,
                null,
                bindOptions
                        ? new BindOptions(
                                propagation.isEmpty() ? null : propagation,
                                nonRecursive ? true : null,
                                createMountpoint ? true : null,
                                null,
                                null)
                        : null,
                volumeOptions
                        ? new VolumeOptions(
                                noCopy ? true : null,
                                labels.isEmpty() ? null : labels,
                                driver.isEmpty() && driverOptions.isEmpty()
                                        ? null
                                        : new DriverConfig(driver.isEmpty() ? null : driver, driverOptions),
                                subpath.isEmpty() ? null : subpath)
                        : null,
                size != null || mode != null ? new TmpfsOptions(size, mode, null) : null,
                imageSubpath.isEmpty() ? null : new ImageOptions(imageSubpath));
    }

    /// Fields between commas; one with a comma of its own is quoted, as in CSV.
    private static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                boolean doubled = quoted && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (doubled) {
                    field.append(c);
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }

    private static void pair(String value, Map<String, String> into) {
        int equals = value.indexOf('=');
        into.put(equals < 0 ? value : value.substring(0, equals), equals < 0 ? "" : value.substring(equals + 1));
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
