package dev.gantry.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.exec.Execs;
import java.nio.file.Path;

/// As the README has it; says what the container has.
final class Example {
    private Example() {}

    public static void main(String[] args) throws InterruptedException {
        try (EmbeddedGantry gantry = EmbeddedGantry.open(Path.of(args[0]));
                EmbeddedContainer box = gantry.run(
                        ContainerSpec.of("dir:/").args("sleep", "1000").build())) {
            box.write("/tmp/greeting", "hello".getBytes(UTF_8));
            Execs.Ended cat = box.exec("cat", "/tmp/greeting");
            System.out.println(cat.output());
        }
    }
}
