package dev.gantry.java;

import dev.gantry.base.InvalidArgument;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/// The jar that a project's build has made, looked through once.
///
/// @param entries its files, in its order
/// @param mains classes of the project with a `main`
/// @param release the Java release that its classes need, 0 when it has none
/// @param index texts of the files `BOOT-INF/*.idx` by their names
record OwnJar(
        String path,
        List<String> entries,
        Manifest manifest,
        List<String> mains,
        int release,
        Map<String, String> index) {
    static final String LIBRARIES = "BOOT-INF/lib/";
    static final String BOOT_CLASSES = "BOOT-INF/classes/";
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final int LARGEST_TEXT = 1 << 20;
    private static final int LARGEST_CLASS = 64 << 20;

    static OwnJar read(ProjectFiles files, String path) {
        Set<String> entries = new LinkedHashSet<>();
        List<String> mains = new ArrayList<>();
        Map<String, String> index = new LinkedHashMap<>();
        Manifest manifest = new Manifest();
        int release = 0;
        try (InputStream in = files.open(path);
                ZipInputStream zip = new ZipInputStream(new BufferedInputStream(in))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                if (entry.isDirectory() || !isSafe(name) || !entries.add(name)) {
                    continue;
                }
                if (name.equals(MANIFEST)) {
                    manifest = new Manifest(new ByteArrayInputStream(zip.readNBytes(LARGEST_TEXT)));
                } else if (name.startsWith("BOOT-INF/") && name.endsWith(".idx")) {
                    index.put(name, new String(zip.readNBytes(LARGEST_TEXT), StandardCharsets.UTF_8));
                } else if (name.endsWith(".class") && !name.startsWith("META-INF/")) {
                    byte[] bytes = zip.readNBytes(LARGEST_CLASS);
                    release = Math.max(release, ClassText.release(bytes));
                    if (isOwn(name) && ClassText.hasMain(bytes)) {
                        mains.add(className(name));
                    }
                }
            }
        } catch (IOException e) {
            throw new InvalidArgument("read " + path, String.valueOf(e.getMessage()), "build the project again", e);
        }
        return new OwnJar(path, List.copyOf(entries), manifest, List.copyOf(mains), release, Map.copyOf(index));
    }

    /// No way out of the directory it is unpacked into.
    private static boolean isSafe(String name) {
        return !name.startsWith("/") && !List.of(name.split("/")).contains("..") && name.indexOf('\0') < 0;
    }

    private static boolean isOwn(String name) {
        return !name.startsWith("org/springframework/boot/loader/");
    }

    private static String className(String entry) {
        String name = entry.startsWith(BOOT_CLASSES) ? entry.substring(BOOT_CLASSES.length()) : entry;
        return name.substring(0, name.length() - ".class".length()).replace('/', '.');
    }

    /// Whether it is a fat jar of Spring Boot.
    boolean isBoot() {
        return entries.stream().anyMatch(e -> e.startsWith(BOOT_CLASSES));
    }

    /// Classes for several releases are found in jars only, JAR File Specification §"Multi-release JAR files".
    boolean isForSeveralReleases() {
        return attribute("Multi-Release").filter(Boolean::parseBoolean).isPresent();
    }

    private Optional<String> attribute(String name) {
        return Optional.ofNullable(manifest.getMainAttributes().getValue(new Attributes.Name(name)));
    }

    /// The class to start.
    String main(JavaSettings settings) {
        Optional<String> said = settings.one("main")
                .or(() -> attribute("Start-Class"))
                .or(() -> attribute("Main-Class").filter(n -> !n.startsWith("org.springframework.boot.loader.")));
        if (said.isPresent()) {
            return said.get();
        }
        if (mains.size() == 1) {
            return mains.getFirst();
        }
        throw new InvalidArgument(
                "find the class to start in " + path,
                mains.isEmpty()
                        ? "its manifest names none, and no class has a main"
                        : "its manifest names none, and " + String.join(", ", mains) + " have a main",
                "name it with --java main=CLASS, or in " + JavaSettings.FILE);
    }
}
