package dev.gantry.embedded;

import dev.gantry.engine.container.ContainerSpec;
import java.nio.file.Path;

/// A program that runs a container, says the pid of its process, and waits to be killed.
final class Killed {
    private Killed() {}

    public static void main(String[] args) throws InterruptedException {
        EmbeddedGantry gantry = EmbeddedGantry.open(Path.of(args[0]));
        EmbeddedContainer box = gantry.run(ContainerSpec.of("dir:" + args[1])
                .args("/bin/busybox", "sleep", "100000")
                .network(ContainerSpec.Network.DEFAULT)
                .build());
        System.out.println(box.look().pid());
        Thread.sleep(Long.MAX_VALUE);
    }
}
