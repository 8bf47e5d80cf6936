package dev.gantry.build.dockerfile;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A document in the Dockerfile itself: the lines after an instruction with `<<EOF`, up to one that is `EOF`.
///
/// @param content with a line feed after each line
/// @param expand whether variables in it count: its name has no quotes
/// @param chomp written `<<-EOF`: tabs before each line do not count
public record Heredoc(String name, String content, boolean expand, boolean chomp, Place place) {
    private static final Pattern TABS = Pattern.compile("(?m)^\t+");

    /// What is in the file that it is.
    public String text() {
        return chomp ? TABS.matcher(content).replaceAll("") : content;
    }

    /// `<<EOF` and the like, before its content is known.
    record Opening(String name, boolean expand, boolean chomp, Place place) {
        private static final Pattern FORM = Pattern.compile("[0-9]*<<(-?)([^<]+)");

        static boolean is(String word) {
            return word.indexOf('<') >= 0 && FORM.matcher(word).matches();
        }

        static Opening read(Word word) {
            Matcher m = FORM.matcher(word.text());
            if (!m.matches()) {
                throw new IllegalStateException(word.text() + " opens no document");
            }
            String written = m.group(2);
            String name = written.replaceAll("[\"'\\\\]", "");
            return new Opening(name, name.equals(written), !m.group(1).isEmpty(), word.place());
        }

        boolean isEndedBy(String line) {
            int tabs = 0;
            while (chomp && tabs < line.length() && line.charAt(tabs) == '\t') {
                tabs++;
            }
            return line.length() - tabs == name.length() && line.startsWith(name, tabs);
        }
    }
}
