package dev.gantry.engine;

import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.RestartPolicy;
import java.nio.file.Path;

/// An engine in a process of its own, to be killed. It starts what its arguments say, prints the ids, and waits.
///
/// Arguments: data root, run root, shim, cgroup, image directory; then one shell script per container, with `rm:` or
/// `always:` before it where that is wanted.
final class EngineMain {
    private EngineMain() {}

    public static void main(String[] args) throws Exception {
        var options = GantryOptions.at(Path.of(args[0]), Path.of(args[1]), Path.of(args[2]))
                .cgroup(args[3]);
        try (Gantry gantry = Gantry.open(options)) {
            for (int i = 5; i < args.length; i++) {
                boolean rm = args[i].startsWith("rm:");
                boolean always = args[i].startsWith("always:");
                String script = args[i].substring(rm ? 3 : always ? 7 : 0);
                Container c = gantry.containers()
                        .create(
                                "",
                                ContainerSpec.of("dir:" + args[4])
                                        .network(ContainerSpec.Network.NONE)
                                        .args("sh", "-c", script)
                                        .autoRemove(rm)
                                        .restart(always ? RestartPolicy.parse("always") : RestartPolicy.NO)
                                        .build());
                gantry.containers().start(c.id());
                System.out.println(c.id());
            }
            System.out.println("ready");
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
