package dev.gantry.daemon.client;

import dev.gantry.api.client.Dialer;
import dev.gantry.cli.Engines;
import dev.gantry.cli.Extras;
import dev.gantry.cli.Gantry;
import dev.gantry.cli.context.Endpoint;
import dev.gantry.daemon.migrate.DockerMigration;
import java.util.List;

/// `gantry` as a process of its own.
public final class ClientMain {
    private ClientMain() {}

    public static void main(String[] args) {
        ProcessCaller caller = new ProcessCaller();
        int code = new Gantry(caller, extras(caller)).run(List.of(args));
        // Not `exit`: hooks have nothing to do here, and a thread may still be reading standard input.
        Runtime.getRuntime().halt(code);
    }

    static Extras extras(ProcessCaller caller) {
        Engines engines = new Engines() {
            @Override
            public Dialer at(Endpoint endpoint) {
                return Dialers.to(endpoint);
            }

            @Override
            public Dialer local() {
                return new LocalEngine(LocalEngine.Places.of(caller.environment()));
            }
        };
        return new Extras(engines, new RuntimeExplainer(), Installations.ofThisClient(), new DockerMigration());
    }
}
