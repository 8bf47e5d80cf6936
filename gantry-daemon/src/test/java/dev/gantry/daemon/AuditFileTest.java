package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.guard.AuditLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditFileTest {
    private static final AuditLog.Entry ENTRY = new AuditLog.Entry(
            Instant.parse("2026-01-02T03:04:05Z"), "uid:1 gid:2 pid:3", "POST /containers/{id}/start", "a\"b\n", 204);

    @TempDir
    Path dir;

    @Test
    void eachEntryIsALineOfJsonThatOnlyTheOwnerReads() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 1 << 20)) {
            audit.tell(ENTRY);
        }
        try (AuditFile audit = AuditFile.open(file, 1 << 20)) {
            audit.tell(ENTRY);
        }
        String line = "{\"time\":\"2026-01-02T03:04:05Z\",\"caller\":\"uid:1 gid:2 pid:3\","
                + "\"operation\":\"POST /containers/{id}/start\",\"object\":\"a\\\"b\\n\",\"outcome\":204}";
        assertThat(Files.readAllLines(file)).containsExactly(line, line);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void itIsBounded() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 400)) {
            for (int i = 0; i < 50; i++) {
                audit.tell(ENTRY);
            }
        }
        try (var all = Files.list(dir)) {
            assertThat(all.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder("audit.log", "audit.log.1", "audit.log.2", "audit.log.3", "audit.log.4");
        }
        assertThat(Files.size(dir.resolve("audit.log.4"))).isLessThanOrEqualTo(400);
    }

    @Test
    void whatCouldNotBeWrittenIsToldWhenItCanBeAgain() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 200)) {
            audit.tell(ENTRY);
            // In the way of the next file.
            Files.createDirectories(dir.resolve("audit.log.4/x"));
            for (int i = 1; i < 4; i++) {
                Files.createFile(dir.resolve("audit.log." + i));
            }
            audit.tell(ENTRY);
            audit.tell(ENTRY);
            Files.delete(dir.resolve("audit.log.3"));
            audit.tell(ENTRY);
        }
        String all = Files.readString(dir.resolve("audit.log.1")) + Files.readString(file);
        assertThat(all).contains("\"lost\":2");
    }

    @Test
    void aLineThatACrashCutOffEndsBeforeTheNext() throws IOException {
        Path file = Files.writeString(dir.resolve("audit.log"), "{\"time\":\"20");
        try (AuditFile audit = AuditFile.open(file, 1 << 20)) {
            audit.tell(ENTRY);
            audit.tell(ENTRY);
        }
        assertThat(Files.readAllLines(file)).hasSize(3).first().isEqualTo("{\"time\":\"20");
    }

    @Test
    void whatCannotMoveDestroysNothing() throws IOException {
        Path file = dir.resolve("audit.log");
        try (AuditFile audit = AuditFile.open(file, 200)) {
            for (int i = 0; i < 3; i++) {
                audit.tell(ENTRY);
            }
            Files.createDirectories(dir.resolve("audit.log.4/x"));
            Files.writeString(dir.resolve("audit.log.3"), "the oldest");
            Map<String, String> before = files(dir);
            for (int i = 0; i < 10; i++) {
                audit.tell(ENTRY);
            }
            assertThat(files(dir)).isEqualTo(before);
        }
    }

    @Test
    void aDiskWithoutRoomForAnotherFileKeepsTheOldOnes() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounts need root here");
        Path disk = Files.createDirectory(dir.resolve("disk"));
        Path file = disk.resolve("audit.log");
        run("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=4", "tmpfs", disk.toString());
        try (AuditFile audit = AuditFile.open(file, 200)) {
            for (int i = 0; i < 3; i++) {
                audit.tell(ENTRY);
            }
            Map<String, String> before = files(disk);
            assertThat(before).containsOnlyKeys("audit.log", "audit.log.1", "audit.log.2");
            for (int i = 0; i < 5; i++) {
                audit.tell(ENTRY);
            }
            assertThat(files(disk)).isEqualTo(before);
            run("mount", "-o", "remount,nr_inodes=100", disk.toString());
            audit.tell(ENTRY);
            assertThat(Files.readString(file)).contains("\"lost\":5");
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    @Test
    void aFullDiskLeavesNoPartOfALine() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "mounts need root here");
        Path disk = Files.createDirectory(dir.resolve("disk"));
        Path file = disk.resolve("audit.log");
        run("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk.toString());
        try (AuditFile audit = AuditFile.open(file, 1 << 20)) {
            for (int i = 0; i < 100; i++) {
                audit.tell(ENTRY);
            }
            assertThat(Files.size(file)).isBetween(7000L, 8192L);
            assertThat(Files.readAllLines(file)).allMatch(l -> l.endsWith("}"));
            run("mount", "-o", "remount,size=64k", disk.toString());
            audit.tell(ENTRY);
            assertThat(Files.readAllLines(file)).allMatch(l -> l.endsWith("}")).anyMatch(l -> l.contains("\"lost\""));
        } finally {
            run("umount", "-l", disk.toString());
        }
    }

    private static void run(String... command) throws Exception {
        Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tool.waitFor()).as(said).isZero();
    }

    private static Map<String, String> files(Path of) throws IOException {
        Map<String, String> all = new TreeMap<>();
        try (var entries = Files.list(of)) {
            for (Path p : entries.toList()) {
                all.put(p.getFileName().toString(), Files.isDirectory(p) ? "directory" : Files.readString(p));
            }
        }
        return all;
    }

    @Test
    void rulesThatOthersMayWriteOrThatSayNothingAreRefused() throws IOException {
        Path file = Files.writeString(dir.resolve("rules"), "{\"rules\":[],\"otherwise\":[\"read-only\"]}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(AccessFiles.read(file).active()).isTrue();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThatThrownBy(() -> AccessFiles.read(file)).isInstanceOf(Forbidden.class);
        assertThatThrownBy(() -> AccessFiles.read(dir.resolve("nosuch"))).isInstanceOf(InvalidArgument.class);
    }
}
