package dev.gantry.http;

/// A listening socket that was there before this process.
public record InheritedSocket(int descriptor, Kind kind) {
    public enum Kind {
        UNIX,
        TCP
    }
}
