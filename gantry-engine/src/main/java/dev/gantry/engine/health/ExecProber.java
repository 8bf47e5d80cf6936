package dev.gantry.engine.health;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.HealthSpec;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.exec.Execs.Ended;
import java.time.Duration;
import java.util.Locale;

/// Runs checks as execs that end with us.
public final class ExecProber implements LiveChecks.Prober {
    private static final int OUTPUT_BYTES = 4096;

    private final Execs execs;

    public ExecProber(Execs execs) {
        this.execs = execs;
    }

    @Override
    public LiveChecks.Probed probe(ContainerId id, HealthSpec spec) throws InterruptedException {
        ExecSpec exec = ExecSpec.of(spec.command().toArray(String[]::new));
        Ended ended = execs.run(id, exec, spec.timeout(), OUTPUT_BYTES);
        if (!ended.inTime()) {
            String words = "Health check exceeded timeout (" + inGo(spec.timeout()) + ")";
            return new LiveChecks.Probed(-1, ended.output().isEmpty() ? words : words + ": " + ended.output());
        }
        return new LiveChecks.Probed(ended.code(), ended.output());
    }

    /// As Go prints a duration: `400ms`, `1m30s`.
    static String inGo(Duration d) {
        if (d.toSeconds() == 0) {
            double millis = d.toNanos() / 1e6;
            return (millis == Math.rint(millis)
                            ? Long.toString((long) millis)
                            : String.format(Locale.ROOT, "%s", millis))
                    + "ms";
        }
        String hours = d.toHours() > 0 ? d.toHours() + "h" : "";
        String minutes = d.toMinutes() > 0 ? d.toMinutesPart() + "m" : "";
        double seconds = d.toSecondsPart() + d.toNanosPart() / 1e9;
        return hours + minutes + (seconds == Math.rint(seconds) ? Long.toString((long) seconds) : "" + seconds) + "s";
    }
}
