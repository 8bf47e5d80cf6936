package dev.gantry.images.registry;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Repository;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// How registries are spoken to. `insecure` holds domains (`host` or `host:port`) that may also be
/// asked without TLS; this host itself always may. `mirrors` are asked before Docker's own registry, in order, as
/// addresses such as `https://mirror.example:5000`.
public record RegistryOptions(
        Set<String> insecure, List<URI> mirrors, int parallelDownloads, Pace pace, Proxies proxies) {
    public static final RegistryOptions DEFAULT = new RegistryOptions(Set.of(), 3, Pace.DEFAULT);

    public RegistryOptions {
        insecure = Set.copyOf(insecure);
        mirrors = List.copyOf(mirrors);
        for (URI mirror : mirrors) {
            boolean web = List.of("http", "https").contains(String.valueOf(mirror.getScheme()));
            if (!web
                    || mirror.getHost() == null
                    || mirror.getQuery() != null
                    || mirror.getUserInfo() != null
                    || !List.of("", "/").contains(mirror.getPath())) {
                throw new InvalidArgument(
                        "use registry mirror " + mirror, "invalid mirror: it is no web address", "write https://host");
            }
        }
        if (parallelDownloads < 1) {
            throw new InvalidArgument(
                    "download " + parallelDownloads + " layers at a time", "that is none", "choose 1 or more");
        }
    }

    /// Reached directly.
    public RegistryOptions(Set<String> insecure, List<URI> mirrors, int parallelDownloads, Pace pace) {
        this(insecure, mirrors, parallelDownloads, pace, Proxies.NONE);
    }

    /// Without mirrors.
    public RegistryOptions(Set<String> insecure, int parallelDownloads, Pace pace) {
        this(insecure, List.of(), parallelDownloads, pace);
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
