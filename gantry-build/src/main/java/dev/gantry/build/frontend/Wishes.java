package dev.gantry.build.frontend;

import dev.gantry.base.Platform;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Op;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What is asked for beside the Dockerfile.
///
/// @param target the stage that is built, by name or number; empty: the last
/// @param arguments values of `--build-arg`
/// @param labels that the image has too
/// @param platform that the image is for
/// @param buildPlatform that the build runs on
/// @param context the files that `COPY` and `ADD` copy
/// @param contexts further ones by their names, which may also be those of images and stages
/// @param noCache whether nothing is taken from the cache
/// @param noCacheStages stages that nothing is taken from the cache for
/// @param network of each `RUN` that names none
/// @param hosts `name:address` lines
/// @param limits names and values as in [Op.Process]
/// @param allowed what else may be asked for: `network.host`, `security.insecure`, `device`
public record Wishes(
        String target,
        Map<String, String> arguments,
        Map<String, String> labels,
        Platform platform,
        Platform buildPlatform,
        Context context,
        Map<String, Context> contexts,
        Op.Pull pull,
        boolean noCache,
        Set<String> noCacheStages,
        Op.Network network,
        List<String> hosts,
        List<String> limits,
        Set<String> allowed) {
    public Wishes {
        arguments = Map.copyOf(arguments);
        labels = Map.copyOf(labels);
        contexts = Map.copyOf(contexts);
        noCacheStages = Set.copyOf(noCacheStages);
        hosts = List.copyOf(hosts);
        limits = List.copyOf(limits);
        allowed = Set.copyOf(allowed);
    }

    /// The last stage for this platform, with a context of no files.
    public static Builder on(Platform platform) {
        return new Builder(platform);
    }

    boolean ignoresCache(String stage) {
        return noCache || !stage.isEmpty() && noCacheStages.contains(stage.toLowerCase(Locale.ROOT));
    }

    /// Each starts as what nobody asked for.
    public static final class Builder {
        private String target = "";
        private final Map<String, String> arguments = new LinkedHashMap<>();
        private final Map<String, String> labels = new LinkedHashMap<>();
        private Platform platform;
        private Platform buildPlatform;
        private Context context = new Context.Tree(Files.NONE);
        private final Map<String, Context> contexts = new LinkedHashMap<>();
        private Op.Pull pull = Op.Pull.MISSING;
        private boolean noCache;
        private Set<String> noCacheStages = Set.of();
        private Op.Network network = Op.Network.SANDBOX;
        private List<String> hosts = List.of();
        private List<String> limits = List.of();
        private Set<String> allowed = Set.of();

        private Builder(Platform platform) {
            this.platform = platform;
            this.buildPlatform = platform;
        }

        public Builder target(String stage) {
            this.target = stage;
            return this;
        }

        public Builder argument(String name, String value) {
            arguments.put(name, value);
            return this;
        }

        public Builder arguments(Map<String, String> all) {
            arguments.putAll(all);
            return this;
        }

        public Builder labels(Map<String, String> all) {
            labels.putAll(all);
            return this;
        }

        public Builder platform(Platform platform) {
            this.platform = platform;
            return this;
        }

        public Builder buildPlatform(Platform platform) {
            this.buildPlatform = platform;
            return this;
        }

        public Builder context(Context files) {
            this.context = files;
            return this;
        }

        public Builder context(String name, Context files) {
            contexts.put(name.toLowerCase(Locale.ROOT), files);
            return this;
        }

        public Builder pull(Op.Pull when) {
            this.pull = when;
            return this;
        }

        public Builder noCache(boolean all) {
            this.noCache = all;
            return this;
        }

        public Builder noCacheStages(Set<String> stages) {
            this.noCacheStages = stages;
            return this;
        }

        public Builder network(Op.Network network) {
            this.network = network;
            return this;
        }

        public Builder hosts(List<String> lines) {
            this.hosts = lines;
            return this;
        }

        public Builder limits(List<String> lines) {
            this.limits = lines;
            return this;
        }

        public Builder allowed(Set<String> what) {
            this.allowed = what;
            return this;
        }

        public Wishes build() {
            return new Wishes(
                    target,
                    arguments,
                    labels,
                    platform,
                    buildPlatform,
                    context,
                    contexts,
                    pull,
                    noCache,
                    noCacheStages,
                    network,
                    hosts,
                    limits,
                    allowed);
        }
    }
}
