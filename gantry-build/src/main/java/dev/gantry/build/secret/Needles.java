package dev.gantry.build.secret;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Values of secrets in the forms in which they may be found: as they are, and in base64 wherever in a longer text they
/// begin. Short ones are left out: they are everywhere.
public final class Needles {
    public static final Needles NONE = new Needles(List.of());

    static final int SHORTEST = 8;
    private static final int LONGEST = 64 << 10;

    private final List<Needle> all;

    private record Needle(String id, byte[] bytes, int[] skips) {}

    private Needles(List<Needle> all) {
        this.all = all;
    }

    /// @param secrets by their ids; blanks around a value do not count
    public static Needles of(Map<String, byte[]> secrets) {
        List<Needle> all = new ArrayList<>();
        secrets.forEach((id, value) -> {
            byte[] bare = new String(value, ISO_8859_1).strip().getBytes(ISO_8859_1);
            if (bare.length >= SHORTEST) {
                byte[] sought = Arrays.copyOf(bare, Math.min(bare.length, LONGEST));
                add(id, sought, all);
                for (Base64.Encoder form : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                    for (int before = 0; before < 3; before++) {
                        add(id, encoded(sought, before, form), all);
                    }
                }
            }
        });
        return all.isEmpty() ? NONE : new Needles(List.copyOf(all));
    }

    /// What is the same whatever stands before and after it.
    private static byte[] encoded(byte[] value, int before, Base64.Encoder form) {
        byte[] longer = new byte[before + value.length];
        System.arraycopy(value, 0, longer, before, value.length);
        byte[] text = form.withoutPadding().encode(longer);
        int from = before == 0 ? 0 : before + 1;
        int sure = longer.length / 3 * 4;
        return Arrays.copyOfRange(text, from, Math.max(from, sure));
    }

    private static void add(String id, byte[] bytes, List<Needle> all) {
        boolean known = all.stream().anyMatch(n -> Arrays.equals(n.bytes(), bytes));
        if (bytes.length >= SHORTEST && !known) {
            all.add(new Needle(id, bytes, skips(bytes)));
        }
    }

    /// How far the search goes on after each last byte (Horspool).
    private static int[] skips(byte[] needle) {
        int[] skips = new int[256];
        Arrays.fill(skips, needle.length);
        for (int i = 0; i < needle.length - 1; i++) {
            skips[needle[i] & 0xff] = needle.length - 1 - i;
        }
        return skips;
    }

    public boolean isEmpty() {
        return all.isEmpty();
    }

    /// So many bytes of a piece have to be looked at together with the next one.
    int longest() {
        return all.stream().mapToInt(n -> n.bytes().length).max().orElse(0);
    }

    /// The id of a secret that is in a text.
    public Optional<String> in(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return in(bytes, bytes.length);
    }

    /// The id of a secret that is among the first bytes.
    Optional<String> in(byte[] bytes, int length) {
        return all.stream()
                .filter(needle -> has(bytes, length, needle))
                .map(Needle::id)
                .findFirst();
    }

    private static boolean has(byte[] bytes, int length, Needle needle) {
        byte[] sought = needle.bytes();
        int last = sought.length - 1;
        for (int at = 0; at + last < length; at += needle.skips()[bytes[at + last] & 0xff]) {
            if (bytes[at + last] == sought[last] && Arrays.equals(bytes, at, at + last, sought, 0, last)) {
                return true;
            }
        }
        return false;
    }
}
