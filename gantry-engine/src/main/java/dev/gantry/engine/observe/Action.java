package dev.gantry.engine.observe;

/// What is done to a container, by the words of dockerd's metrics.
public enum Action {
    CHANGES("changes"),
    COMMIT("commit"),
    CREATE("create"),
    DELETE("delete"),
    START("start");

    private final String word;

    Action(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }
}
