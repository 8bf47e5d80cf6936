package dev.gantry.linux.netlink;

import static dev.gantry.linux.netlink.ScriptedKernel.ack;
import static dev.gantry.linux.netlink.ScriptedKernel.answer;
import static dev.gantry.linux.netlink.ScriptedKernel.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Linux;
import dev.gantry.linux.RecordingKernel;
import dev.gantry.linux.Sys;
import dev.gantry.linux.netlink.route.LinkRequest;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;

/// The conversation without a kernel: what is lost, late, stale or interrupted.
class NetlinkSocketTest {
    private static final int KIND = 16;
    private static final int DONE = NetlinkHeader.NLMSG_DONE;

    private final ScriptedKernel kernel = new ScriptedKernel();
    private final NetlinkSocket socket =
            NetlinkSocket.open(Linux.over(kernel), NetlinkSocket.Protocol.ROUTE, Duration.ofMillis(50));

    private static Message message(String what) {
        return new Encoder().u32(0).message(what, 18, 0);
    }

    private static void assertFails(ThrowableAssert.ThrowingCallable call, Errno errno) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        NetlinkError.class, e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void silenceEndsWithTheTimeout() {
        assertFails(() -> socket.execute(List.of(message("a"))), Errno.ETIMEDOUT);
        assertFails(() -> socket.dump(message("a")), Errno.ETIMEDOUT);
        assertFails(() -> socket.transact(message("begin"), List.of(message("a")), message("end")), Errno.ETIMEDOUT);
        assertThat(socket.events(Duration.ofMillis(1)).messages()).isEmpty();
    }

    @Test
    void anAnswerThatWasDroppedIsNotWaitedFor() {
        kernel.receive(ack(0, 0)).overrun();
        assertFails(() -> socket.execute(List.of(message("a"), message("b"))), Errno.ENOBUFS);
        kernel.overrun();
        assertThat(socket.events(Duration.ofSeconds(1)).lost()).isTrue();
    }

    @Test
    void answersToEarlierRequestsAndFromOthersAreLeftAside() {
        assertFails(() -> socket.execute(List.of(message("a"))), Errno.ETIMEDOUT);
        List<Message> stale = kernel.sent().getFirst();
        kernel.receive(_ -> ack(0, 1).apply(stale)).receive(ack(0, 0));
        socket.execute(List.of(message("b")));
        kernel.senderPort(77).receive(ack(0, 0));
        assertFails(() -> socket.execute(List.of(message("c"))), Errno.ETIMEDOUT);
    }

    @Test
    void aDumpIsTakenAgainWhenSomethingChangedMeanwhile() {
        kernel.receive(r -> answer(r.getFirst(), KIND, NetlinkHeader.NLM_F_DUMP_INTR, 1))
                .receive(r -> answer(r.getFirst(), DONE, 0, 0));
        kernel.receive(r -> join(answer(r.getFirst(), KIND, 0, 2), answer(r.getFirst(), KIND, 0, 3)))
                .receive(r -> answer(r.getFirst(), DONE, 0, 0));
        assertThat(socket.dump(message("list"))).extracting(m -> m.u32(0)).containsExactly(2, 3);
        assertThat(kernel.sent()).hasSize(2);
    }

    @Test
    void aDumpOfWhichSomethingWasDroppedIsTakenAgain() {
        kernel.receive(r -> answer(r.getFirst(), KIND, 0, 1)).overrun();
        // The wait for more finds nothing: the kernel is asked anew.
        kernel.receive(r -> ack(0, Errno.EBUSY.number()).apply(r));
        kernel.receive(r -> answer(r.getFirst(), DONE, 0, 0));
        assertFails(() -> socket.dump(message("list")), Errno.ETIMEDOUT);
        kernel.overrun()
                .receive(r -> join(answer(r.getFirst(), KIND, 0, 2), answer(r.getFirst(), DONE, 0, 0)))
                .receive(r -> join(answer(r.getFirst(), KIND, 0, 3), answer(r.getFirst(), DONE, 0, 0)));
        assertThat(socket.dump(message("list"))).extracting(m -> m.u32(0)).containsExactly(3);
    }

    @Test
    void aDumpThatChangesForeverIsGivenUp() {
        for (int i = 0; i < 100; i++) {
            kernel.receive(r -> answer(r.getFirst(), DONE, NetlinkHeader.NLM_F_DUMP_INTR, 0));
        }
        assertFails(() -> socket.dump(message("list")), Errno.EAGAIN);
    }

    @Test
    void aDumpLeftInTheMiddleIsReadToItsEndBeforeTheNext() {
        kernel.receive(ack(0, Errno.EBUSY.number())).receive(r -> answer(r.getFirst(), KIND, 0, 9));
        // Nothing more is there: the second attempt finds its own.
        assertFails(() -> socket.dump(message("list")), Errno.ETIMEDOUT);
        assertThat(kernel.sent()).hasSize(2);
    }

    @Test
    void aDumpThatFailsSaysSo() {
        kernel.receive(r -> answer(r.getFirst(), DONE, 0, -Errno.EPERM.number()));
        assertFails(() -> socket.dump(message("list")), Errno.EPERM);
        kernel.receive(ack(0, Errno.EOPNOTSUPP.number()));
        assertFails(() -> socket.dump(message("list")), Errno.EOPNOTSUPP);
    }

    @Test
    void aTransactionThatFailsToBeginOrToCommitSaysSo() {
        kernel.receive(ack(0, Errno.EPERM.number()));
        assertFails(() -> socket.transact(message("begin"), List.of(message("a")), message("end")), Errno.EPERM);
        kernel.receive(ack(0, Errno.ENOMEM.number())).receive(ack(2, 0));
        assertFails(
                () -> socket.transact(message("begin"), List.of(message("a"), message("b")), message("end")),
                Errno.ENOMEM);
        kernel.receive(ack(1, Errno.ENOENT.number())).receive(ack(2, 0));
        assertFails(
                () -> socket.transact(message("begin"), List.of(message("a"), message("b")), message("end")),
                Errno.ENOENT);
        assertThat(kernel.sent().getLast())
                .extracting(m -> m.flags() & NetlinkHeader.NLM_F_ACK)
                .containsExactly(0, 0, NetlinkHeader.NLM_F_ACK, 0);
    }

    @Test
    void aMessageThatLiesIsRefused() {
        kernel.receive(r -> {
            byte[] lie = answer(r.getFirst(), KIND, 0, 0);
            lie[2] = 1;
            return lie;
        });
        assertFails(() -> socket.request(message("a")), Errno.EBADMSG);
    }

    @Test
    void theCallsAreTheseInThisOrder() {
        var recording = new RecordingKernel().fail(Sys.RECVFROM, Errno.EAGAIN);
        try (var recorded =
                NetlinkSocket.open(Linux.over(recording), NetlinkSocket.Protocol.ROUTE, Duration.ofMillis(1))) {
            assertThatThrownBy(() -> recorded.execute(
                            List.of(LinkRequest.named("br0").up().change())))
                    .isInstanceOf(NetlinkError.class);
        }
        assertThat(recording.lines())
                .startsWith(
                        "socket(16, 0x80003, 0)",
                        "setsockopt(100, 270, 10, 4)",
                        "setsockopt(100, 270, 11, 4)",
                        "setsockopt(100, 270, 12, 4)",
                        "sendto(100, 40, 0x0)",
                        "recvfrom(100, 65536, 0x60)",
                        "ppoll(1)")
                .endsWith("close(100)");
    }
}
