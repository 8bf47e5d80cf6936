package dev.gantry.cli.network;

import dev.gantry.api.network.ConfigReference;
import dev.gantry.api.network.Ipam;
import dev.gantry.api.network.NetworkCreate;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;

/// Makes a network and prints its id.
public final class NetworkCreateCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("network create", "NETWORK", "Make a network")
                .toggle("attachable", "Let containers that belong to no service join")
                .list("aux-address", "name=address", "Keep this address from containers")
                .text("config-from", "network", "Take subnets and options from this configuration network")
                .toggle("config-only", "Make a configuration that other networks take theirs from")
                .text('d', "driver", "name", "Driver: bridge, macvlan, ipvlan, overlay, or a plugin's")
                .list("gateway", "address", "Address of the host in the subnet")
                .toggle("ingress", "Make the routing mesh of a cluster")
                .toggle("internal", "No way out of the network")
                .list("ip-range", "subnet", "Give containers addresses of this part of the subnet")
                .text("ipam-driver", "name", "Who hands out addresses: default")
                .list("ipam-opt", "key=value", "Option of the address management")
                .toggle("ipv4", "Give IPv4 addresses (--ipv4=false: none)")
                .toggle("ipv6", "Give IPv6 addresses")
                .list("label", "key=value", "Set a label")
                .list('o', "opt", "key=value", "Option of the driver, such as parent=eth0")
                .text("scope", "scope", "Scope of the network: local")
                .list("subnet", "subnet", "Subnet, such as 172.28.0.0/16; one for each family")
                .takes(1, 1)
                .example("gantry network create front")
                .example("gantry network create --subnet 10.7.0.0/24 --gateway 10.7.0.1 --internal back")
                .example("gantry network create -d ipvlan -o parent=eth0 -o ipvlan_mode=l2 --subnet 192.0.2.0/24 lan");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String from = args.text("config-from");
        call.print(call.engine()
                .createNetwork(new NetworkCreate(
                        args.argument(0),
                        null,
                        args.text("driver"),
                        args.text("scope"),
                        args.isGiven("ipv4") ? args.on("ipv4") : null,
                        args.isGiven("ipv6") ? args.on("ipv6") : null,
                        new Ipam(args.text("ipam-driver"), Keys.pairs(args, "ipam-opt"), Subnets.of(args)),
                        args.on("internal"),
                        args.on("attachable"),
                        args.on("ingress"),
                        args.on("config-only"),
                        from.isEmpty() ? null : new ConfigReference(from),
                        Keys.labels(args, "opt"),
                        Keys.labels(args, "label")))
                .id());
        return 0;
    }
}
