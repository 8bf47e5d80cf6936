package dev.gantry.testcontainers;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.CreateResponse;
import dev.gantry.api.json.Wire;
import dev.gantry.base.JsonText;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The Engine API with one container that is none: Testcontainers starts Ryuk before all others, to take them away if
/// the tests are killed. The engine of this process does that by itself, so there is nothing to pull and nothing to
/// start; [Ryuk] answers.
final class RyukStandIn implements ApiHandler {
    private static final Pattern IMAGE = Pattern.compile("(.+/)?testcontainers/ryuk(:[\\w.-]+)?");
    private static final Pattern IMAGE_PATH = Pattern.compile("(/v[\\d.]+)?/images/(?<name>.+)/json");
    private static final Pattern CREATE_PATH = Pattern.compile("(/v[\\d.]+)?/containers/create");
    private static final String ID = "72".repeat(32);
    private static final Pattern OF_CONTAINER =
            Pattern.compile("(/v[\\d.]+)?/containers/" + ID + "(?<what>(/[a-z]+)?)");

    private final ApiHandler engine;
    private final int port;
    private final Instant started;

    /// `port` is where it answers.
    RyukStandIn(ApiHandler engine, int port, Clock clock) {
        this.engine = engine;
        this.port = port;
        this.started = clock.instant();
    }

    @Override
    public ApiResponse handle(ApiRequest request) {
        Matcher container = OF_CONTAINER.matcher(request.path());
        if (container.matches()) {
            return ofContainer(container.group("what"));
        }
        Matcher image = IMAGE_PATH.matcher(request.path());
        if (image.matches() && IMAGE.matcher(image.group("name")).matches()) {
            return text("""
                    {"Id": "sha256:%s", "RepoTags": [], "Created": "%s", "Os": "linux", "Config": {}}
                    """.formatted(ID, started));
        }
        if (request.method().equals("POST")
                && CREATE_PATH.matcher(request.path()).matches()) {
            return created(request);
        }
        return engine.handle(request);
    }

    private ApiResponse created(ApiRequest request) {
        String document = request.document();
        return wantsRyuk(document)
                ? ApiResponse.json(201, new CreateResponse(ID, List.of()))
                : engine.handle(request.with(new ByteArrayInputStream(document.getBytes(StandardCharsets.UTF_8))));
    }

    /// What cannot be read the engine refuses in its own words.
    private static boolean wantsRyuk(String document) {
        try {
            CreateRequest wanted = Wire.json().type(CreateRequest.class).fromJson(JsonText.readable(document));
            return wanted.image() != null && IMAGE.matcher(wanted.image()).matches();
        } catch (RuntimeException unreadable) {
            return false;
        }
    }

    private ApiResponse ofContainer(String what) {
        return switch (what) {
            case "/json" -> text("""
                    {"Id": "%s", "Name": "/testcontainers-ryuk", "Created": "%s", "Image": "sha256:%s",
                     "State": {"Status": "running", "Running": true, "ExitCode": 0, "StartedAt": "%s",
                               "FinishedAt": "0001-01-01T00:00:00Z"},
                     "Config": {"ExposedPorts": {"8080/tcp": {}}, "Labels": {}, "Env": []},
                     "HostConfig": {"NetworkMode": "default"},
                     "NetworkSettings": {"Networks": {},
                                         "Ports": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "%d"}]}}}
                    """.formatted(ID, started, ID, started, port));
            case "/logs" -> new ApiResponse.Bytes(200, ApiResponse.MULTIPLEXED_STREAM, line("Started\n"), Map.of());
            default -> ApiResponse.noContent();
        };
    }

    /// One frame of the first output, as attach and logs have them.
    private static byte[] line(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + bytes.length)
                .putInt(1 << 24)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private static ApiResponse text(String json) {
        return new ApiResponse.Bytes(200, ApiResponse.JSON, json.getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
