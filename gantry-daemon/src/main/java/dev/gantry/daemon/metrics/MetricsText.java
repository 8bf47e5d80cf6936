package dev.gantry.daemon.metrics;

import dev.gantry.engine.observe.Timer;
import java.util.Map;

/// A page of metrics: the text-based exposition format of Prometheus, 0.0.4.
final class MetricsText {
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder(8192);

    /// What only grows.
    MetricsText counter(String name, String help, double value) {
        head(name, help, "counter");
        return line(name, Map.of(), value);
    }

    MetricsText gauge(String name, String help, double value) {
        head(name, help, "gauge");
        return line(name, Map.of(), value);
    }

    /// `values` by the one label that tells them apart.
    MetricsText gauges(String name, String help, String label, Map<String, Integer> values) {
        head(name, help, "gauge");
        values.forEach((word, value) -> line(name, Map.of(label, word), value));
        return this;
    }

    /// What does not change and has no number, as labels.
    MetricsText facts(String name, String help, Map<String, String> labels) {
        head(name, help, "gauge");
        return line(name, labels, 1);
    }

    /// `timers` by the one label that tells them apart.
    MetricsText timers(String name, String help, String label, Map<String, Timer> timers) {
        head(name, help, "histogram");
        timers.forEach((word, timer) -> {
            Timer.Counts counts = timer.counts();
            for (int i = 0; i < Timer.BOUNDS.size(); i++) {
                out.append(name).append("_bucket{").append(label).append("=\"").append(word);
                out.append("\",le=\"").append(number(Timer.BOUNDS.get(i))).append("\"} ");
                out.append(counts.upTo().get(i)).append('\n');
            }
            out.append(name).append("_bucket{").append(label).append("=\"").append(word);
            out.append("\",le=\"+Inf\"} ").append(counts.count()).append('\n');
            line(name + "_sum", Map.of(label, word), counts.seconds());
            line(name + "_count", Map.of(label, word), counts.count());
        });
        return this;
    }

    private void head(String name, String help, String type) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private MetricsText line(String name, Map<String, String> labels, double value) {
        out.append(name);
        if (!labels.isEmpty()) {
            String mark = "{";
            for (var label : labels.entrySet()) {
                out.append(mark).append(label.getKey()).append("=\"");
                out.append(escaped(label.getValue())).append('"');
                mark = ",";
            }
            out.append('}');
        }
        out.append(' ').append(number(value)).append('\n');
        return this;
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
