package dev.gantry.linux.netlink.xfrm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.netlink.Message;
import java.net.Inet4Address;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The bytes, as a C program with <linux/xfrm.h> has them: kernels of many machines cannot say whether they are right.
class XfrmTest {
    private static final Flow FLOW =
            new Flow(Inet4Address.ofLiteral("192.0.2.1"), Inet4Address.ofLiteral("192.0.2.2"), 4790);
    private static final int HEADER = 16;

    private static byte[] secret() {
        byte[] secret = new byte[Association.SECRET];
        for (int i = 0; i < secret.length; i++) {
            secret[i] = (byte) (i + 4);
        }
        return secret;
    }

    private static final Association ASSOCIATION = new Association(FLOW, 0x81020304, secret(), 0x6774);

    private static String body(Message message) {
        byte[] all = Message.encode(List.of(message), 1, 0);
        return HexFormat.of().formatHex(all, HEADER, all.length);
    }

    @Test
    void anAssociationIsMadeOfTheseBytes() {
        assertThat(ASSOCIATION.add().type()).isEqualTo(16);
        assertThat(body(ASSOCIATION.add()))
                .isEqualTo("c0000202000000000000000000000000c000020100000000000000000000000012b6ffff00000000"
                        + "02002020110000000000000000000000c00002020000000000000000000000008102030432000000"
                        + "c0000201000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffff"
                        + "ffffffffffffffff0000000000000000000000000000000000000000000000000000000000000000"
                        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
                        + "00000000000000007467000002000000800000000000000070001200726663343130362867636d28"
                        + "61657329290000000000000000000000000000000000000000000000000000000000000000000000"
                        + "00000000000000000000000020010000800000000405060708090a0b0c0d0e0f1011121314151617"
                        + "18191a1b1c1d1e1f20212223242526272c0017000400000000000000000000000000000000000000"
                        + "8000000000000000000000000000000000000000");
        assertThat(ASSOCIATION.delete().type()).isEqualTo(17);
        assertThat(body(ASSOCIATION.delete()))
                .isEqualTo("c0000202000000000000000000000000810203040200320014000d00c00002010000000000000000"
                        + "00000000");
    }

    @Test
    void aPolicyIsMadeOfTheseBytes() {
        Message out = new Policy(Policy.Direction.OUT, FLOW, 0x6774).put();
        assertThat(out.type()).isEqualTo(25);
        assertThat(body(out))
                .isEqualTo("c0000202000000000000000000000000c000020100000000000000000000000012b6ffff00000000"
                        + "02002020110000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffff"
                        + "ffffffffffffffff0000000000000000000000000000000000000000000000000000000000000000"
                        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
                        + "010000000000000044000500c0000202000000000000000000000000000000003200000002000000"
                        + "c00002010000000000000000000000007467000000000000ffffffffffffffffffffffff");
        Message gone = new Policy(Policy.Direction.IN, FLOW, 0x6774).delete();
        assertThat(gone.type()).isEqualTo(20);
        assertThat(body(gone))
                .isEqualTo("c0000202000000000000000000000000c000020100000000000000000000000012b6ffff00000000"
                        + "020020201100000000000000000000000000000000000000");
    }

    @Test
    void aSecretIsNotPrinted() {
        assertThat(ASSOCIATION).hasToString("association 81020304 from 192.0.2.1 to 192.0.2.2");
    }
}
