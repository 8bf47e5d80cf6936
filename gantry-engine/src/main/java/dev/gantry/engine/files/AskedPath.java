package dev.gantry.engine.files;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;

/// A path of a container as somebody asked for it: absolute and without `..`. A slash or `/.` at its end says that it
/// is
/// a directory, and that a link there is followed; otherwise the last name is not.
///
/// @param directory what the last name is in; with a slash at its end
/// @param last empty when the path ends in a slash
record AskedPath(String directory, String last) {
    static AskedPath of(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidArgument("find a file", "its path holds a NUL", "leave it out");
        }
        List<String> parts = new ArrayList<>();
        for (String part : text.split("/")) {
            if (part.equals("..") && !parts.isEmpty()) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                parts.add(part);
            }
        }
        String whole = "/" + String.join("/", parts);
        String slashed = parts.isEmpty() ? whole : whole + "/";
        if (text.equals(".") || text.endsWith("/.")) {
            return new AskedPath(slashed, ".");
        }
        if (parts.isEmpty() || text.endsWith("/") || text.endsWith("/..")) {
            return new AskedPath(slashed, "");
        }
        String name = parts.removeLast();
        return new AskedPath(parts.isEmpty() ? "/" : "/" + String.join("/", parts) + "/", name);
    }

    boolean asksForDirectory() {
        return last.isEmpty() || last.equals(".");
    }

    /// As it is called in an archive and in what is told of it.
    String name() {
        if (!last.isEmpty()) {
            return last;
        }
        String whole = directory.substring(0, directory.length() - 1);
        return whole.isEmpty() ? "/" : whole.substring(whole.lastIndexOf('/') + 1);
    }
}
