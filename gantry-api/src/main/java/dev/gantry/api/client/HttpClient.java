package dev.gantry.api.client;

import dev.gantry.api.json.Wire;
import dev.gantry.api.system.ErrorMessage;
import dev.gantry.base.Unavailable;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;

/// Sends requests to one engine and keeps idle connections for the next. Threads may share it.
public final class HttpClient implements Closeable {
    private final Dialer dialer;
    private final ConcurrentLinkedDeque<HttpConnection> idle = new ConcurrentLinkedDeque<>();

    public HttpClient(Dialer dialer) {
        this.dialer = dialer;
    }

    /// Sends and waits for the head of the answer, whatever its status.
    ///
    /// @throws Unavailable when the engine cannot be reached or breaks off
    public Response send(Request request) {
        try {
            HttpConnection kept = idle.pollFirst();
            if (kept != null) {
                try {
                    return exchange(kept, request);
                } catch (IOException e) {
                    kept.close();
                    boolean streamed = request.body() instanceof Request.Body.Stream;
                    if (kept.answered() || streamed) {
                        throw e;
                    }
                    // The engine closed it while it was idle: a fresh one tells whether it lives.
                }
            }
            HttpConnection fresh = new HttpConnection(dialer.dial());
            try {
                return exchange(fresh, request);
            } catch (IOException e) {
                fresh.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// A connection to the engine with nothing said on it yet.
    public Duplex dial() {
        try {
            return dialer.dial();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /// As [#send], and an answer with an error becomes [EngineError].
    public Response ask(Request request) {
        return refuseErrors(send(request));
    }

    /// Asks for the connection itself: what is written goes to the process, what is read comes from it.
    public Duplex hijack(Request request) {
        try {
            HttpConnection connection = new HttpConnection(dialer.dial());
            try {
                HttpConnection.Head head = connection.exchange(
                        request.header("Connection", "Upgrade").header("Upgrade", "tcp"), hostHeader());
                if (head.status() == 101 || head.status() == 200) {
                    return connection.taken();
                }
                refuseErrors(response(connection, request, head)).close();
                connection.close();
                throw new IOException("the engine answered " + head.status() + " instead of the stream");
            } catch (IOException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (HttpConnection c = idle.poll(); c != null; c = idle.poll()) {
            c.close();
        }
    }

    private Response exchange(HttpConnection connection, Request request) throws IOException {
        return response(connection, request, connection.exchange(request, hostHeader()));
    }

    private Response response(HttpConnection connection, Request request, HttpConnection.Head head) {
        AtomicBoolean kept = new AtomicBoolean();
        InputStream body = connection.body(request, head, () -> {
            if (head.keepAlive()) {
                kept.set(true);
                idle.addFirst(connection);
            }
        });
        return new Response(head.status(), head.headers(), new FilterInputStream(body) {
            @Override
            public void close() throws IOException {
                // A body broken off leaves its rest on the wire: the connection is of no use to others.
                if (!kept.getAndSet(true)) {
                    connection.close();
                }
            }
        });
    }

    private static Response refuseErrors(Response response) {
        if (response.status() < 400) {
            return response;
        }
        try (response) {
            throw new EngineError(response.status(), message(response));
        } catch (IOException e) {
            throw new EngineError(response.status(), "the engine answered " + response.status());
        }
    }

    private static String message(Response response) throws IOException {
        String text = response.text().strip();
        if (text.startsWith("{")) {
            try {
                return Wire.json().type(ErrorMessage.class).fromJson(text).message();
            } catch (RuntimeException _) {
                // Some proxy's words: shown as they are.
            }
        }
        return text.isEmpty() ? "the engine answered " + response.status() : text;
    }

    private String hostHeader() {
        String address = dialer.address();
        return address.startsWith("tcp://") ? address.substring("tcp://".length()) : "gantry";
    }

    private Unavailable unreachable(IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new Unavailable(
                "reach the engine at " + dialer.address(), why, "check that it runs, or name another with -H", e);
    }
}
