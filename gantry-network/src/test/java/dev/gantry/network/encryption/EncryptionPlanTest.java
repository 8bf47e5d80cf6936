package dev.gantry.network.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.linux.netlink.Message;
import dev.gantry.network.address.Ip;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncryptionPlanTest {
    private static final Ip OWN = Ip.parse("192.0.2.1");
    private static final Ip PEER = Ip.parse("192.0.2.2");
    private static final EncryptionPlan NONE = EncryptionPlan.of(OWN, 4790);
    private static final EncryptionPlan ALONE = NONE.with(PEER);

    private static TunnelKey key(int number) {
        byte[] exported = new byte[TunnelKey.EXPORTED];
        exported[2] = (byte) (number >>> 8);
        exported[3] = (byte) number;
        exported[4] = (byte) number;
        return TunnelKey.of(exported);
    }

    private static List<String> words(List<Message> changes) {
        return changes.stream().map(Message::what).toList();
    }

    @Test
    void nothingTravelsToAHostOrFromItBeforeThereIsAKey() {
        assertThat(words(ALONE.after(NONE)))
                .containsExactly(
                        "put policy in from 192.0.2.2 to 192.0.2.1:4790",
                        "put policy out from 192.0.2.1 to 192.0.2.2:4790");
        assertThat(ALONE.after(ALONE)).isEmpty();
    }

    @Test
    void whatOpensPacketsIsThereBeforeWhatMustBeEncryptedAndThatBeforeWhatClosesThem() {
        EncryptionPlan both = NONE.receiving(PEER, key(0x1001)).sending(PEER, key(0x2001));
        assertThat(words(both.after(NONE)))
                .containsExactly(
                        "add association 00001001 from 192.0.2.2 to 192.0.2.1",
                        "put policy in from 192.0.2.2 to 192.0.2.1:4790",
                        "put policy out from 192.0.2.1 to 192.0.2.2:4790",
                        "add association 00002001 from 192.0.2.1 to 192.0.2.2");
    }

    @Test
    void aNewConnectionHasANewKeyAndPacketsUnderWayAreStillOpened() {
        EncryptionPlan first = ALONE.receiving(PEER, key(0x1001)).sending(PEER, key(0x2001));
        EncryptionPlan second = first.receiving(PEER, key(0x1002)).sending(PEER, key(0x2002));
        assertThat(words(second.after(first)))
                .containsExactly(
                        "add association 00001002 from 192.0.2.2 to 192.0.2.1",
                        "add association 00002002 from 192.0.2.1 to 192.0.2.2",
                        "delete association 00002001 from 192.0.2.1 to 192.0.2.2");
        EncryptionPlan third = second.receiving(PEER, key(0x1003));
        assertThat(words(third.after(second))).containsExactly("add association 00001003 from 192.0.2.2 to 192.0.2.1");
        assertThat(third.receiving(PEER, key(0x1003)).after(third)).isEmpty();
        // The peer may have heard of any of them, and is known to use the last.
        EncryptionPlan used = third.used(PEER, key(0x1003));
        assertThat(words(used.after(third))).containsExactly("delete association 00001001 from 192.0.2.2 to 192.0.2.1");
        assertThat(used.used(PEER, key(0x1001)).after(used)).isEmpty();
    }

    @Test
    void aHostThatIsNoneAnyMoreLeavesNothing() {
        EncryptionPlan there = ALONE.receiving(PEER, key(0x1001)).sending(PEER, key(0x2001));
        assertThat(words(there.without(PEER).after(there)))
                .containsExactly(
                        "delete association 00002001 from 192.0.2.1 to 192.0.2.2",
                        "delete association 00001001 from 192.0.2.2 to 192.0.2.1",
                        "delete policy in from 192.0.2.2 to 192.0.2.1:4790",
                        "delete policy out from 192.0.2.1 to 192.0.2.2:4790");
    }

    @Test
    void bothHostsHaveTheSameAssociation() {
        List<Message> sender = ALONE.sending(PEER, key(0x3001)).after(ALONE);
        EncryptionPlan theirs = EncryptionPlan.of(PEER, 4790).with(OWN);
        List<Message> receiver = theirs.receiving(OWN, key(0x3001)).after(theirs);
        assertThat(Message.encode(sender, 1, 0)).isEqualTo(Message.encode(receiver, 1, 0));
    }

    @Test
    void numbersThatHaveAMeaningAreNotUsedAndKeysAreNotPrinted() {
        assertThat(key(7)).hasToString("00000107");
        assertThat(key(0x1001)).hasToString("00001001").isNotEqualTo(key(0x1002));
        assertThatThrownBy(() -> TunnelKey.of(new byte[16])).isInstanceOf(IllegalArgumentException.class);
    }
}
