package dev.gantry.images.registry;

import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;

/// Whether and how long to wait before the next attempt.
final class Patience {
    private Patience() {}

    /// A name that does not resolve, a port nobody listens on and a certificate nobody trusts will not
    /// change soon.
    static boolean worthAnother(IOException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof UnknownHostException
                    || t instanceof java.nio.channels.UnresolvedAddressException
                    || t instanceof SSLHandshakeException) {
                return false;
            }
        }
        return !(e instanceof ConnectException);
    }

    static Duration before(Pace pace, int failures, IOException e) {
        Duration pause = pace.pause(failures);
        if (e instanceof TryLater later && later.after().compareTo(pause) > 0) {
            pause = later.after().compareTo(pace.longestPause()) > 0 ? pace.longestPause() : later.after();
        }
        return pause;
    }

    static void pause(String what, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(what, "the thread was interrupted", "ask again", e);
        }
    }

    /// The reason in words, because exceptions of the network often have none.
    static String words(IOException e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof java.nio.channels.UnresolvedAddressException || t instanceof UnknownHostException) {
                return "no such host";
            }
            if (t instanceof SSLHandshakeException) {
                return "no trusted TLS: " + t.getMessage();
            }
        }
        if (e instanceof ConnectException) {
            return "connection refused or no route";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
