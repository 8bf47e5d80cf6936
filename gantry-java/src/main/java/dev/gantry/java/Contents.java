package dev.gantry.java;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// The bytes of files of an image.
final class Contents {
    /// A zip says local time from 1980 on.
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private final ProjectFiles files;

    Contents(ProjectFiles files) {
        this.files = files;
    }

    @FunctionalInterface
    interface Taker {
        void take(AppFile file, long size, InputStream content) throws IOException;
    }

    /// Hands out each file once, in no order that means anything: a jar is read through once for all that is of it.
    void each(List<AppFile> wanted, Taker taker) throws IOException {
        Map<String, Map<String, List<AppFile>>> jars = new LinkedHashMap<>();
        for (AppFile file : wanted) {
            switch (file.source()) {
                case Source.Text(String text) -> bytes(file, text.getBytes(StandardCharsets.UTF_8), taker);
                case Source.File(String path) -> {
                    try (InputStream in = files.open(path)) {
                        taker.take(file, files.size(path), in);
                    }
                }
                case Source.Repacked(String jar, String prefix) -> bytes(file, repacked(jar, prefix), taker);
                case Source.Entry(String jar, String name) ->
                    jars.computeIfAbsent(jar, _ -> new LinkedHashMap<>())
                            .computeIfAbsent(name, _ -> new ArrayList<>())
                            .add(file);
            }
        }
        for (Map.Entry<String, Map<String, List<AppFile>>> jar : jars.entrySet()) {
            members(jar.getKey(), jar.getValue(), taker);
        }
    }

    private void members(String jar, Map<String, List<AppFile>> wanted, Taker taker) throws IOException {
        Map<String, List<AppFile>> left = new LinkedHashMap<>(wanted);
        try (ZipInputStream zip = zip(jar)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null && !left.isEmpty(); entry = zip.getNextEntry()) {
                List<AppFile> here = left.remove(entry.getName());
                if (here != null) {
                    byte[] bytes = zip.readAllBytes();
                    for (AppFile file : here) {
                        bytes(file, bytes, taker);
                    }
                }
            }
        }
        if (!left.isEmpty()) {
            throw new IOException(
                    jar + " has changed: " + left.keySet().iterator().next() + " is gone");
        }
    }

    private static void bytes(AppFile file, byte[] bytes, Taker taker) throws IOException {
        taker.take(file, bytes.length, new ByteArrayInputStream(bytes));
    }

    private ZipInputStream zip(String jar) {
        return new ZipInputStream(new BufferedInputStream(files.open(jar)));
    }

    /// By name, the manifest first as readers of jars expect it, with one time. Not compressed: what a deflater makes
    /// of
    /// the same bytes depends on its version.
    private byte[] repacked(String jar, String prefix) throws IOException {
        Map<String, byte[]> members = new TreeMap<>();
        byte[] manifest = null;
        try (ZipInputStream zip = zip(jar)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.isDirectory()) {
                    continue;
                }
                if (entry.getName().equals(MANIFEST)) {
                    manifest = zip.readAllBytes();
                } else if (entry.getName().startsWith(prefix)) {
                    members.putIfAbsent(entry.getName().substring(prefix.length()), zip.readAllBytes());
                }
            }
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new ZipOutputStream(bytes)) {
            if (manifest != null && prefix.isEmpty()) {
                member(out, MANIFEST, manifest);
            }
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                member(out, member.getKey(), member.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static void member(ZipOutputStream out, String name, byte[] bytes) throws IOException {
        var entry = new ZipEntry(name);
        var crc = new CRC32();
        crc.update(bytes);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(TIME);
        out.putNextEntry(entry);
        out.write(bytes);
        out.closeEntry();
    }
}
