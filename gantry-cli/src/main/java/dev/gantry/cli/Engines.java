package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineAddress;
import dev.gantry.cli.context.Endpoint;

/// How engines are reached: given by whoever wires the commands.
public interface Engines {
    /// The engine at an address which the user named.
    default Dialer at(EngineAddress address) {
        return at(new Endpoint(address, null));
    }

    Dialer at(Endpoint endpoint);

    /// This machine's own engine, started when none listens.
    Dialer local();
}
