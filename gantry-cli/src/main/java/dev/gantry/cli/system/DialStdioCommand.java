package dev.gantry.cli.system;

import dev.gantry.api.client.Duplex;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Joins its own input and output with a connection to the engine: what a client with an `ssh://` address runs on the
/// other side.
public final class DialStdioCommand implements Command {
    private static final int BLOCK = 32 << 10;

    @Override
    public CommandLine line() {
        return new CommandLine(
                        "system dial-stdio", "", "Join standard input and output with a connection to the engine")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) throws IOException {
        try (Duplex engine = call.engine().http().dial()) {
            Thread.ofPlatform()
                    .daemon()
                    .name("input")
                    .start(() -> send(call.caller().in(), engine));
            copy(engine.in(), call.caller().out());
        }
        return 0;
    }

    /// The end of the input is told; the engine may still have something to say.
    private static void send(InputStream from, Duplex engine) {
        try {
            copy(from, engine.out());
            engine.shutdownOutput();
        } catch (IOException e) {
            // The engine has left, which the other direction sees.
            return;
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        byte[] block = new byte[BLOCK];
        for (int n = from.read(block); n >= 0; n = from.read(block)) {
            to.write(block, 0, n);
            to.flush();
        }
    }
}
