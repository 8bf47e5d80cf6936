package dev.gantry.daemon;

import dev.gantry.api.system.ErrorMessage;
import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Caller;
import dev.gantry.docker.route.Failures;
import dev.gantry.engine.plugin.authz.ApiExchange;
import dev.gantry.engine.plugin.authz.AuthorizationPlugins;
import dev.gantry.http.Gate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Asks authorization plugins before a request is handled, and before its answer leaves. What they have not seen the
/// engine does not read as a document; what they are shown is what the engine will read.
final class AuthorizationGate implements Gate {
    private static final byte[] NOTHING = {};
    private static final String UNESCAPED = "/-._~:@!$&'()*+,;=";

    private final AuthorizationPlugins plugins;

    AuthorizationGate(AuthorizationPlugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public ApiResponse pass(ApiRequest request, Supplier<Head> head, ApiHandler handler) {
        try {
            Head told = head.get();
            byte[] body = body(request, told);
            ApiRequest seen = body.length > 0
                    ? request.with(new ByteArrayInputStream(body))
                    : AuthorizationPlugins.isLogin(request.path()) ? request : request.streamed();
            Caller caller = request.caller();
            var asked = new ApiExchange(
                    caller instanceof Caller.Certified c ? c.name() : "",
                    caller instanceof Caller.Certified c ? Pem.of(c.chain()) : List.of(),
                    request.method(),
                    canonical(request.path()) + told.query(),
                    told.headers(),
                    body);
            plugins.request(asked);
            ApiResponse answer = handler.handle(seen);
            try {
                plugins.response(asked, reply(answer, told));
                return answer;
            } catch (GantryException denied) {
                drop(answer, denied);
                throw denied;
            }
        } catch (GantryException e) {
            return ApiResponse.json(Failures.status(e), new ErrorMessage(e.what() + ": " + e.why()));
        }
    }

    /// A document is held back until it has come whole.
    private static byte[] body(ApiRequest request, Head head) {
        if (!head.hasBody()
                || !AuthorizationPlugins.isDocument(head.headers())
                || AuthorizationPlugins.isLogin(request.path())) {
            return NOTHING;
        }
        try {
            byte[] body = request.bytes(AuthorizationPlugins.LARGEST_BODY);
            if (body.length == AuthorizationPlugins.LARGEST_BODY) {
                throw new Forbidden(
                        "authorization of a request",
                        "its body has " + AuthorizationPlugins.LARGEST_BODY
                                + " bytes or more, which authorization plugins cannot be shown",
                        "send less");
            }
            return body;
        } catch (IOException e) {
            throw new InvalidArgument("read the request's body", String.valueOf(e.getMessage()), "send it again", e);
        }
    }

    /// One spelling of each path: a plugin that compares texts cannot be passed by writing a letter as `%63`.
    private static String canonical(String path) {
        StringBuilder text = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNESCAPED.indexOf(c) >= 0);
            text.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return text.toString();
    }

    private static ApiExchange.Reply reply(ApiResponse answer, Head head) {
        return switch (answer) {
            case ApiResponse.Bytes b ->
                new ApiExchange.Reply(b.status(), headers(b.contentType(), b.headers()), b.body());
            case ApiResponse.Empty e -> new ApiExchange.Reply(e.status(), Map.of(), NOTHING);
            case ApiResponse.Stream s -> new ApiExchange.Reply(200, headers(s.contentType(), s.headers()), NOTHING);
            case ApiResponse.Hijack h ->
                new ApiExchange.Reply(
                        head.headers().keySet().stream().anyMatch("upgrade"::equalsIgnoreCase) ? 101 : 200,
                        headers(h.contentType(), Map.of()),
                        NOTHING);
            case ApiResponse.Upgrade _, ApiResponse.WebSocket _ -> new ApiExchange.Reply(101, Map.of(), NOTHING);
        };
    }

    private static Map<String, String> headers(String contentType, Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(more);
        all.put("Content-Type", contentType);
        return all;
    }

    /// What nobody may read does not begin: what was opened for it is let go.
    private static void drop(ApiResponse answer, GantryException denied) {
        try {
            switch (answer) {
                case ApiResponse.Bytes _, ApiResponse.Empty _, ApiResponse.Upgrade _ -> {}
                case ApiResponse.Stream s -> s.dropped().run();
                case ApiResponse.Hijack h -> h.dropped().run();
                case ApiResponse.WebSocket s -> s.dropped().run();
            }
        } catch (RuntimeException e) {
            denied.addSuppressed(e);
        }
    }
}
