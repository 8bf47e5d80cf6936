package dev.gantry.images.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One challenge of a `WWW-Authenticate` header. RFC 9110 §11.3. `scheme` and the names of parameters
/// are lower case.
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int MAX_HEADER = 8192;

    Challenge {
        parameters = Map.copyOf(parameters);
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /// All challenges of all headers, in order. What cannot be understood is skipped.
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> challenges = new ArrayList<>();
        for (String header : headers) {
            if (header.length() <= MAX_HEADER) {
                new Parser(header, challenges).run();
            }
        }
        return challenges;
    }

    private static final class Parser {
        private final String text;
        private final List<Challenge> into;
        private int at;

        Parser(String text, List<Challenge> into) {
            this.text = text;
            this.into = into;
        }

        void run() {
            String scheme = "";
            Map<String, String> parameters = new LinkedHashMap<>();
            while (skipSeparators()) {
                String token = token();
                if (token.isEmpty()) {
                    at++;
                } else if (at < text.length() && text.charAt(at) == '=') {
                    at++;
                    parameters.putIfAbsent(token.toLowerCase(Locale.ROOT), value());
                } else {
                    // A word without a value opens the next challenge.
                    add(scheme, parameters);
                    scheme = token.toLowerCase(Locale.ROOT);
                    parameters = new LinkedHashMap<>();
                }
            }
            add(scheme, parameters);
        }

        private void add(String scheme, Map<String, String> parameters) {
            if (!scheme.isEmpty()) {
                into.add(new Challenge(scheme, parameters));
            }
        }

        private boolean skipSeparators() {
            while (at < text.length() && (text.charAt(at) == ',' || Character.isWhitespace(text.charAt(at)))) {
                at++;
            }
            return at < text.length();
        }

        private String token() {
            int start = at;
            while (at < text.length() && ",= \t\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                return token();
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at++;
            return value.toString();
        }
    }
}
