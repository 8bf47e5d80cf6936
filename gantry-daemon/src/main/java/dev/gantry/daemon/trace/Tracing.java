package dev.gantry.daemon.trace;

import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.DockerApi;
import dev.gantry.engine.observe.Span;
import dev.gantry.engine.observe.Tracer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends spans to a collector, in batches, on a thread of its own. What it cannot send it drops, and says so: nobody
/// waits for a collector.
public final class Tracing implements Tracer, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tracing.class);
    private static final int QUEUE = 2048;
    private static final int BATCH = 512;
    private static final Duration LAST_BATCHES = Duration.ofSeconds(3);

    private final TraceOptions options;
    private final String version;
    private final BlockingQueue<Span> queue = new ArrayBlockingQueue<>(QUEUE);
    private final LongAdder dropped = new LongAdder();
    private final ReentrantLock posting = new ReentrantLock();
    private final HttpClient client;
    private final Thread sender;
    private volatile boolean closing;

    /// Sender only: the collector failed last time, and that was said.
    private boolean failing;

    private Tracing(TraceOptions options, String version) {
        this.options = options;
        this.version = version;
        this.client = HttpClient.newBuilder()
                .connectTimeout(options.timeout())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        this.sender = Thread.ofVirtual().name("traces").unstarted(this::send);
    }

    /// To whom the environment says; empty when it says nothing.
    public static Optional<Tracing> open(Map<String, String> environment, String version) {
        return TraceOptions.of(environment).map(options -> {
            var tracing = new Tracing(options, version);
            tracing.sender.start();
            LOG.info("traces=on endpoint={}", options.endpoint());
            return tracing;
        });
    }

    /// Whether the environment can be obeyed.
    public static void check(Map<String, String> environment) {
        TraceOptions.of(environment);
    }

    /// Makes a span of each request, above what it does.
    public ApiHandler traced(DockerApi api) {
        return new TracedApi(api, this);
    }

    @Override
    public boolean follows() {
        return true;
    }

    @Override
    public void ended(Span span) {
        if (!queue.offer(span)) {
            dropped.increment();
        }
    }

    private void send() {
        List<Span> batch = new ArrayList<>();
        while (true) {
            try {
                take(batch);
            } catch (InterruptedException e) {
                queue.drainTo(batch, QUEUE);
            }
            if (!batch.isEmpty()) {
                posting.lock();
                try {
                    var _ = Thread.interrupted(); // that was for one who waits for spans
                    post(batch);
                } finally {
                    posting.unlock();
                }
                batch.clear();
            }
            if (closing && queue.isEmpty()) {
                return;
            }
        }
    }

    /// Full, or as much as came in time.
    private void take(List<Span> batch) throws InterruptedException {
        long deadline = System.nanoTime() + options.delay().toNanos();
        while (batch.size() < BATCH && !closing) {
            @Nullable Span next = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null) {
                return;
            }
            batch.add(next);
        }
        queue.drainTo(batch, BATCH);
    }

    private void post(List<Span> batch) {
        HttpRequest.Builder request = HttpRequest.newBuilder(options.endpoint())
                .timeout(options.timeout())
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(OtlpMessage.of(batch, options.resource(), version)));
        options.headers().forEach(request::header);
        try {
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status / 100 == 2) {
                failing = false;
            } else {
                lost(batch.size(), "status " + status);
            }
        } catch (IOException e) {
            lost(batch.size(), e.toString());
        } catch (InterruptedException e) {
            lost(batch.size(), "the daemon leaves");
        } catch (RuntimeException e) { // what it says may have a header in it
            lost(batch.size(), e.getClass().getSimpleName());
        }
        long full = dropped.sumThenReset();
        if (full > 0) {
            LOG.warn("traces=dropped spans={} why=\"more came than could be sent\"", full);
        }
    }

    private void lost(int spans, String why) {
        if (!failing) {
            LOG.warn("traces=dropped spans={} endpoint={} why=\"{}\"", spans, options.endpoint(), why);
        }
        failing = true;
    }

    /// What is left is sent, if that goes quickly.
    @Override
    public void close() {
        closing = true;
        try {
            // What is being sent has its time too.
            boolean waits = posting.tryLock(LAST_BATCHES.toMillis(), TimeUnit.MILLISECONDS);
            sender.interrupt();
            if (waits) {
                posting.unlock();
            }
            if (!sender.join(LAST_BATCHES)) {
                sender.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.shutdownNow();
    }
}
