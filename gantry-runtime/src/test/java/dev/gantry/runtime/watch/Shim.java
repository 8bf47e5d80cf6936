package dev.gantry.runtime.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// What the tests of watches share: the shim's path, tiny plans, and readers of streams.
final class Shim {
    static final Duration DEADLINE = Duration.ofSeconds(120);
    static final String BUSYBOX = "/bin/busybox";

    private Shim() {}

    static Path path() {
        return Path.of(System.getProperty("gantry.shim", "target/shim/gantry-shim"));
    }

    /// The smallest plan there is: no namespace, one program, after the given watch options.
    static byte[] plan(List<Step> options, String... argv) {
        List<Step> steps = new ArrayList<>(options);
        steps.add(new Step.Clone(0, 0));
        steps.add(new Step.Exec(List.of(argv), List.of("PATH=/usr/bin:/bin"), 0));
        return PlanCodec.encode(new LaunchPlan(steps));
    }

    static byte[] shell(List<Step> options, String script) {
        return plan(options, BUSYBOX, "sh", "-c", script);
    }

    static Step.Log jsonLog(Path file) {
        return new Step.Log(Step.Log.JSON_FILE, file.toString(), 0, 1, false);
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long: " + what).isLessThan(end);
            try {
                TimeUnit.MILLISECONDS.sleep(2);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static <T> T within(CompletableFuture<T> future) {
        return future.orTimeout(DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
    }

    static boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException _) {
            return false;
        }
    }

    /// Collects what an attachment brings, on a thread of its own.
    static final class Collected implements Attachment.Sink {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final CompletableFuture<StreamEnd> end = new CompletableFuture<>();

        static Collected from(Attachment attachment) {
            var collected = new Collected();
            Thread.ofVirtual().start(() -> {
                try {
                    collected.end.complete(attachment.pump(collected));
                } catch (IOException | RuntimeException e) {
                    collected.end.completeExceptionally(e);
                }
            });
            return collected;
        }

        @Override
        public synchronized void out(ByteBuffer bytes) {
            append(out, bytes);
        }

        @Override
        public synchronized void err(ByteBuffer bytes) {
            append(err, bytes);
        }

        private static void append(ByteArrayOutputStream to, ByteBuffer bytes) {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            to.writeBytes(copy);
        }

        synchronized String out() {
            return out.toString(StandardCharsets.UTF_8);
        }

        synchronized String err() {
            return err.toString(StandardCharsets.UTF_8);
        }

        synchronized byte[] outBytes() {
            return out.toByteArray();
        }
    }
}
