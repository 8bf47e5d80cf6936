package dev.gantry.java;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Files in memory, with jars as a build leaves them.
final class MemoryFiles implements ProjectFiles {
    private final Map<String, byte[]> files = new TreeMap<>();

    MemoryFiles file(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    MemoryFiles file(String path, byte[] bytes) {
        files.put(path, bytes);
        return this;
    }

    static Jar jar() {
        return new Jar();
    }

    /// A jar in the making.
    static final class Jar {
        private final Map<String, byte[]> members = new LinkedHashMap<>();
        private LocalDateTime time = LocalDateTime.of(2026, 1, 1, 0, 0);

        Jar at(LocalDateTime moment) {
            time = moment;
            return this;
        }

        Jar text(String name, String text) {
            return bytes(name, text.getBytes(StandardCharsets.UTF_8));
        }

        Jar bytes(String name, byte[] bytes) {
            members.put(name, bytes);
            return this;
        }

        Jar manifest(String... lines) {
            return text("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n" + String.join("\n", lines) + "\n\n");
        }

        Jar type(String name, int major, boolean main) {
            return type("", name, major, main);
        }

        Jar type(String below, String name, int major, boolean main) {
            byte[] bytes = ClassFile.of().build(ClassDesc.of(name), c -> {
                c.withVersion(major, 0);
                if (main) {
                    c.withMethodBody(
                            "main",
                            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String.arrayType()),
                            ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                            code -> code.return_());
                }
            });
            return bytes(below + name.replace('.', '/') + ".class", bytes);
        }

        byte[] pack() {
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes)) {
                for (Map.Entry<String, byte[]> member : members.entrySet()) {
                    var entry = new ZipEntry(member.getKey());
                    entry.setTimeLocal(time);
                    zip.putNextEntry(entry);
                    zip.write(member.getValue());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }
    }

    @Override
    public boolean isFile(String path) {
        return files.containsKey(path);
    }

    @Override
    public List<String> names(String directory) {
        return files.keySet().stream()
                .filter(f -> f.startsWith(directory + "/"))
                .map(f -> f.substring(directory.length() + 1).split("/")[0])
                .distinct()
                .toList();
    }

    @Override
    public long size(String path) {
        return files.getOrDefault(path, new byte[0]).length;
    }

    @Override
    public InputStream open(String path) {
        return new ByteArrayInputStream(files.get(path));
    }
}
