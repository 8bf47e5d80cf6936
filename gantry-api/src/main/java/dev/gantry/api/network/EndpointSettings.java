package dev.gantry.api.network;

import dev.gantry.api.json.Absent;
import dev.gantry.api.json.LabelsOrNull;
import dev.gantry.api.json.StringsOrNull;
import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A container in one network.
@Json
public record EndpointSettings(
        @Json.Property("IPAMConfig") @Nullable EndpointIpamConfig ipamConfig,

        @Json.Property("Links") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> links,

        @Json.Property("Aliases") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> aliases,

        @Json.Property("MacAddress") String macAddress,

        @Json.Property("DriverOpts") @Json.Serializer(LabelsOrNull.class) @Nullable
        Map<String, String> driverOpts,

        @Json.Property("GwPriority") int gwPriority,
        @Json.Property("NetworkID") String networkId,
        @Json.Property("EndpointID") String endpointId,
        @Json.Property("Gateway") String gateway,
        @Json.Property("IPAddress") String ipAddress,
        @Json.Property("IPPrefixLen") int ipPrefixLen,
        @Json.Property("IPv6Gateway") String ipv6Gateway,
        @Json.Property("GlobalIPv6Address") String globalIpv6Address,
        @Json.Property("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,

        @Json.Property("DNSNames") @Json.Serializer(StringsOrNull.class) @Nullable
        List<String> dnsNames) {
    public EndpointSettings {
        macAddress = Absent.text(macAddress);
        networkId = Absent.text(networkId);
        endpointId = Absent.text(endpointId);
        gateway = Absent.text(gateway);
        ipAddress = Absent.text(ipAddress);
        ipv6Gateway = Absent.text(ipv6Gateway);
        globalIpv6Address = Absent.text(globalIpv6Address);
    }

    /// Starts with every field absent, zero or empty.
    public static Builder builder() {
        return new Builder();
    }

    /// Starts with the values of this record.
    public Builder toBuilder() {
        Builder b = new Builder();
        b.ipamConfig = ipamConfig;
        b.links = links;
        b.aliases = aliases;
        b.macAddress = macAddress;
        b.driverOpts = driverOpts;
        b.gwPriority = gwPriority;
        b.networkId = networkId;
        b.endpointId = endpointId;
        b.gateway = gateway;
        b.ipAddress = ipAddress;
        b.ipPrefixLen = ipPrefixLen;
        b.ipv6Gateway = ipv6Gateway;
        b.globalIpv6Address = globalIpv6Address;
        b.globalIpv6PrefixLen = globalIpv6PrefixLen;
        b.dnsNames = dnsNames;
        return b;
    }

    /// Collects the fields by name.
    public static final class Builder {
        private @Nullable EndpointIpamConfig ipamConfig;
        private @Nullable List<String> links;
        private @Nullable List<String> aliases;
        private String macAddress = "";
        private @Nullable Map<String, String> driverOpts;
        private int gwPriority;
        private String networkId = "";
        private String endpointId = "";
        private String gateway = "";
        private String ipAddress = "";
        private int ipPrefixLen;
        private String ipv6Gateway = "";
        private String globalIpv6Address = "";
        private int globalIpv6PrefixLen;
        private @Nullable List<String> dnsNames;

        private Builder() {}

        public Builder ipamConfig(@Nullable EndpointIpamConfig value) {
            ipamConfig = value;
            return this;
        }

        public Builder links(@Nullable List<String> value) {
            links = value;
            return this;
        }

        public Builder aliases(@Nullable List<String> value) {
            aliases = value;
            return this;
        }

        public Builder macAddress(String value) {
            macAddress = value;
            return this;
        }

        public Builder driverOpts(@Nullable Map<String, String> value) {
            driverOpts = value;
            return this;
        }

        public Builder gwPriority(int value) {
            gwPriority = value;
            return this;
        }

        public Builder networkId(String value) {
            networkId = value;
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

        public Builder globalIpv6Address(String value) {
            globalIpv6Address = value;
            return this;
        }

        public Builder globalIpv6PrefixLen(int value) {
            globalIpv6PrefixLen = value;
            return this;
        }

        public Builder dnsNames(@Nullable List<String> value) {
            dnsNames = value;
            return this;
        }

        public EndpointSettings build() {
            return new EndpointSettings(
                    ipamConfig,
                    links,
                    aliases,
                    macAddress,
                    driverOpts,
                    gwPriority,
                    networkId,
                    endpointId,
                    gateway,
                    ipAddress,
                    ipPrefixLen,
                    ipv6Gateway,
                    globalIpv6Address,
                    globalIpv6PrefixLen,
                    dnsNames);
        }
    }
}
