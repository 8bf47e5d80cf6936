package dev.gantry.buildkit.session;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.buildkit.transport.GrpcStreams;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// All clients that are there now.
public final class Sessions {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int LONGEST = 512;

    /// Guarded by this, which is notified of each that comes.
    private final Map<String, Session> here = new HashMap<>();

    /// Until the client has left.
    public void hold(GrpcStreams grpc, String id, String sharedKey, InputStream in, OutputStream out)
            throws InterruptedException {
        if (id.isEmpty() || id.length() > LONGEST || sharedKey.length() > LONGEST) {
            throw new InvalidArgument("hold a session", "its id or key is missing or too long", "update the client");
        }
        try (GrpcStreams.Client client = grpc.client(in, out)) {
            add(new Session(id, sharedKey, client.channel()));
            try {
                client.await();
            } finally {
                remove(id);
            }
        }
    }

    private synchronized void add(Session session) {
        if (here.putIfAbsent(session.id(), session) != null) {
            throw new Conflict("hold a session", "there is one with the id " + session.id(), "start the build again");
        }
        notifyAll();
    }

    private synchronized void remove(String id) {
        here.remove(id);
    }

    /// The one of this id, which may come a moment after who asks for it.
    public synchronized Session get(String id) throws InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        Session session = here.get(id);
        while (session == null) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new NotFound("use the session " + id, "no client holds it", "start the build again");
            }
            wait(left / 1_000_000 + 1);
            session = here.get(id);
        }
        return session;
    }
}
