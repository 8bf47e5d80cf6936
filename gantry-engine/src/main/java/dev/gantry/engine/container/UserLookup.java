package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Who a container's process is: `user[:group]` in names or numbers, looked up in the container's own passwd(5) and
/// group(5). Pure: the files come as text, empty where there are none.
public final class UserLookup {
    /// Of ids that are asked for by number.
    private static final long LARGEST_ID = 0x7fff_ffffL;

    /// Of ids in files: the next one means "unchanged" to setuid(2), and what is longer would be cut to 32 bits.
    private static final long LARGEST_IN_FILES = 0xffff_fffeL;

    private UserLookup() {}

    public record Identity(long uid, long gid, List<Long> groups, String home) {
        public Identity {
            groups = List.copyOf(groups);
        }
    }

    private record Account(String name, long uid, long gid, String home) {}

    private record Group(String name, long gid, List<String> members) {}

    /// `user` empty is root. A number needs no account, and then has no further groups and `/` as its home; its group
    /// is
    /// that of the account with this number, if there is one.
    public static Identity resolve(String user, List<String> groupAdd, String passwd, String group) {
        String[] parts = user.split(":", 2);
        String who = parts[0].isEmpty() ? "0" : parts[0];
        List<Account> accounts = accounts(passwd);
        List<Group> groups = groups(group);
        Optional<Account> account =
                accounts.stream().filter(a -> a.name().equals(who)).findFirst();
        if (account.isEmpty() && isNumber(who)) {
            long uid = number(who, user);
            account = accounts.stream().filter(a -> a.uid() == uid).findFirst();
            if (account.isEmpty()) {
                account = Optional.of(new Account("", uid, 0, "/"));
            }
        }
        Account found = account.orElseThrow(() -> new InvalidArgument(
                "run as user " + user,
                "unable to find user " + who + ": no matching entries in passwd file",
                "use a user of the image, or a number"));
        boolean ownGroup = parts.length == 2 && !parts[1].isEmpty();
        long gid = ownGroup ? gid(parts[1], groups, user) : found.gid();
        // The own group is among them, as a login has it.
        TreeSet<Long> further = new TreeSet<>(List.of(gid));
        if (!ownGroup && !found.name().isEmpty()) {
            for (Group g : groups) {
                if (g.members().contains(found.name())) {
                    further.add(g.gid());
                }
            }
        }
        for (String added : groupAdd) {
            further.add(gid(added, groups, added));
        }
        return new Identity(
                found.uid(), gid, new ArrayList<>(further), found.home().isEmpty() ? "/" : found.home());
    }

    private static long gid(String text, List<Group> groups, String asked) {
        for (Group g : groups) {
            if (g.name().equals(text)) {
                return g.gid();
            }
        }
        if (isNumber(text)) {
            return number(text, asked);
        }
        throw new InvalidArgument(
                "run with group " + text,
                "there is no such group in the container's /etc/group",
                "use a group of the image, or a number");
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(String text, String asked) {
        if (text.length() > 10 || Long.parseLong(text) > LARGEST_ID) {
            throw new InvalidArgument("run as user " + asked, "ids go from 0 to " + LARGEST_ID, "use a smaller number");
        }
        return Long.parseLong(text);
    }

    private static List<Account> accounts(String passwd) {
        List<Account> accounts = new ArrayList<>();
        for (String line : passwd.split("\n", -1)) {
            String[] f = line.split(":", -1);
            if (f.length >= 6 && small(f[2]) && small(f[3])) {
                accounts.add(new Account(f[0], Long.parseLong(f[2]), Long.parseLong(f[3]), f[5]));
            }
        }
        return accounts;
    }

    private static List<Group> groups(String group) {
        List<Group> groups = new ArrayList<>();
        for (String line : group.split("\n", -1)) {
            String[] f = line.split(":", -1);
            if (f.length >= 3 && small(f[2])) {
                List<String> members = f.length > 3 ? List.of(f[3].strip().split(",", -1)) : List.of();
                groups.add(new Group(f[0], Long.parseLong(f[2]), members));
            }
        }
        return groups;
    }

    private static boolean small(String text) {
        return isNumber(text) && text.length() <= 10 && Long.parseLong(text) <= LARGEST_IN_FILES;
    }
}
