package dev.gantry.network.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortTest {
    private static final List<Ip> EVERYWHERE = List.of(Ip.ANY_V4, Ip.ANY_V6);

    private static List<PublishedPort> allocate(PortBook book, String holder, String... specs) {
        List<PortRequest> requests = List.of(specs).stream()
                .flatMap(s -> PortRequest.parse(s).stream())
                .toList();
        return book.allocate(requests, EVERYWHERE, holder, PortProbe.ALL_FREE);
    }

    @ParameterizedTest
    @CsvSource({
        "80, '[80/tcp@32768-60999]'",
        "8080:80, '[80/tcp@8080]'",
        "8080:80/udp, '[80/udp@8080]'",
        "8080:80/SCTP, '[80/sctp@8080]'",
        "127.0.0.1:8080:80, '[80/tcp@127.0.0.1:8080]'",
        "127.0.0.1::80, '[80/tcp@127.0.0.1:32768-60999]'",
        "0:80, '[80/tcp@32768-60999]'",
        "[::1]:8080:80, '[80/tcp@::1:8080]'",
        "::1:8080:80, '[80/tcp@::1:8080]'",
        "8000-8001:80-81, '[80/tcp@8000, 81/tcp@8001]'",
        "8000-8009:80, '[80/tcp@8000-8009]'",
        "80-81, '[80/tcp@32768-60999, 81/tcp@32768-60999]'"
    })
    void portsAreReadAsDockersClientWritesThem(String text, String expected) {
        List<String> read = PortRequest.parse(text).stream()
                .map(p -> p.container() + "@" + (p.hostIp() == null ? "" : p.hostIp() + ":") + p.hostPorts())
                .toList();
        assertThat(read).hasToString(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'', no port specified",
        "8080:, no port specified",
        "x, invalid containerPort: x",
        "70000, invalid containerPort: 70000",
        "0, invalid containerPort: 0",
        "x:80, invalid hostPort: x",
        "8080:80/icmp, invalid proto: icmp",
        "1.2.3:8080:80, invalid IP address: 1.2.3",
        "[::1:80, invalid IP address",
        "8000-8002:80-81, invalid ranges specified for container and host Ports",
        "82-80, invalid containerPort"
    })
    void whatIsNoPortIsRefused(String text, String words) {
        assertThatThrownBy(() -> PortRequest.parse(text))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining(words);
    }

    @Test
    void nonsenseIsRefusedAndNothingElseHappens() {
        Random random = new Random(11);
        String letters = "0123456789:-/[]x.tcp";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(14); n > 0; n--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                PortRequest.parse(text.toString());
            } catch (InvalidArgument e) {
                assertThat(e.why()).isNotEmpty();
            }
        }
    }

    @Test
    void aPortIsHeldByOneContainerAtATime() {
        PortBook book = new PortBook();
        List<PublishedPort> web = allocate(book, "web-0", "8080:80");
        assertThat(web).hasSize(2).extracting(PublishedPort::hostPort).containsOnly(8080);
        assertThatThrownBy(() -> allocate(book, "web-1", "8080:80"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("Bind for 0.0.0.0:8080 failed: port is already allocated")
                .hasMessageContaining("container web-0");
        assertThatThrownBy(() -> allocate(book, "web-1", "127.0.0.1:8080:80")).isInstanceOf(Conflict.class);
        allocate(book, "dns", "8080:80/udp");
        book.release(web);
        book.release(web);
        allocate(book, "web-1", "127.0.0.1:8080:80");
        allocate(book, "web-2", "127.0.0.2:8080:80");
        assertThatThrownBy(() -> allocate(book, "web-3", "8080:80")).isInstanceOf(Conflict.class);
    }

    @Test
    void oneRefusalGivesAllPortsBack() {
        PortBook book = new PortBook();
        allocate(book, "a", "9000:80");
        assertThatThrownBy(() -> allocate(book, "b", "9001:80", "9000:81")).isInstanceOf(Conflict.class);
        assertThat(allocate(book, "c", "9001:80")).hasSize(2);
    }

    @Test
    void rangesAndFreePortsGiveWhatIsLeft() {
        PortBook book = new PortBook();
        assertThat(allocate(book, "a", "8000-8001:80").getFirst().hostPort()).isEqualTo(8000);
        assertThat(allocate(book, "b", "8000-8001:80").getFirst().hostPort()).isEqualTo(8001);
        assertThatThrownBy(() -> allocate(book, "c", "8000-8001:80")).hasMessageContaining("all ports are allocated");
        int first = allocate(book, "d", "80").getFirst().hostPort();
        assertThat(first).isBetween(32_768, 60_999);
        assertThat(allocate(book, "e", "80").getFirst().hostPort()).isEqualTo(first + 1);
    }

    @Test
    void aPortThatAProgramOfTheHostHasIsPassedOverOrRefused() {
        PortBook book = new PortBook();
        PortProbe taken = (protocol, ip, port) -> port != 32_768 && port != 22;
        assertThat(book.allocate(PortRequest.parse("80"), EVERYWHERE, "a", taken)
                        .getFirst()
                        .hostPort())
                .isEqualTo(32_769);
        assertThatThrownBy(() -> book.allocate(PortRequest.parse("22:22"), EVERYWHERE, "a", taken))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining("failed to bind host port 0.0.0.0:22/tcp: address already in use");
    }

    @Test
    void whatStoredEndpointsHoldIsHeldAgain() {
        PortBook book = new PortBook();
        book.restore(List.of(new PublishedPort(ContainerPort.parse("80"), Ip.ANY_V4, 8080)), "web-0");
        assertThatThrownBy(() -> allocate(book, "web-1", "8080:80")).hasMessageContaining("web-0");
    }

    @Test
    void publishingAllMeansWhatIsExposedAndNotPublished() {
        List<PortRequest> all = PortRequest.all(
                List.of(ContainerPort.parse("80"), ContainerPort.parse("443/tcp"), ContainerPort.parse("53/udp")),
                PortRequest.parse("8080:80"));
        assertThat(all).extracting(p -> p.container().toString()).containsExactly("53/udp", "443/tcp");
        assertThat(all).allMatch(PortRequest::isEphemeral);
    }
}
