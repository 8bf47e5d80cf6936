package dev.gantry.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.engine.observe.Timer;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MetricsTextTest {
    @Test
    void aPageIsAsPrometheusReadsIt() {
        var timer = new Timer();
        timer.add(3_000_000);
        String text = new MetricsText()
                .counter("c_total", "counts", 3)
                .gauge("g", "is", 0.5)
                .gauges("s", "states", "state", new TreeMap<>(Map.of("a", 1, "b", 2)))
                .facts("i", "facts", Map.of("os", "a \"b\"\\\n"))
                .timers("t_seconds", "times", "action", Map.of("start", timer))
                .toString();
        assertThat(text).startsWith("""
                        # HELP c_total counts
                        # TYPE c_total counter
                        c_total 3
                        # HELP g is
                        # TYPE g gauge
                        g 0.5
                        # HELP s states
                        # TYPE s gauge
                        s{state="a"} 1
                        s{state="b"} 2
                        # HELP i facts
                        # TYPE i gauge
                        i{os="a \\"b\\"\\\\\\n"} 1
                        # HELP t_seconds times
                        # TYPE t_seconds histogram
                        t_seconds_bucket{action="start",le="0.001"} 0
                        t_seconds_bucket{action="start",le="0.0025"} 0
                        t_seconds_bucket{action="start",le="0.005"} 1
                        """).contains("le=\"1\"} 1\n").endsWith("""
                        t_seconds_bucket{action="start",le="+Inf"} 1
                        t_seconds_sum{action="start"} 0.003
                        t_seconds_count{action="start"} 1
                        """);
    }
}
