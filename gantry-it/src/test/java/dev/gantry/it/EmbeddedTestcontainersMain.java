package dev.gantry.it;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/// The same as [TestcontainersMain] with the engine inside this very program, which finds it by itself. The image is
/// loaded from an archive first. With a second word it starts a container, says so, and waits to be killed.
final class EmbeddedTestcontainersMain {
    private EmbeddedTestcontainersMain() {}

    public static void main(String[] args) throws Exception {
        var client = DockerClientFactory.lazyClient();
        try (InputStream archive = Files.newInputStream(Path.of(args[0]))) {
            client.loadImageAsyncCmd(archive)
                    .exec(new com.github.dockerjava.api.command.LoadImageCallback())
                    .awaitMessage();
        }
        System.out.println("engine: " + client.infoCmd().exec().getDockerRootDir());
        if (args.length == 1) {
            TestcontainersMain.main(args);
        } else {
            waitToBeKilled();
        }
    }

    private static void waitToBeKilled() throws IOException {
        try (var box = new GenericContainer<>(DockerImageName.parse("busybox:it"))
                .withCommand("sleep", "1000000")
                .withExposedPorts(80)
                .withStartupCheckStrategy(
                        new org.testcontainers.containers.startupcheck.IsRunningStartupCheckStrategy())
                .waitingFor(new NotAtAll())) {
            box.start();
            System.out.println(
                    "pid: " + box.getCurrentContainerInfo().getState().getPidLong());
            System.in.read();
        }
    }

    /// Nobody listens in this container.
    private static final class NotAtAll extends org.testcontainers.containers.wait.strategy.AbstractWaitStrategy {
        @Override
        protected void waitUntilReady() {}
    }
}
