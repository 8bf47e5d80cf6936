package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineAddress;

/// How engines are reached: given by whoever wires the commands.
public interface Engines {
    /// The engine at an address which the user named.
    Dialer at(EngineAddress address);

    /// This machine's own engine, started when none listens.
    Dialer local();
}
