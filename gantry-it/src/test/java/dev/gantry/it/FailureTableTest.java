package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.HttpClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.api.client.SocketDialer;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Holds this daemon to the table of what a dockerd answers to containers that cannot be created or started: the same
/// step, the same status, and its words within ours. The table is made by `scripts/failure_table.py`; where we differ
/// on
/// purpose or not yet agree, `create-differences.tsv` says how and why.
@Tag("kernel")
@Timeout(300)
class FailureTableTest {
    private static final JsonType<Object> JSON = Jsonb.instance().type(Object.class);

    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static HttpClient client;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
        client = new HttpClient(new SocketDialer(EngineAddress.parse("unix://" + dir.resolve("s"))));
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    /// What became of one.
    private record Outcome(String step, int status, String words) {
        /// Whether `this`, of ours, is what the table says.
        boolean is(Outcome expected) {
            return step.equals(expected.step) && status == expected.status && words.contains(expected.core());
        }

        /// Without the names of the programs between dockerd and the kernel.
        private String core() {
            String marker = "runc create failed: ";
            int at = words.indexOf(marker);
            String inner = at < 0 ? words : words.substring(at + marker.length());
            String known = inner.endsWith(": unknown") ? inner.substring(0, inner.length() - 9) : inner;
            return known.startsWith("unable to start container process: exec")
                    ? known.substring("unable to start container process: ".length())
                    : known;
        }
    }

    private static Map<String, Outcome> table(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(FailureTableTest.class.getResourceAsStream(name))) {
            Map<String, Outcome> rows = new LinkedHashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .map(line -> line.split("\t", -1))
                    .forEach(c -> rows.put(c[0], new Outcome(c[1], Integer.parseInt(c[2]), c[3])));
            return rows;
        }
    }

    @Test
    void containersFailAsThoseOfADockerd() throws IOException {
        Map<String, Outcome> differences = table("create-differences.tsv");
        List<String> wrong = new ArrayList<>();
        for (var row : table("create-failures.tsv").entrySet()) {
            Outcome ours = ask(row.getKey());
            Outcome known = differences.remove(row.getKey());
            if (!ours.is(known == null ? row.getValue() : known)) {
                wrong.add(String.join("\t", row.getKey(), ours.step, Integer.toString(ours.status), ours.words)
                        + "\n\tdockerd: " + row.getValue());
            } else if (known != null && ours.is(row.getValue())) {
                wrong.add(row.getKey() + " does not differ any more");
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(differences).as("of nothing in the table").isEmpty();
    }

    private static Outcome ask(String asked) throws IOException {
        Map<String, Object> host = new HashMap<>(Map.of("NetworkMode", "none"));
        Map<String, Object> body = new HashMap<>(Map.of("Image", "busybox:it", "Cmd", List.of("true")));
        ((Map<?, ?>) JSON.fromJson(asked)).forEach((key, value) -> {
            String name = String.valueOf(key);
            if (name.startsWith("_")) {
                body.put(name.substring(1), value);
            } else {
                host.put(name, value);
            }
        });
        body.put("HostConfig", host);
        String id;
        String warnings;
        try (Response made =
                client.send(Request.post("/v1.41/containers/create").json(JSON.toJson(body)))) {
            Map<?, ?> answer = (Map<?, ?>) JSON.fromJson(made.text());
            if (made.status() != 201) {
                return new Outcome("create", made.status(), String.valueOf(answer.get("message")));
            }
            id = String.valueOf(answer.get("Id"));
            List<?> told = (List<?>) answer.get("Warnings");
            warnings = told == null ? "" : told.stream().map(String::valueOf).collect(Collectors.joining(" "));
        }
        try (Response started = client.send(Request.post("/v1.41/containers/" + id + "/start"))) {
            if (started.status() < 400) {
                return new Outcome("runs", started.status(), warnings);
            }
            Map<?, ?> answer = (Map<?, ?>) JSON.fromJson(started.text());
            String words = String.valueOf(answer.get("message")).replace(id, "ID");
            return new Outcome("start", started.status(), words);
        } finally {
            client.send(Request.of("DELETE", "/v1.41/containers/" + id + "?force=1"))
                    .close();
        }
    }
}
