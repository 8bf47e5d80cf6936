package dev.gantry.build.graph;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// One way to write an operation as bytes: each value with its kind and its length, so that no two different
/// operations are written alike. All components of a record are written: none can be forgotten.
final class Canonical {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    private Canonical() {}

    static Digest digest(Op op, List<Files> inputs) {
        var canonical = new Canonical();
        try {
            canonical.write(op);
            canonical.write(inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digest.sha256Of(canonical.bytes.toByteArray());
    }

    private void write(Object value) throws IOException {
        switch (value) {
            case String s -> bytes('s', s.getBytes(UTF_8));
            case Content c -> bytes('c', c.bytes());
            case Enum<?> e -> bytes('e', e.name().getBytes(UTF_8));
            case Boolean b -> number('b', b ? 1 : 0);
            case Integer i -> number('i', i);
            case Long l -> number('l', l);
            case Instant t -> {
                number('t', t.getEpochSecond());
                number('n', t.getNano());
            }
            case Vertex v -> bytes('v', v.digest().toString().getBytes(UTF_8));
            case Optional<?> o -> list(o.stream().toList());
            case OptionalInt o -> list(o.stream().boxed().toList());
            case OptionalLong o -> list(o.stream().boxed().toList());
            case List<?> l -> list(l);
            case Record r -> record(r);
            default -> throw new IllegalArgumentException("there is no form for " + value.getClass());
        }
    }

    private void bytes(char kind, byte[] value) throws IOException {
        out.writeByte(kind);
        out.writeInt(value.length);
        out.write(value);
    }

    private void number(char kind, long value) throws IOException {
        out.writeByte(kind);
        out.writeLong(value);
    }

    private void list(List<?> values) throws IOException {
        number('L', values.size());
        for (Object value : values) {
            write(value);
        }
    }

    private void record(Record value) throws IOException {
        bytes('R', value.getClass().getSimpleName().getBytes(UTF_8));
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            try {
                write(component.getAccessor().invoke(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(component + " cannot be read", e);
            }
        }
    }
}
