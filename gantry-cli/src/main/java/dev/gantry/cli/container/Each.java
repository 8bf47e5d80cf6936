package dev.gantry.cli.container;

import dev.gantry.api.client.EngineError;
import dev.gantry.cli.Invocation;
import java.util.List;

/// Does the same for each name: a failure is told and the others still get their turn.
public final class Each {
    private Each() {}

    /// What is done for one name; returns the line to print.
    @FunctionalInterface
    public interface Action {
        String run(String name);
    }

    /// @return 1 when one of them failed
    public static int of(Invocation call, List<String> names, Action action) {
        int code = 0;
        for (String name : names) {
            try {
                call.print(action.run(name));
            } catch (EngineError e) {
                call.note("gantry: " + e.getMessage());
                code = 1;
            }
        }
        return code;
    }
}
