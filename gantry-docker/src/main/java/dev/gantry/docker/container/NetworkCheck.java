package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.docker.network.EndpointTranslation;
import dev.gantry.docker.route.DockerError;
import dev.gantry.network.endpoint.EndpointRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Refuses what a create request asks of networks and what contradicts itself, in Docker's words.
final class NetworkCheck {
    /// From this version on a container can be created in several networks.
    private static final int SEVERAL_NETWORKS = 44;

    private NetworkCheck() {}

    /// The warnings of what was accepted.
    static List<String> check(CreateRequest r, HostConfig h, int minor, boolean hasBridge) {
        String mode = h.networkMode();
        if (minor < SEVERAL_NETWORKS && Networking.endpoints(r).size() > 1) {
            throw DockerError.badParameter("Container cannot be connected to network endpoints: "
                    + String.join(", ", Networking.endpoints(r).keySet()));
        }
        if (mode.equals("host") && some(h.links())) {
            throw conflict("host type networking can't be used with links. This would result in undefined behavior");
        }
        if (mode.startsWith("container:")) {
            checkShared(r, h);
        }
        if (mode.equals("host") || mode.equals("none")) {
            checkPlaceless(r, h);
        }
        boolean usual = mode.isEmpty() || mode.equals("default") || mode.equals("bridge");
        boolean without = mode.equals("host") || mode.equals("none") || (usual && !hasBridge);
        if (without && h.extraHosts() != null && h.extraHosts().stream().anyMatch(x -> x.endsWith("host-gateway"))) {
            throw DockerError.later("host-gateway");
        }
        List<String> warnings = new ArrayList<>();
        if (publishes(h) && (mode.equals("host") || mode.equals("none"))) {
            warnings.add("Published ports are discarded when using " + mode + " network mode");
        }
        if (usual && !hasBridge && !HostConfigCheck.isNetworkDisabled(r)) {
            if (publishes(h)) {
                throw DockerError.later("publishing ports");
            }
            warnings.add("This engine has no bridge network: the container runs with the network `none`.");
        }
        return warnings;
    }

    private static boolean publishes(HostConfig h) {
        return h.publishAllPorts() || h.portBindings().values().stream().anyMatch(b -> b != null && !b.isEmpty());
    }

    /// On a network that is not its own a container has no place to choose.
    private static void checkPlaceless(CreateRequest r, HostConfig h) {
        String words = " and the network mode " + h.networkMode();
        refuse(r.macAddress() != null && !r.macAddress().isEmpty(), "mac-address" + words);
        refuse(some(h.links()), "links" + words);
        Networking.endpoints(r)
                .forEach((name, settings) -> refuse(
                        !name.equals(h.networkMode())
                                || !EndpointTranslation.request(settings).equals(EndpointRequest.ANY),
                        "endpoint settings of " + name + words));
    }

    private static void checkShared(CreateRequest r, HostConfig h) {
        refuse(!r.hostname().isEmpty(), "hostname and the network mode");
        refuse(
                some(h.links()),
                "container type network can't be used with links. This would result in undefined behavior");
        refuse(some(h.dns()), "dns and the network mode");
        refuse(some(h.extraHosts()), "custom host-to-IP mapping and the network mode");
        refuse(r.macAddress() != null && !r.macAddress().isEmpty(), "mac-address and the network mode");
        refuse(publishes(h), "port publishing and the container type network mode");
        refuse(
                r.exposedPorts() != null && !r.exposedPorts().isEmpty(),
                "port exposing and the container type network mode");
    }

    private static void refuse(boolean contradicts, String words) {
        if (contradicts) {
            throw conflict(words);
        }
    }

    private static DockerError conflict(String words) {
        return DockerError.badParameter("conflicting options: " + words);
    }

    private static boolean some(@Nullable Collection<?> values) {
        return values != null && !values.isEmpty();
    }
}
