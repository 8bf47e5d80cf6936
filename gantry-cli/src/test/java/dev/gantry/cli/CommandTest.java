package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Timeout;

/// One call of `gantry` against an engine in memory.
@Timeout(30)
abstract class CommandTest {
    final MemoryCaller caller = new MemoryCaller();
    final FakeEngine engine = new FakeEngine();

    int gantry(String... args) {
        Engines engines = new Engines() {
            @Override
            public Dialer at(EngineAddress address) {
                caller.log.add("dial " + address);
                return engine;
            }

            @Override
            public Dialer local() {
                return engine;
            }
        };
        Extras.OciRuntime runtime = new Extras.OciRuntime() {
            @Override
            public String plan(String config, String directory) {
                return "plan of " + config + " in " + directory;
            }

            @Override
            public String spec() {
                return "{\"process\":{}}";
            }
        };
        return new Gantry(caller, new Extras(engines, runtime)).run(List.of(args));
    }

    String out() {
        return caller.out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return caller.err.toString(StandardCharsets.UTF_8);
    }
}
