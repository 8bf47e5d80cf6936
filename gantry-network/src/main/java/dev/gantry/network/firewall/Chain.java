package dev.gantry.network.firewall;

/// A chain: called by the kernel at a hook, or by other chains only.
public sealed interface Chain {
    String name();

    /// `priority` is the number that the kernel orders chains of one hook by, of all tables.
    record Base(String name, Type type, Hook hook, int priority) implements Chain {}

    record Called(String name) implements Chain {}

    /// Called by ours; its rules are the administrator's. Added, never flushed, never deleted while it
    /// has rules.
    record Administrators(String name) implements Chain {}

    enum Type {
        FILTER,
        NAT
    }

    enum Hook {
        PREROUTING,
        FORWARD,
        OUTPUT,
        POSTROUTING
    }
}
