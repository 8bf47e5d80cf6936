package dev.gantry.cli.volume;

import dev.gantry.api.client.Response;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.format.Words;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/// How much of a stream has gone by, on one line of a terminal; nothing anywhere else.
final class Meter extends FilterInputStream {
    private static final Duration BETWEEN = Duration.ofMillis(200);

    private final Caller caller;
    private final String what;
    private final String about;
    private final Instant start;
    private final boolean shown;
    private Instant next;
    private long bytes;
    private boolean told;

    private Meter(InputStream in, Invocation call, String what, String about) {
        super(in);
        this.about = about;
        this.caller = call.caller();
        this.what = what;
        this.shown = !call.args().on("quiet") && caller.isTerminal(Caller.Stream.ERR);
        this.start = caller.now();
        this.next = start.plus(BETWEEN);
    }

    static CommandLine addTo(CommandLine line) {
        return line.toggle('q', "quiet", "Do not show progress");
    }

    /// `what` is done with the bytes: `sent`, `written`.
    static Meter over(InputStream in, Invocation call, String what) {
        return new Meter(in, call, what, "");
    }

    /// The same over the files of a volume, of which the engine has said how much they are.
    static Meter over(Response files, Invocation call, String what) {
        String bytes = files.header("gantry-bytes");
        String about = bytes.isEmpty() ? "" : " of about " + Words.size(Long.parseLong(bytes));
        return new Meter(files.body(), call, what, about);
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int n = super.read(into, from, length);
        count(Math.max(n, 0));
        return n;
    }

    private void count(int more) throws IOException {
        bytes += more;
        if (!shown) {
            return;
        }
        Instant now = caller.now();
        if (now.isAfter(next)) {
            next = now.plus(BETWEEN);
            told = true;
            show("\r\033[2K" + text(now));
        }
    }

    private String text(Instant now) {
        double seconds = Math.max(0.001, Duration.between(start, now).toMillis() / 1e3);
        return Words.size(bytes) + about + " " + what + ", " + Words.size((long) (bytes / seconds)) + "/s";
    }

    private void show(String text) throws IOException {
        caller.err().write(text.getBytes(StandardCharsets.UTF_8));
        caller.err().flush();
    }

    /// Leaves the last count, where there was one. The stream below stays open: it is its owner's.
    @Override
    public void close() throws IOException {
        if (told) {
            told = false;
            show("\r\033[2K" + text(caller.now()) + "\n");
        }
    }
}
