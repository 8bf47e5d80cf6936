package dev.gantry.linux.netlink.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.TestNamespace;
import java.net.Inet4Address;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the kernel makes of the messages, and `ip xfrm` says of that. Many kernels have policies and no ESP: what is
/// sent
/// then is dropped.
@Tag("kernel")
class XfrmKernelTest {
    private static final int REQUEST_AND_ACK = 5; // NLM_F_REQUEST, NLM_F_ACK
    private static final Flow FLOW =
            new Flow(Inet4Address.ofLiteral("127.0.0.1"), Inet4Address.ofLiteral("127.0.0.2"), 4790);

    /// Sends one message from inside and prints the errno of its answer.
    private static final String SEND = """
            import socket, struct, sys
            s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
            s.send(bytes.fromhex(sys.argv[1]))
            print(-struct.unpack_from("i", s.recv(65536), 16)[0])
            """;

    private static int errno(TestNamespace host, Message message) {
        String hex = HexFormat.of().formatHex(Message.encode(List.of(message), 1, REQUEST_AND_ACK));
        return Integer.parseInt(host.run("python3", "-c", SEND, hex).strip());
    }

    private static final String DATAGRAM = """
            import socket
            to = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            to.bind(("127.0.0.2", 4790))
            to.settimeout(0.5)
            by = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            by.bind(("127.0.0.1", 0))
            try:
                by.sendto(b"x", ("127.0.0.2", 4790))
                to.recv(1)
                print("arrives")
            except OSError:
                print("dropped")
            """;

    private static boolean arrives(TestNamespace host) {
        return host.run("python3", "-c", DATAGRAM).contains("arrives");
    }

    @Test
    void whatAPolicyAsksForIsDroppedWithoutAnAssociation() {
        try (TestNamespace host = TestNamespace.open()) {
            host.run("ip", "link", "set", "lo", "up");
            Assumptions.assumeTrue(
                    host.run("sh", "-c", "ip xfrm policy count && echo has || true")
                            .contains("has"),
                    "this kernel has no XFRM");
            assertThat(arrives(host)).isTrue();
            Policy out = new Policy(Policy.Direction.OUT, FLOW, 0x6774);
            assertThat(errno(host, out.put())).isZero();
            assertThat(errno(host, out.put())).as("once more").isZero();
            assertThat(host.run("ip", "xfrm", "policy"))
                    .contains("src 127.0.0.1/32 dst 127.0.0.2/32 proto udp dport 4790", "dir out priority 0")
                    .contains("tmpl src 127.0.0.1 dst 127.0.0.2 proto esp reqid 26484 mode transport");
            // The loopback interface is not bound by policies unless told so.
            host.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/lo/disable_xfrm");
            host.run("sh", "-c", "echo 0 > /proc/sys/net/ipv4/conf/lo/disable_policy");
            assertThat(arrives(host)).isFalse();
            assertThat(errno(host, out.delete())).isZero();
            assertThat(host.run("ip", "xfrm", "policy")).isBlank();
            assertThat(arrives(host)).isTrue();
        }
    }

    @Test
    void anAssociationIsAsItWasAskedFor() {
        try (TestNamespace host = TestNamespace.open()) {
            var association = new Association(FLOW, 0x81020304, new byte[Association.SECRET], 0x6774);
            int errno = errno(host, association.add());
            Assumptions.assumeTrue(errno == 0, "this kernel has no ESP with AES-GCM: errno " + errno);
            assertThat(host.run("ip", "xfrm", "state"))
                    .contains("src 127.0.0.1 dst 127.0.0.2 proto esp spi 0x81020304 reqid 26484 mode transport")
                    .contains("aead rfc4106(gcm(aes))", "flag esn");
            assertThat(errno(host, association.delete())).isZero();
            assertThat(host.run("ip", "xfrm", "state")).isBlank();
        }
    }
}
