package dev.gantry.testcontainers;

import dev.gantry.base.Unavailable;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Failures;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;

/// Refuses what would make or start something once the engine is about to close: a thread of the tests may still run,
/// and what it started would outlive the process.
final class LastCall implements ApiHandler {
    private static final Pattern BEGINS =
            Pattern.compile("(/v[\\d.]+)?/(containers/create|containers/[^/]+/(start|restart)"
                    + "|networks/create|networks/[^/]+/connect|plugins/.+/enable)");

    private final ApiHandler engine;

    /// Read by each such request as long as it takes, and written by the end.
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private volatile boolean over;

    LastCall(ApiHandler engine) {
        this.engine = engine;
    }

    @Override
    public ApiResponse handle(ApiRequest request) {
        if (!request.method().equals("POST") || !BEGINS.matcher(request.path()).matches()) {
            return engine.handle(request);
        }
        lock.readLock().lock();
        try {
            return over
                    ? Failures.answer(new Unavailable(
                            "answer " + request.path(),
                            "the engine ends with the process of the tests",
                            "end what the tests have started before they end"))
                    : engine.handle(request);
        } finally {
            lock.readLock().unlock();
        }
    }

    /// From now on; what is being done is awaited for so long.
    void end(Duration patience) {
        over = true;
        try {
            if (lock.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                lock.writeLock().unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
