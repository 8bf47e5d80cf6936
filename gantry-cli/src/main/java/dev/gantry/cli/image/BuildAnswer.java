package dev.gantry.cli.image;

import dev.gantry.api.client.FramedInput;
import dev.gantry.api.client.JsonLines;
import dev.gantry.api.image.Progress;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// The answer to a build that gives more than lines: what it gives is written where it belongs.
final class BuildAnswer {
    private final Caller caller;
    private final BuildOutput output;
    private final Consumer<Progress> lines;

    BuildAnswer(Caller caller, BuildOutput output, Consumer<Progress> lines) {
        this.caller = caller;
        this.output = output;
        this.lines = lines;
    }

    /// Reads all of it. Nothing is written when the build gives nothing.
    ///
    /// @param failed whether a line has said so
    void read(InputStream body, BooleanSupplier failed) throws IOException {
        var given = new PushbackInputStream(new FramedInput(body, new Lines()));
        int first = given.read();
        if (first < 0) {
            return;
        }
        given.unread(first);
        switch (output.type()) {
            case "local" -> unpack(given);
            default -> {
                if (output.dest().equals("-")) {
                    given.transferTo(caller.out());
                    caller.out().flush();
                } else {
                    file(given, failed);
                }
            }
        }
        given.transferTo(OutputStream.nullOutputStream());
    }

    /// Appears when all of it is there.
    private void file(InputStream given, BooleanSupplier failed) throws IOException {
        caller.replace(output.dest()).take(given, () -> {
            if (failed.getAsBoolean()) {
                throw new Unavailable(
                        "write " + output.dest(), "the build failed while it was written", "build it again");
            }
        });
    }

    /// Into the directory, which need not be there yet.
    private void unpack(InputStream tar) {
        String whole = caller.absolute(output.dest());
        String there = whole;
        while (caller.kind(there + "/") != Caller.Kind.DIRECTORY && there.lastIndexOf('/') > 0) {
            there = there.substring(0, there.lastIndexOf('/'));
        }
        if (caller.kind(there + "/") != Caller.Kind.DIRECTORY) {
            there = "/";
        }
        String rest = whole.substring(there.length()).replaceFirst("^/", "");
        caller.unpack(tar, there, "", rest);
    }

    /// Lines that come in pieces.
    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int one) throws IOException {
            line.write(one);
            if (one == '\n') {
                JsonLines.read(new ByteArrayInputStream(line.toByteArray()), Progress.class, lines);
                line.reset();
            }
        }
    }
}
