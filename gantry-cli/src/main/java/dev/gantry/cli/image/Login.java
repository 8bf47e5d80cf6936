package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Caller;

/// The caller's login to the registry of a name, for requests that go there.
public final class Login {
    private Login() {}

    public static Request attach(Request request, String name, Caller caller) {
        return Credentials.attach(request, Name.of(name), caller);
    }
}
