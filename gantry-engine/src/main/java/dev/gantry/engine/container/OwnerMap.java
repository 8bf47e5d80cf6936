package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Whose files seem to be whose through one mount: `uids=1000-0-1#33-33-1;gids=1000-0-1`. Each range is the first id
/// on the file system, the first id that it is seen as, and how many there are. An id in no range is seen as nobody's,
/// and cannot make files. Users or groups that are left out stay as they are.
record OwnerMap(List<Range> uids, List<Range> gids) {
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,10})");
    private static final long IDS = 1L << 32;
    private static final int MOST_RANGES = 64;
    private static final List<Range> SAME = List.of(new Range(0, 0, IDS - 1));

    OwnerMap {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    record Range(long onDisk, long seenAs, long count) {
        private boolean meets(Range other) {
            return overlap(onDisk, count, other.onDisk, other.count)
                    || overlap(seenAs, count, other.seenAs, other.count);
        }

        private static boolean overlap(long a, long aCount, long b, long bCount) {
            return a < b + bCount && b < a + aCount;
        }
    }

    static OwnerMap parse(String text) {
        if (text.equals("true")) {
            throw wrong("containers have no user namespace of their own here, so that there is no map by itself");
        }
        List<Range> uids = SAME;
        List<Range> gids = SAME;
        for (String part : text.split(";", -1)) {
            if (part.startsWith("uids=")) {
                uids = ranges(part.substring("uids=".length()));
            } else if (part.startsWith("gids=")) {
                gids = ranges(part.substring("gids=".length()));
            } else {
                throw wrong("'" + part + "' is neither uids= nor gids=");
            }
        }
        return new OwnerMap(uids, gids);
    }

    private static List<Range> ranges(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String one : text.split("#", -1)) {
            Matcher m = RANGE.matcher(one);
            if (!m.matches()) {
                throw wrong("'" + one + "' is not three numbers with dashes between them");
            }
            var range = new Range(Long.parseLong(m.group(1)), Long.parseLong(m.group(2)), Long.parseLong(m.group(3)));
            if (range.count == 0 || range.onDisk + range.count >= IDS || range.seenAs + range.count >= IDS) {
                throw wrong("'" + one + "' is empty or goes beyond the last id");
            }
            if (ranges.stream().anyMatch(range::meets)) {
                throw wrong("'" + one + "' has ids of another range");
            }
            ranges.add(range);
        }
        if (ranges.size() > MOST_RANGES) {
            throw wrong("it has more than " + MOST_RANGES + " ranges");
        }
        return ranges;
    }

    private static InvalidArgument wrong(String why) {
        return new InvalidArgument(
                "map owners with idmap",
                why,
                "write idmap=uids=DISK-SEEN-COUNT;gids=DISK-SEEN-COUNT, several ranges with # between them");
    }

    /// As `uid_map` and `gid_map` want it. user_namespaces(7) "User and group ID mappings"
    static String lines(List<Range> ranges) {
        return ranges.stream()
                .map(r -> r.onDisk + " " + r.seenAs + " " + r.count + "\n")
                .collect(Collectors.joining());
    }
}
