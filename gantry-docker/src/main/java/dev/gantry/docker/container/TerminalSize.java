package dev.gantry.docker.container;

import dev.gantry.docker.Query;
import dev.gantry.docker.route.DockerError;

/// The size of a terminal, in characters.
record TerminalSize(int rows, int columns) {
    static TerminalSize of(Query query) {
        return new TerminalSize(number(query, "h"), number(query, "w"));
    }

    private static int number(Query query, String name) {
        String text = query.text(name);
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 0xffff) {
            throw DockerError.badParameter("invalid resize " + (name.equals("h") ? "height" : "width") + " \"" + text
                    + "\": not a number of characters");
        }
        return Integer.parseInt(text);
    }
}
