package dev.gantry.engine.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads lines of Docker's `json-file`: `{"log":"…","stream":"stdout","time":"…"}`, fields in any order, others passed
/// over. Pure, and written for speed: a log is read at the rate of the disk.
final class JsonRecords {
    private final byte[] line;
    private final int end;
    private int at;

    private byte[] text = new byte[0];
    private String stream = "";
    private String time = "";

    private JsonRecords(byte[] line, int length) {
        this.line = line;
        this.end = length;
    }

    /// Empty when the line is no record, such as one torn by the end of power.
    static Optional<LogRecord> parse(byte[] line, int length) {
        var reader = new JsonRecords(line, length);
        if (!reader.object()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LogRecord(
                    reader.stream.equals("stderr") ? LogRecord.Stream.STDERR : LogRecord.Stream.STDOUT,
                    reader.time.isEmpty() ? Instant.EPOCH : Instant.parse(reader.time),
                    reader.time,
                    reader.text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private boolean object() {
        if (!take('{')) {
            return false;
        }
        while (true) {
            byte[] name = string();
            if (name == null || !take(':')) {
                return false;
            }
            if (!value(new String(name, StandardCharsets.UTF_8))) {
                return false;
            }
            if (take('}')) {
                return true;
            }
            if (!take(',')) {
                return false;
            }
        }
    }

    private boolean value(String name) {
        skipBlanks();
        if (at < end && line[at] != '"') {
            return skipOther();
        }
        byte[] value = string();
        if (value == null) {
            return false;
        }
        switch (name) {
            case "log" -> text = value;
            case "stream" -> stream = new String(value, StandardCharsets.UTF_8);
            case "time" -> time = new String(value, StandardCharsets.UTF_8);
            default -> {}
        }
        return true;
    }

    /// A value that is no string: to the comma or brace that ends it, over nested ones.
    private boolean skipOther() {
        int depth = 0;
        while (at < end) {
            byte c = line[at];
            if (c == '"') {
                if (string() == null) {
                    return false;
                }
                continue;
            }
            if (depth == 0 && (c == ',' || c == '}')) {
                return true;
            }
            depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
            at++;
        }
        return false;
    }

    private byte @Nullable [] string() {
        if (!take('"')) {
            return null;
        }
        int from = at;
        while (at < end && line[at] != '"' && line[at] != '\\') {
            at++;
        }
        if (at < end && line[at] == '"') {
            byte[] plain = Arrays.copyOfRange(line, from, at);
            at++;
            return plain;
        }
        var out = new ByteArrayOutputStream(end - from);
        out.write(line, from, at - from);
        while (at < end) {
            byte c = line[at++];
            if (c == '"') {
                return out.toByteArray();
            }
            if (c != '\\') {
                out.write(c);
            } else if (!escape(out)) {
                return null;
            }
        }
        return null;
    }

    private boolean escape(ByteArrayOutputStream out) {
        if (at >= end) {
            return false;
        }
        byte c = line[at++];
        switch (c) {
            case 'n' -> out.write('\n');
            case 't' -> out.write('\t');
            case 'r' -> out.write('\r');
            case 'b' -> out.write('\b');
            case 'f' -> out.write('\f');
            case '"', '\\', '/' -> out.write(c);
            case 'u' -> {
                return unicode(out);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean unicode(ByteArrayOutputStream out) {
        int code = hex4();
        if (code < 0) {
            return false;
        }
        if (Character.isHighSurrogate((char) code) && at + 1 < end && line[at] == '\\' && line[at + 1] == 'u') {
            at += 2;
            int low = hex4();
            if (low < 0) {
                return false;
            }
            code = Character.toCodePoint((char) code, (char) low);
        }
        out.writeBytes(Character.toString(code).getBytes(StandardCharsets.UTF_8));
        return true;
    }

    private int hex4() {
        if (at + 4 > end) {
            return -1;
        }
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(line[at++], 16);
            if (digit < 0) {
                return -1;
            }
            code = code * 16 + digit;
        }
        return code;
    }

    private boolean take(char c) {
        skipBlanks();
        if (at < end && line[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        while (at < end && (line[at] == ' ' || line[at] == '\t')) {
            at++;
        }
    }
}
