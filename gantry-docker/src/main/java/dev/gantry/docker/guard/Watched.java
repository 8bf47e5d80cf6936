package dev.gantry.docker.guard;

import dev.gantry.base.GantryException;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.access.Callers;
import dev.gantry.docker.access.Surroundings;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Failures;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Routes behind the rules and before the log. Without either nobody asks who calls.
public final class Watched {
    private static final Pattern MADE = Pattern.compile("^\\{\"I[dD]\":\"([0-9a-z:]{1,80})\"");

    private final Control control;
    private final Judge judge;
    private final Clock clock;

    public Watched(Gantry engine, Control control, Surroundings around, Clock clock) {
        this.control = control;
        this.judge = new Judge(engine, control.rules(), around);
        this.clock = clock;
    }

    public ApiResponse answer(Routes.Match match, Call call) {
        if (control.isOpen()) {
            return match.answer().to(call);
        }
        boolean told = control.audit().isPresent()
                && Operations.find(match.route())
                        .map(Operations.Operation::changes)
                        .orElse(true);
        try {
            ApiResponse answer = match.answer().to(control.rules().active() ? judge.judge(match.route(), call) : call);
            if (told) {
                tell(match.route(), call, object(call, answer), status(answer));
            }
            return answer;
        } catch (DockerError | GantryException e) {
            if (told) {
                tell(match.route(), call, object(call), Failures.status(e));
            }
            throw e;
        } catch (RuntimeException | Error e) {
            if (told) {
                tell(match.route(), call, object(call), 500);
            }
            throw e;
        }
    }

    private void tell(String route, Call call, String object, int status) {
        String caller = Callers.told(call.request().caller());
        control.audit().ifPresent(log -> log.tell(new AuditLog.Entry(clock.instant(), caller, route, object, status)));
    }

    /// By its name in the request; parameters may carry secrets, but these are names.
    private static String object(Call call) {
        if (!call.subject().isEmpty()) {
            return call.subject();
        }
        for (String name : new String[] {"container", "name", "fromImage", "remote", "repo"}) {
            String text = call.query().text(name);
            if (!text.isEmpty()) {
                String tag = name.equals("fromImage") ? call.query().text("tag") : "";
                return tag.isEmpty() ? text : text + (tag.startsWith("sha256:") ? "@" : ":") + tag;
            }
        }
        return "";
    }

    /// By the id that it got, where it was made.
    private static String object(Call call, ApiResponse answer) {
        String object = object(call);
        if (answer instanceof ApiResponse.Bytes b && b.status() == 201) {
            Matcher id = MADE.matcher(new String(b.body(), StandardCharsets.UTF_8));
            if (id.find()) {
                return object.isEmpty() ? id.group(1) : object + " " + id.group(1);
            }
        }
        return object;
    }

    private static int status(ApiResponse answer) {
        return switch (answer) {
            case ApiResponse.Bytes b -> b.status();
            case ApiResponse.Empty e -> e.status();
            case ApiResponse.Stream _ -> 200;
            case ApiResponse.Hijack _, ApiResponse.Upgrade _, ApiResponse.WebSocket _ -> 101;
        };
    }
}
