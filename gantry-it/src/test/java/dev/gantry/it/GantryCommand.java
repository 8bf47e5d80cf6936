package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The command client as a process, pointed at a daemon.
final class GantryCommand {
    private static final Path GANTRY = Path.of("../target/dist/bin/gantry");

    private final String host;

    /// Skips the test where it is not built.
    GantryCommand(DaemonProcess daemon) {
        assumeTrue(Files.isExecutable(GANTRY), "target/dist is not built: ./gantry --build");
        host = daemon.host();
    }

    /// What a command that succeeds says.
    String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(GANTRY.toString(), "-H", host));
        command.addAll(List.of(arguments));
        Ended ended = Ended.run(command);
        assertThat(ended.code()).as("%s: %s", command, ended.text()).isZero();
        return ended.text();
    }

    /// The same for a program in a new container of `image`, without a network.
    String inside(String image, String... argv) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("run", "--rm", "--network", "none", "--hostname", "box", image));
        command.addAll(List.of(argv));
        return run(command.toArray(String[]::new));
    }
}
