package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Invocation;
import java.io.IOException;
import java.io.OutputStream;

/// Pulls one image and shows how it goes.
public final class Pull {
    /// Where progress is shown.
    public enum Show {
        ON_OUT,
        ON_ERR,
        NOTHING
    }

    private Pull() {}

    public static void pull(Invocation call, String image, String platform, Show show) {
        Name name = Name.of(image);
        Request request = Request.post("/images/create")
                .with("fromImage", name.repository())
                .with("tag", name.reference().isEmpty() ? "latest" : name.reference())
                .with("platform", platform);
        run(call, Credentials.attach(request, name, call.caller()), show);
    }

    /// All tags of a repository.
    static void pullAll(Invocation call, String repository, String platform, Show show) {
        Request request =
                Request.post("/images/create").with("fromImage", repository).with("platform", platform);
        run(call, Credentials.attach(request, Name.of(repository), call.caller()), show);
    }

    /// A request whose answer is progress, shown to its end.
    public static void follow(Invocation call, Request request, String what) {
        run(call, request, Show.ON_OUT, what);
    }

    /// A name with what it leaves to be understood.
    public static String fullName(String name) {
        return PullCommand.full(name, false);
    }

    private static void run(Invocation call, Request request, Show show) {
        run(call, request, show, "pull the image");
    }

    static void run(Invocation call, Request request, Show show, String what) {
        try (Response response = call.engine().http().ask(request)) {
            progress(call, show).follow(response.body());
        } catch (IOException e) {
            throw new Unavailable(what, String.valueOf(e.getMessage()), "ask again: what has come is kept", e);
        }
    }

    static ProgressView progress(Invocation call, Show show) {
        Caller caller = call.caller();
        return switch (show) {
            case ON_OUT -> new ProgressView(caller.out(), caller.isTerminal(Caller.Stream.OUT));
            case ON_ERR -> new ProgressView(caller.err(), caller.isTerminal(Caller.Stream.ERR));
            case NOTHING -> new ProgressView(OutputStream.nullOutputStream(), false);
        };
    }
}
