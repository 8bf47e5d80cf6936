package dev.gantry.docker.image;

import java.util.List;
import java.util.regex.Pattern;

/// The patterns of the filter `reference`: `*` and `?` do not cross a slash. A pattern without a tag fits all tags.
final class Glob {
    private Glob() {}

    static boolean matchesAny(String pattern, List<String> tags, List<String> digests) {
        Pattern p = compile(pattern);
        return tags.stream().anyMatch(t -> matches(p, t, t.lastIndexOf(':')))
                || digests.stream().anyMatch(d -> matches(p, d, d.indexOf('@')));
    }

    private static boolean matches(Pattern p, String name, int split) {
        return p.matcher(name).matches()
                || (split > 0 && p.matcher(name.substring(0, split)).matches());
    }

    private static Pattern compile(String glob) {
        StringBuilder regex = new StringBuilder();
        for (char c : glob.toCharArray()) {
            switch (c) {
                case '*' -> regex.append("[^/]*");
                case '?' -> regex.append("[^/]");
                default -> regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString());
    }
}
