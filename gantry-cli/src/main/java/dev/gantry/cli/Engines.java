package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.cli.context.Endpoint;

/// How engines are reached: given by whoever wires the commands.
public interface Engines {
    /// One that the user named.
    Dialer at(Endpoint endpoint);

    /// This machine's own engine, started when none listens.
    Dialer local();
}
