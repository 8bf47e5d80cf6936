package dev.gantry.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a stream ends with after its client has left: its leaving, or a failure that somebody must hear of.
class ClientLeftTest {
    @Test
    void anInterruptAndAWriteToNobodyAreItsLeavingHoweverDeepTheyLie() {
        for (Throwable cause : List.of(
                new InterruptedException(),
                new InterruptedIOException(),
                new ClosedByInterruptException(),
                new SocketOutput.ClientLeft("the client has left"))) {
            assertThat(Exchange.isEndedByLeaving(cause)).as(cause.toString()).isTrue();
            assertThat(Exchange.isEndedByLeaving(new Unavailable("a", "b", "c", cause)))
                    .as(cause.toString())
                    .isTrue();
        }
    }

    @Test
    void whatElseHappensMeanwhileIsAFailure() {
        assertThat(Exchange.isEndedByLeaving(new IllegalStateException("a bug")))
                .isFalse();
        assertThat(Exchange.isEndedByLeaving(new Internal("a", "b", "c"))).isFalse();
        assertThat(Exchange.isEndedByLeaving(new UncheckedIOException(new IOException("the disk"))))
                .isFalse();
    }
}
