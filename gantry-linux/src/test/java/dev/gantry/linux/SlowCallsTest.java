package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlowCallsTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(40);

    private final SlowCalls slow = new SlowCalls(2);
    private final CountDownLatch answer = new CountDownLatch(1);

    private String waits(SlowCalls.Progress progress) {
        try {
            answer.await();
            return "late";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCallIsMadeOnAThreadOfItsOwnAndItsOutcomeIsThatOfTheCaller() throws Exception {
        var thread = new CompletableFuture<Boolean>();
        Thread.startVirtualThread(() -> thread.complete(
                slow.call("look", "a", LONG, _ -> Thread.currentThread().isVirtual())));
        assertThat(thread.get()).isFalse();
        assertThatThrownBy(() -> slow.call("look", "a", LONG, _ -> {
                    throw new Conflict("look", "no", "no");
                }))
                .isInstanceOf(Conflict.class);
        assertThat(slow.<String>call("look", "a", LONG, _ -> slow.call("look", "b", LONG, _ -> "inner")))
                .isEqualTo("inner");
    }

    @Test
    void aCallThatDoesNotAnswerIsLeftAndTheNextOneRefusedUntilItHasEnded() throws Exception {
        var late = new CompletableFuture<String>();
        assertThatThrownBy(() -> slow.call("look", "hung", SHORT, this::waits, late::complete))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("look: the file system of hung does not answer");
        assertThatThrownBy(() -> slow.call("look", "hung", LONG, _ -> "never"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("has not answered an earlier call yet");
        assertThat(slow.<String>call("look", "other", LONG, _ -> "fine")).isEqualTo("fine");
        answer.countDown();
        assertThat(late.get()).isEqualTo("late");
        String again = "";
        while (again.isEmpty()) {
            try {
                again = slow.call("look", "hung", LONG, _ -> "again");
            } catch (Unavailable notYet) {
                Thread.onSpinWait();
            }
        }
        assertThat(again).isEqualTo("again");
    }

    @Test
    void onlySoManyHangAtTheSameTime() {
        for (String subject : new String[] {"first", "second"}) {
            assertThatThrownBy(() -> slow.call("look", subject, SHORT, this::waits))
                    .isInstanceOf(Unavailable.class);
        }
        assertThatThrownBy(() -> slow.call("look", "third", SHORT, _ -> "no thread"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("too many calls wait for file systems that do not answer: first, second");
        answer.countDown();
        assertThat(slow.<String>call("look", "third", LONG, _ -> "fine")).isEqualTo("fine");
    }

    @Test
    void aCallThatMakesProgressIsWaitedForAndOneThatWasLeftEndsAtItsNextProgress() throws Exception {
        Duration patience = Duration.ofSeconds(2);
        assertThat(slow.<Integer>call("copy", "a", patience, progress -> {
                    int n = 0;
                    for (long end = System.nanoTime() + patience.multipliedBy(2).toNanos();
                            System.nanoTime() < end;
                            n++) {
                        progress.made();
                        Thread.onSpinWait();
                    }
                    return n;
                }))
                .isPositive();
        var ended = new CompletableFuture<Throwable>();
        assertThatThrownBy(() -> slow.call("copy", "b", SHORT, progress -> {
                    waits(progress);
                    try {
                        progress.made();
                    } catch (Unavailable e) {
                        ended.complete(e);
                        throw e;
                    }
                    return "published";
                }))
                .isInstanceOf(Unavailable.class);
        answer.countDown();
        assertThat(ended.get()).hasMessageContaining("nobody waits for it any more");
    }
}
