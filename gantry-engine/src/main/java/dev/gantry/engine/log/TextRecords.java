package dev.gantry.engine.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Optional;

/// Reads lines of time, stream, `F` (with its newline) or `P` (part of a longer line) and bytes. Pure.
final class TextRecords {
    private static final byte[] OUT = " stdout ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERR = " stderr ".getBytes(StandardCharsets.US_ASCII);

    private TextRecords() {}

    /// Empty when the line is no record, such as one torn by the end of power.
    static Optional<LogRecord> parse(byte[] line, int length) {
        int blank = 0;
        while (blank < length && line[blank] != ' ') {
            blank++;
        }
        boolean out = begins(line, blank, length, OUT);
        int at = blank + OUT.length;
        if (!(out || begins(line, blank, length, ERR)) || length < at + 2 || line[at + 1] != ' ') {
            return Optional.empty();
        }
        boolean whole = line[at] == 'F';
        byte[] text = Arrays.copyOfRange(line, at + 2, length + (whole ? 1 : 0));
        if (whole) {
            text[text.length - 1] = '\n';
        }
        String time = new String(line, 0, blank, StandardCharsets.US_ASCII);
        try {
            return Optional.of(new LogRecord(
                    out ? LogRecord.Stream.STDOUT : LogRecord.Stream.STDERR, Instant.parse(time), time, text));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static boolean begins(byte[] line, int at, int length, byte[] word) {
        return at + word.length <= length && Arrays.equals(line, at, at + word.length, word, 0, word.length);
    }
}
