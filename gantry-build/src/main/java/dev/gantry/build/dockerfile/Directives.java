package dev.gantry.build.dockerfile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the comments at the very top of a Dockerfile say to its reader.
///
/// @param syntax the frontend that it is written for; empty: none is named
/// @param escape what joins lines, and makes the next character literal
/// @param check rules that are left out, and whether warnings are errors
/// @param lines how many lines of the Dockerfile they take
public record Directives(String syntax, char escape, String check, int lines, Map<String, Place> places) {
    private static final Pattern FORM =
            Pattern.compile("#[ \t]*([a-zA-Z][a-zA-Z0-9]*)[ \t]*=[ \t]*(\\S|\\S.*\\S)[ \t]*");
    private static final Pattern SLASHES =
            Pattern.compile("//[ \t]*syntax[ \t]*=[ \t]*(\\S+)[ \t]*\r?(\n.*)?", Pattern.DOTALL);
    private static final Pattern JSON =
            Pattern.compile("\\s*\\{\\s*\"syntax\"\\s*:\\s*\"([^\"\\\\]*)\".*", Pattern.DOTALL);

    public Directives {
        places = Map.copyOf(places);
    }

    static Directives read(List<String> lines) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, Place> places = new LinkedHashMap<>();
        int count = 0;
        for (; count < lines.size(); count++) {
            Matcher m = FORM.matcher(lines.get(count).stripLeading());
            if (!m.matches()) {
                break;
            }
            String key = m.group(1).toLowerCase(Locale.ROOT);
            if (!List.of("syntax", "escape", "check").contains(key)) {
                break;
            }
            Place place = new Place(count + 1, 1, count + 1);
            if (values.put(key, m.group(2)) != null) {
                throw place.fault("the directive " + key + " is there twice", "keep one of them");
            }
            places.put(key, place);
        }
        String escape = values.getOrDefault("escape", "\\");
        if (!escape.equals("\\") && !escape.equals("`")) {
            throw places.getOrDefault("escape", Place.START)
                    .fault("the directive escape is \"" + escape + "\"", "write \\ or `");
        }
        return new Directives(
                values.getOrDefault("syntax", ""), escape.charAt(0), values.getOrDefault("check", ""), count, places);
    }

    /// The frontend that a build definition of any language names in its first line: `# syntax=`, `// syntax=` or
    /// `{"syntax": …}`. Empty when it names none.
    public static String syntaxOf(String text) {
        String body = text.startsWith("\uFEFF") ? text.substring(1) : text;
        if (body.startsWith("#!")) {
            body = body.substring(body.indexOf('\n') + 1);
        }
        Matcher slashes = SLASHES.matcher(body);
        if (slashes.matches()) {
            return slashes.group(1);
        }
        Matcher json = JSON.matcher(body);
        return json.matches()
                ? json.group(1)
                : read(body.lines().limit(8).toList()).syntax();
    }
}
