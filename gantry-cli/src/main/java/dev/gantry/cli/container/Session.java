package dev.gantry.cli.container;

import dev.gantry.api.client.Duplex;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Multiplexed;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.OutputClosed;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.BiConsumer;

/// Carries bytes between the caller and a process in a container over a connection that was taken over.
final class Session {
    /// How a session ended.
    enum End {
        OUTPUT_ENDED,
        DETACHED
    }

    private final Caller caller;
    private final Duplex duplex;
    private final boolean tty;
    private final DetachKeys keys;
    private volatile boolean detached;

    Session(Caller caller, Duplex duplex, boolean tty, DetachKeys keys) {
        this.caller = caller;
        this.duplex = duplex;
        this.tty = tty;
        this.keys = keys;
    }

    /// Carries until the process's output ends or the caller detaches. Standard input is sent from a thread of its own,
    /// and
    /// its end closes that direction only.
    End carry(boolean sendInput) {
        boolean raw = tty && sendInput && caller.isTerminal(Caller.Stream.IN);
        try (Caller.Scope _ = raw ? caller.terminal().raw() : () -> {}) {
            if (sendInput) {
                Thread.ofPlatform().daemon().name("stdin").start(this::sendInput);
            }
            OutputStream out = new CallerOutput(caller.out());
            if (tty) {
                Multiplexed.copyRaw(duplex.in(), out);
            } else {
                Multiplexed.copy(duplex.in(), out, new CallerOutput(caller.err()));
            }
        } catch (IOException e) {
            if (!detached) {
                throw new Unavailable(
                        "read the container's output",
                        String.valueOf(e.getMessage()),
                        "attach again with gantry attach",
                        e);
            }
        }
        return detached ? End.DETACHED : End.OUTPUT_ENDED;
    }

    private void sendInput() {
        // A caller without a terminal sends bytes, not keys.
        boolean watch = tty && caller.isTerminal(Caller.Stream.IN);
        byte[] buffer = new byte[64 * 1024];
        byte[] filtered = new byte[buffer.length + keys.length()];
        try {
            int n;
            while ((n = caller.in().read(buffer)) >= 0) {
                if (!watch) {
                    duplex.out().write(buffer, 0, n);
                    continue;
                }
                int send = keys.filter(buffer, n, filtered);
                duplex.out().write(filtered, 0, send < 0 ? -1 - send : send);
                if (send < 0) {
                    detached = true;
                    duplex.close();
                    return;
                }
            }
            if (watch) {
                duplex.out().write(keys.rest());
            }
            duplex.shutdownOutput();
        } catch (IOException _) {
            // The process reads no more: what it still writes is carried on.
        }
    }

    /// Tells the terminal's size now and whenever it changes, until closed.
    static Caller.Scope followSize(Caller caller, BiConsumer<Integer, Integer> resize) {
        if (!caller.isTerminal(Caller.Stream.OUT)) {
            return () -> {};
        }
        Caller.Terminal terminal = caller.terminal();
        Runnable tell = () -> {
            Caller.Size size = terminal.size();
            if (size.rows() == 0 && size.columns() == 0) {
                return;
            }
            try {
                resize.accept(size.rows(), size.columns());
            } catch (EngineError | GantryException _) {
                // It has just ended: there is nothing to fit.
            }
        };
        Caller.Scope scope = terminal.onResize(tell);
        tell.run();
        return scope;
    }

    /// Tells the caller's output apart from the engine's stream when one of them fails.
    private static final class CallerOutput extends FilterOutputStream {
        CallerOutput(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new OutputClosed(e);
            }
        }

        @Override
        public void flush() {
            try {
                out.flush();
            } catch (IOException e) {
                throw new OutputClosed(e);
            }
        }
    }
}
