package dev.gantry.network.endpoint;

import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import org.jspecify.annotations.Nullable;

/// A route inside a container. Without a gateway the destination is on the link.
public record Route(Subnet destination, @Nullable Ip gateway) {
    public boolean isDefault() {
        return destination.prefix() == 0;
    }

    @Override
    public String toString() {
        return (isDefault() ? "default" : destination.toString()) + (gateway == null ? "" : " via " + gateway);
    }
}
