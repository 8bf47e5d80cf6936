package dev.gantry.api.client;

import java.io.IOException;

/// Opens connections to one engine.
public interface Dialer {
    Duplex dial() throws IOException;

    /// The address in the words of the user, for messages: `unix:///run/gantry.sock`.
    String address();
}
