package dev.gantry.daemon;

import dev.gantry.api.container.LogConfig;
import dev.gantry.api.container.Ulimit;
import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import dev.gantry.docker.container.ContainerDefaults;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.system.DaemonSettings;
import dev.gantry.network.address.Ip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the options say to the API: of containers, networks and registries. All of it is checked here, so that a daemon
/// does not start with what no container could have.
final class ApiOptions {
    private static final Pattern ULIMIT = Pattern.compile("([a-z]+)=(-?[0-9]{1,18})(?::(-?[0-9]{1,18}))?");
    private static final Set<String> LIMITS = Set.of(
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,15})([bkmgt]?)(i?b)?");

    private final Settings settings;

    private ApiOptions(Settings settings) {
        this.settings = settings;
    }

    static DaemonSettings read(Settings settings) {
        return new ApiOptions(settings).read();
    }

    private DaemonSettings read() {
        List<String> labels = settings.list("label");
        for (String label : labels) {
            if (label.indexOf('=') <= 0) {
                throw new InvalidArgument("read --label " + label, "bad attribute format: " + label, "write key=value");
            }
        }
        return new DaemonSettings(
                containers(),
                labels,
                settings.flag("debug", false),
                settings.list("insecure-registry"),
                settings.list("registry-mirror"),
                networks(),
                settings.flag("experimental", false));
    }

    private ContainerDefaults containers() {
        var defaults = new ContainerDefaults(
                new LogConfig(settings.text("log-driver").orElse(""), settings.map("log-opt")),
                settings.list("default-ulimit").stream().map(ApiOptions::ulimit).toList(),
                settings.list("dns").stream().map(d -> Ip.parse(d).toString()).toList(),
                settings.list("dns-opt"),
                settings.list("dns-search"),
                settings.text("default-shm-size").map(ApiOptions::size).orElse(0L),
                settings.text("default-ipc-mode").orElse(""),
                settings.text("default-cgroupns-mode").orElse(""),
                settings.flag("init", false),
                settings.flag("no-new-privileges", false),
                settings.text("seccomp-profile").map(ApiOptions::seccomp).orElse(""));
        try {
            defaults.check();
        } catch (DockerError e) {
            throw new InvalidArgument(
                    "read the options of containers", String.valueOf(e.getMessage()), "correct the option", e);
        }
        return defaults;
    }

    private static Ulimit ulimit(String text) {
        Matcher m = ULIMIT.matcher(text);
        if (!m.matches() || !LIMITS.contains(m.group(1))) {
            throw new InvalidArgument(
                    "read --default-ulimit " + text, "invalid ulimit argument: " + text, "write nofile=64:128");
        }
        long soft = Long.parseLong(m.group(2));
        return new Ulimit(m.group(1), soft, m.group(3) == null ? soft : Long.parseLong(m.group(3)));
    }

    /// `64M`, `64MiB` and `64mb` are the same.
    private static long size(String text) {
        Matcher m = SIZE.matcher(text.toLowerCase(Locale.ROOT).strip());
        int shift = m.matches() ? 10 * Math.max(0, "bkmgt".indexOf(m.group(2).isEmpty() ? "b" : m.group(2))) : 0;
        if (!m.matches() || Long.parseLong(m.group(1)) > Long.MAX_VALUE >> shift) {
            throw new InvalidArgument("read --default-shm-size " + text, "invalid size: '" + text + "'", "write 64M");
        }
        return Long.parseLong(m.group(1)) << shift;
    }

    /// A path becomes what is in the file: the profile is checked now, and is the same for all containers.
    private static String seccomp(String value) {
        if (value.isEmpty() || value.equals("builtin") || value.equals("unconfined")) {
            return value.equals("builtin") ? "" : value;
        }
        try {
            return Files.readString(Path.of(value), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidArgument(
                    "read --seccomp-profile " + value, String.valueOf(e), "name a profile, builtin or unconfined", e);
        }
    }

    private Map<String, Map<String, String>> networks() {
        Map<String, Map<String, String>> all = new HashMap<>();
        for (String option : settings.list("default-network-opt")) {
            List<String> parts = new ArrayList<>(List.of(option.split("=", 3)));
            if (parts.size() < 3) {
                throw new InvalidArgument(
                        "read --default-network-opt " + option,
                        "it is no option of a driver",
                        "write bridge=com.docker.network.driver.mtu=1400");
            }
            all.computeIfAbsent(parts.get(0), _ -> new HashMap<>()).put(parts.get(1), parts.get(2));
        }
        return all;
    }
}
