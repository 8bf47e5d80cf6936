package dev.gantry.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.EndpointMaker;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.ipam.Addresses;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NameViewsTest {
    private static final List<Ip> UPSTREAMS = List.of(Ip.parse("192.0.2.53"));

    private final Network front = Networks.bridge("front", "10.1.0.0/24");
    private final Network back = Networks.internal("back", "10.2.0.0/24");
    private final Addresses inFront = new Addresses(front, Set.of());
    private final Addresses inBack = new Addresses(back, Set.of());
    private final Random random = new Random(1);

    private final Attachment web = attach(front, inFront, "web", List.of("www"), Map.of("store", "db"));
    private final Attachment webInBack = attach(back, inBack, "web", List.of(), Map.of("store", "db"));
    private final Attachment db = attach(back, inBack, "db", List.of("www"), Map.of());
    private final Attachment other = attach(front, inFront, "other", List.of("www"), Map.of());
    private final List<Attachment> all = List.of(web, webInBack, db, other);

    private Attachment attach(
            Network network, Addresses addresses, String name, List<String> aliases, Map<String, String> links) {
        ContainerId id = ContainerId.random(new Random(name.hashCode()));
        EndpointRequest request = new EndpointRequest(aliases, links, List.of(), List.of(), null, Map.of(), 0);
        return new Attachment(
                network,
                new EndpointMaker(random).make(network, addresses, id, List.of(name, name + "-host"), request));
    }

    private static Ip ip(Attachment a) {
        return a.endpoint().addresses().getFirst().address();
    }

    @Test
    void aContainerSeesTheNetworksItIsIn() {
        NameView view = NameViews.of(List.of(other), all, List.of(), UPSTREAMS);
        assertThat(view.addresses())
                .containsEntry("web", List.of(ip(web)))
                .containsEntry("web.front", List.of(ip(web)))
                .containsEntry("web-host", List.of(ip(web)))
                .containsEntry(web.endpoint().container().shortHex(), List.of(ip(web)))
                .containsEntry("www", List.of(ip(web), ip(other)))
                .doesNotContainKeys("db", "db.back", "store");
        assertThat(view.names()).containsEntry(ip(web), "web.front").doesNotContainKey(ip(db));
        assertThat(view.upstreams()).isEqualTo(UPSTREAMS);
    }

    @Test
    void linksAreNamesOfOnesOwn() {
        assertThat(NameViews.of(List.of(web, webInBack), all, List.of(), UPSTREAMS)
                        .addresses())
                .containsEntry("store", List.of(ip(db)));
        assertThat(NameViews.of(List.of(db), all, List.of(), UPSTREAMS).addresses())
                .doesNotContainKey("store");
    }

    @Test
    void whoIsInInternalNetworksOnlyAsksNobody() {
        assertThat(NameViews.of(List.of(db), all, List.of(), UPSTREAMS).forwards())
                .isFalse();
        assertThat(NameViews.of(List.of(web, webInBack), all, List.of(), UPSTREAMS)
                        .forwards())
                .isTrue();
    }

    @Test
    void aServiceHasANameInItsNetwork() {
        var service = new NameViews.Service(front.id(), "Api", List.of(Ip.parse("10.1.0.100")));
        assertThat(NameViews.of(List.of(web), all, List.of(service), UPSTREAMS).addresses())
                .containsEntry("api", List.of(Ip.parse("10.1.0.100")))
                .containsKey("api.front");
        assertThat(NameViews.of(List.of(db), all, List.of(service), UPSTREAMS).addresses())
                .doesNotContainKey("api");
    }
}
