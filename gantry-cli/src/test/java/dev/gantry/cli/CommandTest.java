package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineTls;
import dev.gantry.cli.context.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

/// One call of `gantry` against an engine in memory.
@Timeout(30)
abstract class CommandTest {
    final MemoryCaller caller = new MemoryCaller();
    final FakeEngine engine = new FakeEngine();

    int gantry(String... args) {
        Engines engines = new Engines() {
            @Override
            public Dialer at(Endpoint endpoint) {
                EngineTls tls = endpoint.tls();
                caller.log.add("dial " + endpoint.address()
                        + (tls == null ? "" : " by TLS " + tls.ca() + tls.cert() + tls.key() + " " + tls.verify()));
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
        Extras.Installation installation = new Extras.Installation() {
            @Override
            public List<String> install(String root, String group, Map<String, String> completions) {
                return List.of(root, group, completions.getOrDefault("bash", ""));
            }

            @Override
            public List<String> uninstall(String root) {
                return List.of(root);
            }
        };
        return new Gantry(caller, new Extras(engines, runtime, installation, (from, _, look, _) -> 0))
                .run(List.of(args));
    }

    String out() {
        return caller.out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return caller.err.toString(StandardCharsets.UTF_8);
    }
}
