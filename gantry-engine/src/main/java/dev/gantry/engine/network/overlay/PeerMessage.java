package dev.gantry.engine.network.overlay;

import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.network.NetworkDocument;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One frame between two hosts: `docs/overlay-protocol.md`. What stands in it depends on its type.
@Json
public record PeerMessage(
        @Json.Property("Type") String type,
        @Json.Property("Protocol") int protocol,
        @Json.Property("Host") @Nullable String host,
        @Json.Property("Key") @Nullable String key,
        @Json.Property("Network") @Nullable NetworkDocument network,
        @Json.Property("Endpoint") @Nullable Place endpoint,
        @Json.Property("Wish") @Nullable Wish wish) {
    /// Who speaks, and which protocol.
    static final String HELLO = "hello";
    /// Forget what this host said before.
    static final String BEGIN = "begin";
    /// One thing that is there, or is so now.
    static final String PUT = "put";
    /// One thing that is there no more.
    static final String GONE = "gone";
    /// What came since the last of these counts from now on.
    static final String END = "end";

    @Json
    public record Place(
            @Json.Property("Id") String id,
            @Json.Property("Network") String network,
            @Json.Property("Container") String container,
            @Json.Property("Names") List<String> names,
            @Json.Property("Aliases") List<String> aliases,
            @Json.Property("Addresses") List<String> addresses,
            @Json.Property("Mac") String mac) {}

    /// `Address` of a wish for one, else family and number.
    @Json
    public record Wish(
            @Json.Property("Network") String network,
            @Json.Property("Family") String family,
            @Json.Property("Blocks") int blocks,
            @Json.Property("Address") @Nullable String address) {}

    static PeerMessage hello(int protocol, Ip host) {
        return new PeerMessage(HELLO, protocol, host.toString(), null, null, null, null);
    }

    static PeerMessage mark(String type) {
        return new PeerMessage(type, 0, null, null, null, null, null);
    }

    static PeerMessage gone(String key) {
        return new PeerMessage(GONE, 0, null, key, null, null, null);
    }

    static PeerMessage put(Network n) {
        return new PeerMessage(PUT, 0, null, "network " + n.id().hex(), NetworkDocument.of(n), null, null);
    }

    static PeerMessage put(OverlayEndpoint e) {
        var place = new Place(
                e.id().hex(),
                e.network().hex(),
                e.container().hex(),
                e.names(),
                e.aliases(),
                e.addresses().stream().map(Ip::toString).toList(),
                e.mac().text());
        return new PeerMessage(PUT, 0, null, "endpoint " + e.id().hex(), null, place, null);
    }

    static PeerMessage put(BlockWish w) {
        var wish = switch (w) {
            case BlockWish.More m -> new Wish(m.network().hex(), m.family().name(), m.blocks(), null);
            case BlockWish.Around a ->
                new Wish(
                        a.network().hex(),
                        a.address().family().name(),
                        0,
                        a.address().toString());
        };
        return new PeerMessage(PUT, 0, null, "wish " + w, null, null, wish);
    }

    /// What it puts: a [Network], an [OverlayEndpoint] or a [BlockWish].
    Object item() {
        try {
            return read();
        } catch (RuntimeException e) {
            // Others wrote it: what must be there may lack.
            throw new InvalidArgument(
                    "read what a host says", "it is not understood: " + e.getMessage(), "use the same version", e);
        }
    }

    private Object read() {
        if (network != null) {
            return network.network();
        }
        if (endpoint != null) {
            Place p = endpoint;
            return new OverlayEndpoint(
                    new EndpointId(p.id()),
                    new NetworkId(p.network()),
                    new ContainerId(p.container()),
                    p.names(),
                    p.aliases(),
                    p.addresses().stream().map(Ip::parse).toList(),
                    new MacAddress(p.mac()));
        }
        Wish w = wish;
        if (w == null) {
            throw new InvalidArgument("read what a host says", "there is nothing in it", "use the same version");
        }
        var of = new NetworkId(w.network());
        String address = w.address();
        return address == null
                ? new BlockWish.More(of, Family.valueOf(w.family()), w.blocks())
                : new BlockWish.Around(of, Ip.parse(address));
    }
}
