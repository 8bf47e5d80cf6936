package dev.gantry.engine.observe;

/// The parts of a start, one after the other.
public enum Phase {
    /// The log driver is made ready.
    LOG("log"),
    /// Volumes, binds and images are opened.
    VOLUMES("volumes"),
    /// Addresses and ports are taken.
    NETWORK("network"),
    /// The launch plan is compiled, or taken as it was compiled ahead.
    PLAN("plan"),
    /// What is left of waiting for the watch, which was made meanwhile.
    WATCH("watch"),
    /// The launcher obeys the plan; the network is connected.
    LAUNCH("launch"),
    /// That it runs is stored and told.
    STORE("store");

    private final String word;

    Phase(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
