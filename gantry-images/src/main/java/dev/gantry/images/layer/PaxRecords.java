package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.gantry.linux.FileName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The records of a pax extended header, POSIX.1-2017 pax §"pax Extended Header": `length key=value\n`. An
/// empty value takes back what a global header said.
final class PaxRecords {
    private static final String XATTR = "SCHILY.xattr.";

    /// What a reader asks for; the rest (comments, access times, what other programs keep here) is not held.
    private static final Set<String> KEYS = Set.of(
            "path",
            "linkpath",
            "size",
            "uid",
            "gid",
            "mtime",
            "GNU.sparse.name",
            "GNU.sparse.major",
            "GNU.sparse.realsize",
            "GNU.sparse.size",
            "GNU.sparse.map");

    /// What may be said of all members that follow. A map of holes or attributes for each of them are nothing
    /// that a program writes, and would be read again for every member.
    private static final Set<String> GLOBAL_KEYS = Set.of("path", "linkpath", "size", "uid", "gid", "mtime");

    /// Two paths and some numbers. What stands in global headers counts for every member that follows.
    private static final int MOST_GLOBAL_BYTES = 16 << 10;

    private final Set<String> keys;
    private final Map<String, byte[]> values = new HashMap<>();
    private final Map<String, byte[]> xattrs = new HashMap<>();

    /// GNU sparse 0.0 repeats its keys, once for each extent.
    private final List<Long> sparseNumbers = new ArrayList<>();

    private PaxRecords(Set<String> keys) {
        this.keys = keys;
    }

    static PaxRecords none() {
        return new PaxRecords(KEYS);
    }

    static PaxRecords parse(byte[] bytes) {
        return parse(bytes, new PaxRecords(KEYS));
    }

    static PaxRecords parseGlobal(byte[] bytes) {
        return parse(bytes, new PaxRecords(GLOBAL_KEYS));
    }

    private static PaxRecords parse(byte[] bytes, PaxRecords records) {
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            at = records.record(bytes, at);
        }
        return records;
    }

    /// The records of a member, over those of the global headers before it. These are changed.
    PaxRecords over(PaxRecords global) {
        global.values.forEach(values::putIfAbsent);
        return this;
    }

    /// The records of a global header over those of the earlier ones.
    PaxRecords mergedOver(PaxRecords earlier) {
        over(earlier);
        long bytes = values.values().stream().mapToLong(v -> v.length).sum();
        if (bytes > MOST_GLOBAL_BYTES) {
            throw new TarFault("its global headers have more than " + MOST_GLOBAL_BYTES + " bytes");
        }
        return this;
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
        boolean global = keys.equals(GLOBAL_KEYS);
        if (key.startsWith(XATTR) && !global) {
            xattrs.put(key.substring(XATTR.length()), value);
        } else if (!global && (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes"))) {
            boolean offset = key.endsWith("offset");
            if (offset != (sparseNumbers.size() % 2 == 0)) {
                throw new TarFault("a sparse map does not alternate between offsets and lengths");
            }
            sparseNumbers.add(decimal(new String(value, ISO_8859_1)));
        } else if (keys.contains(key)) {
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
