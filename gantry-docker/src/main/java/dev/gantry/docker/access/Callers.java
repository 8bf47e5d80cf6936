package dev.gantry.docker.access;

import dev.gantry.docker.Caller;

/// Callers as texts.
public final class Callers {
    private Callers() {}

    /// Whom a container that it makes belongs to; empty when nobody can prove to be the same later.
    static String owner(Caller caller) {
        return switch (caller) {
            case Caller.Local l -> "uid:" + Integer.toUnsignedString(l.uid());
            case Caller.Certified c -> c.name().isEmpty() ? "" : "tls:" + c.name();
            case Caller.Anybody _, Caller.Itself _ -> "";
        };
    }

    /// As the audit log shows it.
    public static String told(Caller caller) {
        return switch (caller) {
            case Caller.Local l -> owner(l) + " gid:" + Integer.toUnsignedString(l.gid()) + " pid:" + l.pid();
            case Caller.Certified c -> "tls:" + c.name();
            case Caller.Anybody a -> "tcp:" + a.address();
            case Caller.Itself _ -> "itself";
        };
    }
}
