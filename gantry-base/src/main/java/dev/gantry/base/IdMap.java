package dev.gantry.base;

import java.util.List;
import java.util.stream.Collectors;

/// Which ids of the host the ids of a user namespace are. user_namespaces(7) "User and group ID mappings".
public record IdMap(List<Range> uids, List<Range> gids) {
    /// Every id is itself.
    public static final IdMap SAME = new IdMap(List.of(), List.of());

    /// What an id seems to be that the namespace does not have. /proc/sys/kernel/overflowuid
    public static final int NOBODY = 65534;

    public IdMap {
        uids = List.copyOf(uids);
        gids = List.copyOf(gids);
    }

    /// `count` ids from `inside` on are those from `outside` on.
    public record Range(long inside, long outside, long count) {}

    public boolean isSame() {
        return uids.isEmpty() && gids.isEmpty();
    }

    public long uidOutside(long inside) {
        return outside("user", uids, inside);
    }

    public long gidOutside(long inside) {
        return outside("group", gids, inside);
    }

    public long uidInside(long outside) {
        return inside(uids, outside);
    }

    public long gidInside(long outside) {
        return inside(gids, outside);
    }

    /// How many there are from 0 on without a gap.
    public long groups() {
        long next = 0;
        for (boolean more = true; more; ) {
            more = false;
            for (Range r : gids) {
                if (r.inside == next) {
                    next += r.count;
                    more = true;
                }
            }
        }
        return next;
    }

    /// From what `/proc/<pid>/uid_map` and `gid_map` say.
    public static IdMap parse(String uidLines, String gidLines) {
        return new IdMap(ranges(uidLines), ranges(gidLines));
    }

    /// The other way round.
    public static String lines(List<Range> ranges) {
        return ranges.stream()
                .map(r -> r.inside + " " + r.outside + " " + r.count + "\n")
                .collect(Collectors.joining());
    }

    private static List<Range> ranges(String lines) {
        return lines.lines()
                .map(line -> line.strip().split("\\s+"))
                .map(w -> new Range(Long.parseLong(w[0]), Long.parseLong(w[1]), Long.parseLong(w[2])))
                .toList();
    }

    private static long outside(String kind, List<Range> ranges, long id) {
        if (ranges.isEmpty()) {
            return id;
        }
        for (Range r : ranges) {
            if (id >= r.inside && id < r.inside + r.count) {
                return r.outside + id - r.inside;
            }
        }
        throw new InvalidArgument(
                "use " + kind + " id " + id,
                "the container's user namespace does not have it",
                "use a smaller one, or give the namespaces of containers more ids in /etc/subuid and /etc/subgid");
    }

    private static long inside(List<Range> ranges, long id) {
        if (ranges.isEmpty()) {
            return id;
        }
        for (Range r : ranges) {
            if (id >= r.outside && id < r.outside + r.count) {
                return r.inside + id - r.outside;
            }
        }
        return NOBODY;
    }
}
