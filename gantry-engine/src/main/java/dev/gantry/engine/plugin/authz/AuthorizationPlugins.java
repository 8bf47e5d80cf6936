package dev.gantry.engine.plugin.authz;

import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.engine.plugin.PluginAnswer;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.Plugins;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Asks every plugin in order; all must allow. One that fails, hangs or is not there is a refusal too, of
/// another kind:
/// nothing passes because its guard is away.
///
/// ```java
/// authorization.request(exchange);              // Forbidden: 403; Internal: 500
/// authorization.response(exchange, reply);      // before the first byte of the answer leaves
/// ```
public final class AuthorizationPlugins {
    /// A body of so many bytes is not shown to a plugin any more.
    public static final int LARGEST_BODY = 1024 * 1024;

    private static final int LARGEST_ANSWER = 16 * 1024 * 1024;
    private static final Pattern LOGIN = Pattern.compile("(/v[0-9.]+)?/auth");
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Plugins plugins;
    private final List<String> names;

    /// @param names those of `--authorization-plugin`, in order
    public AuthorizationPlugins(Plugins plugins, List<String> names) {
        this.plugins = plugins;
        this.names = List.copyOf(names);
    }

    /// Whether anybody is to be asked at all.
    public boolean isEmpty() {
        return names.isEmpty();
    }

    /// Throws when one of them is not there.
    public void check() {
        names.forEach(name -> plugins.get(name, PluginKind.AUTHORIZATION));
    }

    /// Whether a body with these headers is one that plugins are shown.
    public static boolean isDocument(Map<String, String> headers) {
        return headers.entrySet().stream()
                .anyMatch(h -> h.getKey().equalsIgnoreCase("content-type")
                        && h.getValue().toLowerCase(Locale.ROOT).startsWith("application/json"));
    }

    /// Whether what is sent there is a password.
    public static boolean isLogin(String path) {
        return LOGIN.matcher(path).matches();
    }

    /// Throws [Forbidden] in Docker's words when a plugin denies.
    public void request(ApiExchange asked) {
        ask("AuthZPlugin.AuthZReq", document(asked));
    }

    /// The same for the answer.
    public void response(ApiExchange asked, ApiExchange.Reply reply) {
        Map<String, Object> document = document(asked);
        document.put("ResponseStatusCode", reply.status());
        document.put("ResponseHeaders", reply.headers());
        if (reply.body().length > LARGEST_ANSWER) {
            throw new Forbidden(
                    "authorization of an answer",
                    "it is larger than " + LARGEST_ANSWER + " bytes, which authorization plugins cannot be shown",
                    "ask for less");
        }
        if (isDocument(reply.headers()) && reply.body().length > 0 && !isLogin(path(asked.uri()))) {
            document.put("ResponseBody", Base64.getEncoder().encodeToString(reply.body()));
        }
        ask("AuthZPlugin.AuthZRes", document);
    }

    private void ask(String method, Map<String, Object> document) {
        for (String name : names) {
            PluginAnswer answer;
            boolean allowed;
            String words;
            try {
                answer = plugins.get(name, PluginKind.AUTHORIZATION).call("authorize", method, document, DEADLINE);
                allowed = answer.flag("Allow");
                words = answer.text("Msg");
            } catch (GantryException e) {
                throw new Internal(
                        "plugin " + name + " failed with error",
                        e.what() + ": " + e.why(),
                        "see the log of the plugin",
                        e);
            }
            if (!allowed) {
                throw new Forbidden(
                        "authorization denied by plugin " + name, PluginAnswer.shown(words), "ask who runs the plugin");
            }
        }
    }

    private static Map<String, Object> document(ApiExchange asked) {
        Map<String, String> headers = new TreeMap<>(asked.headers());
        headers.keySet().removeIf(h -> SECRETS.contains(h.toLowerCase(Locale.ROOT)));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("User", asked.user());
        document.put("UserAuthNMethod", asked.user().isEmpty() ? "" : "TLS");
        document.put("RequestMethod", asked.method());
        document.put("RequestUri", asked.uri());
        document.put("RequestHeaders", headers);
        document.put("RequestPeerCertificates", asked.certificates());
        boolean told = isDocument(asked.headers()) && asked.body().length > 0 && asked.body().length < LARGEST_BODY;
        if (told && !isLogin(path(asked.uri()))) {
            document.put("RequestBody", Base64.getEncoder().encodeToString(asked.body()));
        }
        return document;
    }

    /// Passwords of registries are nobody's business.
    private static final List<String> SECRETS = List.of("authorization", "x-registry-auth", "x-registry-config");

    private static String path(String uri) {
        return uri.indexOf('?') < 0 ? uri : uri.substring(0, uri.indexOf('?'));
    }
}
