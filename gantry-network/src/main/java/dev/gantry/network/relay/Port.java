package dev.gantry.network.relay;

/// A published port that is carried.
interface Port {
    /// With all that came over it; the socket stays open.
    void close();

    /// Ends what was silent for long.
    void sweep(long now);
}
