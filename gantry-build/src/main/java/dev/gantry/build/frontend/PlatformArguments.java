package dev.gantry.build.frontend;

import dev.gantry.base.Platform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Arguments that are there without anybody giving them.
final class PlatformArguments {
    /// Those of proxies, which every `RUN` sees when they are given, and which do not count for the cache unless the
    /// Dockerfile declares them.
    static final List<String> PROXIES = List.of(
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "FTP_PROXY",
            "ftp_proxy",
            "NO_PROXY",
            "no_proxy",
            "ALL_PROXY",
            "all_proxy");

    private PlatformArguments() {}

    /// What `FROM` sees, and a stage that declares them; what a user gives counts first.
    static Map<String, String> of(Wishes wishes, String lastStage) {
        Map<String, String> all = new LinkedHashMap<>();
        add(all, "BUILD", wishes.buildPlatform());
        add(all, "TARGET", wishes.platform());
        String stage = wishes.target().isEmpty() ? lastStage : wishes.target();
        all.put("TARGETSTAGE", stage.isEmpty() ? "default" : stage);
        all.replaceAll((name, value) -> wishes.arguments().getOrDefault(name, value));
        return all;
    }

    private static void add(Map<String, String> all, String prefix, Platform platform) {
        all.put(prefix + "PLATFORM", platform.toString());
        all.put(prefix + "OS", platform.os());
        all.put(prefix + "OSVERSION", "");
        all.put(prefix + "ARCH", platform.architecture());
        all.put(prefix + "VARIANT", platform.variant());
    }
}
