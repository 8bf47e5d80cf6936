package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import dev.gantry.images.image.Image;
import dev.gantry.network.port.ContainerPort;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What was asked for over what the image says, by Docker's rules. Pure.
final class SpecMerge {
    private SpecMerge() {}

    static ContainerSpec merge(ContainerSpec asked, Image.Config image) {
        ContainerSpec.Command c = asked.command();
        boolean own = !c.entrypoint().isEmpty();
        boolean none = c.entrypoint().equals(List.of(""));
        List<String> entrypoint = none ? List.of() : own ? c.entrypoint() : image.entrypoint();
        List<String> args = c.args().isEmpty() && !own ? image.cmd() : c.args();
        if (entrypoint.isEmpty() && args.isEmpty()) {
            throw new InvalidArgument(
                    "create a container of " + asked.image(),
                    "no command was given and the image has none",
                    "name a command after the image");
        }
        Map<String, String> labels = new LinkedHashMap<>(image.labels());
        labels.putAll(asked.labels());
        ContainerSpec.Stop stop = asked.stop();
        return asked.toBuilder()
                .command(new ContainerSpec.Command(
                        entrypoint,
                        args,
                        env(c.env(), image.env()),
                        c.user().isEmpty() ? image.user() : c.user(),
                        c.workingDir().isEmpty() ? image.workingDir() : c.workingDir()))
                .labels(labels)
                .health(asked.health().over(health(image.health())))
                .mounts(mounts(asked, image.volumes()))
                .networking(asked.networking().exposing(exposed(asked, image.exposedPorts())))
                .stop(stop.signal().isEmpty() ? image.stopSignal() : stop.signal(), stop.timeoutSeconds())
                .build();
    }

    private static HealthSpec health(Image.Health h) {
        return new HealthSpec(
                h.test(),
                h.intervalNanos(),
                h.timeoutNanos(),
                h.startPeriodNanos(),
                h.startIntervalNanos(),
                h.retries());
    }

    /// A `VOLUME` of the image is a new volume, unless something else is asked for in its place.
    private static MountsSpec mounts(ContainerSpec asked, List<String> declared) {
        List<MountsSpec.OfVolume> volumes = new ArrayList<>(asked.mounts().volumes());
        Set<String> taken = MountCheck.targets(asked);
        List<String> places = new ArrayList<>(asked.mounts().declared());
        places.addAll(declared);
        for (String path : places) {
            String target = path.startsWith("/") ? path : "/" + path;
            if (taken.add(MountCheck.plain(target)) && !MountCheck.plain(target).equals("/")) {
                volumes.add(MountsSpec.OfVolume.at("", target).by(asked.mounts().driver()));
            }
        }
        return asked.mounts().withVolumes(volumes);
    }

    private static List<String> exposed(ContainerSpec asked, List<String> images) {
        Set<String> all = new LinkedHashSet<>(asked.networking().exposed());
        images.forEach(port -> all.add(ContainerPort.parse(port).toString()));
        return List.copyOf(all);
    }

    /// With these variables instead of those of the same names.
    static ContainerSpec withVariables(ContainerSpec spec, List<String> variables) {
        return spec.toBuilder().env(env(variables, spec.command().env())).build();
    }

    /// Ours first, then those of the image that are not named by ours. A bare name takes the image's away.
    private static List<String> env(List<String> ours, List<String> images) {
        Set<String> named = new HashSet<>();
        List<String> all = new ArrayList<>();
        for (String variable : ours) {
            named.add(nameOf(variable));
            if (variable.indexOf('=') > 0) {
                all.add(variable);
            }
        }
        for (String variable : images) {
            if (!named.contains(nameOf(variable))) {
                all.add(variable);
            }
        }
        return all;
    }

    static String nameOf(String variable) {
        int equals = variable.indexOf('=');
        return equals < 0 ? variable : variable.substring(0, equals);
    }
}
