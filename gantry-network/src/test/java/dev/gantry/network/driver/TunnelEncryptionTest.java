package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Linux;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.encryption.TunnelKey;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.testing.AcknowledgingKernel;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What the kernel is told, and in which order, without one.
class TunnelEncryptionTest {
    private static final Ip OWN = Ip.parse("192.0.2.1");
    private static final Ip PEER = Ip.parse("192.0.2.2");
    private static final EncryptionPlan NOBODY = EncryptionPlan.of(OWN, 4790);
    private static final NetworkId SECRET = NetworkId.random(new Random(1));
    private static final NetworkId OTHER = NetworkId.random(new Random(2));

    private final AcknowledgingKernel kernel = new AcknowledgingKernel();
    private final TunnelEncryption encryption = new TunnelEncryption(
            () -> NetlinkSocket.open(Linux.over(kernel), NetlinkSocket.Protocol.XFRM, Duration.ofSeconds(5)), NOBODY);

    private static TunnelKey key(int number) {
        byte[] exported = new byte[TunnelKey.EXPORTED];
        exported[2] = (byte) (number >>> 8);
        exported[3] = (byte) number;
        return TunnelKey.of(exported);
    }

    // Types of <linux/xfrm.h>: the probe adds an association and deletes it; then what there is is asked for.
    private static final String PROBE = "new association, delete association, ";
    private static final String LOOK = "list associations, list policies, ";

    private void hears(String all) {
        assertThat(String.join(", ", kernel.took())).isEqualTo(all);
    }

    @Test
    void theKernelHearsNothingBeforeANetworkNeedsItAndAllOfItThen() {
        EncryptionPlan agreed = NOBODY.with(PEER).receiving(PEER, key(0x1001)).sending(PEER, key(0x2001));
        encryption.apply(agreed);
        hears("");
        encryption.need(SECRET, "create network secret");
        hears(PROBE + LOOK + "new association, put policy, put policy, new association");
        encryption.need(OTHER, "create network other");
        hears("");
        // A new key of the peer is known before the peer uses it; the old one goes once it is seen to.
        EncryptionPlan next = agreed.receiving(PEER, key(0x1002));
        encryption.apply(next);
        hears("new association");
        encryption.apply(next.receiving(PEER, key(0x1003)).used(PEER, key(0x1003)));
        hears("new association, delete association");
        encryption.free(SECRET);
        hears("");
        encryption.free(OTHER);
        hears("delete association, delete association, delete association, delete policy, delete policy");
        encryption.apply(agreed);
        hears("");
    }

    @Test
    void whatAnEngineBeforeLeftGoesWhenItsPeerUsesAnotherKey() {
        kernel.holds(OWN, PEER, 0x7001, 4790);
        kernel.holds(PEER, OWN, 0x7002, 4790);
        kernel.holds(Ip.parse("192.0.2.8"), Ip.parse("192.0.2.9"), 0x7003, 4790);
        encryption.apply(NOBODY.with(PEER));
        encryption.need(SECRET, "create network secret");
        hears(PROBE + LOOK + "put policy, put policy");
        encryption.apply(NOBODY.with(PEER).sending(PEER, key(0x2001)));
        hears("new association, delete association");
        EncryptionPlan both = NOBODY.with(PEER).sending(PEER, key(0x2001)).receiving(PEER, key(0x1001));
        encryption.apply(both);
        hears("new association");
        encryption.apply(both.used(PEER, key(0x1001)));
        hears("delete association");
        assertThat(kernel.deleted()).containsExactly(0x7001, 0x7002);
    }

    @Test
    void whatIsLeftIsClearedAwayWhenNoNetworkNeedsItAnyMore() {
        kernel.holds(OWN, PEER, 0x7001, 4790);
        encryption.settle(true);
        hears("");
        encryption.settle(false);
        hears(LOOK + "delete association");
        assertThat(kernel.deleted()).containsExactly(0x7001);
    }

    @Test
    void whatFailedHalfwayIsUndoneByTheNextChange() {
        encryption.apply(NOBODY.with(PEER));
        encryption.need(SECRET, "create network secret");
        kernel.took();
        kernel.refuse(Errno.ENOMEM);
        EncryptionPlan half = NOBODY.with(PEER).receiving(PEER, key(0x1001));
        assertThatThrownBy(() -> encryption.apply(half)).hasMessageContaining("cannot allocate memory");
        hears("new association");
        kernel.relent();
        encryption.apply(half);
        hears("new association");
        kernel.refuse(Errno.ENOMEM);
        assertThatThrownBy(() -> encryption.apply(half.receiving(PEER, key(0x1002))))
                .hasMessageContaining("cannot allocate memory");
        hears("new association");
        // The key of the connection before may be there as well, and nobody will use it.
        kernel.relent();
        encryption.apply(half);
        hears("delete association");
    }

    @Test
    void aKernelWithoutEspIsRefusedInWordsAndToldNothingElse() {
        kernel.refuse(Errno.ENOSYS);
        assertThatThrownBy(() -> encryption.need(SECRET, "create network secret"))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("create network secret: an encrypted overlay needs IPsec in the kernel")
                .hasMessageContaining("ENOSYS");
        hears("new association");
        encryption.apply(NOBODY.with(PEER));
        hears("");
    }
}
