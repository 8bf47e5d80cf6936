package dev.gantry.network.port;

import dev.gantry.base.InvalidArgument;

/// A port inside a container: `80/tcp`.
public record ContainerPort(int port, Protocol protocol) implements Comparable<ContainerPort> {
    public ContainerPort {
        if (port < 1 || port > PortRange.MOST) {
            throw new InvalidArgument(
                    "read container port " + port, "invalid containerPort: " + port, "use 1 to 65535");
        }
    }

    /// `80`, `80/udp`.
    public static ContainerPort parse(String text) {
        int slash = text.indexOf('/');
        PortRange range = PortRange.parse(slash < 0 ? text : text.substring(0, slash), "containerPort", text);
        if (range.size() != 1) {
            throw new InvalidArgument("read container port " + text, "it is a range", "name one port");
        }
        return new ContainerPort(range.first(), protocol(text));
    }

    static Protocol protocol(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return Protocol.TCP;
        }
        String name = text.substring(slash + 1);
        return Protocol.find(name)
                .orElseThrow(() ->
                        new InvalidArgument("read port " + text, "invalid proto: " + name, "use tcp, udp or sctp"));
    }

    @Override
    public int compareTo(ContainerPort other) {
        int byPort = Integer.compare(port, other.port);
        return byPort != 0 ? byPort : protocol.compareTo(other.protocol);
    }

    @Override
    public String toString() {
        return port + "/" + protocol.wire();
    }
}
