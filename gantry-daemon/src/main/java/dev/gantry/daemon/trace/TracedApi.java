package dev.gantry.daemon.trace;

import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.DockerApi;
import dev.gantry.engine.observe.Span;
import dev.gantry.engine.observe.Trace;
import dev.gantry.engine.observe.Tracer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A span for each request, in the trace of its client if that sends one (W3C Trace Context §traceparent).
final class TracedApi implements ApiHandler {
    private final DockerApi api;
    private final Tracer tracer;

    TracedApi(DockerApi api, Tracer tracer) {
        this.api = api;
        this.tracer = tracer;
    }

    @Override
    public ApiResponse handle(ApiRequest request) {
        Trace parent = Optional.ofNullable(request.header("traceparent"))
                .flatMap(Trace::parse)
                .orElseGet(Trace::begin);
        Trace at = parent.below();
        var span = new Request(at, parent, api.route(request), request, Instant.now(), System.nanoTime());
        ApiResponse answer = ScopedValue.where(Trace.CURRENT, at).call(() -> api.handle(request));
        return switch (answer) {
            case ApiResponse.Bytes bytes -> {
                ended(span, bytes.status());
                yield bytes;
            }
            case ApiResponse.Empty empty -> {
                ended(span, empty.status());
                yield empty;
            }
            case ApiResponse.Stream stream -> streamed(stream, span);
            case ApiResponse.Hijack hijack -> {
                ended(span, 101);
                yield hijack;
            }
            case ApiResponse.Upgrade upgrade -> {
                ended(span, 101);
                yield upgrade;
            }
            case ApiResponse.WebSocket socket -> {
                ended(span, 101);
                yield socket;
            }
        };
    }

    private record Request(Trace at, Trace parent, String route, ApiRequest request, Instant begun, long nanos) {}

    /// What is done while it is written belongs to the request, too.
    private ApiResponse streamed(ApiResponse.Stream stream, Request span) {
        ApiResponse.Writer writer =
                out -> ScopedValue.where(Trace.CURRENT, span.at()).call(() -> {
                    try {
                        stream.writer().write(out);
                        return null;
                    } finally {
                        ended(span, 200);
                    }
                });
        return new ApiResponse.Stream(stream.contentType(), writer, stream.headers(), () -> {
            stream.dropped().run();
            ended(span, 403);
        });
    }

    private void ended(Request r, int status) {
        if (!r.at().wanted()) {
            return;
        }
        tracer.ended(new Span(
                r.at(),
                r.parent(),
                r.route(),
                true,
                r.begun(),
                System.nanoTime() - r.nanos(),
                status >= 500 ? "status " + status : "",
                Map.of(
                        "http.request.method", r.request().method(),
                        "url.path", r.request().path(),
                        "http.response.status_code", Integer.toString(status))));
    }
}
