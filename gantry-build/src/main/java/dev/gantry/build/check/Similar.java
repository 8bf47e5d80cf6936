package dev.gantry.build.check;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// What somebody may have meant who wrote a name that is not there.
public final class Similar {
    private static final int FARTHEST = 2;
    private static final int LONGEST = 64;

    private Similar() {}

    public static Optional<String> to(String name, Collection<String> names) {
        return names.stream()
                .filter(n -> !n.equals(name) && distance(n, name) <= Math.min(FARTHEST, name.length() / 2))
                .min(Comparator.comparingInt((String n) -> distance(n, name)).thenComparing(n -> n));
    }

    /// How many characters must be added, taken away, changed, or exchanged in case.
    private static int distance(String one, String other) {
        if (Math.abs(one.length() - other.length()) > FARTHEST || one.length() > LONGEST) {
            return FARTHEST + 1;
        }
        int[] above = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                boolean same = Character.toLowerCase(one.charAt(i - 1)) == Character.toLowerCase(other.charAt(j - 1));
                row[j] = Math.min(above[j - 1] + (same ? 0 : 1), Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[other.length()];
    }
}
