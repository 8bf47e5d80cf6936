package dev.gantry.cli.network;

import dev.gantry.api.network.EndpointIpamConfig;
import dev.gantry.api.network.EndpointSettings;
import dev.gantry.api.network.NetworkConnect;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts a container into a network.
public final class NetworkConnectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("network connect", "NETWORK CONTAINER", "Put a container into a network")
                .list("alias", "name", "Another name of the container in this network")
                .list("driver-opt", "key=value", "Option of the endpoint")
                .text("gw-priority", "number", "The highest one gives the default gateway")
                .text("ip", "address", "IPv4 address of the container")
                .text("ip6", "address", "IPv6 address of the container")
                .list("link", "container[:name]", "Call another container by this name")
                .list("link-local-ip", "address", "Further link-local address of the container")
                .takes(2, 2)
                .example("gantry network connect --alias db front postgres-1");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        EndpointSettings wanted = EndpointSettings.builder()
                .ipamConfig(new EndpointIpamConfig(
                        orNull(args.text("ip")), orNull(args.text("ip6")), orNull(args.list("link-local-ip"))))
                .links(orNull(args.list("link")))
                .aliases(orNull(args.list("alias")))
                .driverOpts(orNull(Keys.pairs(args, "driver-opt")))
                .gwPriority(args.number("gw-priority").map(Math::toIntExact).orElse(0))
                .build();
        call.engine().connectNetwork(args.argument(0), new NetworkConnect(args.argument(1), wanted));
        return 0;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable List<String> orNull(List<String> texts) {
        return texts.isEmpty() ? null : texts;
    }

    private static @Nullable Map<String, String> orNull(Map<String, String> pairs) {
        return pairs.isEmpty() ? null : pairs;
    }
}
