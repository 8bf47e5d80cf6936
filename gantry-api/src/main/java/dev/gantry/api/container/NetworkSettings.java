package dev.gantry.api.container;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.StringsOrNull;
import dev.gantry.api.network.EndpointSettings;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The networks of a container.
@Json
public record NetworkSettings(
        @Json.Property("Bridge") String bridge,
        @Json.Property("SandboxID") String sandboxId,
        @Json.Property("SandboxKey") String sandboxKey,
        @Json.Property("Ports") Map<String, List<PortBinding>> ports,
        @Json.Property("HairpinMode") boolean hairpinMode,
        @Json.Property("LinkLocalIPv6Address") String linkLocalIpv6Address,
        @Json.Property("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLen,

        @Json.Property("SecondaryIPAddresses") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> secondaryIpAddresses,

        @Json.Property("SecondaryIPv6Addresses") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> secondaryIpv6Addresses,

        @Json.Property("EndpointID") String endpointId,
        @Json.Property("Gateway") String gateway,
        @Json.Property("GlobalIPv6Address") String globalIpv6Address,
        @Json.Property("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
        @Json.Property("IPAddress") String ipAddress,
        @Json.Property("IPPrefixLen") int ipPrefixLen,
        @Json.Property("IPv6Gateway") String ipv6Gateway,
        @Json.Property("MacAddress") String macAddress,
        @Json.Property("Networks") Map<String, EndpointSettings> networks) {
    public NetworkSettings {
        bridge = Absent.text(bridge);
        sandboxId = Absent.text(sandboxId);
        sandboxKey = Absent.text(sandboxKey);
        ports = Absent.map(ports);
        linkLocalIpv6Address = Absent.text(linkLocalIpv6Address);
        endpointId = Absent.text(endpointId);
        gateway = Absent.text(gateway);
        globalIpv6Address = Absent.text(globalIpv6Address);
        ipAddress = Absent.text(ipAddress);
        ipv6Gateway = Absent.text(ipv6Gateway);
        macAddress = Absent.text(macAddress);
        networks = Absent.map(networks);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.bridge = bridge;
        b.sandboxId = sandboxId;
        b.sandboxKey = sandboxKey;
        b.ports = ports;
        b.hairpinMode = hairpinMode;
        b.linkLocalIpv6Address = linkLocalIpv6Address;
        b.linkLocalIpv6PrefixLen = linkLocalIpv6PrefixLen;
        b.secondaryIpAddresses = secondaryIpAddresses;
        b.secondaryIpv6Addresses = secondaryIpv6Addresses;
        b.endpointId = endpointId;
        b.gateway = gateway;
        b.globalIpv6Address = globalIpv6Address;
        b.globalIpv6PrefixLen = globalIpv6PrefixLen;
        b.ipAddress = ipAddress;
        b.ipPrefixLen = ipPrefixLen;
        b.ipv6Gateway = ipv6Gateway;
        b.macAddress = macAddress;
        b.networks = networks;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private String bridge = "";
        private String sandboxId = "";
        private String sandboxKey = "";
        private Map<String, List<PortBinding>> ports = Map.of();
        private boolean hairpinMode;
        private String linkLocalIpv6Address = "";
        private int linkLocalIpv6PrefixLen;
        private @Nullable List<String> secondaryIpAddresses;
        private @Nullable List<String> secondaryIpv6Addresses;
        private String endpointId = "";
        private String gateway = "";
        private String globalIpv6Address = "";
        private int globalIpv6PrefixLen;
        private String ipAddress = "";
        private int ipPrefixLen;
        private String ipv6Gateway = "";
        private String macAddress = "";
        private Map<String, EndpointSettings> networks = Map.of();

        private Builder() {}

        public Builder bridge(String value) {
            bridge = value;
            return this;
        }

        public Builder sandboxId(String value) {
            sandboxId = value;
            return this;
        }

        public Builder sandboxKey(String value) {
            sandboxKey = value;
            return this;
        }

        public Builder ports(Map<String, List<PortBinding>> value) {
            ports = value;
            return this;
        }

        public Builder hairpinMode(boolean value) {
            hairpinMode = value;
            return this;
        }

        public Builder linkLocalIpv6Address(String value) {
            linkLocalIpv6Address = value;
            return this;
        }

        public Builder linkLocalIpv6PrefixLen(int value) {
            linkLocalIpv6PrefixLen = value;
            return this;
        }

        public Builder secondaryIpAddresses(@Nullable List<String> value) {
            secondaryIpAddresses = value;
            return this;
        }

        public Builder secondaryIpv6Addresses(@Nullable List<String> value) {
            secondaryIpv6Addresses = value;
            return this;
        }

        public Builder endpointId(String value) {
            endpointId = value;
            return this;
        }

        public Builder gateway(String value) {
            gateway = value;
            return this;
        }

        public Builder globalIpv6Address(String value) {
            globalIpv6Address = value;
            return this;
        }

        public Builder globalIpv6PrefixLen(int value) {
            globalIpv6PrefixLen = value;
            return this;
        }

        public Builder ipAddress(String value) {
            ipAddress = value;
            return this;
        }

        public Builder ipPrefixLen(int value) {
            ipPrefixLen = value;
            return this;
        }

        public Builder ipv6Gateway(String value) {
            ipv6Gateway = value;
            return this;
        }

        public Builder macAddress(String value) {
            macAddress = value;
            return this;
        }

        public Builder networks(Map<String, EndpointSettings> value) {
            networks = value;
            return this;
        }

        public NetworkSettings build() {
            return new NetworkSettings(
                    bridge,
                    sandboxId,
                    sandboxKey,
                    ports,
                    hairpinMode,
                    linkLocalIpv6Address,
                    linkLocalIpv6PrefixLen,
                    secondaryIpAddresses,
                    secondaryIpv6Addresses,
                    endpointId,
                    gateway,
                    globalIpv6Address,
                    globalIpv6PrefixLen,
                    ipAddress,
                    ipPrefixLen,
                    ipv6Gateway,
                    macAddress,
                    networks);
        }
    }
}
