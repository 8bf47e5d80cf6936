package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.gantry.linux.FileName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The records of a pax extended header, POSIX.1-2017 pax §"pax Extended Header": `length key=value\n`. An
/// empty value takes back what a global header said.
final class PaxRecords {
    private static final String XATTR = "SCHILY.xattr.";

    private final Map<String, byte[]> values = new HashMap<>();
    private final Map<String, byte[]> xattrs = new HashMap<>();

    /// GNU sparse 0.0 repeats its keys, once for each extent.
    private final List<Long> sparseNumbers = new ArrayList<>();

    static PaxRecords parse(byte[] bytes) {
        PaxRecords records = new PaxRecords();
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            at = records.record(bytes, at);
        }
        return records;
    }

    /// These records over those of a global header.
    PaxRecords over(PaxRecords global) {
        PaxRecords both = new PaxRecords();
        both.values.putAll(global.values);
        both.values.putAll(values);
        both.xattrs.putAll(global.xattrs);
        both.xattrs.putAll(xattrs);
        both.sparseNumbers.addAll(sparseNumbers);
        return both;
    }

    Optional<String> text(String key) {
        byte[] value = values.get(key);
        if (value == null || value.length == 0) {
            return Optional.empty();
        }
        for (byte b : value) {
            if (b == 0) {
                throw new TarFault("an extended header has a NUL in its " + key);
            }
        }
        return Optional.of(FileName.decode(value));
    }

    Optional<Long> number(String key) {
        return text(key).map(PaxRecords::decimal);
    }

    /// Seconds with an optional fraction, which may be longer than nanoseconds.
    Optional<Instant> time(String key) {
        return text(key).map(PaxRecords::instant);
    }

    Map<String, byte[]> xattrs() {
        return xattrs;
    }

    /// The extents of GNU sparse 0.0 (repeated keys) or 0.1 (a list with commas); offset and length in turn.
    List<Long> sparseNumbers() {
        Optional<String> list = text("GNU.sparse.map");
        if (list.isEmpty()) {
            return sparseNumbers;
        }
        List<Long> numbers = new ArrayList<>();
        for (String number : list.get().split(",", -1)) {
            numbers.add(decimal(number));
        }
        return numbers;
    }

    private int record(byte[] bytes, int at) {
        int blank = at;
        long length = 0;
        while (blank < bytes.length && bytes[blank] >= '0' && bytes[blank] <= '9' && length < bytes.length) {
            length = length * 10 + (bytes[blank++] - '0');
        }
        long end = at + length;
        if (blank == at
                || blank >= bytes.length
                || bytes[blank] != ' '
                || end > bytes.length
                || end <= blank + 1
                || bytes[(int) end - 1] != '\n') {
            throw new TarFault("an extended header has a record of a wrong length");
        }
        int equals = blank + 1;
        while (equals < end && bytes[equals] != '=') {
            equals++;
        }
        if (equals >= end - 1) {
            throw new TarFault("an extended header has a record without a value");
        }
        String key = FileName.decode(bytes, blank + 1, equals - blank - 1);
        byte[] value = new byte[(int) end - equals - 2];
        System.arraycopy(bytes, equals + 1, value, 0, value.length);
        put(key, value);
        return (int) end;
    }

    private void put(String key, byte[] value) {
        if (key.startsWith(XATTR)) {
            xattrs.put(key.substring(XATTR.length()), value);
        } else if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            boolean offset = key.endsWith("offset");
            if (offset != (sparseNumbers.size() % 2 == 0)) {
                throw new TarFault("a sparse map does not alternate between offsets and lengths");
            }
            sparseNumbers.add(decimal(new String(value, ISO_8859_1)));
        } else {
            values.put(key, value);
        }
    }

    static long decimal(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new TarFault("an extended header has a number that is none: " + TarFault.shown(text));
        }
    }

    private static Instant instant(String text) {
        int dot = text.indexOf('.');
        long seconds = decimal(dot < 0 ? text : text.substring(0, dot));
        long nanos = 0;
        if (dot >= 0) {
            String fraction = (text.substring(dot + 1) + "000000000").substring(0, 9);
            nanos = decimal(fraction);
            if (nanos < 0) {
                throw new TarFault("an extended header has a time that is none: " + TarFault.shown(text));
            }
        }
        return TarReader.instant(seconds, text.startsWith("-") ? -nanos : nanos);
    }
}
