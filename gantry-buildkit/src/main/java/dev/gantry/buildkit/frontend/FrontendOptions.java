package dev.gantry.buildkit.frontend;

import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.base.Platform;
import dev.gantry.base.Unsupported;
import dev.gantry.build.frontend.Context;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.graph.Op;
import io.avaje.json.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The attributes of a build by the Dockerfile frontend.
public record FrontendOptions(Map<String, String> all) {
    private static final String DOCKERFILE = "Dockerfile";

    /// Of no meaning here, or looked at elsewhere.
    private static final Set<String> PASSED_OVER = Set.of(
            "filename",
            "target",
            "platform",
            "no-cache",
            "add-hosts",
            "shm-size",
            "ulimit",
            "cgroup-parent",
            "image-resolve-mode",
            "force-network-mode",
            "context",
            "contextkey",
            "dockerfilekey",
            "multi-platform",
            "source",
            "cmdline",
            "hostname",
            "requestid",
            "frontend.caps",
            "cache-imports",
            "cache-from");

    private static final List<String> PREFIXES = List.of(
            "build-arg:",
            "label:",
            "context:",
            "attest:",
            "vcs:",
            "sharedkey:",
            "localsessionid:",
            "local-sessionid:",
            "input:",
            "input-metadata:",
            "linux.resources.");

    public FrontendOptions {
        all = Map.copyOf(all);
    }

    private String text(String name) {
        return all.getOrDefault(name, "");
    }

    public String filename() {
        return all.getOrDefault("filename", DOCKERFILE);
    }

    /// The directory of the Dockerfile, as the client calls it.
    public String dockerfile() {
        return all.getOrDefault("dockerfilekey", "dockerfile");
    }

    public String context() {
        return all.getOrDefault("contextkey", "context");
    }

    /// Where the context comes from; empty: it is a directory of the client.
    public String address() {
        return text("context");
    }

    /// Whether the Dockerfile is a directory's of the client wherever the context comes from.
    public boolean dockerfileIsLocal() {
        return all.containsKey("dockerfilekey");
    }

    /// A further thing that is asked instead of a build, such as `frontend.lint`; empty: none.
    public String request() {
        return text("requestid");
    }

    /// Caches that may know what steps make: of each its type and its attributes.
    public List<Map.Entry<String, Map<String, String>>> caches() {
        List<Map.Entry<String, Map<String, String>>> caches = new ArrayList<>();
        if (!text("cache-imports").isEmpty()) {
            caches.addAll(entries(text("cache-imports")));
        }
        words("cache-from").forEach(name -> caches.add(Map.entry("registry", Map.of("ref", name))));
        return caches;
    }

    /// As clients write it in JSON, which is Go's.
    private static List<Map.Entry<String, Map<String, String>>> entries(String json) {
        try {
            Object document = Wire.json().type(Object.class).fromJson(JsonText.readable(json));
            List<Map.Entry<String, Map<String, String>>> entries = new ArrayList<>();
            for (Object each : document instanceof List<?> list ? list : List.of()) {
                Map<String, String> attributes = new LinkedHashMap<>();
                if (each instanceof Map<?, ?> fields) {
                    if (fields.get("Attrs") instanceof Map<?, ?> attrs) {
                        attrs.forEach((name, value) -> attributes.put(String.valueOf(name), String.valueOf(value)));
                    }
                    entries.add(Map.entry(String.valueOf(fields.get("Type")), attributes));
                }
            }
            return entries;
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new InvalidArgument("read cache-imports", String.valueOf(e.getMessage()), "update the client", e);
        }
    }

    /// Those that are further ones, by their names.
    public Map<String, String> contexts() {
        return below("context:");
    }

    /// Refuses what cannot be done.
    public void check() {
        for (String name : all.keySet()) {
            if (!PASSED_OVER.contains(name) && PREFIXES.stream().noneMatch(name::startsWith)) {
                throw new Unsupported("build with the attribute " + name, "nobody here knows it", "leave it out");
            }
        }
        all.keySet().stream()
                .filter(name -> name.startsWith("attest:"))
                .findFirst()
                .ifPresent(name -> {
                    throw new Unsupported(
                            "attach " + name.substring("attest:".length()),
                            "images have no attestations here yet",
                            "leave --sbom and --provenance out, or give them the value false");
                });
        all.keySet().stream()
                .filter(name -> name.startsWith("linux.resources."))
                .findFirst()
                .ifPresent(name -> {
                    throw new Unsupported("build with " + name, "nobody here knows it", "leave it out");
                });
        if (!text("hostname").isEmpty()) {
            throw new Unsupported(
                    "build with a hostname", "it is an argument here", "give --build-arg BUILDKIT_SANDBOX_HOSTNAME");
        }
    }

    /// @param context the files of the build
    /// @param named further ones
    /// @param entitlements what the client has allowed
    public Wishes wishes(Context context, Map<String, Context> named, Set<String> entitlements) {
        Platform platform = platform();
        Wishes.Builder wishes = Wishes.on(platform)
                .buildPlatform(Platform.host())
                .target(text("target"))
                .arguments(below("build-arg:"))
                .labels(below("label:"))
                .context(context)
                .pull(
                        switch (text("image-resolve-mode")) {
                            case "", "default", "local" -> Op.Pull.MISSING;
                            case "pull" -> Op.Pull.ALWAYS;
                            default ->
                                throw new InvalidArgument(
                                        "build with image-resolve-mode " + text("image-resolve-mode"),
                                        "it is none",
                                        "use default, pull or local");
                        })
                .network(
                        switch (text("force-network-mode")) {
                            case "", "sandbox" -> Op.Network.SANDBOX;
                            case "host" -> Op.Network.HOST;
                            case "none" -> Op.Network.NONE;
                            default ->
                                throw new InvalidArgument(
                                        "build with the network " + text("force-network-mode"),
                                        "it is none",
                                        "use sandbox, host or none");
                        })
                .hosts(words("add-hosts").map(FrontendOptions::host).toList())
                .limits(limits())
                .allowed(entitlements);
        named.forEach(wishes::context);
        if (all.containsKey("no-cache")) {
            wishes.noCache(text("no-cache").isEmpty());
            wishes.noCacheStages(words("no-cache").map(String::toLowerCase).collect(Collectors.toSet()));
        }
        return wishes.build();
    }

    private static String host(String text) {
        int sign = text.indexOf('=');
        if (sign <= 0) {
            throw new InvalidArgument("add the host " + text, "it has no address", "write name=address");
        }
        return text.substring(0, sign) + ":" + text.substring(sign + 1);
    }

    private Platform platform() {
        List<String> texts = words("platform").toList();
        if (texts.size() > 1) {
            throw new Unsupported(
                    "build for " + text("platform"),
                    "a build is for one platform here yet",
                    "build for each by itself");
        }
        if (texts.isEmpty()) {
            return Platform.host();
        }
        String[] parts = texts.getFirst().replaceFirst("\\(.*?\\)", "").split("/");
        if (parts.length < 2 || parts.length > 3) {
            throw new InvalidArgument(
                    "build for " + texts.getFirst(), "it is no platform", "write os/architecture such as linux/arm64");
        }
        return new Platform(parts[0], parts[1], parts.length == 3 ? parts[2] : "");
    }

    private List<String> limits() {
        List<String> limits = new ArrayList<>();
        if (!text("shm-size").isEmpty()) {
            limits.add("shmsize=" + text("shm-size"));
        }
        if (!text("cgroup-parent").isEmpty()) {
            limits.add("cgroupparent=" + text("cgroup-parent"));
        }
        words("ulimit").forEach(u -> limits.add("ulimit=" + (u.indexOf(':') < 0 ? u + ":" + u.split("=", 2)[1] : u)));
        return limits;
    }

    private Stream<String> words(String name) {
        return Stream.of(text(name).split(",")).map(String::strip).filter(w -> !w.isEmpty());
    }

    private Map<String, String> below(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                found.put(name.substring(prefix.length()), value);
            }
        });
        return found;
    }
}
