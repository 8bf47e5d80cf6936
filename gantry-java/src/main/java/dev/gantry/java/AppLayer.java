package dev.gantry.java;

import java.util.Comparator;
import java.util.List;

/// Files that change together, by path.
public record AppLayer(String name, List<AppFile> files) {
    public AppLayer {
        files = files.stream().sorted(Comparator.comparing(AppFile::path)).toList();
    }
}
