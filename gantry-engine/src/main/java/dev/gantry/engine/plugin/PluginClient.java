package dev.gantry.engine.plugin;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Calls one plugin. A call ends at its deadline whatever the plugin does, and its answer has a largest size. While
/// nobody listens at the address the call is tried again, with growing pauses: plugins start beside the engine.
public final class PluginClient {
    private static final int LARGEST_ANSWER = 1024 * 1024;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final String name;
    private final PluginAddress address;
    private final Duration patience;
    private final Optional<PluginPlaces> places;

    /// @param patience how long a plugin that does not listen is waited for; Docker's clients wait half a minute
    public PluginClient(String name, PluginAddress address, Duration patience) {
        this(name, address, patience, Optional.empty());
    }

    /// @param places whose paths it speaks of, when it has a root file system of its own
    PluginClient(String name, PluginAddress address, Duration patience, Optional<PluginPlaces> places) {
        this.name = name;
        this.address = address;
        this.patience = patience;
        this.places = places;
    }

    public Optional<PluginPlaces> places() {
        return places;
    }

    public String name() {
        return name;
    }

    PluginAddress address() {
        return address;
    }

    /// Calls `method`, such as `VolumeDriver.Mount`, and reads its answer. `what` is what the user asked for.
    /// [NotFound] when the plugin has no such method, [Internal] with its words when it reports an error, and
    /// [Unavailable] when it is not there, hangs, or says what is not of the protocol.
    public PluginAnswer call(String what, String method, Map<String, ?> request, Duration timeout) {
        return read(what + " with plugin " + name, method, JsonTree.bytes(request), timeout);
    }

    /// The same for the calls that have no request.
    public PluginAnswer call(String what, String method, Duration timeout) {
        return read(what + " with plugin " + name, method, new byte[0], timeout);
    }

    /// Calls `method` for an answer that goes on for as long as the plugin likes, and begins within `timeout`. Whoever
    /// closes the stream ends the call. A plugin that does not listen is not waited for.
    public InputStream stream(String what, String method, Map<String, ?> request, Duration timeout) {
        String doing = what + " with plugin " + name;
        var http = new PluginHttp(name, address);
        byte[] body = JsonTree.bytes(request);
        try {
            return within(doing, method, http, () -> http.stream(method, body), timeout, timeout);
        } catch (IOException e) {
            throw broken(doing, "it did not answer " + method + ": " + e.getMessage(), e);
        }
    }

    private PluginAnswer read(String doing, String method, byte[] request, Duration timeout) {
        PluginHttp.Answer answer = exchange(doing, method, request, timeout);
        Map<String, @Nullable Object> fields;
        try {
            fields = answer.body().length == 0 ? Map.of() : JsonTree.object(answer.body());
        } catch (IOException e) {
            if (answer.status() == 404) {
                throw noSuchMethod(doing, method, e);
            }
            throw broken(
                    doing,
                    "its answer to " + method + " (status " + answer.status() + ") is wrong: " + e.getMessage(),
                    e);
        }
        var read = new PluginAnswer(doing, fields);
        // IPAM drivers have a key of their own for errors.
        String error = read.text("Err").isEmpty() ? read.text("Error") : read.text("Err");
        if (!error.isEmpty()) {
            throw new Internal(doing, method + ": " + PluginAnswer.shown(error), "see the log of the plugin");
        }
        if (answer.status() == 404) {
            throw noSuchMethod(doing, method, null);
        }
        if (answer.status() != 200) {
            throw broken(doing, "it answered " + method + " with status " + answer.status(), null);
        }
        return read;
    }

    private PluginHttp.Answer exchange(String doing, String method, byte[] body, Duration timeout) {
        long start = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Duration left = timeout.minusNanos(System.nanoTime() - start);
            var http = new PluginHttp(name, address);
            try {
                return within(doing, method, http, () -> http.post(method, body, LARGEST_ANSWER), timeout, left);
            } catch (IOException e) {
                Duration spent = Duration.ofNanos(System.nanoTime() - start).plus(pause);
                if (http.connected() || spent.compareTo(timeout) >= 0 || spent.compareTo(patience) >= 0) {
                    String why = http.connected()
                            ? "it broke off during " + method + ": " + e.getMessage()
                            : "nobody listens at " + address + ": " + e.getMessage();
                    throw broken(doing, why, e);
                }
                sleep(doing, pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    /// The exchange runs on a thread of its own, so that whatever it hangs in, its caller goes on.
    private static <T> T within(
            String doing, String method, PluginHttp http, Callable<T> exchange, Duration timeout, Duration left)
            throws IOException {
        var task = new FutureTask<>(exchange);
        Thread.startVirtualThread(task);
        try {
            return task.get(Math.max(left.toMillis(), 1), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            giveUp(http);
            throw broken(doing, "it did not answer " + method + " within " + shown(timeout), e);
        } catch (InterruptedException e) {
            giveUp(http);
            Thread.currentThread().interrupt();
            throw new Unavailable(doing, "the thread was interrupted", "ask again", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case GantryException g -> throw g;
                case null, default ->
                    throw new IOException("the call failed: " + PluginAnswer.shown(String.valueOf(e.getCause())), e);
            }
        }
    }

    private static void giveUp(PluginHttp http) {
        try {
            http.close();
        } catch (IOException e) {
            // The call is over all the same.
        }
    }

    private static void sleep(String doing, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(doing, "the thread was interrupted", "ask again", e);
        }
    }

    private static String shown(Duration d) {
        return d.toMillis() % 1000 == 0 ? d.toSeconds() + " s" : d.toMillis() + " ms";
    }

    private static NotFound noSuchMethod(String doing, String method, @Nullable Throwable cause) {
        String todo = "use a plugin that has it";
        return cause == null
                ? new NotFound(doing, "it has no " + method, todo)
                : new NotFound(doing, "it has no " + method, todo, cause);
    }

    private static Unavailable broken(String doing, String why, @Nullable Throwable cause) {
        String todo = "see the log of the plugin, and start it again";
        return cause == null ? new Unavailable(doing, why, todo) : new Unavailable(doing, why, todo, cause);
    }
}
