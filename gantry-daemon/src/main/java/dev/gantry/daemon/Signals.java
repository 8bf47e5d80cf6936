package dev.gantry.daemon;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;

/// The end of the process, as the JVM announces it: on SIGTERM and SIGINT its hooks run, and it ends when they
/// have.
final class Signals {
    private static final Duration GRACE = Duration.ofSeconds(10);

    private Signals() {}

    /// Does this on SIGHUP, which would end the process otherwise.
    static void onHangup(Runnable reload) {
        Signal.handle(new Signal("HUP"), _ -> reload.run());
    }

    /// Opens `stop`, and keeps the process alive until the calling thread has taken everything apart and ended.
    static void stopOnTermination(CountDownLatch stop) {
        Thread caller = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            stop.countDown();
                            try {
                                caller.join(GRACE);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "leaving"));
    }
}
