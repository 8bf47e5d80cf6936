package dev.gantry.docker.container;

import dev.gantry.docker.ApiResponse;
import dev.gantry.engine.container.Attachment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Joins a connection and an attachment: output on this thread, input on another. The end of the client's input closes
/// the
/// container's where it is to be closed (a run with one input, an exec without a terminal), and output goes on;
/// elsewhere
/// it lets go of the container, whose input stays open for whoever attaches next.
final class Takeover {
    private static final Logger LOG = LoggerFactory.getLogger(Takeover.class);

    private Takeover() {}

    /// `keys` null: nothing detaches. Closes the attachment, and says why it ended.
    static Attachment.Reason join(
            Attachment attachment, ApiResponse.Duplex connection, @Nullable DetachKeys keys, boolean closesInput)
            throws IOException {
        return join(attachment, connection, keys, closesInput, new Form(attachment.tty(), false));
    }

    /// @param raw the outputs come as one
    /// @param heard what the client sends is read also where there is no input, and its end is the end of all
    record Form(boolean raw, boolean heard) {}

    static Attachment.Reason join(
            Attachment attachment,
            ApiResponse.Duplex connection,
            @Nullable DetachKeys keys,
            boolean closesInput,
            Form form)
            throws IOException {
        try (attachment) {
            Thread input = null;
            if (attachment.hasStdin()) {
                input = Thread.ofVirtual()
                        .name("stdin")
                        .start(() -> copyInput(connection.input(), attachment, keys, closesInput, form));
            } else if (form.heard()) {
                input = Thread.ofVirtual().name("stdin").start(() -> hear(connection.input(), attachment));
            }
            try {
                var end = attachment.pump(new StdCopy(connection.output(), form.raw()));
                if (end.reason() == Attachment.Reason.TOO_SLOW || end.reason() == Attachment.Reason.LOST) {
                    LOG.info("attach=cut reason={} why=\"{}\"", end.reason(), end.words());
                }
                return end.reason();
            } finally {
                if (input != null) {
                    input.interrupt();
                }
            }
        }
    }

    private static void hear(InputStream in, Attachment attachment) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            LOG.debug("client=left why={}", e.getMessage());
        } finally {
            attachment.detach();
        }
    }

    private static void copyInput(
            InputStream in, Attachment attachment, @Nullable DetachKeys keys, boolean closesInput, Form form) {
        byte[] block = new byte[64 << 10];
        OutputStream stdin = attachment.stdin();
        try {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                if (keys == null) {
                    stdin.write(block, 0, n);
                    continue;
                }
                stdin.write(keys.pass(block, n));
                if (keys.found()) {
                    attachment.detach();
                    return;
                }
            }
            if (closesInput) {
                stdin.close();
            } else {
                attachment.detach();
            }
        } catch (IOException e) {
            LOG.debug("stdin=ended why={}", e.getMessage());
        } finally {
            if (form.heard()) {
                attachment.detach();
            }
        }
    }
}
