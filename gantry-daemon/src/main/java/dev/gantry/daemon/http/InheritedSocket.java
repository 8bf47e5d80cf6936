package dev.gantry.daemon.http;

/// A listening socket that was there before this process.
public record InheritedSocket(int descriptor, Kind kind) {
    public enum Kind {
        UNIX,
        TCP
    }
}
