package dev.gantry.engine.log.driver;

import dev.gantry.engine.log.LogOptions;
import dev.gantry.engine.log.LogRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// Records as messages of syslog. Pure but for the names of this host and process.
final class SyslogForm {
    private static final List<String> FACILITIES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp");
    private static final int LOCAL0 = 16;
    private static final int DAEMON = 3;
    private static final int ERROR = 3;
    private static final int INFO = 6;

    private static final DateTimeFormatter OLD = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter NEW = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssXXX", Locale.ROOT);
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX", Locale.ROOT);

    private final int facility;
    private final Kind kind;
    private final boolean counted;
    private final String tag;
    private final long pid = ProcessHandle.current().pid();
    private final String host = Hosts.name();
    private final ZoneId zone = ZoneId.systemDefault();

    enum Kind {
        /// As programs of this host write it.
        UNIX(""),
        RFC3164("rfc3164"),
        RFC5424("rfc5424"),
        RFC5424_MICROS("rfc5424micro");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        static Kind of(String text) {
            for (Kind kind : values()) {
                if (kind.text.equals(text)) {
                    return kind;
                }
            }
            throw LogOptions.refused("syslog", "Invalid syslog format", "use rfc3164, rfc5424 or rfc5424micro");
        }
    }

    /// `secret`: through TLS, where RFC 5425 counts the bytes of a message of RFC 5424.
    SyslogForm(int facility, Kind kind, boolean secret, String tag) {
        this.facility = facility;
        this.kind = kind;
        this.counted = secret && (kind == Kind.RFC5424 || kind == Kind.RFC5424_MICROS);
        this.tag = tag;
    }

    static int facility(String text) {
        if (text.isEmpty()) {
            return DAEMON;
        }
        int known = FACILITIES.indexOf(text);
        if (known >= 0) {
            return known;
        }
        if (text.matches("local[0-7]")) {
            return LOCAL0 + text.charAt(5) - '0';
        }
        if (text.matches("[0-9]{1,2}") && Integer.parseInt(text) <= LOCAL0 + 7) {
            return Integer.parseInt(text);
        }
        throw LogOptions.refused("syslog", "invalid syslog facility", "use a name such as daemon or local0");
    }

    byte[] message(LogRecord log) {
        int priority = facility << 3 | (log.stream() == LogRecord.Stream.STDERR ? ERROR : INFO);
        ZonedDateTime at = log.time().atZone(zone);
        String head = switch (kind) {
            case UNIX -> "<" + priority + ">" + OLD.format(at) + " " + tag + "[" + pid + "]: ";
            case RFC3164 -> "<" + priority + ">" + OLD.format(at) + " " + host + " " + tag + "[" + pid + "]: ";
            case RFC5424 -> modern(priority, NEW.format(at));
            case RFC5424_MICROS -> modern(priority, MICROS.format(at));
        };
        byte[] before = head.getBytes(StandardCharsets.UTF_8);
        byte[] text = log.bytes();
        int length = text.length > 0 && text[text.length - 1] == '\n' ? text.length - 1 : text.length;
        var out = new ByteArrayOutputStream(before.length + length + 16);
        if (counted) {
            out.writeBytes((before.length + length + " ").getBytes(StandardCharsets.US_ASCII));
        }
        out.writeBytes(before);
        out.write(text, 0, length);
        if (!counted) {
            out.write('\n');
        }
        return out.toByteArray();
    }

    private String modern(int priority, String time) {
        return "<" + priority + ">1 " + time + " " + host + " " + tag + " " + pid + " " + tag + " - ";
    }
}
