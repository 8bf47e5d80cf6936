package dev.gantry.images.registry;

import dev.gantry.base.Repository;
import java.util.Locale;
import java.util.Set;

/// How registries are spoken to. `insecure` holds domains (`host` or `host:port`) that may also be
/// asked without TLS; this host itself always may.
public record RegistryOptions(Set<String> insecure, int parallelDownloads, Pace pace) {
    public static final RegistryOptions DEFAULT = new RegistryOptions(Set.of(), 3, Pace.DEFAULT);

    public RegistryOptions {
        insecure = Set.copyOf(insecure);
    }

    boolean mayBePlain(String domain) {
        return isLoopback(domain) || insecure.contains(domain) || insecure.contains(host(domain));
    }

    static boolean isLoopback(String domain) {
        String host = host(domain).toLowerCase(Locale.ROOT);
        return host.equals("localhost") || host.matches("127\\.[0-9.]+") || host.equals("[::1]");
    }

    /// Docker's own registry answers under another name than its images carry.
    static String authority(String domain) {
        return domain.equals(Repository.DEFAULT_DOMAIN) ? "registry-1.docker.io" : domain;
    }

    private static String host(String domain) {
        int colon = domain.lastIndexOf(':');
        return colon > domain.lastIndexOf(']') ? domain.substring(0, colon) : domain;
    }
}
