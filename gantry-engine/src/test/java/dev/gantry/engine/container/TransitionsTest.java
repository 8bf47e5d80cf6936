package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TransitionsTest {
    private static final Exit EXIT = new Exit(0, false, Instant.EPOCH, "");
    private static final Map<String, ContainerState> STATES = new LinkedHashMap<>();

    static {
        STATES.put("created", new ContainerState.Created());
        STATES.put("running", new ContainerState.Running(1, 1, Instant.EPOCH));
        STATES.put("restarting", new ContainerState.Restarting(EXIT, Instant.EPOCH));
        STATES.put("exited", new ContainerState.Exited(EXIT));
        STATES.put("dead", new ContainerState.Dead("why"));
        STATES.put("removing", new ContainerState.Removing());
    }

    @Test
    void theTableIsThis() {
        // rows: from; columns: to, in the order created running restarting exited dead removing
        assertThat(table()).isEqualTo("""
                        created     -  x  x  x  x  x
                        running     -  x  x  x  -  -
                        restarting  -  x  x  x  x  x
                        exited      -  x  x  x  x  x
                        dead        x  -  -  x  -  x
                        removing    -  -  -  -  x  -
                        """);
    }

    @Test
    void aForbiddenOneIsABrokenInvariantInWords() {
        assertThatThrownBy(() -> Transitions.check(STATES.get("dead"), STATES.get("running")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a container cannot go from dead to running");
    }

    private static String table() {
        StringBuilder text = new StringBuilder();
        STATES.forEach((name, from) -> {
            text.append(String.format("%-11s", name));
            STATES.values().forEach(to -> text.append(Transitions.allowed(from, to) ? " x " : " - "));
            text.setLength(text.length() - 1);
            text.append('\n');
        });
        return text.toString();
    }
}
