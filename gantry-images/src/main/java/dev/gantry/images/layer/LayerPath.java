package dev.gantry.images.layer;

import java.util.ArrayList;
import java.util.List;

/// A path of an archive, relative to the layer's root: no empty components, no `.` and never `..`. `parent`
/// and `name` are empty for the root itself.
record LayerPath(String parent, String name) {
    private static final int LONGEST_NAME = 255;

    static LayerPath of(String path) {
        List<String> parts = new ArrayList<>();
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                throw new TarFault("its entry " + TarFault.shown(path) + " leads out of the root");
            }
            if (part.length() > LONGEST_NAME) {
                throw new TarFault("its entry " + TarFault.shown(path) + " has a name longer than 255 bytes");
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        if (parts.isEmpty()) {
            return new LayerPath("", "");
        }
        String name = parts.removeLast();
        return new LayerPath(String.join("/", parts), name);
    }

    LayerPath sibling(String other) {
        return new LayerPath(parent, other);
    }

    boolean isRoot() {
        return name.isEmpty();
    }

    String text() {
        return parent.isEmpty() ? name : parent + "/" + name;
    }
}
