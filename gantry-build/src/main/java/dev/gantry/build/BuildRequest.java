package dev.gantry.build;

import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.Op;
import dev.gantry.build.share.RegistryCaches;
import dev.gantry.images.registry.Credentials;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// A build of a Dockerfile.
///
/// @param context its files; the builder closes it
/// @param dockerfile where it is among them
/// @param limits `name=value`, as [Op.Process] has them
/// @param credentials by the domain of a registry
/// @param given what comes with the build besides
public record BuildRequest(
        SourceTree context,
        String dockerfile,
        String target,
        Map<String, String> arguments,
        Map<String, String> labels,
        Platform platform,
        Op.Pull pull,
        boolean noCache,
        Op.Network network,
        List<String> hosts,
        List<String> limits,
        List<Reference.Tagged> names,
        Function<String, Credentials> credentials,
        Given given) {
    public BuildRequest {
        arguments = Map.copyOf(arguments);
        labels = Map.copyOf(labels);
        hosts = List.copyOf(hosts);
        limits = List.copyOf(limits);
        names = List.copyOf(names);
    }

    /// One of files alone.
    public BuildRequest(
            SourceTree context,
            String dockerfile,
            String target,
            Map<String, String> arguments,
            Map<String, String> labels,
            Platform platform,
            Op.Pull pull,
            boolean noCache,
            Op.Network network,
            List<String> hosts,
            List<String> limits,
            List<Reference.Tagged> names,
            Function<String, Credentials> credentials) {
        this(
                context,
                dockerfile,
                target,
                arguments,
                labels,
                platform,
                pull,
                noCache,
                network,
                hosts,
                limits,
                names,
                credentials,
                Given.NOTHING);
    }

    /// @param secrets by their ids; they are in no key, no layer and no line
    /// @param directories further contexts by their names; the builder closes them
    /// @param elsewhere further contexts by their names: `docker-image://…`, or an address
    /// @param caches at registries
    public record Given(
            Map<String, byte[]> secrets,
            Map<String, SourceTree> directories,
            Map<String, String> elsewhere,
            Caches caches) {
        public static final Given NOTHING = new Given(Map.of(), Map.of(), Map.of(), Caches.NONE);

        public Given {
            secrets = Map.copyOf(secrets);
            directories = Map.copyOf(directories);
            elsewhere = Map.copyOf(elsewhere);
        }

        public Given with(Caches others) {
            return new Given(secrets, directories, elsewhere, others);
        }

        /// Without what they are.
        @Override
        public String toString() {
            return "secrets " + secrets.keySet() + ", contexts " + directories.keySet() + ", " + elsewhere;
        }
    }

    /// @param from asked in their order for what is not known here
    /// @param to where what the steps have made goes
    public record Caches(List<Reference> from, List<To> to) {
        public static final Caches NONE = new Caches(List.of(), List.of());

        public Caches {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    /// @param optional whether the build goes on without it
    public record To(Reference.Tagged name, RegistryCaches.Mode mode, boolean optional) {}

    void close() {
        context.close();
        given.directories().values().forEach(SourceTree::close);
    }
}
