package dev.gantry.engine.container;

import dev.gantry.base.IdMap;
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

    /// What a user namespace sees as its own ids, as it is on the disk. What an overlay makes for itself, it makes with
    /// the id of who mounted it: that is root of the host, who has another one there than anybody else.
    static OwnerMap of(IdMap ids) {
        return new OwnerMap(of(ids.uids()), of(ids.gids()));
    }

    private static List<Range> of(List<IdMap.Range> ids) {
        List<Range> all = new ArrayList<>();
        ids.forEach(r -> all.add(new Range(r.inside(), r.outside(), r.count())));
        all.add(new Range(IDS - 2, 0, 1));
        return all;
    }

    /// The same for a container whose user namespace has these ids: they are what it sees. Who stays as he is stays so
    /// on the host, and is nobody in the namespace.
    OwnerMap in(IdMap ids) {
        return ids.isSame() ? this : new OwnerMap(in(uids, ids.uids()), in(gids, ids.gids()));
    }

    private static List<Range> in(List<Range> seen, List<IdMap.Range> ids) {
        if (seen.equals(SAME)) {
            return SAME;
        }
        List<Range> all = new ArrayList<>();
        for (Range range : seen) {
            for (IdMap.Range id : ids) {
                long from = Math.max(range.seenAs, id.inside());
                long to = Math.min(range.seenAs + range.count, id.inside() + id.count());
                if (from < to) {
                    all.add(new Range(
                            range.onDisk + from - range.seenAs, id.outside() + from - id.inside(), to - from));
                }
            }
        }
        return all;
    }

    /// What these ids of the host are in the user namespace.
    static OwnerMap inside(IdMap ids) {
        return new OwnerMap(inside(ids.uids()), inside(ids.gids()));
    }

    private static List<Range> inside(List<IdMap.Range> ids) {
        return ids.stream()
                .map(r -> new Range(r.outside(), r.inside(), r.count()))
                .toList();
    }

    static OwnerMap parse(String text) {
        if (text.equals("true")) {
            throw wrong("no owners were named");
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
