package dev.gantry.java;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A runtime that jlink has made, as a layer of its own below the application.
///
/// @param modules what it has, for who asks
public record JavaRuntime(AppLayer layer, String modules) {
    static final String WHERE = "opt/java";
    static final String JAVA = "/" + WHERE + "/bin/java";
    private static final Set<String> PROGRAMS = Set.of("lib/jexec", "lib/jspawnhelper");

    /// @param directory where jlink has written it
    public static JavaRuntime of(ProjectFiles files, String directory, String modules) {
        List<AppFile> found = new ArrayList<>();
        add(files, directory, "", found);
        return new JavaRuntime(new AppLayer("runtime", found), modules);
    }

    private static void add(ProjectFiles files, String directory, String below, List<AppFile> found) {
        for (String name : files.names(directory)) {
            String path = directory + "/" + name;
            String as = below.isEmpty() ? name : below + "/" + name;
            if (files.isFile(path)) {
                boolean executable = as.startsWith("bin/") || PROGRAMS.contains(as);
                found.add(new AppFile(WHERE + "/" + as, executable, new Source.File(path)));
            } else {
                add(files, path, as, found);
            }
        }
    }
}
