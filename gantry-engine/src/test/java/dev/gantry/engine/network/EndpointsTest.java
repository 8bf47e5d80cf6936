package dev.gantry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.store.InMemoryEngineStore;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.port.PortRequest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a run takes out of the book, and that it gives back all of it.
class EndpointsTest {
    private static final Random RANDOM = new Random(5);
    private static final ContainerId WEB = ContainerId.random(RANDOM);
    private static final ContainerId DB = ContainerId.random(RANDOM);

    private final InMemoryEngineStore store = new InMemoryEngineStore(Clock.systemUTC());
    private final Network front = network("front", "10.7.0.0/29", false);
    private final Network back = network("back", "10.8.0.0/24", true);
    private final NetworkBook book = new NetworkBook(List.of(front, back), List.of());
    private final Endpoints endpoints =
            new Endpoints(book, store.networks(), Instance.DEFAULT, Clock.systemUTC(), RANDOM);

    @AfterEach
    void close() {
        endpoints.hostPorts().close();
        store.close();
    }

    private static Network network(String name, String subnet, boolean internal) {
        Subnet block = Subnet.parse(subnet);
        return new Network(
                NetworkId.random(RANDOM),
                Instant.EPOCH,
                NetworkSpec.named(name).withPools(List.of(PoolSpec.of(block))).withInternal(internal),
                List.of(new Pool(block, block, List.of(block.first().plus(1)), Map.of())));
    }

    private void member(ContainerId id, Network network) {
        book.put(Member.of(id, network.id(), EndpointRequest.ANY));
    }

    private Endpoint endpoint(ContainerId id, Network network) {
        return book.member(id, network.id()).orElseThrow().endpoint().orElseThrow();
    }

    private List<String> actions() {
        return store.events().after(0, 100).stream().map(e -> e.action()).toList();
    }

    @Test
    void aRunHasAnEndpointInEachNetworkAndItsPortsWhereItReachesTheOutside() {
        member(WEB, back);
        member(WEB, front);
        endpoints.take(WEB, List.of("web"), PortRequest.parse("127.0.0.1::80"));
        assertThat(endpoint(WEB, front).addresses())
                .containsExactly(AddressWithPrefix.find("10.7.0.2/29").orElseThrow());
        assertThat(endpoint(WEB, front).ports()).hasSize(1);
        assertThat(endpoint(WEB, back).ports()).isEmpty();
        assertThat(book.of(WEB)).extracting(Member::interfaceName).containsExactly("eth0", "eth1");
        endpoints.giveBack(WEB);
        assertThat(book.attachments()).isEmpty();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isFalse();
        assertThat(book.of(WEB)).extracting(Member::interfaceName).containsExactly("", "");
        assertThat(actions()).containsExactly("connect", "connect", "disconnect", "disconnect");
    }

    @Test
    void aPortThatAProgramOfTheHostHasIsRefusedAndNothingIsTaken() throws Exception {
        member(WEB, front);
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "127.0.0.1:" + socket.getLocalPort() + ":80";
            assertThatThrownBy(() -> endpoints.take(WEB, List.of("web"), PortRequest.parse(port)))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("address already in use");
        }
        assertThat(book.attachments()).isEmpty();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isFalse();
        assertThat(actions()).isEmpty();
    }

    @Test
    void aPublishedPortIsHeldAgainstProgramsOfTheHostUntilItIsGivenBack() throws Exception {
        member(WEB, front);
        endpoints.take(WEB, List.of("web"), PortRequest.parse("127.0.0.1::80"));
        int port = endpoint(WEB, front).ports().getFirst().hostPort();
        assertThatThrownBy(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close())
                .isInstanceOf(java.net.BindException.class);
        member(DB, front);
        assertThatThrownBy(() -> endpoints.take(DB, List.of("db"), PortRequest.parse("127.0.0.1:" + port + ":80")))
                .hasMessageContaining("port is already allocated")
                .hasMessageContaining("web");
        endpoints.giveBack(WEB);
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    @Test
    void whoIsInInternalNetworksOnlyPublishesNothing() {
        member(WEB, back);
        assertThatThrownBy(() -> endpoints.take(WEB, List.of("web"), PortRequest.parse("80")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("internal networks only");
        assertThat(book.attachments()).isEmpty();
    }

    @Test
    void aNetworkWithoutRoomLeavesNothingHalfTaken() {
        member(WEB, back);
        for (int i = 0; i < 5; i++) {
            ContainerId id = ContainerId.random(RANDOM);
            member(id, front);
            endpoints.take(id, List.of("c" + i), List.of());
        }
        member(WEB, front);
        assertThatThrownBy(() -> endpoints.take(WEB, List.of("web"), List.of()))
                .hasMessageContaining("no available IPv4 addresses");
        assertThat(book.addresses(back.id()).holds(Ip.parse("10.8.0.2"))).isFalse();
        assertThat(book.attachments(WEB)).isEmpty();
    }

    @Test
    void aNetworkGoesOnlyWithoutEndpointsAndThenNobodyStartsInIt() {
        member(WEB, front);
        endpoints.take(WEB, List.of("web"), List.of());
        assertThat(book.removeUnlessUsed(front.id())).hasSize(1);
        endpoints.giveBack(WEB);
        assertThat(book.removeUnlessUsed(front.id())).isEmpty();
        assertThatThrownBy(() -> endpoints.take(WEB, List.of("web"), List.of())).isInstanceOf(NotFound.class);
    }

    @Test
    void aBookMadeFromRowsHoldsWhatTheyHold() {
        member(WEB, front);
        endpoints.take(WEB, List.of("web"), PortRequest.parse("127.0.0.1::80"));
        var again = new NetworkBook(List.of(front, back), book.of(WEB));
        assertThat(again.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();
        assertThat(again.attachments(WEB)).isEqualTo(book.attachments(WEB));
        var lost = new NetworkBook(List.of(back), book.of(WEB));
        assertThat(lost.attachments()).isEmpty();
    }

    @Test
    void interfacesThatAreThereKeepTheirNamesWhenOneComesOrGoes() {
        member(WEB, front);
        member(WEB, back);
        endpoints.take(WEB, List.of("web"), List.of());
        endpoints.giveBack(List.of(book.member(WEB, front.id()).orElseThrow()));
        book.remove(WEB, front.id());
        Member late = endpoints.takeOne(Member.of(WEB, front.id(), EndpointRequest.ANY), List.of("web"));
        assertThat(book.member(WEB, back.id()).orElseThrow().interfaceName()).isEqualTo("eth1");
        assertThat(late.interfaceName()).isEqualTo("eth0");
    }
}
