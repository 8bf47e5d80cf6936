package dev.gantry.docker;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One request. The path is decoded and without the query; `headers` finds a value by its name in lower case, or null.
/// A body that may be used as a stream only is never read as a document: whoever decides on requests has not seen it.
///
/// @param from asks the connection who is at its other end, which costs a system call the first time
/// @param memory is asked for the bytes of a long document before they are kept, and refuses when there are too many
public record ApiRequest(
        String method,
        String path,
        Query query,
        Function<String, @Nullable String> headers,
        InputStream body,
        Supplier<Caller> from,
        IntConsumer memory,
        boolean streamOnly) {

    /// Larger bodies are archives, which are streamed and never read whole.
    private static final int DOCUMENT_LIMIT = 8 << 20;

    /// So much of a document costs nothing worth asking for.
    private static final int SHORT = 8 << 10;

    /// One of this very process.
    public ApiRequest(
            String method, String path, Query query, Function<String, @Nullable String> headers, InputStream body) {
        this(method, path, query, headers, body, Caller.Itself::new, _ -> {}, false);
    }

    /// The same with a body that was read already.
    public ApiRequest with(InputStream other) {
        return new ApiRequest(method, path, query, headers, other, from, memory, false);
    }

    /// The same with a body that is no document.
    public ApiRequest streamed() {
        return new ApiRequest(method, path, query, headers, body, from, memory, true);
    }

    /// Who sends it.
    public Caller caller() {
        return from.get();
    }

    public @Nullable String header(String lowerCaseName) {
        return headers.apply(lowerCaseName);
    }

    /// The body, or as many bytes of it; [dev.gantry.base.Unavailable] when those of others leave no room.
    public byte[] bytes(int most) throws IOException {
        byte[] first = body.readNBytes(Math.min(most, SHORT));
        if (first.length < SHORT || most == SHORT) {
            return first;
        }
        // Its beginning is copied once more, and counts.
        InputStream asking = new SequenceInputStream(new ByteArrayInputStream(first), body);
        return new Asking(asking, memory).readNBytes(most);
    }

    /// Asks for what comes.
    private static final class Asking extends InputStream {
        private final InputStream in;
        private final IntConsumer memory;

        Asking(InputStream in, IntConsumer memory) {
            this.in = in;
            this.memory = memory;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = in.read(target, offset, length);
            if (count > 0) {
                memory.accept(count);
            }
            return count;
        }
    }

    /// The body as text, for documents.
    public String document() {
        try {
            byte[] bytes = bytes(DOCUMENT_LIMIT + 1);
            if (streamOnly && bytes.length > 0) {
                throw new Forbidden(
                        "read the request's body",
                        "authorization plugins are shown bodies of application/json, and this one is another",
                        "send it with Content-Type: application/json");
            }
            if (bytes.length > DOCUMENT_LIMIT) {
                throw new InvalidArgument(
                        "read the request's body", "it is longer than 8 MiB", "send a document, not an archive");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidArgument("read the request's body", String.valueOf(e.getMessage()), "send it again", e);
        }
    }
}
