package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.VolumeCopies;
import dev.gantry.volume.VolumeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Copies, snapshots and backups of volumes, also of those in use.
@Timeout(120)
class VolumeCopyTest extends VolumeSetting {
    /// A program writes a number to one file and then to another: in a copy of one moment the second is never ahead.
    @Test
    void aCopyOfAVolumeInUseIsOfOneMoment() throws IOException {
        Container writer = engine.started(
                engine.sh("i=0; while true; do i=$((i+1)); echo $i >> /d/first; echo $i >> /d/second; done")
                        .volume("data", "/d"));
        TestEngine.await("it writes", () -> Files.exists(dir.resolve("data/volumes/data/_data/second")));
        for (int i = 0; i < 5; i++) {
            VolumeCopies.Copied copied = engine.gantry.volumeCopies().copy("data", "copy" + i, PAUSE);
            assertThat(copied.containers()).isEqualTo(1);
            assertThat(copied.pause()).isPositive().isLessThan(PAUSE);
            Path files = dir.resolve("data/volumes/copy" + i + "/_data");
            int first = Files.readAllLines(files.resolve("first")).size();
            int second = Files.readAllLines(files.resolve("second")).size();
            assertThat(first - second).isBetween(0, 1);
            long size = Files.size(dir.resolve("data/volumes/data/_data/first"));
            TestEngine.await(
                    "it goes on",
                    () -> size
                            < dir.resolve("data/volumes/data/_data/first")
                                    .toFile()
                                    .length());
        }
        assertThat(engine.containers().get(writer.id()).orElseThrow().isRunning())
                .isTrue();
    }

    @Test
    void aCopyIsNotRefusedBecauseAContainerIsJustStartingOrEnding() throws Exception {
        Container c = engine.started(engine.sh("echo x >> /d/f").volume("data", "/d"));
        var stop = new AtomicBoolean();
        var starts = new AtomicInteger();
        Thread restarts = Thread.ofVirtual().start(() -> {
            while (!stop.get()) {
                engine.containers().start(c.id());
                starts.incrementAndGet();
            }
        });
        try {
            for (int i = 0; i < 20; i++) {
                int before = starts.get();
                engine.gantry.volumeCopies().copy("data", "copy" + i, PAUSE);
                TestEngine.await("another start", () -> starts.get() > before || !restarts.isAlive());
            }
        } finally {
            stop.set(true);
            restarts.join();
        }
        assertThat(starts.get()).isGreaterThanOrEqualTo(20);
    }

    @Test
    void aPauseThatWouldBeTooLongIsRefusedAndLeavesNothing() {
        engine.ran(engine.sh("for i in $(seq 3000); do echo $i > /d/$i; done").volume("data", "/d"));
        Container c =
                engine.started(engine.sh("while true; do date > /d/now; done").volume("data", "/d"));
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("data", "copy", Duration.ofMillis(2)))
                .hasMessageContaining("would have to pause for more than 2 ms");
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactly("data");
        assertThat(volumes().find("copy")).isEmpty();
        Path now = dir.resolve("data/volumes/data/_data/now");
        long before = now.toFile().lastModified();
        TestEngine.await("it goes on", () -> now.toFile().lastModified() > before);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aSnapshotIsClonedAndRestored() {
        Container c = engine.ran(engine.sh("echo one > /d/f; ln -s f /d/l").volume("data", "/d"));
        engine.gantry.volumeCopies().snapshot("data", "monday", PAUSE);
        assertThat(volumes().find("monday").orElseThrow().labels()).containsEntry(VolumeCopies.SNAPSHOT_OF, "data");
        engine.ran(engine.sh("echo two > /d/f; echo more > /d/g").volume("data", "/d"));
        engine.gantry.volumeCopies().copy("monday", "clone", PAUSE);
        assertThat(output(engine.ran(engine.sh("cat /d/l; ls /d").volume("clone", "/d"))))
                .isEqualTo("one\nf\nl\n");
        engine.gantry.volumeCopies().restore("data", "monday", PAUSE);
        engine.reopen();
        assertThat(output(engine.ran(engine.sh("cat /d/l; ls /d").volume("data", "/d"))))
                .isEqualTo("one\nf\nl\n");
        Container running = engine.started(engine.sh("exec sleep 100").volume("data", "/d"));
        assertThatThrownBy(() -> engine.gantry.volumeCopies().restore("data", "monday", PAUSE))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("a container runs with it");
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("data", "clone", PAUSE))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> engine.gantry.volumeCopies().copy("nope", "x1", PAUSE))
                .isInstanceOf(NotFound.class);
        engine.containers().remove(running.id(), true);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aVolumeWithASizeIsCopiedWithIt() throws IOException {
        volumes().create(new VolumeRequest("small", Map.of(), Map.of("size", "8m")));
        engine.ran(engine.sh("echo kept > /v/f").volume("small", "/v"));
        engine.gantry.volumeCopies().copy("small", "other", PAUSE);
        Container c = engine.ran(
                engine.sh("cat /v/f; grep ' /v ' /proc/self/mountinfo").volume("other", "/v"));
        assertThat(output(c)).startsWith("kept\n").contains("ext4 /dev/loop");
        assertThat(mounts()).doesNotContain("/volumes/");
    }

    @Test
    void aBackupHoldsAllThereIsAndComesBack() throws IOException {
        engine.ran(engine.sh("mkdir -p /d/a/b; echo kept > /d/a/b/f; ln /d/a/b/f /d/hard; ln -s a/b/f /d/soft; "
                        + "echo wh > /d/.wh.x; chown 33:44 /d/a; chmod 2751 /d/a; mkfifo /d/pipe; "
                        + "dd if=/dev/zero of=/d/sparse bs=1 count=1 seek=50000000 2>/dev/null; chmod 711 /d")
                .volume("data", "/d"));
        Path data = dir.resolve("data/volumes/data/_data");
        Files.setAttribute(data.resolve("soft"), "unix:uid", 7, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        Files.getFileAttributeView(data.resolve("hard"), java.nio.file.attribute.UserDefinedFileAttributeView.class)
                .write("mine", java.nio.ByteBuffer.wrap(new byte[] {1, 2}));
        var tar = new java.io.ByteArrayOutputStream();
        engine.gantry.volumeCopies().backup("data", PAUSE, tar);
        assertThat(tar.size()).as("holes take no room").isLessThan(1 << 20);
        engine.gantry.volumeCopies().restore("back", new java.io.ByteArrayInputStream(tar.toByteArray()));
        Container c = engine.ran(engine.sh("cd /d; cat soft .wh.x; stat -c '%h' hard; stat -c '%u %g %a' a; "
                        + "stat -c %a .; stat -c '%s' sparse; test -p pipe && echo pipe; stat -c %u soft")
                .volume("back", "/d"));
        assertThat(output(c)).isEqualTo("kept\nwh\n2\n33 44 2751\n711\n50000001\npipe\n7\n");
        Path back = dir.resolve("data/volumes/back/_data");
        assertThat(Files.getFileAttributeView(
                                back.resolve("hard"), java.nio.file.attribute.UserDefinedFileAttributeView.class)
                        .size("mine"))
                .isEqualTo(2);
        assertThat(volumes().bytes("back")).isLessThan(1 << 20);
        byte[] half = java.util.Arrays.copyOf(tar.toByteArray(), 3000);
        assertThatThrownBy(() -> engine.gantry.volumeCopies().restore("new", new java.io.ByteArrayInputStream(half)))
                .isInstanceOf(InvalidArgument.class);
        assertThat(volumes().find("new")).isEmpty();
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactlyInAnyOrder("data", "back");
    }

    @Test
    void aBackupWithoutItsEndReplacesNothing() throws Exception {
        engine.ran(engine.sh("echo kept > /d/f").volume("data", "/d"));
        var tar = new java.io.ByteArrayOutputStream();
        engine.gantry.volumeCopies().backup("data", PAUSE, tar);
        byte[] whole = tar.toByteArray();
        int members = whole.length;
        while (whole[members - 1] == 0) {
            members--;
        }
        byte[] cut = java.util.Arrays.copyOf(whole, (members + 511) / 512 * 512); // between the last and the end
        for (byte[] broken : List.of(new byte[0], cut)) {
            assertThatThrownBy(() ->
                            engine.gantry.volumeCopies().restore("data", new java.io.ByteArrayInputStream(broken)))
                    .hasMessageContaining("ends before its end");
            assertThat(dir.resolve("data/volumes/data/_data/f")).hasContent("kept");
        }
    }

    @Test
    void aBackupOfAVolumeInUseIsOfOneMomentAndLeavesNothing() throws IOException {
        Container c = engine.started(engine.sh("echo x > /d/f; exec sleep 100").volume("data", "/d"));
        TestEngine.await("it has written", () -> Files.exists(dir.resolve("data/volumes/data/_data/f")));
        VolumeCopies.Copied copied =
                engine.gantry.volumeCopies().backup("data", PAUSE, java.io.OutputStream.nullOutputStream());
        assertThat(copied.containers()).isEqualTo(1);
        assertThat(volumes().list()).hasSize(1);
        engine.containers().remove(c.id(), true);
    }

    @Test
    void aVolumeThatWasUsedSinceItWasCopiedIsNotTakenForTheCopy() throws IOException {
        engine.ran(engine.sh("echo one > /d/f").volume("data", "/d"));
        List<Runnable> changes = List.of(
                () -> engine.ran(
                        engine.sh("echo two > /d/f").volume("data", "/d").autoRemove(false)),
                () -> engine.gantry.volumeCopies().restore("data", "other", PAUSE),
                () -> {
                    volumes().remove("data");
                    volumes().create(VolumeRequest.named("data"));
                });
        volumes().create(VolumeRequest.named("other"));
        for (Runnable change : changes) {
            try (VolumeCopies.Backup backup = engine.gantry.volumeCopies().backup("data", PAUSE)) {
                assertThat(backup.bytes()).isPositive();
                change.run();
                engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
                assertThatThrownBy(() -> volumes().removeUnchanged("data", backup.lastUse()))
                        .isInstanceOf(Conflict.class)
                        .hasMessageContaining("since it was copied");
            }
        }
        engine.reopen();
        try (VolumeCopies.Backup backup = engine.gantry.volumeCopies().backup("data", PAUSE)) {
            volumes().removeUnchanged("data", backup.lastUse());
        }
        assertThat(volumes().list()).hasSize(1);
    }

    /// Takes or gives some bytes, and then none for as long as it likes.
    private static final class Stalled {
        private final java.util.concurrent.CountDownLatch reached = new java.util.concurrent.CountDownLatch(1);
        private final java.util.concurrent.CountDownLatch let = new java.util.concurrent.CountDownLatch(1);

        private void stall() throws IOException {
            try {
                reached.countDown();
                let.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        java.io.OutputStream out(java.io.OutputStream all) {
            return new java.io.FilterOutputStream(all) {
                @Override
                public void write(byte[] b, int from, int length) throws IOException {
                    stall();
                    out.write(b, from, length);
                }
            };
        }

        java.io.InputStream in(byte[] all) {
            return new java.io.SequenceInputStream(
                    new java.io.ByteArrayInputStream(all, 0, 700), new java.io.InputStream() {
                        private final java.io.InputStream rest =
                                new java.io.ByteArrayInputStream(all, 700, all.length - 700);

                        @Override
                        public int read() throws IOException {
                            stall();
                            return rest.read();
                        }
                    });
        }
    }

    @Test
    void nobodyWaitsForAClientThatTakesItsBackupSlowly() throws Exception {
        engine.ran(engine.sh("echo one > /d/f").volume("data", "/d"));
        var client = new Stalled();
        var tar = new java.io.ByteArrayOutputStream();
        var backup = aside(() -> engine.gantry.volumeCopies().backup("data", PAUSE, client.out(tar)));
        client.reached.await();
        engine.ran(engine.sh("echo two > /d/f").volume("data", "/d"));
        engine.gantry.volumeCopies().copy("data", "copy", PAUSE);
        client.let.countDown();
        backup.get();
        engine.gantry.volumeCopies().restore("back", new java.io.ByteArrayInputStream(tar.toByteArray()));
        assertThat(dir.resolve("data/volumes/back/_data/f")).hasContent("one");
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactlyInAnyOrder("data", "copy", "back");
    }

    @Test
    void nobodyWaitsForAClientThatSendsItsBackupSlowlyAndNothingIsOverwrittenMeanwhile() throws Exception {
        Container user = engine.ran(engine.sh("echo one > /d/f").volume("data", "/d"));
        var tar = new java.io.ByteArrayOutputStream();
        engine.gantry.volumeCopies().backup("data", PAUSE, tar);
        for (String name : List.of("data", "fresh")) {
            var client = new Stalled();
            var request = VolumeRequest.named(name);
            var restore = aside(() ->
                    engine.gantry.volumeCopies().restore(request, name.equals("fresh"), client.in(tar.toByteArray())));
            client.reached.await();
            engine.ran(engine.sh("echo two > /d/f").volume(name, "/d"));
            Container running = engine.started(engine.sh("exec sleep 100").volume(name, "/d"));
            client.let.countDown();
            assertThatThrownBy(restore::get).hasCauseInstanceOf(Conflict.class);
            assertThat(dir.resolve("data/volumes/" + name + "/_data/f")).hasContent("two");
            engine.containers().remove(running.id(), true);
        }
        engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true));
        var client = new Stalled();
        var restore = aside(() -> engine.gantry.volumeCopies().restore("data", client.in(tar.toByteArray())));
        client.reached.await();
        volumes().remove("data");
        volumes().create(VolumeRequest.named("data"));
        client.let.countDown();
        assertThatThrownBy(restore::get).hasCauseInstanceOf(Conflict.class).hasMessageContaining("meanwhile");
        assertThat(dir.resolve("data/volumes/data/_data")).isEmptyDirectory();
        assertThat(dir.resolve("data/volumes").toFile().list()).containsExactlyInAnyOrder("data", "fresh");
        assertThat(user.isRunning()).isFalse();
    }
}
