package dev.gantry.build.fetch;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a server has said of a file that is here now.
///
/// @param digest hexadecimal digits of SHA-256
/// @param size of it in bytes
/// @param etag and `lastModified` as the server wrote them; empty: it did not
/// @param name as the server calls it; empty: it does not say
record Download(String digest, long size, String etag, String lastModified, String name) {
    private static final String FIRST = "gantry download 2";

    String text() {
        return String.join(
                "\n", FIRST, digest, Long.toString(size), line(etag), line(lastModified), line(name), "end\n");
    }

    private static String line(String text) {
        return text.replaceAll("\\p{Cntrl}", "");
    }

    /// Empty when it is cut, or of another version.
    static Optional<Download> parse(String text) {
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        return lines.size() == 8
                        && lines.get(0).equals(FIRST)
                        && lines.get(6).equals("end")
                        && lines.get(1).matches("[0-9a-f]{64}")
                        && lines.get(2).matches("[0-9]{1,18}")
                ? Optional.of(new Download(
                        lines.get(1), Long.parseLong(lines.get(2)), lines.get(3), lines.get(4), lines.get(5)))
                : Optional.empty();
    }

    /// RFC 9110 §5.6.7.
    Optional<Instant> modified() {
        try {
            return lastModified.isEmpty()
                    ? Optional.empty()
                    : Optional.of(ZonedDateTime.parse(lastModified, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// The file name of a `Content-Disposition`, RFC 6266; empty when it has none that is one.
    static String nameOf(String disposition) {
        for (String part : disposition.split(";")) {
            String word = part.strip();
            if (word.regionMatches(true, 0, "filename=", 0, 9)) {
                String name = word.substring(9).strip();
                if (name.length() > 1 && name.startsWith("\"") && name.endsWith("\"")) {
                    name = name.substring(1, name.length() - 1).replaceAll("\\\\(.)", "$1");
                }
                return isName(name) ? name : "";
            }
        }
        return "";
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 255
                && name.indexOf('/') < 0
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(Character::isISOControl);
    }
}
