package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostDevicesTest {
    @TempDir
    Path dev;

    @Test
    void whatGoesWhileItIsLookedAtIsLeftOut() throws Exception {
        Path stays =
                Files.createFile(Files.createDirectory(dev.resolve("stays")).resolve("one"));
        Path goes = dev.resolve("goes");
        AtomicBoolean enough = new AtomicBoolean();
        Thread changing = Thread.ofPlatform().start(() -> {
            while (!enough.get()) {
                comeAndGo(goes);
            }
        });
        try {
            for (int i = 0; i < 5000; i++) {
                assertThat(HostDevices.below(dev)).contains(stays);
            }
        } finally {
            enough.set(true);
            changing.join();
        }
        assertThat(HostDevices.below(dev)).containsExactly(stays);
        assertThat(HostDevices.below(dev.resolve("goes"))).containsExactly(goes);
    }

    private static void comeAndGo(Path directory) {
        try {
            Files.createDirectory(directory);
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
