package dev.gantry.cli.container;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.DriverConfig;
import dev.gantry.api.container.ImageOptions;
import dev.gantry.api.container.Mount;
import dev.gantry.api.container.TmpfsOptions;
import dev.gantry.api.container.VolumeOptions;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.flag.Units;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one `--mount` says, option by option.
final class MountFlag {
    private static final Set<String> CONSISTENCIES = Set.of("default", "consistent", "cached", "delegated");

    private final Parsed args;
    private final String text;

    private String type = "volume";
    private String source = "";
    private String target = "";
    private boolean readOnly;
    private String consistency = "";
    private String propagation = "";
    private String recursion = "";
    private boolean createSource;
    private boolean noCopy;
    private String subpath = "";
    private String driver = "";
    private @Nullable Long size;
    private @Nullable Integer mode;
    private String idmap = "";
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> driverOptions = new LinkedHashMap<>();

    /// Options that are of one type only, and of which.
    private final Map<String, String> special = new TreeMap<>();

    MountFlag(Parsed args, String text) {
        this.args = args;
        this.text = text;
    }

    void take(String option, String value) {
        int dash = option.indexOf('-');
        if (dash > 0) {
            special.put(option, option.substring(0, dash));
        }
        switch (option) {
            case "type" -> type = value.toLowerCase(Locale.ROOT);
            case "source", "src" -> source = value;
            case "target", "destination", "dst" -> target = value;
            case "readonly", "ro" -> readOnly = flag(value);
            case "consistency" -> consistency = consistency(value);
            case "bind-propagation" -> propagation = value;
            case "bind-create-src" -> createSource = flag(value);
            case "bind-nonrecursive" -> recursion = flag(value) ? "disabled" : recursion;
            case "bind-recursive" -> recursion = value;
            case "volume-nocopy" -> noCopy = flag(value);
            case "volume-subpath", "image-subpath", "subpath" -> subpath = value;
            case "volume-driver" -> driver = value;
            case "volume-label" -> pair(value, labels);
            case "volume-opt" -> pair(value, driverOptions);
            case "tmpfs-size" -> size = size(value);
            case "tmpfs-mode" -> mode = mode(value);
            case "idmap" -> idmap = value.isEmpty() ? "true" : value;
            default -> throw args.wrong("--mount has no option '" + option + "' in this version");
        }
    }

    Mount mount(Caller caller) {
        if (target.isEmpty()) {
            throw args.wrong("--mount needs a target, which '" + text + "' does not have");
        }
        special.forEach((option, of) -> {
            if (!of.equals(type)) {
                throw args.wrong("--mount has " + option + " for the type " + of + ", not for " + type);
            }
        });
        if (!subpath.isEmpty() && !Set.of("volume", "image").contains(type)) {
            throw args.wrong("--mount has a subpath for the types volume and image, not for " + type);
        }
        boolean isPath = type.equals("bind") && !source.isEmpty();
        return new Mount(
                type,
                source.isEmpty() ? null : isPath ? caller.absolute(source) : source,
                target,
                readOnly ? true : null,
                orNull(consistency),
                bindOptions(),
                volumeOptions(),
                size != null || mode != null ? new TmpfsOptions(size, mode, null) : null,
                type.equals("image") && !subpath.isEmpty() ? new ImageOptions(subpath) : null,
                orNull(idmap));
    }

    private @Nullable BindOptions bindOptions() {
        if (!Set.of("", "enabled", "disabled", "writable", "readonly").contains(recursion)) {
            throw args.wrong("bind-recursive is enabled, disabled, writable or readonly, not '" + recursion + "'");
        }
        boolean ofReadOnly = recursion.equals("writable") || recursion.equals("readonly");
        if (ofReadOnly && !readOnly) {
            throw args.wrong("bind-recursive=" + recursion + " is for a mount that is readonly");
        }
        if (recursion.equals("readonly") && !propagation.equals("rprivate")) {
            throw args.wrong("bind-recursive=readonly wants bind-propagation=rprivate, too");
        }
        boolean any = !propagation.isEmpty() || createSource || ofReadOnly || recursion.equals("disabled");
        return any
                ? new BindOptions(
                        orNull(propagation),
                        orNull(recursion.equals("disabled")),
                        orNull(createSource),
                        orNull(recursion.equals("writable")),
                        orNull(recursion.equals("readonly")))
                : null;
    }

    private @Nullable VolumeOptions volumeOptions() {
        String inside = type.equals("volume") ? subpath : "";
        boolean any = noCopy || !inside.isEmpty() || !driver.isEmpty() || !labels.isEmpty() || !driverOptions.isEmpty();
        boolean configured = !driver.isEmpty() || !driverOptions.isEmpty();
        return any
                ? new VolumeOptions(
                        orNull(noCopy),
                        labels.isEmpty() ? null : labels,
                        configured ? new DriverConfig(orNull(driver), driverOptions) : null,
                        orNull(inside))
                : null;
    }

    private static @Nullable String orNull(String value) {
        return value.isEmpty() ? null : value;
    }

    private static @Nullable Boolean orNull(boolean value) {
        return value ? true : null;
    }

    private String consistency(String value) {
        if (!CONSISTENCIES.contains(value)) {
            throw args.wrong("consistency is default, consistent, cached or delegated, not '" + value + "'");
        }
        return value;
    }

    private static void pair(String value, Map<String, String> into) {
        int equals = value.indexOf('=');
        into.put(equals < 0 ? value : value.substring(0, equals), equals < 0 ? "" : value.substring(equals + 1));
    }

    private boolean flag(String value) {
        return switch (value) {
            case "true", "1", "" -> true;
            case "false", "0" -> false;
            default -> throw args.wrong("'" + value + "' in --mount " + text + " is neither true nor false");
        };
    }

    private long size(String value) {
        try {
            return Units.bytes(value);
        } catch (NumberFormatException e) {
            throw args.wrong("tmpfs-size is " + e.getMessage() + ", not '" + value + "'");
        }
    }

    private int mode(String value) {
        try {
            return Integer.parseInt(value, 8);
        } catch (NumberFormatException _) {
            throw args.wrong("tmpfs-mode is an octal number, not '" + value + "'");
        }
    }
}
